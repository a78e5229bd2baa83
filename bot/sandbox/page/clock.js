/** The time in the sandbox, and the buttons that let it pass. */

import { h } from "./dom.js";

const TICK_MS = 5000;
const weekday = new Intl.DateTimeFormat("en-GB", { weekday: "short" });
const date = new Intl.DateTimeFormat("en-GB", { day: "numeric", month: "short" });
const hour = new Intl.DateTimeFormat("en-GB", { hour: "2-digit", minute: "2-digit" });

/** "real time", "12 h ahead", "2 d 1 h ahead". */
function difference(seconds) {
  const hours = Math.round(seconds / 3600);
  if (hours === 0) return "real time";
  const days = Math.floor(hours / 24);
  const told = [days && `${days} d`, hours % 24 && `${hours % 24} h`].filter(Boolean);
  return `${told.join(" ")} ahead`;
}

export class Clock {
  /** `move(body)` asks the server: `{seconds}` or `{real: true}`. */
  constructor(root, world, move) {
    this.root = root;
    this.world = world;
    this.time = root.querySelector("time");
    this.ahead = root.querySelector("small");
    for (const button of root.querySelectorAll("button")) {
      const { seconds } = button.dataset;
      button.onclick = () => move(seconds ? { seconds: Number(seconds) } : { real: true });
    }
    setInterval(() => this.show(), TICK_MS);
  }

  show() {
    const { now, ahead } = this.world;
    const day = h("span", { class: "date" }, `${date.format(now)}, `);
    this.time.replaceChildren(`${weekday.format(now)} `, day, hour.format(now));
    this.time.dateTime = now.toISOString();
    this.ahead.textContent = difference(ahead);
    this.root.classList.toggle("ahead", ahead > 0);
    this.root.querySelector("[data-real]").disabled = ahead === 0;
  }
}

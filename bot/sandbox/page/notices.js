/** What the page tells whoever sits before it: toasts, alerts, and what the server refused. */

import { h } from "./dom.js";

const TOAST_MS = 4500;

/** A short line over a conversation that goes by itself; errors stay longer. */
export function toast(place, text, { error = false } = {}) {
  const line = h("div", { class: error ? "toast error" : "toast", testid: "toast", dir: "auto" }, text);
  line.onclick = () => line.remove();
  place.append(line);
  while (place.children.length > 3) place.firstElementChild.remove();
  setTimeout(() => line.remove(), TOAST_MS + 40 * text.length);
}

/** The window of an `answerCallbackQuery` with `show_alert`: it stays until it is put away. */
export function alertWindow(text, title) {
  const dialog = document.querySelector("#alert");
  dialog.querySelector("h2").textContent = title;
  dialog.querySelector("p").textContent = text;
  if (!dialog.open) dialog.showModal();
}

/** The picture a person tapped, as large as the window. */
export function lightbox(address) {
  const dialog = document.querySelector("#lightbox");
  dialog.querySelector("img").src = address;
  dialog.showModal();
}

/** The strip with the last method the server refused, and how often. */
export class Refused {
  #times = 0;
  #last = "";

  constructor(strip) {
    this.strip = strip;
    this.words = strip.querySelector("span");
    strip.querySelector("button").onclick = () => {
      this.#times = 0;
      strip.hidden = true;
    };
  }

  show({ method, description }) {
    const text = `refused: ${method} - ${description}`;
    this.#times = text === this.#last && !this.strip.hidden ? this.#times + 1 : 1;
    this.#last = text;
    this.words.textContent = this.#times > 1 ? `${text} (${this.#times} times)` : text;
    this.words.title = text;
    this.strip.hidden = false;
  }
}

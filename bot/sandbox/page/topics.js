/** The topics of a staff group, as a column where there is room and as chips where there is not. */

import { arrange, h, icon } from "./dom.js";
import { summary } from "./media.js";
import { topicOf } from "./world.js";

export class Topics {
  #items = new Map(); // topic id, null for General -> elements
  #shown = ""; // the topic that was scrolled to, at which width

  /** `choose(id)` is called with a topic's id, null for General. */
  constructor(nav, choose) {
    this.nav = nav;
    this.choose = choose;
  }

  /** Show the topics a group has besides General; `unread(topic)` is a number. */
  show(named, messages, chosen, unread) {
    this.nav.hidden = named.length === 0;
    if (this.nav.hidden) return;
    const last = new Map();
    for (const message of messages) last.set(topicOf(message), message);
    const newest = (topic) => last.get(topic.id)?.message_id ?? topic.id;
    const sorted = named.toSorted((a, b) => Boolean(a.closed) - Boolean(b.closed) || newest(b) - newest(a));
    const rows = [{ id: null, name: "General" }, ...sorted].map((topic) => {
      const item = this.#items.get(topic.id) ?? this.#make(topic.id);
      this.#items.set(topic.id, item);
      const message = last.get(topic.id);
      item.name.textContent = topic.name;
      item.row.title = topic.name;
      item.snippet.textContent = message ? summary(message).slice(0, 60) : "";
      item.badge.textContent = unread(topic.id) || "";
      item.badge.hidden = !unread(topic.id);
      item.lock.hidden = !topic.closed;
      item.row.classList.toggle("closed", Boolean(topic.closed));
      item.row.setAttribute("aria-current", String(topic.id === chosen));
      return item.row;
    });
    arrange(this.nav, rows);
    const { clientWidth: width } = this.nav;
    if (width === 0 || this.#shown === `${chosen} ${width}`) return;
    this.#shown = `${chosen} ${width}`;
    this.#items.get(chosen)?.row.scrollIntoView({ block: "nearest", inline: "nearest" });
  }

  #make(id) {
    const shade = id === null ? "bot" : id % 7;
    const face = h("span", { class: `avatar shade-${shade}`, "aria-hidden": "true" });
    face.append(icon(id === null ? "general" : "chat"));
    const item = {
      name: h("b", { dir: "auto" }),
      snippet: h("small", { dir: "auto" }),
      badge: h("span", { class: "badge", hidden: true }),
      lock: h("span", { class: "lock", role: "img", "aria-label": "closed", hidden: true }),
    };
    item.lock.append(icon("lock"));
    item.row = h(
      "button",
      { type: "button", class: "topic", testid: `topic-${id ?? "general"}`, onclick: () => this.choose(id) },
      face,
      h("span", { class: "lines" }, item.name, item.snippet),
      item.lock,
      item.badge,
    );
    return item;
  }
}

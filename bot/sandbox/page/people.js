/** The column of patients, and of staff with a chat of their own: whose telephone one looks at. */

import { arrange, avatar, h, icon } from "./dom.js";
import { summary } from "./media.js";
import { languageName } from "./world.js";

export class People {
  #items = new Map(); // user id -> elements

  /** `acts`: `choose(user)`, `block(user, blocked)`. */
  constructor(list, acts) {
    this.list = list;
    this.acts = acts;
  }

  /** Show the patients of a world; `chosen` is a user id, `unread(chat)` a number. */
  show(world, chosen, unread) {
    const rows = world.telephones.map((user) => {
      const item = this.#items.get(user.id) ?? this.#make(user.id);
      this.#items.set(user.id, item);
      const chat = world.privateChat(user.id);
      const isBlocked = Boolean(chat?.blocked);
      const messages = world.messages(chat);
      const last = messages.at(-1);
      item.user = user;
      item.isBlocked = isBlocked;
      if (item.face.dataset.name !== user.name) {
        item.face.dataset.name = user.name;
        item.face.replaceChildren(avatar(user.id, user.name));
      }
      item.name.textContent = user.name;
      const language = languageName(user.language_code);
      item.language.textContent = user.staff ? `staff · ${language}` : language;
      item.snippet.textContent = last ? summary(last).slice(0, 80) : "not started yet";
      if (isBlocked) item.snippet.textContent = "has blocked the bot";
      if (user.deactivated) item.snippet.textContent = "has deleted their account";
      item.block.hidden = user.deactivated;
      item.badge.textContent = unread(chat) || "";
      item.badge.hidden = !unread(chat);
      item.row.classList.toggle("blocked", isBlocked);
      item.open.setAttribute("aria-current", String(user.id === chosen));
      const verb = isBlocked ? `Unblock the bot for ${user.name}` : `Block the bot as ${user.name}`;
      item.block.title = verb;
      item.block.setAttribute("aria-label", verb);
      item.block.setAttribute("aria-pressed", String(isBlocked));
      return item.row;
    });
    arrange(this.list, rows);
  }

  #make(id) {
    const item = {
      face: h("span", {}),
      name: h("b", { dir: "auto" }),
      language: h("small", { class: "language" }),
      snippet: h("small", { dir: "auto" }),
      badge: h("span", { class: "badge", hidden: true }),
    };
    item.open = h(
      "button",
      { type: "button", class: "open", testid: `person-${id}`, onclick: () => this.acts.choose(item.user) },
      item.face,
      h("span", { class: "lines" }, item.name, item.language, item.snippet),
      item.badge,
    );
    item.block = h("button", {
      type: "button",
      class: "tool",
      testid: `block-${id}`,
      onclick: () => this.acts.block(item.user, !item.isBlocked),
    });
    item.block.append(icon("block"));
    item.row = h("li", { class: "person" }, item.open, item.block);
    return item;
  }
}

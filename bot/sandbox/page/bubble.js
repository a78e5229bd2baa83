/** One message as an element, patched part by part so that what did not change stays untouched. */

import { avatar, h, icon } from "./dom.js";
import { media, summary } from "./media.js";
import { link, richText, safeUrl } from "./text.js";

const clock = new Intl.DateTimeFormat("en-GB", { hour: "2-digit", minute: "2-digit" });
const moment = new Intl.DateTimeFormat("en-GB", { dateStyle: "full", timeStyle: "medium" });

/**
 * A bubble for one message of a conversation.
 *
 * `surroundings` is what the conversation knows and a message does not: `mine` (sent by whoever
 * looks), `named` (a group: show who speaks), `first` and `last` of a run by one sender, `target`
 * (the message replied to, if any), `me` (the id of who looks), `nameOf(id)` (somebody's name).
 */
export class Bubble {
  #shown = {};

  constructor(message, reader) {
    this.reader = reader;
    this.sender = h("div", { class: "sender", dir: "auto" });
    this.quote = h("div", { class: "quoted" });
    this.media = h("div", { class: "media" });
    this.words = h("span", { class: "words", testid: "text" });
    this.meta = h("span", { class: "meta", dir: "ltr" });
    this.body = h("div", { class: "body", dir: "auto" }, this.words, this.meta);
    this.reactions = h("div", { class: "reactions" });
    this.bubble = h("div", { class: "bubble" }, this.sender, this.quote, this.media, this.body, this.reactions);
    this.keyboard = h("div", { class: "keyboard", role: "group", "aria-label": "Buttons" });
    this.face = h("div", { class: "face" });
    const tools = h(
      "span",
      { class: "pill" },
      this.#tool("reply", "Reply", () => reader.reply(this.message)),
      this.#tool("more", "More", (event) => reader.more(this.message, event.currentTarget)),
    );
    this.element = h(
      "article",
      { class: "message", testid: "message", "data-message-id": message.message_id },
      this.face,
      h("div", { class: "stack" }, this.bubble, this.keyboard),
      h("div", { class: "tools" }, tools),
    );
  }

  #tool(glyph, label, act) {
    const button = h("button", { type: "button", class: "tool", "aria-label": label, title: label, onclick: act });
    button.append(icon(glyph));
    return button;
  }

  /** Show a message; returns true if its words or keys are other than before. */
  update(message, surroundings) {
    this.message = message;
    const { mine, named, first, last, target, me, nameOf } = surroundings;
    this.element.className = [
      "message",
      mine ? "out" : "in",
      first && "first",
      last && "last",
      named && "named",
      message.sticker && "bare",
      message.photo && !message.caption && "only-picture",
      message.media_group_id && !last && "album",
      message.service && "service",
      this.element.classList.contains("fresh") && "fresh",
    ]
      .filter(Boolean)
      .join(" ");
    const wasShown = Object.keys(this.#shown).length > 0;
    const from = message.from ?? {};
    this.#patch("sender", [named && first && !mine, from.id, from.name], () => {
      this.sender.hidden = !named || !first || mine;
      this.sender.className = `sender shade-${from.is_bot ? "bot" : Math.abs(from.id ?? 0) % 7}`;
      this.sender.textContent = from.name ?? "";
    });
    this.#patch("face", [named && last && !mine, from.id, from.name], () => {
      this.face.hidden = !named || mine;
      this.face.replaceChildren(...(last ? [avatar(from.id, from.name, from.is_bot)] : []));
    });
    const answered = [message.reply_to_message_id, message.quote, message.external_reply];
    this.#patch("quote", [answered, target && summary(target)], () => this.#quote(message, target));
    const changedMedia = this.#patch("media", mediaOf(message), () => {
      this.media.replaceChildren(...media(message, this.reader));
    });
    const changedWords = this.#patch("words", wordsOf(message), () => this.#words(message));
    this.#patch("meta", [message.date, message.edit_date, message.pinned], () => this.#meta(message));
    this.#patch("reactions", [message.reacted ?? {}, me], () => this.#reactions(message, me, nameOf));
    const changedKeys = this.#patch("keys", message.inline_keyboard ?? [], () => this.#keys(message));
    const changed = wasShown && (changedWords || changedMedia || changedKeys);
    if (changed) this.#flash();
    return changed;
  }

  /** Mark the keys that were pressed and are not answered yet. */
  mark(isWaiting) {
    for (const key of this.keyboard.querySelectorAll("button[data-row]")) {
      const waits = isWaiting(Number(key.dataset.row), Number(key.dataset.column));
      key.classList.toggle("waiting", waits);
      key.setAttribute("aria-busy", String(waits));
    }
  }

  #patch(name, value, draw) {
    const text = JSON.stringify(value) ?? "";
    if (this.#shown[name] === text) return false;
    this.#shown[name] = text;
    draw();
    return true;
  }

  #flash() {
    this.element.classList.remove("changed");
    void this.element.offsetWidth; // starts the animation again
    this.element.classList.add("changed");
  }

  #words(message) {
    if (message.service) {
      this.words.textContent = message.service;
      return;
    }
    const text = message.text ?? message.caption ?? "";
    const entities = message.text === undefined ? message.caption_entities : message.entities;
    const isKnown = text || mediaOf(message).some(Boolean);
    this.words.replaceChildren(
      isKnown ? richText(text, entities, this.reader) : h("i", {}, "This kind of message is not shown here"),
    );
  }

  /** One chip for each emoji, with who put it there; pressing it adds or takes one's own. */
  #reactions({ reacted = {} }, me, nameOf) {
    const byEmoji = new Map();
    for (const [who, emoji] of Object.entries(reacted)) {
      byEmoji.set(emoji, [...(byEmoji.get(emoji) ?? []), Number(who)]);
    }
    const chips = [...byEmoji].map(([emoji, people]) => {
      const mine = people.includes(me);
      const names = people.map(nameOf).join(", ");
      const label = `${coloured(emoji)} by ${names}`;
      const act = () => this.reader.react(this.message, mine ? null : emoji);
      return h(
        "button",
        { type: "button", class: "reaction", testid: "reaction", title: label, "aria-label": label, "aria-pressed": String(mine), onclick: act },
        coloured(emoji),
        people.length > 1 ? h("span", { class: "times" }, String(people.length)) : null,
      );
    });
    this.reactions.replaceChildren(...chips);
  }

  #quote(message, target) {
    this.quote.replaceChildren();
    if (message.external_reply) {
      const { from, text } = message.external_reply;
      const lines = [h("b", { dir: "auto" }, from.name), h("span", { dir: "auto" }, text)];
      this.quote.append(h("div", { class: "quote" }, ...lines));
      return;
    }
    // What stands in a topic answers its beginning (Bot API, Message), which nobody sees.
    const answered = message.reply_to_message_id;
    if (!answered || answered === message.message_thread_id) return;
    const name = target?.from?.name ?? "";
    const button = h(
      "button",
      { type: "button", class: "quote", onclick: () => this.reader.goTo(answered) },
      h("b", { dir: "auto" }, name),
      h("span", { dir: "auto" }, message.quote ?? (target ? summary(target) : "Deleted message")),
    );
    button.disabled = !target;
    this.quote.append(button);
  }

  #meta({ date, edit_date: edited, pinned }) {
    const day = new Date(date * 1000);
    const time = h("time", { datetime: day.toISOString(), title: moment.format(day) }, clock.format(day));
    const said = edited ? h("span", { title: moment.format(new Date(edited * 1000)) }, "edited") : null;
    const pin = pinned ? icon("pin") : null;
    this.meta.replaceChildren(...[pin, said, time].filter(Boolean));
  }

  #keys(message) {
    const focused = this.keyboard.contains(document.activeElement)
      ? document.activeElement.dataset
      : null;
    const rows = (message.inline_keyboard ?? []).map((row, rowIndex) =>
      h("div", { class: "row" }, ...row.map((key, column) => this.#key(message, key, rowIndex, column))),
    );
    this.keyboard.replaceChildren(...rows);
    this.keyboard.hidden = rows.length === 0;
    if (!focused) return;
    // The page turned under somebody who uses the keyboard: stay at the same place.
    const same = `[data-row="${focused.row}"][data-column="${focused.column}"]`;
    (this.keyboard.querySelector(same) ?? this.keyboard.querySelector(".key"))?.focus({ preventScroll: true });
  }

  #key(message, key, row, column) {
    const copied = typeof key.copy_text === "object" ? key.copy_text?.text : key.copy_text;
    const look = `key ${["primary", "success", "danger"].includes(key.style) ? key.style : ""}`;
    const common = {
      class: look,
      testid: "key",
      title: key.text,
      "data-row": row,
      "data-column": column,
    };
    const label = h("span", { class: "label", dir: "auto" }, key.text);
    if (key.url !== undefined) {
      const url = safeUrl(key.url);
      const sign = icon("out");
      if (url) return link(url, this.reader.follow, { ...common, "aria-label": `${key.text} (link)` }, label, sign);
    }
    const button = h("button", { type: "button", ...common }, label);
    if (copied !== undefined) {
      button.append(icon("copy"));
      button.onclick = () => this.reader.copy(copied);
    } else if (key.callback_data !== undefined) {
      button.append(h("span", { class: "spinner", "aria-hidden": "true" }));
      button.onclick = () => this.reader.tap(message, row, column);
    } else {
      button.disabled = true;
    }
    return button;
  }
}

/** U+2764 and its like are text signs unless told otherwise; Telegram shows them in colour. */
const coloured = (emoji) => (/^\p{Emoji_Presentation}/u.test(emoji) ? emoji : `${emoji}\uFE0F`);

const mediaOf = (message) => [
  message.photo,
  message.video,
  message.animation,
  message.document,
  message.video_note,
  message.voice ?? message.audio,
  message.sticker,
  message.dice,
  message.venue,
  message.location,
  message.contact,
  message.poll,
];

const wordsOf = (message) => [
  message.service,
  message.text ?? message.caption,
  message.text === undefined ? message.caption_entities : message.entities,
];

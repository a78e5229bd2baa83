/** What is new and not looked at yet, and where the bot is just typing. */

import { topicOf } from "./world.js";

const TYPING_MS = 5500; // a chat action lasts five seconds (Bot API, sendChatAction)

/** A private chat is one place; in a group each topic is one. */
const placeOf = (chatId, topic) => `${chatId}:${chatId > 0 ? "" : (topic ?? "")}`;

export class Attention {
  #unread = new Map(); // place -> number
  #typing = new Map(); // place -> timer

  constructor(changed) {
    this.changed = changed;
  }

  /** A message came. `isNews`: it is new, and not from whoever looks. */
  arrived(chatId, message, isNews) {
    const place = placeOf(chatId, topicOf(message));
    if (message.from?.is_bot) this.#stopTyping(place);
    if (isNews) this.#unread.set(place, (this.#unread.get(place) ?? 0) + 1);
  }

  seen(chatId, topic) {
    this.#unread.delete(placeOf(chatId, topic));
  }

  unread(chatId, topic = null) {
    return this.#unread.get(placeOf(chatId, topic)) ?? 0;
  }

  /** Unread messages of all private chats, and of all groups. */
  sums() {
    const sums = { patient: 0, staff: 0 };
    for (const [place, count] of this.#unread) {
      sums[place.startsWith("-") ? "staff" : "patient"] += count;
    }
    return sums;
  }

  types(chatId, topic) {
    const place = placeOf(chatId, topic > 1 ? topic : null);
    this.#stopTyping(place);
    const stop = () => {
      this.#typing.delete(place);
      this.changed();
    };
    this.#typing.set(place, setTimeout(stop, TYPING_MS));
  }

  isTyping(chatId, topic) {
    return this.#typing.has(placeOf(chatId, topic));
  }

  #stopTyping(place) {
    clearTimeout(this.#typing.get(place));
    this.#typing.delete(place);
  }
}

/** Which inline keys were pressed and are not answered yet. */

const PATIENCE_MS = 15000; // after this a client stops turning its wheel by itself

export class PressedKeys {
  #pressed = new Map(); // "chat:message:row:column" -> {keyboard, query}
  #answered = new Set(); // answers that outran the reply to our own request

  constructor(changed) {
    this.changed = changed;
  }

  /** Show a key as waiting while `request` (-> {callback_query_id}) and its answer are under way. */
  async press(chatId, message, row, column, request) {
    const place = `${chatId}:${message.message_id}:${row}:${column}`;
    if (this.#pressed.has(place)) return;
    const press = { keyboard: JSON.stringify(message.inline_keyboard), query: null };
    this.#pressed.set(place, press);
    const release = () => {
      if (this.#pressed.get(place) !== press) return;
      this.#pressed.delete(place);
      this.changed();
    };
    setTimeout(release, PATIENCE_MS);
    this.changed();
    try {
      const { callback_query_id: query } = await request();
      press.query = query;
      if (this.#answered.delete(query)) release();
    } catch (error) {
      release();
      throw error;
    }
  }

  answered(query) {
    for (const [place, press] of this.#pressed) {
      if (press.query !== query) continue;
      this.#pressed.delete(place);
      this.changed();
      return;
    }
    if ([...this.#pressed.values()].some((press) => press.query === null)) this.#answered.add(query);
  }

  /** For one message: whether the key at a row and column waits. A new keyboard has no pressed key. */
  waitingIn(chatId, message) {
    return (row, column) => {
      const press = this.#pressed.get(`${chatId}:${message.message_id}:${row}:${column}`);
      return Boolean(press) && press.keyboard === JSON.stringify(message.inline_keyboard);
    };
  }
}

/** What the server has told us: people, chats, messages, commands. No document in here. */

const RIGHT_TO_LEFT = new Set(["ar", "arc", "ckb", "dv", "fa", "he", "ps", "sd", "ug", "ur", "yi"]);

/** A tag such as `zh-hans` in the spelling browsers want (`zh-Hans`); `en` if it is none. */
export function localeOf(tag) {
  try {
    return Intl.getCanonicalLocales(tag || "en")[0] ?? "en";
  } catch {
    return "en";
  }
}

export const directionOf = (tag) =>
  RIGHT_TO_LEFT.has(localeOf(tag).split("-")[0]) ? "rtl" : "ltr";

/** A language in English: "Simplified Chinese". */
export function languageName(tag) {
  if (!tag) return "no language";
  return new Intl.DisplayNames(["en"], { type: "language" }).of(localeOf(tag));
}

/** A language as a developer and as its speaker call it: "Arabic · العربية". */
export function bothNames(tag) {
  const inEnglish = languageName(tag);
  if (!tag) return inEnglish;
  const locale = localeOf(tag);
  const own = new Intl.DisplayNames([locale], { type: "language" }).of(locale);
  return own === inEnglish ? inEnglish : `${inEnglish} · ${own}`;
}

/**
 * The entry for a client's language, as Telegram looks it up: the first two letters, then the
 * entry without a language (setMyDescription, setMyCommands: `language_code`).
 */
export function inLanguage(texts, tag) {
  const letters = (tag ?? "").slice(0, 2).toLowerCase();
  return (letters && texts?.[letters]) || texts?.[""] || "";
}

/** The topic a message stands in; null is General, whose messages carry no id or 1. */
export const topicOf = (message) => {
  const id = message.message_thread_id;
  return id === undefined || id === null || id <= 1 ? null : id;
};

/** Who wrote a message, also where it says that the group did. */
export const authorOf = (message) => message.author_id ?? message.from?.id;

export class World {
  bot = { name: "", username: "", descriptions: {}, short_descriptions: {} };
  commands = [];
  languages = [];
  users = new Map();
  chats = new Map();
  staffChatId = null;
  ahead = 0; // seconds by which the time there is before the real one
  #skew = 0; // and by which the server's real time is before this browser's

  /** Replace everything with a state read from the server. */
  load(state) {
    this.bot = state.bot;
    this.commands = state.commands ?? [];
    this.languages = state.client_languages ?? [];
    this.staffChatId = state.staff_chat_id ?? null;
    this.#setClock(state);
    this.users = new Map(state.users.map((user) => [user.id, user]));
    this.chats = new Map();
    for (const chat of state.chats) this.#keepChat(chat, chat.messages ?? []);
  }

  /** Take in one event that changes what is there; true if a message is new to us. */
  apply(event) {
    switch (event.kind) {
      case "message":
        return this.#keepMessage(event.chat_id, event.message);
      case "deleted":
        for (const id of event.message_ids) this.chats.get(event.chat_id)?.messages.delete(id);
        return false;
      case "chat":
        this.#keepChat(event.chat, null);
        return false;
      case "user":
        this.users.set(event.user.id, event.user);
        return false;
      case "commands":
        this.commands = event.commands;
        return false;
      case "bot":
        this.bot = event.bot;
        return false;
      case "clock":
        this.#setClock(event);
        return false;
      default:
        return false;
    }
  }

  #setClock({ now, ahead }) {
    this.ahead = ahead ?? 0;
    this.#skew = now === undefined ? 0 : now - this.ahead - Date.now() / 1000;
  }

  /** What time it is there, as a Date. */
  get now() {
    return new Date(Date.now() + 1000 * (this.ahead + this.#skew));
  }

  /** What somebody is in a chat: `{rank, anonymous}`, null for who is not in it. */
  membership(chat, userId) {
    return chat?.members?.find((member) => member.user_id === userId) ?? null;
  }

  nameOf(id) {
    return id === this.bot.id ? this.bot.name : (this.users.get(id)?.name ?? "somebody");
  }

  /** Whether somebody may delete, pin and close what is others'. */
  manages(chat, userId) {
    return ["creator", "administrator"].includes(this.membership(chat, userId)?.rank);
  }

  #keepChat(chat, messages) {
    const before = this.chats.get(chat.id);
    const kept = messages
      ? new Map(messages.map((message) => [message.message_id, message]))
      : (before?.messages ?? new Map());
    this.chats.set(chat.id, { topics: [], ...before, ...chat, messages: kept });
  }

  #keepMessage(chatId, message) {
    // A message can outrun the event that tells of its chat: keep it, the chat's event fills in.
    if (!this.chats.has(chatId)) {
      const type = chatId > 0 ? "private" : "supergroup";
      this.#keepChat({ id: chatId, type, user_id: chatId > 0 ? chatId : undefined, title: "" }, []);
    }
    const { messages } = this.chats.get(chatId);
    const isNew = !messages.has(message.message_id);
    messages.set(message.message_id, message);
    return isNew;
  }

  /**
   * Whoever has a chat with the bot to look at: patients, and of the staff those who began one. A
   * stranger from some group has none.
   */
  get telephones() {
    return [...this.users.values()].filter((user) => this.privateChat(user.id));
  }

  get staff() {
    return [...this.users.values()].filter((user) => user.staff);
  }

  get groups() {
    return [...this.chats.values()].filter((chat) => chat.type !== "private");
  }

  /** A group's topics besides General. */
  topics(chat) {
    return (chat?.topics ?? []).filter((topic) => topic.id > 1);
  }

  privateChat(userId) {
    return [...this.chats.values()].find(
      (chat) => chat.type === "private" && (chat.user_id ?? chat.id) === userId,
    );
  }

  /** Messages of a chat by id; `topic` undefined is the whole chat, null General. */
  messages(chat, topic) {
    if (!chat) return [];
    const all = [...chat.messages.values()].sort((a, b) => a.message_id - b.message_id);
    return topic === undefined ? all : all.filter((message) => topicOf(message) === topic);
  }

  /**
   * The commands a person's client shows in a chat: the first list that is set, narrowest scope
   * first, in each scope the client's language before the list without one
   * (Bot API, "Determining list of commands").
   */
  commandsFor(user, chat) {
    const ofChat = (type) => (scope) => scope.type === type && scope.chat_id === chat.id;
    const ofType = (type) => (scope) => scope.type === type;
    const scopes =
      chat.type === "private"
        ? [ofChat("chat"), ofType("all_private_chats"), ofType("default")]
        : [
            (scope) => ofChat("chat_member")(scope) && scope.user_id === user.id,
            ofChat("chat_administrators"),
            ofChat("chat"),
            ofType("all_chat_administrators"),
            ofType("all_group_chats"),
            ofType("default"),
          ];
    const letters = (user.language_code ?? "").slice(0, 2).toLowerCase();
    for (const fits of scopes) {
      for (const language of letters ? [letters, ""] : [""]) {
        const found = this.commands.find(
          (list) => fits(list.scope) && (list.language_code ?? "") === language,
        );
        if (found) return found.commands;
      }
    }
    return [];
  }
}

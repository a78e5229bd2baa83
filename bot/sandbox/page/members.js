/** Who is in the group and as what: a dialog in which they leave, are removed, or rise. */

import { avatar, h } from "./dom.js";

const RANKS = { creator: "owner", administrator: "administrator", member: "member" };

/** What somebody is, in a word or two: "owner", "administrator, anonymous", "not in the group". */
export function rankName(membership) {
  if (!membership) return "not in the group";
  return membership.anonymous ? `${RANKS[membership.rank]}, anonymous` : RANKS[membership.rank];
}

export class MembersDialog {
  #chat = null;
  #me = null;

  /** `act(user, body)` asks the server for a change of membership and resolves when it is made. */
  constructor(dialog, world, act) {
    this.dialog = dialog;
    this.world = world;
    this.act = act;
    this.list = dialog.querySelector(".members");
  }

  /** Open it for a group, as seen by one of the staff (a user id). */
  open(chatId, me) {
    this.#chat = chatId;
    this.#me = me;
    this.show();
    this.dialog.showModal();
  }

  /** Draw it again; nothing if it is not open. */
  show() {
    const chat = this.world.chats.get(this.#chat);
    if (!chat) return;
    const chief = this.world.manages(chat, this.#me);
    this.dialog.querySelector("h2").textContent = `Members of ${chat.title}`;
    const name = this.world.nameOf(this.#me);
    this.dialog.querySelector(".hint").textContent = chief
      ? `${name} is an administrator and may change what others are.`
      : `${name} may only leave. Administrators change what others are.`;
    const focused = document.activeElement?.closest(".members button");
    const rows = this.world.staff.map((user) => this.#row(chat, user, chief));
    this.list.replaceChildren(...rows, this.#botRow(chat));
    if (!focused) return;
    // Whoever goes by the keyboard stays where they were, or at least in the same row.
    const row = [...this.list.children].find((each) => each.dataset.who === focused.dataset.who);
    const buttons = [...row.querySelectorAll("button")];
    (buttons.find((each) => each.textContent === focused.textContent) ?? buttons[0])?.focus();
  }

  #botRow(chat) {
    const { bot } = this.world;
    const inside = !["left", "kicked"].includes(chat.bot_status);
    const place = (label, status) => this.#button(bot, label, { chat_id: chat.id, act: "bot", status });
    const buttons = [
      chat.bot_status !== "administrator" && place(inside ? "Make administrator" : "Add as administrator", "administrator"),
      chat.bot_status === "administrator" && place("Make member", "member"),
      inside && place("Remove", "kicked"),
    ].filter(Boolean);
    const rank = inside ? chat.bot_status : "not in the group";
    return this.#line(bot, avatar(bot.id, bot.name, true), rank, buttons);
  }

  #button(who, label, body) {
    const act = () => this.act(who, body);
    const spoken = `${label}: ${who.name}`;
    return h("button", { type: "button", "data-who": who.id, "aria-label": spoken, onclick: act }, label);
  }

  #line(who, face, rank, buttons) {
    const lines = h("span", { class: "lines" }, h("b", { dir: "auto" }, who.name), h("small", {}, rank));
    return h("li", { "data-who": who.id }, face, lines, h("span", { class: "changes" }, ...buttons));
  }

  #row(chat, user, chief) {
    const membership = this.world.membership(chat, user.id);
    const mine = user.id === this.#me;
    const buttons = [];
    const offer = (label, body) =>
      buttons.push(this.#button(user, label, { chat_id: chat.id, by: this.#me, ...body }));
    if (!membership) offer("Join", { act: "join" });
    else {
      const { rank, anonymous } = membership;
      if (chief && rank === "member") offer("Make administrator", { act: "promote", rank: "administrator" });
      if (chief && rank !== "member") {
        offer(anonymous ? "Show name" : "Hide name", { act: "promote", rank, anonymous: !anonymous });
      }
      if (chief && rank === "administrator") offer("Make member", { act: "promote", rank: "member" });
      if (mine) offer("Leave", { act: "leave" });
      else if (chief && rank !== "creator") offer("Remove", { act: "remove" });
    }
    return this.#line(user, avatar(user.id, user.name), rankName(membership), buttons);
  }
}

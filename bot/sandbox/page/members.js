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
    const focused = document.activeElement?.dataset?.act;
    this.list.replaceChildren(...this.world.staff.map((user) => this.#row(chat, user, chief)));
    if (focused) this.list.querySelector(`[data-act="${focused}"]`)?.focus();
  }

  #row(chat, user, chief) {
    const membership = this.world.membership(chat, user.id);
    const mine = user.id === this.#me;
    const buttons = [];
    const offer = (label, body) => {
      const act = () => this.act(user, { chat_id: chat.id, by: this.#me, ...body });
      const key = `${user.id} ${label}`;
      const spoken = `${label}: ${user.name}`;
      buttons.push(h("button", { type: "button", "data-act": key, "aria-label": spoken, onclick: act }, label));
    };
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
    return h(
      "li",
      { testid: `member-${user.id}` },
      avatar(user.id, user.name),
      h("span", { class: "lines" }, h("b", { dir: "auto" }, user.name), h("small", {}, rankName(membership))),
      h("span", { class: "changes" }, ...buttons),
    );
  }
}

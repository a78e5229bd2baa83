/** One chat (or one topic of a group) on the screen: its messages, its scroll, its bars. */

import { Bubble } from "./bubble.js";
import { Composer } from "./composer.js";
import { arrange, h, parts } from "./dom.js";
import { summary } from "./media.js";
import { openMenu } from "./menu.js";
import { toast } from "./notices.js";
import { authorOf, localeOf } from "./world.js";

const REACTIONS = ["👍", "❤", "🙏", "👌", "🎉", "😢", "👀"];
const RUN_SECONDS = 300; // messages of one sender closer than this stand as one run
const NEAR_PIXELS = 60; // this close to the end counts as being at the end

const STILL = matchMedia("(prefers-reduced-motion: reduce)");
const glide = () => (STILL.matches ? "instant" : "smooth");

const dayOf = (message) => new Date(message.date * 1000).toDateString();

/** "today" or a date, in the language of whoever looks; `now` is the time there. */
function dayName(message, locale, now) {
  const day = new Date(message.date * 1000);
  const days = Math.round((new Date(now).setHours(0, 0, 0, 0) - new Date(day).setHours(0, 0, 0, 0)) / 864e5);
  if (days === 0 || days === 1) {
    const told = new Intl.RelativeTimeFormat(locale, { numeric: "auto" }).format(-days, "day");
    return told.charAt(0).toLocaleUpperCase(locale) + told.slice(1);
  }
  const options = { day: "numeric", month: "long", numberingSystem: "latn" };
  if (days > 300 || days < 0) options.year = "numeric";
  return new Intl.DateTimeFormat(locale, options).format(day);
}

export class Conversation {
  #rows = new Map(); // message id -> Bubble
  #days = new Map(); // day -> element
  #atEnd = true;
  #missed = 0;
  #view = null;

  /**
   * `acts`: say, edit, attach, editLast, fail (see Composer), and tap(message, row, column),
   * react(message, emoji), remove(message), pin(message), follow(url), command(text),
   * menu() -> choices, back().
   */
  constructor(root, name, acts) {
    this.root = root;
    this.acts = acts;
    root.append(document.querySelector("#conversation").content.cloneNode(true));
    this.parts = parts(root);
    const { log, list, jump, menu, back, input, panel, slash } = this.parts;
    input.id = `${name}-input`;
    panel.id = `${name}-commands`;
    slash.setAttribute("aria-controls", panel.id);
    this.composer = new Composer(this.parts, {
      ...acts,
      editLast: () => this.#editLast(),
    });
    this.reader = {
      locale: "en",
      reply: (message) => this.composer.reply(message),
      more: (message, anchor) => this.#more(message, anchor),
      goTo: (id) => this.goTo(id),
      tap: acts.tap,
      react: acts.react,
      look: acts.look,
      follow: acts.follow,
      command: acts.command,
      copy: (text) => this.#copy(text),
    };
    menu.onclick = () => openMenu(menu, acts.menu());
    back.onclick = acts.back;
    log.onscroll = () => this.#scrolled();
    jump.onclick = () => this.toEnd({ smooth: true });
    new ResizeObserver(() => this.#settle()).observe(list);
    new ResizeObserver(() => this.#settle()).observe(log);
  }

  /**
   * Show a view: `{key, title, subtitle, typing, face, me, manages, messages, all, named, locale,
   * direction, now, nameOf(id), commands, intro, foot, isWaiting(message)}`. `all` is the chat's
   * messages by id (a reply can point outside a topic); `foot` is "write", or
   * `{label, act, testid?, text?}` for a bar with a button, or `{text}`.
   */
  show(view) {
    const turned = view.key !== this.#view?.key;
    this.#view = view;
    this.reader.locale = view.locale;
    this.#head(view);
    this.#foot(view);
    this.composer.show(view);
    if (turned) this.#forget();
    const anchor = this.#anchor();
    this.#draw(view, turned);
    this.#pinned(view);
    if (turned || this.#atEnd) this.toEnd();
    else this.#restore(anchor);
    this.#jumpButton();
  }

  toast(text, options) {
    toast(this.parts.toasts, text, options);
  }

  toEnd({ smooth = false } = {}) {
    const { log } = this.parts;
    this.#atEnd = true;
    this.#missed = 0;
    log.scrollTo({ top: log.scrollHeight, behavior: smooth ? glide() : "instant" });
    this.#jumpButton();
  }

  /** Scroll to a message and show which one it is; false if it is not in this conversation. */
  goTo(id) {
    const bubble = this.#rows.get(id);
    if (!bubble) return false;
    this.#atEnd = false;
    bubble.element.scrollIntoView({ block: "center", behavior: glide() });
    bubble.element.classList.remove("sought");
    void bubble.element.offsetWidth;
    bubble.element.classList.add("sought");
    return true;
  }

  #forget() {
    this.#rows.clear();
    this.#days.clear();
    this.#atEnd = true;
    this.#missed = 0;
    this.parts.heard.textContent = "";
  }

  #head({ title, subtitle, typing, face, direction, locale }) {
    const { title: heading, subtitle: line, avatar } = this.parts;
    this.root.dir = direction;
    this.parts.log.lang = localeOf(locale);
    heading.textContent = title;
    line.textContent = typing ?? subtitle;
    line.classList.toggle("typing", Boolean(typing));
    avatar.replaceChildren(face);
  }

  #foot({ foot }) {
    const { composer, footer } = this.parts;
    const writes = foot === "write";
    composer.hidden = !writes;
    footer.hidden = writes;
    const signature = writes ? "" : `${foot.label}${foot.text}`;
    if (footer.dataset.shows !== signature) {
      footer.dataset.shows = signature;
      const button =
        foot.label &&
        h("button", { type: "button", class: "wide", testid: foot.testid ?? null }, foot.label);
      footer.replaceChildren(...[foot.text && h("p", {}, foot.text), button].filter(Boolean));
    }
    // The only handler, so that drawing again never makes one press count twice.
    if (foot.act) footer.querySelector("button").onclick = foot.act;
  }

  #draw(view, turned) {
    const { list } = this.parts;
    const rows = [];
    const seen = new Set();
    let previous = null;
    view.messages.forEach((message, index) => {
      const next = view.messages[index + 1];
      if (!previous || dayOf(previous) !== dayOf(message)) {
        rows.push(this.#day(message, view));
        previous = null;
      }
      const isNew = !this.#rows.has(message.message_id);
      const bubble = this.#rows.get(message.message_id) ?? new Bubble(message, this.reader);
      this.#rows.set(message.message_id, bubble);
      seen.add(message.message_id);
      const mine = authorOf(message) === view.me;
      const changed = bubble.update(message, {
        mine,
        named: view.named,
        first: !runs(previous, message),
        last: !(next && dayOf(next) === dayOf(message) && runs(message, next)),
        target: this.#target(message, view),
        me: view.me,
        nameOf: view.nameOf,
      });
      bubble.mark(view.isWaiting(message));
      if (isNew && !turned) {
        bubble.element.classList.add("fresh");
        if (!this.#atEnd && !mine) this.#missed += 1;
        if (mine) this.#atEnd = true; // what one sends oneself is always shown
      }
      // The log tells of new messages by itself; a page that turned in place has to be told.
      if (changed && !mine) this.parts.heard.textContent = summary(message).slice(0, 400);
      rows.push(bubble.element);
      previous = message;
    });
    for (const id of [...this.#rows.keys()]) if (!seen.has(id)) this.#rows.delete(id);
    const { intro } = view;
    if (intro && view.messages.length === 0) rows.push(this.#intro(intro));
    arrange(list, rows);
  }

  #target(message, view) {
    const target = view.all.get(message.reply_to_message_id);
    return target?.service ? undefined : target;
  }

  #day(message, { locale, now }) {
    const key = dayOf(message);
    const name = dayName(message, locale, now);
    const element = this.#days.get(key) ?? h("div", { class: "day", role: "separator" }, h("span", { dir: "auto" }));
    element.firstElementChild.textContent = name;
    this.#days.set(key, element);
    return element;
  }

  #intro({ title, text }) {
    return h(
      "div",
      { class: "intro" },
      h("h3", { dir: "auto" }, title),
      h("p", { dir: "auto" }, text),
    );
  }

  #pinned({ messages }) {
    const { pinned, pinnedText } = this.parts;
    const last = messages.findLast((message) => message.pinned);
    pinned.hidden = !last;
    if (!last) return;
    pinnedText.textContent = summary(last);
    pinned.onclick = () => this.goTo(last.message_id);
  }

  #more(message, anchor) {
    const { me, manages } = this.#view;
    const mine = authorOf(message) === me;
    const text = message.text ?? message.caption;
    const choices = [{ label: "Reply", glyph: "reply", act: () => this.composer.reply(message) }];
    if (text) choices.push({ label: "Copy text", glyph: "copy", act: () => this.#copy(text) });
    if (mine && text) {
      choices.push({ label: "Edit", glyph: "pencil", act: () => this.composer.edit(message) });
    }
    if (message.reacted?.[me]) {
      const act = () => this.acts.react(message, null);
      choices.push({ label: "Take back my reaction", glyph: "smile", act });
    }
    if (manages) {
      const label = message.pinned ? "Unpin" : "Pin";
      choices.push({ label, glyph: "pin", act: () => this.acts.pin(message) });
    }
    if (mine || manages) {
      const act = () => this.acts.remove(message);
      choices.push({ label: "Delete for everyone", glyph: "bin", danger: true, act });
    }
    openMenu(anchor, choices, {
      reactions: REACTIONS,
      react: (emoji) => this.acts.react(message, emoji),
    });
  }

  #editLast() {
    const { messages, me } = this.#view;
    const last = messages.findLast((message) => authorOf(message) === me && message.text !== undefined);
    if (last) this.composer.edit(last);
  }

  async #copy(text) {
    try {
      await navigator.clipboard.writeText(text);
      this.toast("Copied");
    } catch {
      this.toast(text); // no clipboard for this page: the words can at least be read and marked
    }
  }

  /** The first message in sight and where it stands, to put it back there after a change. */
  #anchor() {
    const { log } = this.parts;
    const top = log.getBoundingClientRect().top;
    for (const bubble of this.#rows.values()) {
      const place = bubble.element.getBoundingClientRect();
      if (place.bottom > top) return { element: bubble.element, offset: place.top };
    }
    return null;
  }

  #restore(anchor) {
    if (!anchor?.element.isConnected) return;
    const moved = anchor.element.getBoundingClientRect().top - anchor.offset;
    if (moved) this.parts.log.scrollTop += moved;
  }

  #scrolled() {
    const { log } = this.parts;
    this.#atEnd = log.scrollHeight - log.scrollTop - log.clientHeight < NEAR_PIXELS;
    if (this.#atEnd) this.#missed = 0;
    this.#jumpButton();
  }

  /** A picture that arrived, a field that grew: whoever was at the end stays there. */
  #settle() {
    const { log } = this.parts;
    if (this.#atEnd) log.scrollTop = log.scrollHeight;
  }

  #jumpButton() {
    const { jump, jumpCount } = this.parts;
    jump.hidden = this.#atEnd;
    jumpCount.textContent = this.#missed ? String(this.#missed) : "";
    jump.setAttribute("aria-label", this.#missed ? `${this.#missed} new messages` : "To the newest message");
  }
}

/** Whether two neighbours stand as one run: same sender, soon after, neither a service line. */
const runs = (before, after) =>
  Boolean(before) &&
  !before.service &&
  !after.service &&
  authorOf(before) === authorOf(after) &&
  after.date - before.date < RUN_SECONDS;

/** Where one writes: text, replies, edits, attachments, and the list of commands. */

import { h, icon } from "./dom.js";
import { summary } from "./media.js";
import { openMenu } from "./menu.js";

const ATTACHMENTS = [
  { kind: "photo", label: "Picture", glyph: "image" },
  { kind: "document", label: "File", glyph: "file" },
  { kind: "voice", label: "Voice message", glyph: "mic" },
  { kind: "video", label: "Video", glyph: "video" },
  { kind: "video_note", label: "Video message", glyph: "play" },
  { kind: "sticker", label: "Sticker", glyph: "smile" },
  { kind: "location", label: "Location", glyph: "place" },
  { kind: "contact", label: "Contact", glyph: "person" },
  { kind: "poll", label: "Poll", glyph: "poll" },
  { kind: "animation", label: "GIF", glyph: "film" },
];

const GROWS_BY_ITSELF = CSS.supports("field-sizing", "content");
const HAS_KEYBOARD = matchMedia("(hover: hover)");

export class Composer {
  #key = null;
  #drafts = new Map(); // conversation -> {text, mode} while another one is shown
  #mode = null; // {reply: message} or {edit: message}
  #commands = [];
  #picked = -1;
  #direction = "ltr";
  #opened = false; // the list was asked for with the button, not by typing

  /**
   * `parts` are the named elements of the conversation's template. `acts` are
   * `say(text, replyId)`, `edit(id, text)`, `attach(kind, replyId, file?)`, `editLast()`, `fail(error)`.
   */
  constructor(parts, acts) {
    this.parts = parts;
    this.acts = acts;
    const { composer, input, slash, attach, barClose } = parts;
    composer.onsubmit = (event) => {
      event.preventDefault();
      this.#submit();
    };
    input.oninput = () => this.#typed();
    input.onkeydown = (event) => this.#pressed(event);
    input.onpaste = (event) => {
      const file = event.clipboardData?.files[0];
      if (!file) return;
      event.preventDefault();
      this.#attach(file.type.startsWith("image/") ? "photo" : "document", file);
    };
    slash.onclick = () => this.#toggleList();
    attach.onclick = () =>
      openMenu(
        attach,
        ATTACHMENTS.map((choice) => ({ ...choice, act: () => this.#attach(choice.kind) })),
      );
    barClose.onclick = () => this.#setMode(null, { clear: Boolean(this.#mode?.edit) });
    document.addEventListener("pointerdown", (event) => {
      if (!composer.contains(event.target) && !parts.panel.contains(event.target)) this.#closeList();
    });
  }

  /** Turn to a conversation: its draft comes back, its commands are at hand. */
  show({ key, direction, commands }) {
    this.#direction = direction;
    this.#commands = commands;
    this.parts.slash.hidden = commands.length === 0;
    if (key !== this.#key) {
      if (this.#key !== null) {
        this.#drafts.set(this.#key, { text: this.parts.input.value, mode: this.#mode });
      }
      this.#key = key;
      const draft = this.#drafts.get(key) ?? { text: "", mode: null };
      this.#write(draft.text);
      this.#setMode(draft.mode);
      this.#closeList();
    }
    this.#direct();
  }

  reply(message) {
    this.#setMode({ reply: message }, { clear: Boolean(this.#mode?.edit) });
    this.parts.input.focus();
  }

  edit(message) {
    this.#setMode({ edit: message });
    this.#write(message.text ?? message.caption ?? "");
    this.parts.input.focus();
  }

  #setMode(mode, { clear = false } = {}) {
    this.#mode = mode;
    const { bar, barTitle, barText, barGlyph } = this.parts;
    bar.hidden = mode === null;
    if (clear) this.#write("");
    if (!mode) return;
    const message = mode.edit ?? mode.reply;
    barTitle.textContent = mode.edit ? "Edit message" : `Reply to ${message.from?.name ?? ""}`;
    barText.textContent = summary(message);
    barGlyph.replaceChildren(icon(mode.edit ? "pencil" : "reply"));
  }

  #write(text) {
    this.parts.input.value = text;
    this.#typed({ quietly: true });
  }

  #typed({ quietly = false } = {}) {
    const { input, send } = this.parts;
    send.disabled = input.value.trim() === "";
    this.#direct();
    if (!GROWS_BY_ITSELF) {
      input.style.height = "auto";
      input.style.height = `${input.scrollHeight}px`;
    }
    if (quietly) return;
    if (/^\/\w*$/u.test(input.value)) this.#list(input.value.slice(1).toLowerCase());
    else this.#closeList();
  }

  /** An empty field stands as the client's language runs, a written one as its text does. */
  #direct() {
    this.parts.input.dir = this.parts.input.value ? "auto" : this.#direction;
  }

  #pressed(event) {
    if (event.isComposing || event.keyCode === 229) return; // an input method is at work
    const { panel, input } = this.parts;
    if (!panel.hidden && ["ArrowUp", "ArrowDown"].includes(event.key)) {
      event.preventDefault();
      this.#pick(this.#picked + (event.key === "ArrowDown" ? 1 : -1));
    } else if (!panel.hidden && event.key === "Escape") {
      event.preventDefault();
      this.#closeList();
    } else if (!panel.hidden && ["Enter", "Tab"].includes(event.key) && this.#picked >= 0 && !event.shiftKey) {
      event.preventDefault();
      panel.children[this.#picked].click();
    } else if (event.key === "Enter" && !event.shiftKey) {
      event.preventDefault();
      this.#submit();
    } else if (event.key === "ArrowUp" && input.value === "" && !event.shiftKey) {
      event.preventDefault();
      this.acts.editLast();
    } else if (event.key === "Escape" && this.#mode) {
      event.preventDefault();
      this.#setMode(null, { clear: Boolean(this.#mode.edit) });
    }
  }

  async #submit() {
    const text = this.parts.input.value.trim();
    if (!text) return;
    const [key, mode] = [this.#key, this.#mode];
    this.#write("");
    this.#setMode(null);
    this.#closeList();
    try {
      if (mode?.edit) await this.acts.edit(mode.edit.message_id, text);
      else await this.acts.say(text, mode?.reply?.message_id);
    } catch (error) {
      // What was written is not lost because the server said no.
      if (key === this.#key && this.parts.input.value === "") {
        this.#setMode(mode);
        this.#write(text);
      }
      this.acts.fail(error);
    }
  }

  async #attach(kind, file) {
    const reply = this.#mode?.reply?.message_id;
    try {
      if (await this.acts.attach(kind, reply, file)) this.#setMode(null);
    } catch (error) {
      this.acts.fail(error);
    }
  }

  #toggleList() {
    if (this.#opened) {
      this.#closeList();
      return;
    }
    this.#list("");
    this.#opened = true;
    if (HAS_KEYBOARD.matches) this.parts.input.focus();
  }

  #list(beginning) {
    const { panel, slash, input } = this.parts;
    const fitting = this.#commands.filter(({ command }) => command.startsWith(beginning));
    panel.replaceChildren(
      ...fitting.map(({ command, description }, index) =>
        h(
          "div",
          {
            class: "command",
            role: "option",
            id: `${input.id}-command-${index}`,
            testid: "command",
            "aria-selected": "false",
            onclick: () => this.#choose(command),
          },
          h("b", { dir: "ltr" }, `/${command}`),
          h("span", { dir: "auto" }, description),
        ),
      ),
    );
    panel.hidden = fitting.length === 0;
    slash.setAttribute("aria-expanded", String(!panel.hidden));
    this.#picked = -1;
    if (fitting.length) this.#pick(0);
  }

  #pick(index) {
    const options = [...this.parts.panel.children];
    if (options.length === 0) return;
    this.#picked = (index + options.length) % options.length;
    options.forEach((option, at) => option.setAttribute("aria-selected", String(at === this.#picked)));
    const chosen = options[this.#picked];
    chosen.scrollIntoView({ block: "nearest" });
    this.parts.input.setAttribute("aria-activedescendant", chosen.id);
  }

  #closeList() {
    this.#opened = false;
    this.#picked = -1;
    this.parts.panel.hidden = true;
    this.parts.slash.setAttribute("aria-expanded", "false");
    this.parts.input.removeAttribute("aria-activedescendant");
  }

  #choose(command) {
    this.#write(`/${command}`);
    this.#submit();
  }
}

/** One small menu that opens at a button: choices, and optionally a row of reactions. */

import { h, icon } from "./dom.js";

const EDGE = 8; // pixels kept free at the edges of the window

const sheet = h("div", { class: "menu", role: "menu", popover: "auto" });
document.body.append(sheet);
let opener = null;

sheet.addEventListener("toggle", (event) => {
  if (event.newState === "closed") opener?.setAttribute("aria-expanded", "false");
});

sheet.addEventListener("keydown", (event) => {
  const choices = [...sheet.querySelectorAll("[role=menuitem]")];
  const at = choices.indexOf(document.activeElement);
  const next = { ArrowDown: at + 1, ArrowRight: at + 1, ArrowUp: at - 1, ArrowLeft: at - 1, Home: 0, End: -1 }[
    event.key
  ];
  if (next === undefined || choices.length === 0) return;
  event.preventDefault();
  choices.at(next % choices.length).focus();
});

/**
 * Open the menu at `anchor`. `choices` are `{label, glyph, act, danger?}`; `reactions` are emoji
 * for `react`. Focus goes back to the anchor when the menu closes by the keyboard.
 */
export function openMenu(anchor, choices, { reactions = [], react } = {}) {
  const close = (act) => () => {
    sheet.hidePopover();
    anchor.focus({ preventScroll: true });
    act();
  };
  const row = h(
    "div",
    { class: "faces" },
    ...reactions.map((emoji) =>
      h(
        "button",
        { type: "button", role: "menuitem", "aria-label": `React with ${emoji}`, onclick: close(() => react(emoji)) },
        `${emoji}${/^\p{Emoji_Presentation}/u.test(emoji) ? "" : "\uFE0F"}`,
      ),
    ),
  );
  const items = choices.map(({ label, glyph, act, danger }) => {
    const item = h("button", {
      type: "button",
      role: "menuitem",
      class: danger ? "choice danger" : "choice",
      onclick: close(act),
    });
    item.append(icon(glyph), label);
    return item;
  });
  sheet.replaceChildren(...(reactions.length ? [row] : []), ...items);
  opener = anchor;
  anchor.setAttribute("aria-expanded", "true");
  sheet.showPopover();
  place(anchor.getBoundingClientRect());
  sheet.querySelector("[role=menuitem]")?.focus({ preventScroll: true });
}

function place(anchor) {
  const { width, height } = sheet.getBoundingClientRect();
  const below = anchor.bottom + 4 + height <= innerHeight - EDGE;
  const top = below ? anchor.bottom + 4 : Math.max(EDGE, anchor.top - height - 4);
  const startsLeft = anchor.left + width <= innerWidth - EDGE;
  const left = startsLeft ? anchor.left : anchor.right - width;
  sheet.style.top = `${top}px`;
  sheet.style.left = `${Math.max(EDGE, Math.min(left, innerWidth - width - EDGE))}px`;
}

/**
 * The few words this page needs to speak to the document.
 *
 * Every text goes in as a text node: nothing here, or anywhere else in the page, parses markup
 * that came from a chat.
 */

const SVG = "http://www.w3.org/2000/svg";

/**
 * Make an element. `on…` attributes are listeners, `testid` is the hook for browser tests,
 * null, undefined and false leave an attribute out, true sets it empty.
 */
export function h(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value === null || value === undefined || value === false) continue;
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else if (name === "testid") element.dataset.testid = value;
    else element.setAttribute(name, value === true ? "" : String(value));
  }
  element.append(...children.flat().filter((child) => child !== null && child !== undefined));
  return element;
}

/** An icon from the sprite in index.html; it says nothing to a screen reader. */
export function icon(name) {
  const svg = document.createElementNS(SVG, "svg");
  svg.setAttribute("class", "glyph");
  svg.setAttribute("aria-hidden", "true");
  const use = document.createElementNS(SVG, "use");
  use.setAttribute("href", `#i-${name}`);
  svg.append(use);
  return svg;
}

/** The elements of a cloned template that are named with `data-part`, by name. */
export function parts(root) {
  return Object.fromEntries(
    [...root.querySelectorAll("[data-part]")].map((element) => [element.dataset.part, element]),
  );
}

/**
 * Make the children of `container` exactly `elements`, in order, moving and removing as little as
 * possible: an element that stays keeps its focus, its scroll position and its animation.
 */
export function arrange(container, elements) {
  const wanted = new Set(elements);
  for (const child of [...container.children]) if (!wanted.has(child)) child.remove();
  let place = container.firstElementChild;
  for (const element of elements) {
    if (element === place) place = place.nextElementSibling;
    else container.insertBefore(element, place);
  }
}

/** Show a dialog; its form's data when it was confirmed, null when it was put away. */
export function ask(dialog, prepare = () => {}) {
  const form = dialog.querySelector("form");
  form.reset();
  dialog.returnValue = "";
  prepare(form);
  dialog.showModal();
  return new Promise((resolve) => {
    const closed = () => resolve(dialog.returnValue === "ok" ? new FormData(form) : null);
    dialog.addEventListener("close", closed, { once: true });
  });
}

/** Two letters at most that stand for a name in its round picture. */
export function initials(name) {
  const words = (name ?? "").split(/[^\p{L}\p{N}\p{M}]+/u).filter(Boolean);
  if (words.length === 0) return "?";
  const letters = words.length > 1 ? [words[0], words.at(-1)] : [words[0]];
  return letters.map((word) => [...word][0] ?? "").join("").toUpperCase();
}

/** A round picture with a name's initials and a colour that stays with the id. */
export function avatar(id, name, isBot = false) {
  const shade = Math.abs(Number(id) || 0) % 7;
  const face = h("span", { class: `avatar shade-${isBot ? "bot" : shade}`, "aria-hidden": "true" });
  face.append(isBot ? icon("bot") : initials(name));
  return face;
}

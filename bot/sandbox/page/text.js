/** A message's text and entities as elements; what a link in it means inside the sandbox. */

import { h, icon } from "./dom.js";

const BLOCKS = new Set(["blockquote", "expandable_blockquote", "pre"]);
const TAGS = { bold: "b", italic: "i", underline: "u", strikethrough: "s", code: "code" };
const HOST = /^[\p{L}\p{N}.-]+\.\p{L}{2,}(:\d+)?([/?#]|$)/u; // an address without its scheme
const SAFE = new Set(["http:", "https:", "mailto:", "tel:", "tg:"]);

/** The address if a tap may follow it, null for anything a browser should not be given. */
export function safeUrl(address) {
  try {
    const url = new URL(HOST.test(address) ? `https://${address}` : address);
    return SAFE.has(url.protocol) ? url : null;
  } catch {
    return null;
  }
}

/**
 * What Telegram itself would do with an address instead of opening a browser:
 * `{start: payload}` for a deep link to this bot, `{chat_id, topic, message_id}` for a link to a
 * message of a private group (t.me/c/<chat>/[<topic>/]<message>), null for the open web.
 */
export function insideTelegram(url, username) {
  const isOurs = (name) => name?.toLowerCase() === username?.toLowerCase();
  if (url.protocol === "tg:") {
    const domain = url.searchParams.get("domain");
    return url.href.startsWith("tg://resolve") && isOurs(domain)
      ? { start: url.searchParams.get("start") ?? "" }
      : null;
  }
  if (!["t.me", "telegram.me", "telegram.dog"].includes(url.hostname)) return null;
  const steps = url.pathname.split("/").filter(Boolean);
  if (isOurs(steps[0])) return { start: url.searchParams.get("start") ?? "" };
  if (steps[0] !== "c" || steps.length < 3) return null;
  const [chat, ...rest] = steps.slice(1).map(Number);
  if (![chat, ...rest].every(Number.isSafeInteger)) return null;
  return {
    chat_id: Number(`-100${chat}`),
    topic: rest.length > 1 ? rest[0] : null,
    message_id: rest.at(-1),
  };
}

/** A link that opens beside the sandbox, unless `follow(url)` says it dealt with it. */
export function link(url, follow, attributes = {}, ...children) {
  const outside = url.protocol !== "tg:";
  return h(
    "a",
    {
      href: outside ? url.href : "#",
      target: outside ? "_blank" : null,
      rel: "noopener noreferrer",
      onclick: (event) => {
        if (follow(url) || !outside) event.preventDefault();
      },
      ...attributes,
    },
    ...children,
  );
}

/**
 * The time of a date_time entity as its reader's client shows it: `r`, or any of `w` (weekday),
 * `t`/`T` (time), `d`/`D` (date), in that order; null where the text itself is to be shown
 * (Bot API, "Date-time entity formatting").
 */
export function toldTime(unix, format, locale, now = Date.now() / 1000) {
  const moment = new Date(unix * 1000);
  const told = (options) =>
    new Intl.DateTimeFormat(locale, { ...options, numberingSystem: "latn" }).format(moment);
  if (format === "r") {
    const seconds = unix - now;
    const units = { year: 31557600, month: 2629800, day: 86400, hour: 3600, minute: 60, second: 1 };
    const [unit, size] = Object.entries(units).find(([, length]) => Math.abs(seconds) >= length) ?? [
      "second",
      1,
    ];
    const relative = new Intl.RelativeTimeFormat(locale, { numeric: "auto" });
    return relative.format(Math.round(seconds / size), unit);
  }
  const pieces = [];
  if (format?.includes("w")) pieces.push(told({ weekday: "long" }));
  if (format?.includes("t")) pieces.push(told({ timeStyle: "short" }));
  if (format?.includes("T")) pieces.push(told({ timeStyle: "medium" }));
  if (format?.includes("d")) pieces.push(told({ dateStyle: "short" }));
  if (format?.includes("D")) pieces.push(told({ dateStyle: "long" }));
  return pieces.length ? pieces.join(", ") : null;
}

/**
 * Entities as spans that nest: clipped to the text, outer before inner. One that reaches over the
 * end of the entity around it is continued after it, so nothing a bot sends can break the tree.
 */
function spansOf(text, entities) {
  return (entities ?? [])
    .filter((entity) => Number.isInteger(entity.offset) && Number.isInteger(entity.length))
    .map((entity) => ({
      entity,
      start: Math.max(0, entity.offset),
      end: Math.min(text.length, entity.offset + entity.length),
    }))
    .filter((span) => span.start < span.end)
    .sort(inOrder);
}

const inOrder = (a, b) =>
  a.start - b.start ||
  b.end - a.end ||
  Number(BLOCKS.has(b.entity.type)) - Number(BLOCKS.has(a.entity.type));

const RIGHT_TO_LEFT = /[\u0590-\u08ff\u061c\u200f\ufb1d-\ufdfc\ufe70-\ufefc]/u;
const STRONG = /[\p{L}\u061c\u200e\u200f]/u;

/**
 * Where a line begins with a bracket, a bullet or a digit, and which way the line runs.
 *
 * Each line of a message runs its own way (`unicode-bidi: plaintext`), but Chromium lets such a
 * beginning run the way of the line before: under an Arabic line "[R1] Liu" became "]R1[ Liu".
 * An invisible mark of the line's own direction in front of it puts that right.
 */
function weakBeginnings(text) {
  const found = new Map(); // offset -> "ltr" or "rtl"
  if (!RIGHT_TO_LEFT.test(text)) return found;
  let offset = 0;
  for (const line of text.split("\n")) {
    const strong = STRONG.exec(line);
    if (offset > 0 && line && strong?.index !== 0) {
      found.set(offset, strong && RIGHT_TO_LEFT.test(strong[0]) ? "rtl" : "ltr");
    }
    offset += line.length + 1;
  }
  return found;
}

/**
 * The elements of a text. Offsets are UTF-16 code units, which is how JavaScript counts.
 *
 * `reader` says who looks and what a tap does: `{locale, command(text), follow(url)}`.
 */
export function richText(text, entities, reader) {
  const waiting = spansOf(text, entities);
  const beginnings = weakBeginnings(text);

  const write = (parent, start, end) => {
    let at = start;
    for (const [offset, direction] of beginnings) {
      if (offset < at || offset >= end) continue;
      // The mark is CSS content, so that what is copied or read is the message and nothing else.
      parent.append(text.slice(at, offset), h("span", { class: `runs-${direction}` }));
      at = offset;
    }
    parent.append(text.slice(at, end));
  };

  const fill = (parent, start, end) => {
    let at = start;
    while (waiting.length && waiting[0].start < end) {
      const span = waiting.shift();
      const from = Math.max(span.start, at);
      if (span.end <= from) continue;
      if (from > at) write(parent, at, from);
      const to = Math.min(span.end, end);
      if (span.end > end) {
        waiting.push({ ...span, start: end });
        waiting.sort(inOrder);
      }
      const { outer, inner } = elementOf(span.entity, text.slice(from, to), reader);
      if (inner) fill(inner, from, to);
      else dropUntil(to);
      parent.append(outer);
      at = to;
      // A block ends its own line: the line break after it would show as an empty line.
      if (BLOCKS.has(span.entity.type) && at < end && text[at] === "\n") at += 1;
    }
    if (at < end) write(parent, at, end);
  };

  const dropUntil = (end) => {
    while (waiting.length && waiting[0].end <= end) waiting.shift();
  };

  const whole = document.createDocumentFragment();
  fill(whole, 0, text.length);
  return whole;
}

/** The element for one entity, and where its content goes; no `inner` if it shows its own. */
function elementOf(entity, covered, reader) {
  const plain = (element) => ({ outer: element, inner: element });
  const linked = (address, attributes = {}) => {
    const url = safeUrl(address);
    return plain(url ? link(url, reader.follow, attributes) : h("span"));
  };
  switch (entity.type) {
    case "bold":
    case "italic":
    case "underline":
    case "strikethrough":
    case "code":
      return plain(h(TAGS[entity.type]));
    case "pre": {
      const code = h("code", { dir: "auto" });
      return { outer: h("pre", { "data-language": entity.language ?? null }, code), inner: code };
    }
    case "text_link":
      return linked(entity.url ?? "", { title: entity.url });
    case "url":
      return linked(covered);
    case "email":
      return linked(`mailto:${covered}`);
    case "phone_number":
      return linked(`tel:${covered.replace(/[^+\d]/gu, "")}`);
    case "bot_command":
      return plain(h("button", { type: "button", class: "inline", onclick: () => reader.command(covered) }));
    case "mention":
    case "text_mention":
    case "hashtag":
    case "cashtag":
      return plain(h("span", { class: "mention" }));
    case "spoiler":
      return plain(spoiler());
    case "blockquote":
      return plain(h("blockquote", { dir: "auto" }));
    case "expandable_blockquote":
      return expandable();
    case "date_time": {
      if (!Number.isFinite(entity.unix_time)) return plain(h("span"));
      const full = toldTime(entity.unix_time, "wDt", reader.locale);
      const told = toldTime(entity.unix_time, entity.date_time_format, reader.locale);
      const iso = new Date(entity.unix_time * 1000).toISOString();
      const time = h("time", { class: "moment", datetime: iso, title: full });
      if (told === null) return plain(time);
      time.append(told);
      return { outer: time, inner: null };
    }
    default:
      return plain(h("span"));
  }
}

function spoiler() {
  const cover = h("span", {
    class: "spoiler",
    role: "button",
    tabindex: 0,
    "aria-label": "Hidden text: press to show",
  });
  const reveal = (event) => {
    if (event.type === "keydown" && !["Enter", " "].includes(event.key)) return;
    event.preventDefault();
    event.stopPropagation();
    cover.classList.add("shown");
    for (const name of ["role", "tabindex", "aria-label"]) cover.removeAttribute(name);
    cover.removeEventListener("click", reveal, true);
    cover.removeEventListener("keydown", reveal, true);
  };
  cover.addEventListener("click", reveal, true);
  cover.addEventListener("keydown", reveal, true);
  return cover;
}

/** Three lines and a toggle; the toggle shows only where there is more (bubble.css, `.long`). */
const outgrown = new ResizeObserver((entries) => {
  for (const { target } of entries) {
    const quote = target.parentElement;
    if (!quote || quote.classList.contains("open") || target.clientHeight === 0) continue;
    quote.classList.toggle("long", target.scrollHeight > target.clientHeight + 4);
  }
});

function expandable() {
  const inner = h("div", { class: "folded" });
  const toggle = h("button", {
    type: "button",
    class: "unfold",
    "aria-expanded": "false",
    "aria-label": "Show the whole quote",
    onclick: () => {
      const isOpen = quote.classList.toggle("open");
      toggle.setAttribute("aria-expanded", String(isOpen));
      toggle.setAttribute("aria-label", isOpen ? "Show less" : "Show the whole quote");
    },
  });
  toggle.append(icon("down"));
  const quote = h("blockquote", { class: "expandable", dir: "auto" }, inner, toggle);
  outgrown.observe(inner);
  return { outer: quote, inner };
}

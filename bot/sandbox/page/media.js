/** Pictures, files, voices, stickers and the rest of what is not text in a message. */

import { h, icon } from "./dom.js";

const KILO = 1024;

/** "934 B", "12 KB", "1.4 MB". */
export function sizeOf(bytes) {
  if (!Number.isFinite(bytes)) return "";
  if (bytes < KILO) return `${bytes} B`;
  if (bytes < KILO * KILO) return `${Math.round(bytes / KILO)} KB`;
  return `${(bytes / KILO / KILO).toFixed(1)} MB`;
}

const clock = (seconds) =>
  `${Math.floor((seconds ?? 0) / 60)}:${String(Math.floor(seconds ?? 0) % 60).padStart(2, "0")}`;

/** Only an address of this server or of the web is put into the page. */
function local(url) {
  const whole = new URL(url, location.href);
  return ["http:", "https:"].includes(whole.protocol) ? whole.href : "about:blank";
}

/** The elements for a message's attachments, in the order a client shows them. */
export function media(message, { look }) {
  const shown = [];
  if (message.photo) shown.push(picture(message.photo, look));
  for (const kind of ["video", "animation", "video_note"]) {
    if (message[kind]) shown.push(moving(message[kind], kind));
  }
  // Telegram repeats an animation as a document for old clients.
  if (message.document && !message.animation) shown.push(file(message.document));
  if (message.voice ?? message.audio) shown.push(voice(message.voice ?? message.audio));
  if (message.sticker) shown.push(h("div", { class: "sticker" }, message.sticker.emoji ?? "🖼️"));
  if (message.dice) shown.push(h("div", { class: "sticker" }, message.dice.emoji));
  if (message.venue) shown.push(card("place", message.venue.title, message.venue.address));
  else if (message.location) shown.push(place(message.location));
  if (message.contact) shown.push(contact(message.contact));
  if (message.poll) shown.push(poll(message.poll));
  return shown;
}

/** One line that stands for a message in a quote, a list or a notification. */
export function summary(message) {
  const text = message.text ?? message.caption ?? message.service;
  if (text) return text.replace(/\s+/gu, " ");
  if (message.sticker) return `${message.sticker.emoji ?? ""} Sticker`;
  if (message.document) return message.document.file_name ?? "File";
  const names = {
    photo: "Photo",
    video: "Video",
    animation: "GIF",
    video_note: "Video message",
    voice: "Voice message",
    audio: "Audio",
    venue: "Place",
    location: "Location",
    dice: "Dice",
    contact: "Contact",
    poll: "Poll",
  };
  return Object.entries(names).find(([kind]) => message[kind])?.[1] ?? "Message";
}

function picture({ url, width, height }, look) {
  const image = h("img", { src: local(url), width, height, alt: "Picture", loading: "lazy" });
  return h(
    "button",
    { type: "button", class: "picture", "aria-label": "Open the picture", onclick: () => look(image.src) },
    image,
  );
}

function moving({ url, width, height }, kind) {
  if (!url) return nameless(kind === "animation" ? "GIF" : "Video");
  const loops = kind === "animation";
  return h("video", {
    class: "picture",
    src: local(url),
    width,
    height,
    preload: "metadata",
    playsinline: true,
    controls: true,
    loop: loops,
    muted: loops,
  });
}

function file({ url, file_name: name, size, opens }) {
  const label = name ?? "file";
  const how = opens
    ? { target: "_blank", rel: "noopener", "aria-label": `Open ${label}` }
    : { download: label, "aria-label": `Download ${label}` };
  return h(
    "a",
    { class: "file", href: local(url), testid: "file", ...how },
    h("span", { class: "disc" }, icon("file")),
    h("span", { class: "lines" }, h("b", { dir: "auto" }, label), h("small", {}, sizeOf(size))),
  );
}

function voice({ url, duration }) {
  const player = h("div", { class: "voice" });
  const time = h("small", {}, clock(duration));
  const button = h("button", { type: "button", class: "disc", "aria-label": "Play" });
  const track = h("span", { class: "track" });
  let sound = null;

  const show = () => {
    const plays = Boolean(sound) && !sound.paused;
    button.replaceChildren(icon(plays ? "pause" : "play"));
    button.setAttribute("aria-label", plays ? "Pause" : "Play");
  };
  const listen = () => {
    sound = new Audio(local(url));
    sound.ontimeupdate = () => {
      const whole = Number.isFinite(sound.duration) ? sound.duration : duration;
      track.style.setProperty("--played", `${(100 * sound.currentTime) / (whole || 1)}%`);
      time.textContent = clock(sound.currentTime);
    };
    sound.onplay = show;
    sound.onpause = show;
    sound.onended = () => {
      track.style.setProperty("--played", "0%");
      time.textContent = clock(duration);
      show();
    };
  };
  button.onclick = () => {
    if (!url) return;
    if (!sound) listen();
    if (!sound.paused) sound.pause();
    else sound.play().catch(() => (time.textContent = "cannot be played"));
  };
  show();
  player.append(button, h("span", { class: "lines" }, track, time));
  return player;
}

function place({ latitude, longitude }) {
  const told = [latitude, longitude].map((part) => Number(part).toFixed(4)).join(", ");
  return card("place", "Location", told);
}

function contact({ first_name: first, last_name: last, phone_number: phone }) {
  return card("person", [first, last].filter(Boolean).join(" ") || "Contact", phone ?? "");
}

function poll({ question, options }) {
  const choices = (options ?? []).map((option) => option.text ?? option).join(" · ");
  return card("poll", question ?? "Poll", choices);
}

const nameless = (name) => card("file", name, "");

const card = (picture, title, detail) =>
  h(
    "div",
    { class: "file" },
    h("span", { class: "disc" }, icon(picture)),
    h("span", { class: "lines" }, h("b", { dir: "auto" }, title), h("small", {}, detail)),
  );

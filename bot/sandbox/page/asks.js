/** The dialogs that ask for something; each answers null when it was put away. */

import { ask, h } from "./dom.js";
import { bothNames } from "./world.js";

const at = (id) => document.getElementById(id);
const trimmed = (answers, name) => answers.get(name).trim();

/** Fill a select with the languages a client can be in, and "none". */
function offerLanguages(select, tags, chosen) {
  const options = tags.map((tag) => h("option", { value: tag }, `${bothNames(tag)} (${tag})`));
  select.replaceChildren(...options, h("option", { value: "" }, "none: the client does not say"));
  select.value = tags.includes(chosen) ? chosen : (tags[0] ?? "");
}

/**
 * A new person, `{name, language_code, staff}`; `language_code` is null for a client that does
 * not tell its language.
 */
export async function askForPerson(languages, { staff }) {
  const answers = await ask(at("person-dialog"), (form) => {
    at("person-title").textContent = staff ? "Add a member of staff" : "Add a patient";
    offerLanguages(form.elements.language, languages, navigator.language.toLowerCase());
  });
  return (
    answers && {
      name: trimmed(answers, "name"),
      language_code: answers.get("language") || null,
      staff,
    }
  );
}

const TITLES = { photo: "Send a picture", video: "Send a video", animation: "Send a GIF" };
const KINDS = { photo: "image/*", video: "video/*", animation: "image/gif,video/*" };

/** Files to send as `kind` and a caption, `{files, caption}`; `pasted` is offered already. */
export async function askForFile(kind, pasted) {
  const answers = await ask(at("send-dialog"), (form) => {
    at("send-title").textContent = TITLES[kind] ?? "Send a file";
    form.elements.file.accept = KINDS[kind] ?? "";
    if (!pasted) return;
    const carrier = new DataTransfer();
    carrier.items.add(pasted);
    form.elements.file.files = carrier.files;
  });
  if (!answers) return null;
  const files = answers.getAll("file").filter((file) => file.size > 0);
  return { files, caption: trimmed(answers, "caption") };
}

/** The payload of a deep link, as text. */
export async function askForPayload() {
  const answers = await ask(at("payload-dialog"));
  return answers && trimmed(answers, "payload");
}

/** The name of a new topic, as text. */
export async function askForTopic() {
  const answers = await ask(at("topic-dialog"));
  return answers && trimmed(answers, "name");
}

/** A group to put the bot into, `{title, type}`. */
export async function askForGroup() {
  const answers = await ask(at("join-dialog"));
  return answers && { title: trimmed(answers, "title"), type: answers.get("type") };
}

/**
 * The sandbox's page: who is shown where, and what a tap asks of the server.
 *
 * The server's state is kept in a World; every event changes it and `render` draws what is
 * chosen. Nothing is shown before the server has said it: a message appears because it was
 * stored, as in a real client.
 */

import { askForFile, askForGroup, askForPayload, askForPerson, askForTopic } from "./asks.js";
import { Attention } from "./attention.js";
import { Clock } from "./clock.js";
import { Conversation } from "./conversation.js";
import { h } from "./dom.js";
import { PressedKeys } from "./keys.js";
import { MembersDialog, rankName } from "./members.js";
import { remember, remembered } from "./memory.js";
import { follow, post, postFile, readState } from "./net.js";
import { alertWindow, lightbox, Refused } from "./notices.js";
import { People } from "./people.js";
import { insideTelegram } from "./text.js";
import { Topics } from "./topics.js";
import { chatOf, patientView, staffView } from "./views.js";
import { authorOf, bothNames, topicOf, World } from "./world.js";

const WITH_FILE = new Set(["photo", "document", "video", "animation"]);
const ONE_PANE = matchMedia("(width < 900px)");

const at = (id) => document.getElementById(id);
const sides = { patient: at("to-patient"), staff: at("to-staff") };
const world = new World();
const attention = new Attention(() => render());
const keys = new PressedKeys(() => render());
const refused = new Refused(at("refused"));
const chosen = { patient: null, staff: null, group: null, topic: null, pane: "patient", ...remembered() };
const shown = { world, chosen, attention, keys };
let isLoaded = false;

// What is on the screen

const patient = () => world.users.get(chosen.patient);
const patientChat = () => chatOf(world, chosen.patient);
const group = () => world.chats.get(chosen.group);

/** Choose again whatever is no longer there. */
function settle() {
  const first = (people) => people[0]?.id ?? null;
  const shownOnes = [...world.telephones, ...world.staff];
  if (!shownOnes.some((user) => user.id === chosen.patient)) chosen.patient = first(world.telephones);
  if (!world.staff.some((user) => user.id === chosen.staff)) chosen.staff = first(world.staff);
  if (!group()) chosen.group = world.chats.has(world.staffChatId) ? world.staffChatId : first(world.groups);
  if (!world.topics(group()).some((topic) => topic.id === chosen.topic)) chosen.topic = null;
}

let isPlanned = false;

function render() {
  if (isPlanned || !isLoaded) return;
  isPlanned = true;
  queueMicrotask(() => {
    isPlanned = false;
    settle();
    remember(chosen);
    renderPanes();
    people.show(world, chosen.patient, (chat) => (chat ? attention.unread(chat.id) : 0));
    renderPatient();
    renderStaff();
    clock.show();
    if (at("members-dialog").open) members.show();
  });
}

function renderPanes() {
  document.body.dataset.pane = chosen.pane;
  const { name, username } = world.bot;
  document.title = `${name || username || "Bot"} · sandbox`;
  at("bot-name").textContent = name || `@${username}`;
  seen();
  for (const [pane, count] of Object.entries(attention.sums())) {
    const tab = sides[pane];
    tab.setAttribute("aria-pressed", String((pane === "staff") === (chosen.pane === "staff")));
    tab.querySelector(".badge").textContent = count || "";
    tab.querySelector(".badge").hidden = !count;
  }
}

/** What lies open before one's eyes is not unread. */
function seen() {
  if (!ONE_PANE.matches || chosen.pane === "patient") attention.seen(patientChat().id, null);
  if (!ONE_PANE.matches || chosen.pane === "staff") attention.seen(chosen.group, chosen.topic);
}

function renderPatient() {
  const user = patient();
  at("owner-name").textContent = user ? user.name : "";
  at("owner-language").textContent = user ? `client: ${bothNames(user.language_code)}` : "";
  telephone.show(
    patientView(shown, {
      addPatient: () => addPerson(false),
      unblock: (who) => block(who, false),
      start: () => attempt(telephone, () => sayAsPatient("/start")),
    }),
  );
}

function renderStaff() {
  const chat = group();
  topics.show(world.topics(chat), world.messages(chat), chosen.topic, (id) => attention.unread(chat.id, id));
  team.root.classList.toggle("with-topics", !topics.nav.hidden);
  team.show(
    staffView(shown, {
      addColleague: () => addPerson(true),
      comeBack: (user) => changeMember(user, { chat_id: chosen.group, act: "join" }),
    }),
  );
  renderColleagues();
}

function renderColleagues() {
  const select = at("colleague");
  const options = world.staff.map((user) => {
    const rank = rankName(world.membership(group(), user.id));
    return [user.id, rank === "administrator" ? user.name : `${user.name} (${rank})`];
  });
  const signature = JSON.stringify(options);
  if (select.dataset.shows !== signature) {
    select.dataset.shows = signature;
    select.replaceChildren(...options.map(([id, name]) => h("option", { value: id }, name)));
  }
  select.value = String(chosen.staff ?? "");
  at("writing-as").hidden = options.length === 0;
}

// What a person does

/** Run something that can be refused; the refusal becomes a toast where one looks. */
async function attempt(view, act) {
  try {
    return await act();
  } catch (error) {
    view.toast(error.message, { error: true });
    return null;
  }
}

const sayAsPatient = (text, reply) =>
  post("say", {
    user_id: chosen.patient,
    chat_id: patientChat().id,
    text,
    reply_to_message_id: reply,
  });

const sayAsStaff = (text, reply) =>
  post("say", {
    user_id: chosen.staff,
    chat_id: chosen.group,
    text,
    reply_to_message_id: reply,
    message_thread_id: chosen.topic ?? undefined,
  });

/** What both sides can do, for whoever looks and the chat they look at. */
function actsOf({ view, who, where, say, menu }) {
  const here = () => ({ user_id: who(), chat_id: where() });
  return {
    say,
    menu,
    edit: (id, text) => post("edit", { ...here(), message_id: id, text }),
    react: (message, emoji) =>
      attempt(view(), () => post("react", { ...here(), message_id: message.message_id, emoji })),
    remove: (message) =>
      attempt(view(), () => post("delete", { ...here(), message_id: message.message_id })),
    pin: (message) =>
      attempt(view(), () => post("pin", { ...here(), message_id: message.message_id })),
    tap: (message, row, column) =>
      attempt(view(), () =>
        keys.press(where(), message, row, column, () =>
          post("tap", { ...here(), message_id: message.message_id, row, column }),
        ),
      ),
    command: (text) => attempt(view(), () => say(text)),
    attach: (kind, reply, file) => attach({ ...here(), kind }, reply, file, where() === chosen.group),
    fail: (error) => view().toast(error.message, { error: true }),
    look: lightbox,
    follow: (url) => followInside(url, view()),
    back: () => turnTo("people"),
  };
}

/** Send an attachment, asking for a file and a caption where it can have them; false if not. */
async function attach(fields, reply, file, inGroup) {
  const whole = { ...fields, reply_to_message_id: reply };
  if (inGroup) whole.message_thread_id = chosen.topic;
  if (!WITH_FILE.has(fields.kind)) {
    await postFile(whole);
    return true;
  }
  const answers = await askForFile(fields.kind, file);
  if (!answers) return false;
  const { files, caption } = answers;
  if (files.length < 2) {
    await postFile({ ...whole, caption }, files[0]);
    return true;
  }
  const album = { ...whole, media_group_id: String(Date.now()) };
  for (const [index, each] of files.entries()) {
    // One after the other: an album arrives in the order it was chosen.
    await postFile({ ...album, caption: index === 0 ? caption : "" }, each);
  }
  return true;
}

/** Do what Telegram would with a link to itself; false for the open web. */
function followInside(url, view) {
  const inside = insideTelegram(url, world.bot.username);
  if (!inside) return false;
  if (inside.start !== undefined) {
    if (view === telephone) attempt(view, () => sayAsPatient(`/start ${inside.start}`.trim()));
    else view.toast("This link opens the bot in a private chat: try it as a patient.");
    return true;
  }
  const chat = world.chats.get(inside.chat_id);
  if (!chat) {
    view.toast("This link leads to a chat that is not in the sandbox.");
    return true;
  }
  const message = chat.messages.get(inside.message_id);
  Object.assign(chosen, { group: chat.id, topic: message ? topicOf(message) : inside.topic, pane: "staff" });
  render();
  queueMicrotask(() => team.goTo(inside.message_id));
  return true;
}

function turnTo(pane) {
  chosen.pane = pane;
  render();
}

const move = (body) => attempt(ONE_PANE.matches ? team : telephone, () => post("clock", body));

const changeMember = (user, body) => attempt(team, () => post("member", { user_id: user.id, ...body }));

const onTopic = (act, topic) =>
  attempt(team, () =>
    post("topic", { user_id: chosen.staff, chat_id: chosen.group, act, topic_id: topic }),
  );

async function openTopic() {
  const name = await askForTopic();
  if (!name) return;
  const place = { user_id: chosen.staff, chat_id: chosen.group };
  const opened = await attempt(team, () => post("topic", { ...place, act: "open", name }));
  if (opened) chosen.topic = opened.topic_id;
  render();
}

const deleteAccount = (user) => attempt(telephone, () => post("deactivate", { user_id: user.id }));

const block = (user, blocked) => attempt(telephone, () => post("block", { user_id: user.id, blocked }));

async function addPerson(staff) {
  const person = await askForPerson(world.languages, { staff });
  if (!person) return;
  const view = staff ? team : telephone;
  const added = await attempt(view, () => post("people", person));
  if (!added) return;
  world.apply({ kind: "user", user: added.user });
  if (!staff && !world.privateChat(added.user.id)) {
    // The answer outran the event that tells of the new chat.
    const chat = { id: added.chat_id, type: "private", title: added.user.name, user_id: added.user.id };
    world.apply({ kind: "chat", chat });
  }
  if (staff) chosen.staff = added.user.id;
  else Object.assign(chosen, { patient: added.user.id, pane: "patient" });
  render();
}

async function startWithPayload() {
  const payload = await askForPayload();
  if (payload !== null) await attempt(telephone, () => sayAsPatient(`/start ${payload}`.trim()));
}

async function joinGroup() {
  const group = await askForGroup();
  if (!group) return;
  const joined = await attempt(team, () => post("join", group));
  if (joined) Object.assign(chosen, { group: joined.chat_id, topic: null });
  render();
}

function patientMenu() {
  const user = patient();
  if (!user) return [{ label: "Add a patient", glyph: "plus", act: () => addPerson(false) }];
  if (user.deactivated) return [{ label: "Add a patient", glyph: "plus", act: () => addPerson(false) }];
  const isBlocked = Boolean(patientChat().blocked);
  return [
    { label: "Start with a payload…", glyph: "out", act: startWithPayload },
    {
      label: isBlocked ? "Unblock the bot" : "Block the bot",
      glyph: "block",
      danger: !isBlocked,
      act: () => block(user, !isBlocked),
    },
    { label: `Delete ${user.name}’s account`, glyph: "bin", danger: true, act: () => deleteAccount(user) },
  ];
}

/** Whom the bot is to write to in private must have begun a chat with it, staff too. */
function telephoneChoice() {
  const user = world.users.get(chosen.staff);
  if (!user) return [];
  const act = () => {
    Object.assign(chosen, { patient: user.id, pane: "patient" });
    render();
  };
  return [{ label: `${user.name}’s own telephone`, glyph: "out", act }];
}

function topicChoices() {
  const chat = group();
  if (!chat?.is_forum || !world.membership(chat, chosen.staff)) return [];
  const choices = [{ label: "New topic…", glyph: "chat", act: openTopic }];
  const topic = world.topics(chat).find(({ id }) => id === chosen.topic);
  if (topic && world.manages(chat, chosen.staff)) {
    const [act, label] = topic.closed ? ["reopen", "Reopen this topic"] : ["close", "Close this topic"];
    choices.push({ label, glyph: "lock", act: () => onTopic(act, topic.id) });
    choices.push({ label: "Delete this topic", glyph: "bin", danger: true, act: () => onTopic("delete", topic.id) });
  }
  return choices;
}

function staffMenu() {
  const others = world.groups.filter((chat) => chat.id !== chosen.group);
  return [
    ...others.map((chat) => ({
      label: `Go to “${chat.title}”`,
      glyph: "group",
      act: () => {
        Object.assign(chosen, { group: chat.id, topic: null });
        render();
      },
    })),
    ...topicChoices(),
    ...telephoneChoice(),
    { label: "Who is in the group…", glyph: "person", act: () => members.open(chosen.group, chosen.staff) },
    { label: "Add a member of staff…", glyph: "plus", act: () => addPerson(true) },
    { label: "Put the bot into another group…", glyph: "group", act: joinGroup },
  ];
}

// What the server tells

function happened(event) {
  if (event.kind === "message") arrived(event);
  else if (event.kind === "typing") attention.types(event.chat_id, event.message_thread_id);
  else if (event.kind === "toast") told(event);
  else if (event.kind === "answered") keys.answered(event.callback_query_id);
  else if (event.kind === "refused") refused.show(event);
  else world.apply(event);
  render();
}

function arrived(event) {
  const { chat_id: chatId, message } = event;
  const isNew = world.apply(event);
  const isMine = [chosen.patient, chosen.staff].includes(authorOf(message));
  const isShown = chatId < 0 || world.telephones.some((user) => world.privateChat(user.id).id === chatId);
  attention.arrived(chatId, message, isNew && isShown && !isMine && !message.service);
}

function told({ user_id: userId, text, alert }) {
  const user = world.users.get(userId);
  if (!text) return;
  if (alert) alertWindow(text, world.bot.name);
  else if (user?.staff && userId !== chosen.patient) team.toast(userId === chosen.staff ? text : `${user.name}: ${text}`);
  else telephone.toast(userId === chosen.patient ? text : `${user?.name ?? ""}: ${text}`);
}

/** Events that come while the state is being read wait for it. */
let waiting = null;

async function load() {
  waiting = [];
  try {
    world.load(await readState());
    isLoaded = true;
    document.body.dataset.link = "up";
  } catch (error) {
    document.body.dataset.link = "down";
    telephone.toast(error.message, { error: true });
    setTimeout(load, 2000);
    return;
  }
  const missed = waiting;
  waiting = null;
  for (const event of missed) happened(event);
  render();
}

// The page itself

const telephone = new Conversation(
  at("patient"),
  "patient",
  actsOf({
    view: () => telephone,
    who: () => chosen.patient,
    where: () => patientChat().id,
    say: sayAsPatient,
    menu: patientMenu,
  }),
);
const team = new Conversation(
  at("group"),
  "group",
  actsOf({
    view: () => team,
    who: () => chosen.staff,
    where: () => chosen.group,
    say: sayAsStaff,
    menu: staffMenu,
  }),
);
const topics = new Topics(team.parts.topics, (id) => {
  chosen.topic = id;
  render();
});
const people = new People(at("people-list"), {
  choose: (user) => {
    Object.assign(chosen, { patient: user.id, pane: "patient" });
    render();
  },
  block,
});

const clock = new Clock(at("clock"), world, move);
const members = new MembersDialog(at("members-dialog"), world, changeMember);

/** Beside the patients where there is room; above the staff's chat where there is not. */
function placeClock() {
  if (ONE_PANE.matches) document.querySelector(".desk").before(at("clock"));
  else document.querySelector(".people > .hint").before(at("clock"));
}
placeClock();

team.parts.back.remove();
team.parts.extra.append(at("writing-as"));
at("colleague").onchange = (event) => {
  chosen.staff = Number(event.target.value);
  render();
};
for (const [pane, tab] of Object.entries(sides)) tab.onclick = () => turnTo(pane);
at("add-person").onclick = () => addPerson(false);
ONE_PANE.addEventListener("change", () => {
  placeClock();
  render();
});
document.addEventListener("click", (event) => {
  if (event.target.closest("[data-close]")) event.target.closest("dialog").close("");
});

follow({
  opened: load,
  lost: () => (document.body.dataset.link = "down"),
  happened: (event) => (waiting ? waiting.push(event) : happened(event)),
});

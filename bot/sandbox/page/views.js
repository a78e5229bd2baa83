/** What each side sees: a world and what is chosen in it, as a view for a Conversation. */

import { avatar } from "./dom.js";
import { directionOf, inLanguage, localeOf } from "./world.js";

/** A patient's chat with the bot, also before the first message. */
export function chatOf(world, userId) {
  return world.privateChat(userId) ?? { id: userId, type: "private", messages: new Map() };
}

const EMPTY_GROUP =
  "Nothing here yet. Enquiries arrive here, each in a topic of its own.";

const typingIn = (attention, chatId, topic) =>
  attention.isTyping(chatId, topic) ? "typing…" : null;

/** The patient's telephone. `acts`: `addPatient()`, `unblock(user)`, `start()`. */
export function patientView({ world, chosen, attention, keys }, acts) {
  const user = world.users.get(chosen.patient);
  const chat = chatOf(world, chosen.patient);
  const tag = user?.language_code;
  const name = inLanguage(world.bot.names, tag) || world.bot.name || world.bot.username;
  return {
    key: `patient ${chat.id}`,
    title: name,
    subtitle: "bot",
    typing: typingIn(attention, chat.id, null),
    face: avatar(world.bot.id, name, true),
    me: user?.id,
    manages: false,
    now: world.now,
    nameOf: (id) => world.nameOf(id),
    messages: world.messages(chat),
    all: chat.messages,
    named: false,
    locale: localeOf(tag),
    direction: directionOf(tag),
    commands: user ? world.commandsFor(user, chat) : [],
    intro: user ? { title: name, text: inLanguage(world.bot.descriptions, tag) } : null,
    foot: patientFoot(user, chat, acts),
    isWaiting: (message) => keys.waitingIn(chat.id, message),
  };
}

function patientFoot(user, chat, acts) {
  if (!user) return { text: "Nobody is here yet.", label: "Add a patient", act: acts.addPatient };
  if (user.deactivated) return { text: `${user.name} has deleted their account.` };
  if (chat.blocked) {
    return { text: `${user.name} has blocked the bot.`, label: "Unblock", act: () => acts.unblock(user) };
  }
  if (chat.messages.size > 0) return "write";
  return { label: "START", testid: "start", act: acts.start };
}

/** The staff group, or the chosen topic of it. `acts`: `addColleague()`, `comeBack(user)`. */
export function staffView({ world, chosen, attention, keys }, acts) {
  const chat = world.chats.get(chosen.group);
  const user = world.users.get(chosen.staff);
  const isForum = world.topics(chat).length > 0;
  const topic = world.topics(chat).find(({ id }) => id === chosen.topic);
  return {
    key: `group ${chat?.id} ${chosen.topic}`,
    title: chat?.title || "No staff group",
    subtitle: isForum ? (topic?.name ?? "General") : "group",
    typing: typingIn(attention, chat?.id, chosen.topic),
    face: avatar(chat?.id ?? 0, chat?.title ?? ""),
    me: user?.id,
    manages: world.manages(chat, user?.id),
    now: world.now,
    nameOf: (id) => world.nameOf(id),
    messages: world.messages(chat, isForum ? chosen.topic : undefined),
    all: chat?.messages ?? new Map(),
    named: true,
    locale: localeOf(user?.language_code),
    direction: "ltr",
    commands: chat && user ? world.commandsFor(user, chat) : [],
    intro: chat ? { title: chat.title, text: EMPTY_GROUP } : null,
    foot: staffFoot(world, user, chat, topic, acts),
    isWaiting: (message) => keys.waitingIn(chat.id, message),
  };
}

function staffFoot(world, user, chat, topic, acts) {
  if (!chat) return { text: "The bot is in no group." };
  if (["left", "kicked"].includes(chat.bot_status)) {
    return { text: "The bot is not in this group any more." };
  }
  if (!user) {
    return { text: "Nobody is in the team yet.", label: "Add a member of staff", act: acts.addColleague };
  }
  if (user.deactivated) return { text: `${user.name} has deleted their account.` };
  if (!world.membership(chat, user.id)) {
    const text = `${user.name} is not in this group.`;
    return { text, label: "Join it", testid: "come-back", act: () => acts.comeBack(user) };
  }
  if (topic?.closed && !world.manages(chat, user.id)) return { text: "This topic is closed." };
  return "write";
}

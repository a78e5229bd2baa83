"""Methods about the bot itself: who it is, its commands, names, descriptions, menu button."""

from typing import Any

from bot.sandbox.call import Call, method
from bot.sandbox.model import Json
from bot.sandbox.rules import (
    DESCRIPTION_UNITS,
    NAME_UNITS,
    SHORT_DESCRIPTION_UNITS,
    bad,
    bounded,
    commands,
    language_code,
    scope,
)
from bot.sandbox.world import World


@method("getMe")
def get_me(world: World, _call: Call) -> Json:
    return {
        **world.bot.api(),
        "can_join_groups": True,
        "can_read_all_group_messages": not world.privacy,
        "supports_inline_queries": False,
        "can_connect_to_business": False,
        "has_main_web_app": False,
        "has_topics_enabled": False,
        "allows_users_to_create_topics": False,
        "can_manage_bots": False,
    }


@method("logOut")
def log_out(_world: World, _call: Call) -> bool:
    return True


@method("close")
def close(_world: World, _call: Call) -> bool:
    return True


def _key(world: World, call: Call) -> tuple[tuple[str, ...], str]:
    whom = scope(call.json("scope", "BotCommandScope"))
    if len(whom) > 1:
        world.chat(whom[1])
    return whom, language_code(call.text("language_code"))


@method("setMyCommands", "commands scope language_code")
def set_my_commands(world: World, call: Call) -> bool:
    checked = commands(call.json("commands", "commands") or [])
    key = _key(world, call)
    if checked:
        world.profile.commands[key] = checked
    else:
        world.profile.commands.pop(key, None)
    world.tell("commands")
    return True


@method("getMyCommands", "scope language_code")
def get_my_commands(world: World, call: Call) -> list[Json]:
    return world.profile.commands.get(_key(world, call), [])


@method("deleteMyCommands", "scope language_code")
def delete_my_commands(world: World, call: Call) -> bool:
    world.profile.commands.pop(_key(world, call), None)
    world.tell("commands")
    return True


def _set(world: World, texts: dict[str, str], call: Call, text: str) -> bool:
    code = language_code(call.text("language_code"))
    if text:
        texts[code] = text
    else:
        texts.pop(code, None)
    world.tell("bot")
    return True


def _get(texts: dict[str, str], call: Call) -> str:
    return texts.get(language_code(call.text("language_code"))) or texts.get("", "")


@method("setMyName", "name language_code")
def set_my_name(world: World, call: Call) -> bool:
    name = bounded(call.text("name"), NAME_UNITS, "BOT_TITLE_INVALID")
    if name and not call.text("language_code"):
        world.bot.name = name
    return _set(world, world.profile.names, call, name)


@method("getMyName", "language_code")
def get_my_name(world: World, call: Call) -> Json:
    return {"name": _get(world.profile.names, call) or world.bot.name}


@method("setMyDescription", "description language_code")
def set_my_description(world: World, call: Call) -> bool:
    text = bounded(call.text("description"), DESCRIPTION_UNITS, "BOT_DESCRIPTION_TOO_LONG")
    return _set(world, world.profile.descriptions, call, text)


@method("getMyDescription", "language_code")
def get_my_description(world: World, call: Call) -> Json:
    return {"description": _get(world.profile.descriptions, call)}


@method("setMyShortDescription", "short_description language_code")
def set_my_short_description(world: World, call: Call) -> bool:
    text = bounded(call.text("short_description"), SHORT_DESCRIPTION_UNITS, "BOT_ABOUT_TOO_LONG")
    return _set(world, world.profile.short_descriptions, call, text)


@method("getMyShortDescription", "language_code")
def get_my_short_description(world: World, call: Call) -> Json:
    return {"short_description": _get(world.profile.short_descriptions, call)}


def _menu_chat(world: World, call: Call) -> int | None:
    if call.get("chat_id") is None:
        return None
    chat = world.chat(call.get("chat_id"))
    if not chat.is_private:
        raise bad("chat not found")
    return chat.id


@method("setChatMenuButton", "chat_id menu_button")
def set_chat_menu_button(world: World, call: Call) -> bool:
    button: Any = call.json("menu_button", "menu button") or {"type": "default"}
    if not isinstance(button, dict):
        raise bad("MenuButton must be an Object")
    if str(button.get("type")) not in {"default", "commands", "web_app"}:
        raise bad("can't parse menu button: MenuButton has unsupported type")
    world.profile.menu_buttons[_menu_chat(world, call)] = button
    return True


@method("getChatMenuButton", "chat_id")
def get_chat_menu_button(world: World, call: Call) -> Json:
    buttons = world.profile.menu_buttons
    default = buttons.get(None, {"type": "commands"})
    return buttons.get(_menu_chat(world, call), default)

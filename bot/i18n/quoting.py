"""Texts between quotes in a PO file: read, written, and what is wrong with one that is neither."""

import re

WRITE_LIKE_THIS = 'Write it like this: msgstr "text".'

_WELL_QUOTED = re.compile(r'"([^"\\]*(?:\\[ntr"\\][^"\\]*)*)"')
_ESCAPE = re.compile(r"\\(.)")
_ESCAPES = {"n": "\n", "t": "\t", "r": "\r", '"': '"', "\\": "\\"}
_SMART_QUOTES = "“”„‟«»″＂‘’「」"
_EMPTY = '""'


def unquoted(quoted: str) -> str | None:
    """What `"quoted"` says; None where it is not one text between straight quotes."""
    match = _WELL_QUOTED.fullmatch(quoted)
    if match is None:
        return None
    inner = match[1]
    return _ESCAPE.sub(lambda m: _ESCAPES[m[1]], inner) if "\\" in inner else inner


def field_lines(keyword: str, value: str) -> list[str]:
    """`msgid "..."` as gettext writes it without wrapping: each line of the text on its own."""
    pieces = value.split("\n")
    quoted = [f'"{_escaped(piece)}\\n"' for piece in pieces[:-1]]
    if pieces[-1]:
        quoted.append(f'"{_escaped(pieces[-1])}"')
    if len(quoted) <= 1:
        return [f"{keyword} {quoted[0] if quoted else _EMPTY}"]
    return [f"{keyword} {_EMPTY}", *quoted]


def _escaped(value: str) -> str:
    value = value.replace("\\", "\\\\").replace('"', '\\"')
    return value.replace("\t", "\\t").replace("\r", "\\r")


def diagnosis(quoted: str) -> tuple[str, str]:
    """Why `quoted`, which should be a text between quotes, is not one: what, and the remedy."""
    if not quoted:
        return "After this word there must be a text in quotes.", WRITE_LIKE_THIS
    if quoted[0] in _SMART_QUOTES:
        return (
            "The quotes round this text are curly ones.",
            'Type straight ones (") at its beginning and at its end.',
        )
    if quoted[0] != '"':
        return "This text does not stand between quotes.", WRITE_LIKE_THIS
    end = next((m.start() for m in re.finditer(r'\\.|"', quoted) if m[0] == '"' and m.start()), 0)
    if not end:
        return (
            "The quote that closes this text is missing.",
            'Put " at the end of the line; a text over several lines has quotes on every line.',
        )
    if end < len(quoted) - 1:
        return (
            'There is a quote (") inside this text, or something after its end.',
            'Put a backslash before a quote inside a text (\\"); let nothing follow the last one.',
        )
    unknown = next(m[0] for m in _ESCAPE.finditer(quoted) if m[1] not in _ESCAPES)
    return (
        f"“{unknown}” means nothing here.",
        'Write a backslash only in \\n (new line), \\t (tab), \\" and \\\\; the last shows one.',
    )

"""What Telegram finds in a text by itself: links, mentions, commands, tags, numbers.

Simplified from TDLib (td/telegram/MessageEntity.cpp: find_entities): the same shapes, a short
list of top-level domains.
"""

import re
from collections.abc import Sequence

from bot.i18n.entities import Entity, units

_TOP = (
    "com|org|net|edu|gov|int|mil|io|me|info|biz|app|dev|health|hospital|care|eu|uk|de|fr|es|it|nl|"
    "ch|at|se|cn|hk|tw|jp|kr|sg|in|ru|ua|br|mx|ar|ca|au|us|sa|ae|eg|tr|ir|il"
)
_URL = (
    r"(?:https?|tg|ton)://[^\s<>\"'“”«»]+|(?<![\w@.])(?:[a-z0-9](?:[a-z0-9-]*[a-z0-9])?\.)+"
    rf"(?:{_TOP})(?![\w-])(?::[0-9]{{1,5}})?(?:[/?#][^\s<>\"'“”«»]*)?"
)
_EMAIL = r"(?<![\w.+-])[a-z0-9._%+-]+@(?:[a-z0-9-]+\.)+[a-z]{2,}(?![\w-])"
_PATTERNS = (
    ("mention", "@", re.compile(r"(?<!\w)@[a-zA-Z0-9_]{2,32}(?!\w)")),
    (
        "bot_command",
        "/",
        re.compile(r"(?<![\w/<>])/[a-zA-Z0-9_]{1,64}(?:@[a-zA-Z0-9_]{3,32})?(?![\w/<>])"),
    ),
    ("hashtag", "#", re.compile(r"(?<!\w)#(?=\w*[^\W\d_])\w{1,256}(?!\w)")),
    ("cashtag", "$", re.compile(r"(?<![\w$])\$[A-Z]{1,8}(?![\w$])")),
    ("email", "@", re.compile(_EMAIL, re.IGNORECASE)),
    ("url", "", re.compile(_URL, re.IGNORECASE)),
    ("phone_number", "+", re.compile(r"(?<!\w)\+[1-9][0-9]{0,2}(?:[ ()-]{0,2}[0-9]){7,12}(?!\w)")),
)
_MAYBE_URL = re.compile(r"\.[A-Za-z]")
_LOOSE = frozenset(
    {
        "bold",
        "italic",
        "underline",
        "strikethrough",
        "spoiler",
        "blockquote",
        "expandable_blockquote",
    }
)


def detect(text: str, given: Sequence[Entity] = ()) -> list[Entity]:
    """Entities nobody wrote but Telegram shows, none inside code, a link or another such one."""
    spans: list[tuple[int, int, str]] = []
    for kind, sign, pattern in _PATTERNS:
        if sign in text if sign else "://" in text or _MAYBE_URL.search(text):
            spans += [(found.start(), found.end(), kind) for found in pattern.finditer(text)]
    if not spans:
        return []
    spans.sort(key=lambda span: (span[0], -span[1]))
    taken = [entity for entity in given if entity.type not in _LOOSE]
    plain = units(text) == len(text)
    result: list[Entity] = []
    last = 0
    for begin, end, kind in spans:
        if begin < last:
            continue
        stop = (
            begin + len(text[begin:end].rstrip(".,:;!?)…。，；：！？）】》"))
            if kind == "url"
            else end
        )
        offset = begin if plain else units(text[:begin])
        length = stop - begin if plain else units(text[begin:stop])
        if all(offset >= each.end or each.offset >= offset + length for each in taken):
            result.append(Entity(kind, offset, length))
            last = stop
    return result

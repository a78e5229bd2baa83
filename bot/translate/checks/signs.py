"""What stands for itself in every language: placeholders, commands, addresses, tags, emoji."""

import re
import unicodedata
from collections import Counter
from collections.abc import Iterator

from bot.i18n import markup
from bot.translate.checks.finding import Fault, Fix
from bot.translate.checks.texts import Said
from bot.translate.checks.tongue import Tongue


def look(said: Said, tongue: Tongue) -> Iterator[Fault]:
    """Every rule of this file."""
    yield from _placeholders(said)
    if said.english is None:
        return
    yield from _commands(said)
    if not said.example:
        yield from _addresses(said)
    yield from _tags(said)
    yield from _emoji(said, tongue)


# Placeholders ------------------------------------------------------------------------------------

_BRACED = re.compile(r"\{([^{}<>\n]{1,40})\}")
_WORD = re.compile(r"[^\W\d][\w ]*")
_WIDE_BRACES = re.compile(r"[｛【〔]\s*([a-z][a-z0-9_]*)\s*[｝】〕]")
_PERCENT = re.compile(r"%\(([a-z0-9_]+)\)[sd]|%[sd](?![a-z])|%[1-9]\$[sd]")
_ESCAPED = re.compile(r"\\+\{|&#0*123;|&lbrace;|&#x7b;", re.IGNORECASE)


def _placeholders(said: Said) -> Iterator[Fault]:
    """Names in braces, as other programs or other keyboards write them."""
    words = said.written
    if wide := _WIDE_BRACES.search(words):
        right = f"{{{wide[1]}}}"
        yield Fault(
            "placeholder.fullwidth",
            f"{wide[0]} has braces that the bot does not know, so it would be shown as it is.",
            f"Type plain braces: {right}.",
            wide[0],
            Fix(wide[0], right) if wide[1] in said.names else None,
        )
    if (percent := _PERCENT.search(words)) and percent[0] not in (said.english or words):
        yield Fault(
            "placeholder.percent",
            f"{percent[0]} is a placeholder of other programs; here it is shown as it is.",
            "Write the name in braces, as in the English.",
            percent[0],
        )
    if escaped := _ESCAPED.search(words):
        yield Fault(
            "placeholder.escaped",
            f"{escaped[0]} is shown as it is, and no value takes its place.",
            "Write the braces plainly, without a backslash before them.",
            escaped[0],
        )


def renamed(written: str, names: frozenset[str]) -> Fix | None:
    """The one name in braces that was translated, and what it must be; None unless it is clear."""
    found = _BRACED.findall(written)
    missing = [name for name in names if name not in found]
    strange = [name for name in dict.fromkeys(found) if name not in names]
    if len(missing) == len(strange) == 1:
        return Fix(f"{{{strange[0]}}}", f"{{{missing[0]}}}")
    return None


def strange_braces(written: str, names: frozenset[str]) -> str:
    """The first braces that hold no name of the English, as they are written; "" without any."""
    return next((f"{{{one}}}" for one in _BRACED.findall(written) if one not in names), "")


def only_words_in_braces(written: str) -> bool:
    """Whether all braces are well set, and only the names in them are strange."""
    left = _BRACED.sub("", written)
    return not set("{}") & set(left) and all(map(_WORD.fullmatch, _BRACED.findall(written)))


# Commands ----------------------------------------------------------------------------------------

_COMMAND = re.compile(r"(?<![\w/<.:])/[a-z][a-z0-9_]*(?![a-z0-9_/])")
_ANY_COMMAND = re.compile(r"(?<![\w/<.:])[/／⁄∕] ?[^\W\d][\w]*(?![\w/])")


def _commands(said: Said) -> Iterator[Fault]:
    """/mydata is typed, so it is never translated."""
    source = list(dict.fromkeys(_COMMAND.findall(said.english_seen)))
    own = _COMMAND.findall(said.seen)
    others = [one for one in _ANY_COMMAND.findall(said.seen) if one not in source]
    for command in source:
        if command in own:
            continue
        near = _nearest(command, others)
        instead = f": the translation has “{near}”" if near else ""
        spelt = near.replace(" ", "").replace("／", "/").replace("⁄", "/").replace("∕", "/")
        yield Fault(
            "command",
            f"The command {command} is missing{instead}.",
            f"Write {command} as in the English: people tap it, and the bot knows only that.",
            near,
            Fix(near, command) if near and spelt == command else None,
        )
    for command in own:
        if command not in source:
            yield Fault(
                "command",
                f"The command {command} is not in the English.",
                "Take it out, or write the English one.",
                command,
            )


def _nearest(command: str, others: list[str]) -> str:
    for one in others:
        if re.sub(r"[\s／⁄∕/]", "", one) == command[1:]:
            return one
    return others[0] if len(others) == 1 else ""


# Addresses ---------------------------------------------------------------------------------------

_URL = re.compile(
    r"https?://[^\s<>\"'”“’）)\]，。；、]+[^\s<>\"'”“’）)\]，。；、.,;:!?]", re.IGNORECASE
)
_MAIL = re.compile(r"[A-Za-z0-9._%+-]+@[A-Za-z0-9.-]+\.[A-Za-z]{2,}")
_MENTION = re.compile(r"(?<![\w@/.])@[A-Za-z]\w{3,}")
_DOMAIN = re.compile(
    r"(?<![\w@./-])(?:[A-Za-z0-9-]+\.)+(?:com|org|net|gov|edu|info|cn|io|uk|de|int)(?![\w-])"
)


_ADDRESS = re.compile(r"@|//|href|[A-Za-z0-9]\.[A-Za-z]")
"""What every address has; most texts have none."""


def _addresses(said: Said) -> Iterator[Fault]:
    """Addresses are copied, with every sign."""
    source, own = said.english or "", said.written
    if not (_ADDRESS.search(source) or _ADDRESS.search(own)):
        return
    for code, pattern, what in (
        ("url", _URL, "web address"),
        ("email", _MAIL, "e-mail address"),
        ("mention", _MENTION, "name"),
        ("url", _DOMAIN, "web address"),
    ):
        theirs, ours = set(pattern.findall(source)), set(pattern.findall(own))
        for address in sorted(theirs - ours):
            other = next(iter(sorted(ours - theirs)), "")
            instead = f"; the translation has {other}" if other else ""
            yield Fault(
                code,
                f"The {what} {address} of the English is missing{instead}.",
                "Copy it from the English.",
                other,
            )
        if theirs or code == "email":
            continue
        for address in sorted(ours):
            yield Fault(
                code,
                f"The {what} {address} is not in the English.",
                "Take it out, or add it to the English first.",
                address,
            )
    if said.html:
        yield from _lost_links(said)


_HREF = re.compile(r"<a\s+href=([\"“”'‘’]?)([^\"“”'’>]*)", re.IGNORECASE)


def _lost_links(said: Said) -> Iterator[Fault]:
    try:
        made = [e for e in markup.parse(said.written).entities if e.type.startswith("text_")]
    except markup.MarkupError:
        return
    wanted = len(_HREF.findall(said.written))
    if len(made) < wanted and "{" not in said.written:
        yield Fault(
            "href",
            "Telegram would drop a link here without a word: its address is none.",
            "Copy the address of the English, between straight quotes.",
            "<a",
        )


# Tags --------------------------------------------------------------------------------------------

_SMART_TAG = re.compile(r"<a\s+href=[“”„«‘’][^>]*>")
_DOUBLE = re.compile(r"&amp;(?:lt|gt|amp|quot|#\d+);")
_WIDE_TAG = re.compile(
    r"[＜〈《]\s*/?\s*(?:b|i|u|s|a|code|pre|blockquote)\s*[＞〉》]", re.IGNORECASE
)
_ENTITY = re.compile(r"&(?!lt;|gt;|amp;|quot;|#)[A-Za-z]{2,8};")
_PLAIN_TAG = re.compile(r"</?(?:b|i|u|s|a|em|strong|code|pre|br|p|blockquote)\b[^<>]*>", re.I)


def _tags(said: Said) -> Iterator[Fault]:
    words, source = said.written, said.english or ""
    if found := _DOUBLE.search(words):
        yield Fault(
            "html.double-escape",
            f"{found[0]} is escaped twice and shown as {found[0].replace('&amp;', '&')}.",
            f"Write {found[0].replace('&amp;', '&')}.",
            found[0],
            Fix(found[0], found[0].replace("&amp;", "&", 1)),
        )
    if found := _WIDE_TAG.search(words):
        yield Fault(
            "html.fullwidth",
            f"{found[0]} is no tag but shown as it is: its signs are wide ones.",
            "Type < and > with the plain keyboard.",
            found[0],
        )
    if (found := _ENTITY.search(words)) and found[0] not in source:
        yield Fault(
            "html.entity",
            f"Telegram does not know {found[0]} and shows it as it is.",
            "Write the character itself.",
            found[0],
        )
    if not said.html:
        if (found := _PLAIN_TAG.search(words)) and found[0] not in source:
            yield Fault(
                "html.label",
                f"{found[0]} would be shown as it is: buttons and labels are plain words.",
                "Take the tags out.",
                found[0],
            )
        return
    if found := _SMART_TAG.search(words):
        straight = re.sub("[“”„«‘’»]", '"', found[0])
        yield Fault(
            "html.smart-quote",
            "The address of this link stands between curly quotes.",
            f"Type straight ones: {straight}",
            found[0],
        )
    if not said.broken:
        yield from _formatting(said)


def _formatting(said: Said) -> Iterator[Fault]:
    """Bold, links and quotes of the English, and those of the translation."""
    try:
        theirs = Counter(entity.type for entity in markup.parse(said.english or "").entities)
        ours = Counter(entity.type for entity in markup.parse(said.written).entities)
    except markup.MarkupError:
        return
    # Whether words are slanted is each script's own business; Chinese print has no italics. A page
    # may have more headings, and its links are made of the numbers of trials.
    page = said.use == "part"
    for kind in (*theirs, *ours):
        if kind == "italic" or (page and (kind == "text_link" or ours[kind] >= theirs[kind] > 0)):
            continue
        if theirs[kind] != ours[kind]:
            name = kind.replace("_", " ")
            yield Fault(
                "html.differs",
                f"The English has {theirs[kind]} × {name}, the translation {ours[kind]} × {name}.",
                "Put the tags of the English round the same words.",
            )
            return


# Emoji -------------------------------------------------------------------------------------------

_ARROWS = str.maketrans("⬅➡◀▶←→⏪⏩↩↪", "↔↔↔↔↔↔↔↔↔↔")


def _emoji(said: Said, tongue: Tongue) -> Iterator[Fault]:
    """Signs that lead the eye; arrows may be turned round where one reads from the right."""
    if not (_PICTURE.search(said.english_seen) or _PICTURE.search(said.seen)):
        return
    theirs, ours = _pictures(said.english_seen), _pictures(said.seen)
    if theirs == ours:
        return
    gone, new = theirs - ours, ours - theirs
    said_ = [f"{''.join(gone.elements())} is missing"] if gone else []
    said_ += [f"{''.join(new.elements())} is not in the English"] if new else []
    yield Fault(
        "emoji",
        f"{', '.join(said_)}.",
        "Take the signs of the English.",
        next(iter(new), ""),
    )


_PICTURE = re.compile("[\u2190-\u2bff\u3297\u3299\U0001f000-\U0001faff]")
_LETTERLIKE = frozenset("−≥≤≠≈∞①②③④⑤")


def _pictures(words: str) -> Counter[str]:
    return Counter(
        char
        for char in _PICTURE.findall(words.translate(_ARROWS))
        if unicodedata.category(char) in {"So", "Sm"} and char not in _LETTERLIKE
    )

"""Which of our languages a person gets, from the tag that their Telegram sends.

Tags come from strangers' clients in any spelling (`zh-hans-raw`, `PT_br`, nothing at all), so
reading one never fails. What a tag leaves unsaid is filled in from CLDR's likely subtags: `zh-tw`
is written in Traditional characters, `zh` in Simplified ones, and no list of ours says so.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from enum import Enum
from functools import lru_cache

from babel.core import get_global


class How(Enum):
    """How well a language fits a person."""

    EXACT = "exact"
    """This reader surely reads this: the same language in the same script."""
    NEAR = "near"
    """The same script, but a variant of another region, or a closely related language."""
    OTHER_SCRIPT = "other script"
    """The same language in a script that this reader may not read with ease."""
    NONE = "none"
    """Nothing fits; the default is a guess."""


@dataclass(frozen=True, slots=True)
class Match:
    """The code of a language, as it was offered, and how well it fits."""

    code: str
    how: How


@dataclass(frozen=True, slots=True)
class Tag:
    """A language tag in its parts, "" where it does not say: `zh`, `Hans`, ``."""

    language: str
    script: str = ""
    region: str = ""

    @property
    def code(self) -> str:
        """As Babel and our directories spell it: `zh_Hans`, `pt_BR`."""
        return "_".join(part for part in (self.language, self.script, self.region) if part)


_LIKELY = get_global("likely_subtags")
_CLDR_ALIASES = get_global("language_aliases")
_PARENTS = get_global("parent_exceptions")

_ALIASES = {"no": "nb", "min": "nan"}
"""What CLDR's table leaves out: `no` is written as Bokmål; `zh-min` was meant for `zh-min-nan`."""

_RELATED = {
    "nn": Tag("nb", "Latn"),
    "yue": Tag("zh", "Hant"),
    "nan": Tag("zh", "Hant"),
    "hak": Tag("zh", "Hant"),
    "wuu": Tag("zh", "Hans"),
    "gan": Tag("zh", "Hans"),
    "hsn": Tag("zh", "Hans"),
}
"""Languages whose readers also read another one in writing, and the script they know it in."""

_LONGEST = 64  # characters; real tags are under 36, and what follows could not matter


@lru_cache(maxsize=1024)
def read_tag(tag: str) -> Tag | None:
    """`tag` in its parts, whatever its spelling; None where it names no language."""
    first, *rest = re.split(r"[-_.\s]+", tag[:_LONGEST].strip().lower())
    if not re.fullmatch("[a-z]{2,3}", first):
        return None
    read = Tag(first)
    for part in rest:
        if len(part) == 1:  # what follows are extensions and private words
            break
        if re.fullmatch("[a-z]{4}", part):
            read = read if read.script else replace(read, script=part.title())
        elif re.fullmatch("[a-z]{2}|[0-9]{3}", part):
            read = read if read.region else replace(read, region=part.upper())
        elif first == "zh" and not read.script and (part in {"cmn", "min"} or part in _RELATED):
            read = replace(read, language=part)
    return read


@lru_cache(maxsize=1024)
def expand(tag: Tag) -> Tag:
    """`tag` with today's name of its language, and its likely script and region."""
    known = _ALIASES.get(tag.language) or _CLDR_ALIASES.get(tag.language) or tag.language
    alias = read_tag(known) or tag
    tag = Tag(alias.language, tag.script or alias.script, tag.region or alias.region)
    for key in _likely_keys(tag):
        if full := _LIKELY.get(key):
            _, script, region = full.split("_")
            return Tag(tag.language, tag.script or script, tag.region or region)
    return tag


def _likely_keys(tag: Tag) -> Iterator[str]:
    language, script, region = tag.language, tag.script, tag.region
    if script and region:
        yield f"{language}_{script}_{region}"
    if region:
        yield f"{language}_{region}"
    if script:
        yield f"{language}_{script}"
    yield language


def match(requested: str | None, available: Iterable[str], default: str = "en") -> Match:
    """The best of the `available` codes for a client that asks for `requested`.

    Returns (`default`, NONE) where nothing fits. Never raises, whatever a client sends.
    """
    if not requested:
        return Match(default, How.NONE)
    return _match(requested[:_LONGEST], tuple(available), default)


@lru_cache(maxsize=2048)
def _match(requested: str, available: tuple[str, ...], default: str) -> Match:
    said = read_tag(requested)
    if said is None:
        return Match(default, How.NONE)
    wanted = expand(said)
    parents = frozenset(_parents(wanted))
    best: tuple[int, bool, bool, bool] | None = None
    found = Match(default, How.NONE)
    for code in available:
        own = read_tag(code)
        if own is None:
            continue
        rank, how = _fit(said, wanted, own)
        if how is How.NONE:
            continue
        order = (rank, own != said, own.region != wanted.region, own.code not in parents)
        if best is None or order < best:
            best, found = order, Match(code, how)
    return found


def _fit(said: Tag, wanted: Tag, own: Tag) -> tuple[int, How]:
    full = expand(own)
    if full.language == wanted.language:
        if full.script != wanted.script:
            return 3, How.OTHER_SCRIPT
        same_region = not own.region or full.region == wanted.region
        return (0, How.EXACT) if same_region else (1, How.NEAR)
    related = _RELATED.get(wanted.language)
    if related is None or related.language != full.language:
        return 5, How.NONE
    script = said.script or related.script
    if not said.script and f"{wanted.language}_{said.region}" in _LIKELY:
        script = wanted.script  # `yue-cn` is written in Simplified characters
    return (2, How.NEAR) if script == full.script else (4, How.OTHER_SCRIPT)


def _parents(tag: Tag) -> Iterator[str]:
    """CLDR's own chain of neighbours: a reader of `pt_AO` is nearer to `pt_PT` than to `pt_BR`."""
    parent = _PARENTS.get(f"{tag.language}_{tag.region}")
    while parent:
        yield parent
        parent = _PARENTS.get(parent)

"""What must not be said, the words and claims of the fact sheet (section 11), and what terms are
called (the glossary)."""

import re
from collections.abc import Iterable, Iterator
from functools import cache

from bot.i18n.strict import Block
from bot.translate.checks.finding import Fault
from bot.translate.checks.lists import Sheet, as_word
from bot.translate.checks.texts import Said


def look(said: Said, sheet: Sheet) -> Iterator[Fault]:
    """The words and claims of one text."""
    words = said.seen
    for language in dict.fromkeys(("en", said.language)):
        pattern = sheet.pattern("fail", language)
        for found in pattern.finditer(words) if pattern else ():
            yield Fault(
                "word.forbidden",
                f"“{found[0]}” must not be used, not even denied (fact sheet, section 11).",
                "Say what is known, with its number and source.",
                found[0],
            )
    pattern = sheet.pattern("warn", said.language)
    for found in pattern.finditer(words) if pattern else ():
        if not _allowed(sheet, "words", said.language, "word", found, words):
            yield Fault(
                "word.doubtful",
                f"“{found[0]}” may promise too much (fact sheet, section 11).",
                "Say it with a number; where it is denied or quoted, add the phrase to "
                "content/allowed.yaml with the reason.",
                found[0],
            )
    if not sheet.any_claim(said.language).search(words):
        return
    for claim, by_language in sheet.claims.items():
        for one in by_language.get(said.language, ()):
            for found in re.finditer(one, words, re.IGNORECASE):
                if not _allowed(sheet, "claims", said.language, "claim", found, words, claim):
                    yield Fault(
                        "claim",
                        f"“{found[0]}” may make a claim to avoid ({claim}).",
                        f"Say instead: {sheet.instead(claim)}",
                        found[0],
                    )


def _allowed(
    sheet: Sheet,
    kind: str,
    language: str,
    key: str,
    found: re.Match[str],
    words: str,
    value: str = "",
) -> bool:
    """Whether what was found lies in a phrase that somebody let pass, with the reason."""
    return not outside(
        words,
        found.start(),
        found.end(),
        [
            entry["phrase"]
            for entry in sheet.allowed.get(kind, ())
            if entry["language"] == language
            and (entry[key] == value or (not value and _is(entry[key], found[0])))
        ],
    )


def _is(word: str, found: str) -> bool:
    return re.fullmatch(as_word(word), found, re.IGNORECASE) is not None


def outside(words: str, start: int, end: int, phrases: Iterable[str]) -> bool:
    """Whether words[start:end] lies in none of the places where a phrase stands."""
    for phrase in phrases:
        at = words.find(phrase)
        while at >= 0:
            if at <= start and end <= at + len(phrase):
                return False
            at = words.find(phrase, at + 1)
    return True


# The glossary ------------------------------------------------------------------------------------


def forms(term: str) -> list[str]:
    """The ways to write a term: whole, without its brackets, with what they give in its place.

    “细胞因子释放综合征（CRS）” is also “CRS”; “嵌合抗原受体（CAR-NK）疗法” is also “CAR-NK疗法”.
    """
    found = re.fullmatch(r"(.*?)\s*[（(](?:又称)?(.*?)[)）](.*)", term)
    if found is None:
        return term.split("、")
    before, inside, after = found.groups()
    rest = [one for one in forms(after) if one != after] if after else []
    return [(before + after).strip(), *inside.split("，"), (inside + after).strip(), term, *rest]


def look_at_terms(item: list[Said], sheet: Sheet, language: str) -> Iterator[tuple[Said, Fault]]:
    """Whether the texts of one page, or one sentence, use the glossary's words."""
    item = [said for said in item if said.use != "source"]
    english = "\n".join(said.english_seen for said in item if said.english is not None)
    if not english:
        return
    folded = english.casefold()
    own = "\n".join(said.seen for said in item).casefold()
    for term in sheet.terms:
        words = term.get(language)
        if words is None or " / " in term["en"]:
            continue
        first = _english(term["en"])
        if first.casefold() not in folded or not _term(first).search(english):
            continue
        avoid = term.get("avoid")
        for wrong in avoid.get(language, ()) if isinstance(avoid, Block) else ():
            if wrong.casefold() in own:
                where = next(said for said in item if wrong.casefold() in said.seen.casefold())
                yield (
                    where,
                    Fault(
                        "glossary.avoid",
                        f"“{wrong}” is not the word for “{first}”.",
                        f"The glossary says {words}.",
                        wrong,
                    ),
                )
        if not any(form.casefold() in own for form in forms(words)):
            where = next(said for said in item if _term(first).search(said.english_seen))
            yield (
                where,
                Fault(
                    "glossary.use",
                    f"The English says “{first}”, and the glossary's word for it is missing.",
                    f"The glossary says {words}.",
                ),
            )


@cache
def _english(term: str) -> str:
    return forms(term)[0]


@cache
def _term(english: str) -> re.Pattern[str]:
    return re.compile(rf"(?<![A-Za-z-]){re.escape(english)}(?:s|es)?(?![A-Za-z-])", re.IGNORECASE)

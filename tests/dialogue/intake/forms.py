"""The shipped form, and small ones written for a test."""

from datetime import date, datetime
from functools import cache
from pathlib import Path
from zoneinfo import ZoneInfo

from bot.dialogue.case import Consent, Value
from bot.dialogue.intake.checks import Misfit, check
from bot.dialogue.intake.form import Field, Form
from bot.dialogue.intake.reading import read_form
from bot.dialogue.intake.wording import REASONS, item_hash, items
from bot.i18n.language import Languages, load_languages
from bot.i18n.problem import BrokenWords, Problem
from bot.i18n.strict import read_yaml
from bot.i18n.text import Text
from bot.library.helplines import read_helplines
from bot.settings import ROOT

CONTENT = ROOT / "content"
TODAY = date(2026, 11, 22)
CROSS = ("cross-border",)

_MEANT = "need: must, purpose: p, keep: case, seen-by: [staff]"
REGISTRY = f"""\
countries: [CN, US]
zones: {{CN: [Asia/Shanghai]}}
blocks: [core, more]
questions:
  where:
    {{fact: I3, block: core, kind: country, sensitive: personal, {_MEANT}}}
  c1:
    {{fact: C1, block: core, kind: consent, text: consent.c1, sensitive: no, {_MEANT}}}
  kind:
    {{fact: I5, block: core, kind: choice, options: [one, two], sensitive: health, {_MEANT}}}
  told:
    {{fact: I21, block: more, kind: text, least: "2", most: "20", when: {{kind: [two]}},
     sensitive: health, {_MEANT}}}
"""

ENGLISH = """\
questions:
  where: {label: Where, question: "Where?", wrong: "No such place."}
  c1: {label: Consent}
  kind: {label: Kind, question: "Which kind?", options: {one: The first, two: The second}}
  told: {label: Told, question: "What else?", hint: "As you like."}
blocks:
  core: {title: Basics}
  more: {title: More}
reasons:
""" + "".join(
    f'  {reason}: {{says: "No: {reason}{"".join(f" {{{name}}}" for name in names)}"}}\n'
    for reason, names in REASONS.items()
)

CALLED = "DE: [Deutschland]\n"


@cache
def shipped() -> Form:
    """What content/ has, as the bot reads it."""
    lines = read_helplines(CONTENT / "helplines.yaml", "content/helplines.yaml", ("en", "zh_Hans"))
    cities = {code: one.called for code, one in lines.countries.items()}
    return read_form(CONTENT, ("en", "zh_Hans"), cities=cities)


@cache
def languages() -> Languages:
    return load_languages(ROOT / "locales")


def said(text: Text, language: str = "en") -> str:
    """A text as plain words."""
    return languages()[language].label(text)


def step(id: str, form: Form | None = None) -> Field:
    found = (form or shipped()).field(id)
    assert found is not None, id
    return found


def answered(id: str, typed: str, country: str | None = "CN", **more: bool) -> Value | Misfit:
    """What the shipped form makes of typed words."""
    return check(shipped(), step(id), typed, today=TODAY, country=country, **more)


def agreed(*ids: str, agreed: bool = True) -> tuple[Consent, ...]:
    """Decisions on these consents."""
    at = datetime(2026, 11, 22, tzinfo=ZoneInfo("UTC"))
    return tuple(Consent(id, agreed, "0" * 64, "en", at) for id in ids)


def shelf(
    folder: Path,
    registry: str = REGISTRY,
    english: str = ENGLISH,
    other: str | None = None,
    called: str = CALLED,
) -> Path:
    """A content/ with these files; `other` is its Chinese, in which “@” is the hash that fits."""
    for name in ("en", "zh_Hans"):
        (folder / name).mkdir(parents=True, exist_ok=True)
    (folder / "form.yaml").write_text(registry, encoding="utf-8")
    (folder / "countries.yaml").write_text(called, encoding="utf-8")
    (folder / "en" / "form.yaml").write_text(english, encoding="utf-8")
    if other is not None:
        path = folder / "zh_Hans" / "form.yaml"
        path.write_text(other, encoding="utf-8")
        if "@" not in other:
            return folder
        source = dict(items(read_yaml(folder / "en" / "form.yaml", "en")))
        for name, entry in items(read_yaml(path, "zh")):
            if entry.get("from") == "@" and name in source:
                lines = path.read_text(encoding="utf-8").split("\n")
                at = entry.at("from") - 1
                lines[at] = lines[at].replace("@", item_hash(source[name]), 1)
                path.write_text("\n".join(lines), encoding="utf-8")
    return folder


def read(folder: Path, notices: list[Problem] | None = None) -> Form:
    return read_form(folder, ("en", "zh_Hans"), notices)


def problems(folder: Path) -> list[str]:
    """Everything that is told about a content/ that cannot be used."""
    try:
        read(folder)
    except BrokenWords as broken:
        return [str(problem) for problem in broken.problems]
    return []

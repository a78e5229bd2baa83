"""The bench: trees of words with mistakes in them, and where each mistake stands."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from babel.core import Locale
from babel.messages.plurals import get_plural

from bot.i18n.catalog import SOURCE
from bot.i18n.quoting import field_lines
from bot.i18n.strict import Block, read_yaml
from bot.settings import ROOT

BENCH = Path(__file__).parent / "bench"
LISTS = ("allowed", "claims", "facts", "glossary", "latin")
LANGUAGES = ("zh_Hans", "zh_Hant", "ru", "ar", "de", "es", "fr")


@dataclass(frozen=True)
class Seed:
    """One sentence and its translation. `code`: its mistake; "" for a good translation."""

    id: str
    language: str
    english: str
    plural: str
    forms: tuple[str, ...]
    code: str
    may: str
    """A warning that a good translation may get, because a person must decide."""

    def __str__(self) -> str:
        return f"{self.id} {self.code}"


@cache
def seeds(language: str) -> tuple[Seed, ...]:
    """Every sentence of the bench in one language, with an id of its own."""
    tree = read_yaml(BENCH / f"{language}.yaml", f"bench/{language}.yaml")
    return tuple(
        _seed(language, kind, number, entry)
        for kind in ("defects", "clean")
        for number, entry in enumerate(tree[kind])
    )


def _seed(language: str, kind: str, number: int, entry: Block) -> Seed:
    prefix = entry.get("id", "bench")
    joint = "" if prefix.endswith("-") else "."
    forms = entry.get("forms") or [entry["says"]]
    return Seed(
        id=f"{prefix}{joint}{language.replace('_', '-').lower()}-{kind}-{number}",
        language=language,
        english=entry["english"],
        plural=entry.get("plural", ""),
        forms=tuple(forms),
        code=entry.get("code", ""),
        may=entry.get("may", ""),
    )


def plant(folder: Path, language: str, sown: tuple[Seed, ...]) -> tuple[Path, Path]:
    """locales/ with these sentences in English and in one language; content/ with the shipped lists
    of words, but no pages."""
    locales = folder / "locales"
    for code in ("en", language):
        path = locales / code / "LC_MESSAGES" / "messages.po"
        path.parent.mkdir(parents=True, exist_ok=True)
        lines = [line for block in _blocks(code, sown) for line in (*block, "")]
        path.write_text("\n".join(lines), encoding="utf-8")
    content = folder / "content"
    content.mkdir(exist_ok=True)
    for name in LISTS:
        link = content / f"{name}.yaml"
        if not link.exists():
            link.symlink_to(ROOT / "content" / f"{name}.yaml")
    return locales, content


def plant_all(folder: Path, sown: tuple[Seed, ...]) -> tuple[Path, Path]:
    """The same for sentences of several languages at once."""
    for language in dict.fromkeys(seed.language for seed in sown):
        plant(folder, language, tuple(seed for seed in sown if seed.language == language))
    return plant(folder, SOURCE, sown)


def _blocks(code: str, sown: tuple[Seed, ...]) -> Iterator[list[str]]:
    rule = get_plural(Locale.parse(code)).plural_forms
    header = f"Language: {code}\nContent-Type: text/plain; charset=UTF-8\nPlural-Forms: {rule}\n"
    yield [*field_lines("msgid", ""), *field_lines("msgstr", header)]
    for seed in sown:
        block = [*field_lines("msgctxt", seed.id), *field_lines("msgid", seed.english)]
        forms = ("", "") if code == "en" and seed.plural else ("",) if code == "en" else seed.forms
        if seed.plural:
            block += field_lines("msgid_plural", seed.plural)
            for number, words in enumerate(forms):
                block += field_lines(f"msgstr[{number}]", words)
        else:
            block += field_lines("msgstr", forms[0])
        yield block


def lines_of(path: Path, seed: Seed) -> range:
    """The lines of a sentence's translation in a catalog, from 1."""
    lines = path.read_text(encoding="utf-8").split("\n")
    start = lines.index(f'msgctxt "{seed.id}"')
    first = next(n for n in range(start, len(lines)) if lines[n].startswith("msgstr"))
    last = next(n for n in range(first, len(lines)) if not lines[n])
    return range(first + 1, last + 1)

"""All words at once, read strictly: what the bot can say, and what is wrong with it."""

from dataclasses import dataclass, replace
from pathlib import Path

from bot.desk.templates import Templates, read_templates
from bot.dialogue.intake.form import Form
from bot.dialogue.intake.reading import read_form
from bot.dialogue.safety import AlarmWords, WordCheck, read_alarm_words
from bot.i18n.catalog import SOURCE, Catalogs
from bot.i18n.language import Languages, load_with_catalogs
from bot.i18n.problem import BrokenWords, Problem
from bot.library.helplines import Helplines, read_helplines
from bot.library.pages import Library
from bot.library.reading import read_library

_DEAF = "The words of despair and emergency are missing, so this language is not offered."


@dataclass(frozen=True, slots=True)
class Words:
    """Everything read from locales/ and content/. `notices`: what is shown in English instead."""

    languages: Languages
    library: Library
    helplines: Helplines
    check: WordCheck
    form: Form
    templates: Templates
    notices: tuple[Problem, ...]


@dataclass(frozen=True, slots=True)
class Read:
    """What could be read, and everything amiss. `problems` stop a start, `notices` do not."""

    languages: Languages
    catalogs: Catalogs
    library: Library | None
    helplines: Helplines | None
    form: Form | None
    templates: Templates | None
    alarms: tuple[AlarmWords, ...]
    problems: tuple[Problem, ...]
    notices: tuple[Problem, ...]


def read_words(locales: Path, content: Path) -> Words:
    """Raises BrokenWords with every problem of every file, in file order."""
    read = read_what_can_be(locales, content)
    library, helplines, form, templates = read.library, read.helplines, read.form, read.templates
    if not (library and helplines and form and templates) or read.problems:
        raise BrokenWords(read.problems)
    check = WordCheck(read.alarms)
    return Words(read.languages, library, helplines, check, form, templates, read.notices)


def read_what_can_be(locales: Path, content: Path) -> Read:
    """Every file by itself, so that a broken one hides nothing of the others.

    Raises BrokenWords only where there is no English catalog to compare with.
    """
    problems: list[Problem] = []
    notices: list[Problem] = []
    languages, catalogs = load_with_catalogs(locales, problems)
    codes = list(languages)
    library: Library | None = None
    helplines: Helplines | None = None
    form: Form | None = None
    templates: Templates | None = None
    alarms: list[AlarmWords] = []
    try:
        library = read_library(content, codes, notices)
    except BrokenWords as broken:
        problems += broken.problems
    try:
        helplines = read_helplines(content / "helplines.yaml", "content/helplines.yaml", codes)
    except BrokenWords as broken:
        problems += broken.problems
    cities = (
        {code: lines.called for code, lines in helplines.countries.items()} if helplines else {}
    )
    try:
        form = read_form(content, codes, notices, cities)
    except BrokenWords as broken:
        problems += broken.problems
    try:
        facts = library.facts if library else None
        templates = read_templates(content, codes, facts, notices)
    except BrokenWords as broken:
        problems += broken.problems
    deaf = set()
    for code in codes:
        shown = f"content/{code}/safety.yaml"
        path = content / code / "safety.yaml"
        if code != SOURCE and not path.exists():
            # Who is offered a language will write in it, also in despair.
            deaf.add(code)
            remedy = "Write the file; content/en has an example."
            notices.append(Problem(shown, 1, _DEAF, remedy, "alarm-words.missing"))
            continue
        try:
            alarms.append(read_alarm_words(path, shown))
        except BrokenWords as broken:
            problems += broken.problems
    languages = Languages(
        (replace(one, status="draft") if code in deaf else one for code, one in languages.items()),
        languages.notices,
    )
    return Read(
        languages,
        catalogs,
        library,
        helplines,
        form,
        templates,
        tuple(alarms),
        tuple(problems),
        tuple(notices),
    )

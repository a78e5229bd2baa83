"""The command line: `python -m bot COMMAND`, also installed as `car-nk-bot`.

Exit codes: 0 good, 1 found problems, 2 wrong usage or settings. Errors are one sentence with the
remedy, never a traceback.
"""

import asyncio
import gc
import json
import logging
import shutil
import sys
from collections.abc import Awaitable, Callable, Coroutine, Iterator
from contextlib import contextmanager
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from bot import __version__
from bot.i18n.problem import BrokenWords
from bot.settings import ROOT, Settings, WrongSettings, read_settings

if TYPE_CHECKING:
    from sqlalchemy.ext.asyncio import AsyncEngine

    from bot.storage.cases import Standing
    from bot.storage.crypto import Cipher
    from bot.translate.preview.making import Preview
    from bot.translate.pseudo import Pseudo

_HELP = {"help_option_names": ["-h", "--help"]}


@click.group(context_settings=_HELP)
@click.version_option(__version__, prog_name="car-nk-bot")
def main() -> None:
    """A chat-bot with honest, sourced information about CAR-NK cell therapy.

    Example: python -m bot sandbox --open
    """


def _settings(**given: Any) -> Settings:
    try:
        return read_settings(**given)
    except WrongSettings as wrong:
        for problem in wrong.problems:
            click.echo(problem, err=True)
        sys.exit(2)


_DATABASE = "Check DATABASE_URL, and that the database is running."


def _run(work: Coroutine[Any, Any, None], remedy: str = _DATABASE) -> None:
    """Runs to the end; what can go wrong at a start becomes one sentence.

    `remedy`: for an OSError, which says nothing of what it is about.
    """
    from sqlalchemy.exc import SQLAlchemyError
    from telegram.error import InvalidToken, TelegramError
    from uvloop import new_event_loop

    from bot.log import place
    from bot.settings import PortTaken
    from bot.storage.crypto import WrongKey
    from bot.storage.database import NewerDatabase

    try:
        with asyncio.Runner(loop_factory=new_event_loop) as runner:
            runner.run(work)
    except KeyboardInterrupt:
        return
    except BrokenWords as broken:
        _tell(broken)
        said = "The words cannot be used as they are. Mend the lines above and start again."
    except InvalidToken:
        said = "Telegram does not know this BOT_TOKEN. Copy it again from @BotFather."
    except WrongKey:
        said = "The database was encrypted with another key. Add the old one to ENCRYPTION_KEYS."
    except PortTaken as taken:
        said = str(taken)
    except NewerDatabase:
        said = "The database was made by a newer release. Use that one, or restore a backup."
    except SQLAlchemyError as error:
        kind = type(error).__name__
        said = f"The database cannot be used ({kind}). {_DATABASE}"
    except TelegramError as error:
        kind = type(error).__name__
        said = f"Telegram cannot be reached ({kind}). Check the network and BOT_API_URL."
    except OSError as error:
        said = f"{error.strerror or type(error).__name__}. {remedy}"
    except Exception as error:
        said = (
            f"This is a fault of the software ({type(error).__name__} in {place(error)}). "
            "Nothing that was received is lost: start it again, and please report this line."
        )
    else:
        return
    click.echo(said, err=True)
    sys.exit(1)


def _tell(broken: BrokenWords) -> None:
    for problem in broken.problems:
        click.echo(str(problem), err=True)


@main.command()
def run() -> None:
    """The bot, with the settings of the environment or .env.

    It asks Telegram for updates (long polling) or, when WEBHOOK_URL is set, lets Telegram bring
    them. It brings the database up to date first.

    Example: python -m bot run
    """
    gc.disable()
    from bot import log
    from bot.app import run_until_signal

    settings = _settings()
    log.set_up(settings.log_level, settings.log_format)
    # What the imports have made is never garbage; looking through it again and again would cost a
    # fifth of the start, and later stop everybody for a tenth of a second now and then.
    gc.freeze()
    gc.enable()
    _run(run_until_signal(settings))


@main.command()
@click.option(
    "--port",
    type=click.IntRange(0, 65535),
    default=8080,
    show_default=True,
    help="Where the page listens, on this machine only; 0 takes a free one.",
)
@click.option("--open", "browse", is_flag=True, help="Open the page in a browser.")
def sandbox(port: int, browse: bool) -> None:
    """The whole bot beside a Telegram of its own: no token, no account.

    Example: python -m bot sandbox --port 8090 --open
    """
    from bot import log
    from bot.sandbox.command import run_sandbox

    log.set_up("INFO", None)
    _run(run_sandbox(port, browse=browse), _OTHER_PORT)


@main.command()
def migrate() -> None:
    """Brings the database up to date and nothing else (for a release step).

    Example: DATABASE_URL=postgresql://... python -m bot migrate
    """
    from bot.storage.database import connect
    from bot.storage.database import migrate as bring_up_to_date

    settings = _settings()

    async def work() -> None:
        engine = connect(settings.database_url.get_secret_value())
        try:
            await bring_up_to_date(engine)
        finally:
            await engine.dispose()

    _run(work())
    click.echo("The database is up to date.")


_COLOURS = {"ok": "green", "look": "yellow", "bad": "red"}


@main.command()
def doctor() -> None:
    """Looks at everything the bot needs, and says what to do where something is amiss.

    It changes nothing and may be used beside a running bot: `bad` is what keeps the bot from its
    job, `look` what it can live with.

    Example: python -m bot doctor
    """
    from bot.doctor import examine

    settings = _settings()
    width = shutil.get_terminal_size().columns if sys.stdout.isatty() else None
    # What libraries log of a Telegram or a database that is away is what the lines below say.
    logging.disable()
    try:
        findings = asyncio.run(examine(settings))
    finally:
        logging.disable(logging.NOTSET)
    for finding in findings:
        first, *more = finding.lines(width)
        mark = click.style(finding.mark, fg=_COLOURS[finding.mark])
        click.echo("\n".join([mark + first.removeprefix(finding.mark), *more]))
    bad = sum(finding.mark == "bad" for finding in findings)
    look = sum(finding.mark == "look" for finding in findings)
    click.echo(f"{bad} to mend, {look} to look at.")
    sys.exit(1 if bad else 0)


@main.command("new-key")
def new_key() -> None:
    """A fresh key for ENCRYPTION_KEYS: 32 bytes, URL-safe base64.

    Example: python -m bot new-key
    """
    from bot.storage.crypto import new_key as make

    click.echo(make())


def _on_database(work: "Callable[[AsyncEngine, Cipher], Awaitable[None]]") -> None:
    """Runs something on the database that the settings name, if it is of this release."""
    from bot.storage.crypto import Cipher
    from bot.storage.database import connect, is_current

    settings = _settings()
    keys = [key.get_secret_value() for key in settings.encryption_keys]
    current = False

    async def opened() -> None:
        nonlocal current
        engine = connect(settings.database_url.get_secret_value())
        try:
            current = await is_current(engine)
            if current:
                await work(engine, Cipher(keys))
        finally:
            await engine.dispose()

    _run(opened())
    if not current:
        click.echo(
            "The database is not of this release. Run `python -m bot migrate` first.", err=True
        )
        sys.exit(1)


@main.command("rotate-keys")
def rotate_keys() -> None:
    """Seals everything that is stored anew, with the first of ENCRYPTION_KEYS.

    The bot may run meanwhile, and what was interrupted is gone on with the next time. To change
    the key: put a new one (new-key) first in ENCRYPTION_KEYS, before the old one, and start the bot
    again; run this; take the old key out, and start the bot again.

    Example: ENCRYPTION_KEYS=new,old python -m bot rotate-keys
    """
    from bot.storage.rotation import rotate

    shut = 0

    async def work(engine: "AsyncEngine", cipher: "Cipher") -> None:
        nonlocal shut
        async for one in rotate(engine, cipher):
            shut += one.shut
            unread = f", {one.shut} cannot be opened" if one.shut else ""
            click.echo(f"{one.table}: {one.anew} sealed anew, {one.already} were already{unread}")

    _on_database(work)
    if shut:
        click.echo(
            f"No key opens {shut} of the stored values, which stay as they are. Add the key that "
            "they were sealed with at the end of ENCRYPTION_KEYS and run this again; until then, "
            "take no key out.",
            err=True,
        )
        sys.exit(1)
    click.echo("Everything is sealed with the first key now. The others can be taken out.")


@main.command()
@click.option("--dry-run", is_flag=True, help="Only tell what would be deleted.")
def purge(dry_run: bool) -> None:
    """Deletes what has been kept for as long as promised; a running bot does so every hour.

    What was posted to the staff of a case that goes, the running bot deletes there.

    Example: python -m bot purge --dry-run
    """

    from bot.health import Health
    from bot.storage.store import Store

    async def work(engine: "AsyncEngine", cipher: "Cipher") -> None:
        store = Store(engine, cipher, Health().storage)
        counted = await store.purge(datetime.now(UTC), dry_run=dry_run)
        if not dry_run:
            await store.leave_no_trace()
        said = ", ".join(f"{counted[kind]} {name}" for kind, name in _KINDS.items())
        click.echo(f"{'Would be deleted' if dry_run else 'Deleted'}: {said}.")

    _on_database(work)


_KINDS = {
    "drafts": "unfinished forms",
    "cases": "cases",
    "files": "copies of reports",
    "consents": "proofs of consent",
    "owed": "deletions that never succeeded",
    "audit": "lines of the audit trail",
}


@main.command()
@click.option("--open", "open_only", is_flag=True, help="Without those that are closed.")
@click.option("--json", "as_json", is_flag=True, help="As a list of JSON objects.")
def cases(open_only: bool, as_json: bool) -> None:
    """The queue of consultations, without a word that a person told. Times are UTC.

    Example: python -m bot cases --open --json
    """

    from bot.health import Health
    from bot.storage.store import Store

    async def work(engine: "AsyncEngine", cipher: "Cipher") -> None:
        store = Store(engine, cipher, Health().storage)
        found = await store.standing(open_only=open_only)
        if as_json:
            click.echo(json.dumps([asdict(one) for one in found], indent=2, default=str))
        else:
            _show(found)

    _on_database(work)


def _show(found: "list[Standing]") -> None:
    if not found:
        click.echo("There are no cases.")
        return
    now = datetime.now(UTC)
    line = "{:<8}{:<12}{:<18}{:<18}{:<18}{:<16}{}".format
    click.echo(
        line("NUMBER", "STATE", "SENT", "REPLY BY", "IN THE GROUP", "CLAIMED BY", "STILL TO SEND")
    )
    for one in found:
        # `due` is that of the last wait where nobody waits any more.
        late = " late" if one.since is not None and one.due < now else ""
        due = f"{one.due:%Y-%m-%d %H:%M}" if one.since is not None else "nobody waits"
        group = f"{one.delivered:%Y-%m-%d %H:%M}" if one.delivered else "not yet"
        failed = f" and {one.failed} failed" if one.failed else ""
        why = f" ({one.reason})" if one.reason else ""
        click.echo(
            line(
                one.number,
                one.state + late,
                f"{one.created:%Y-%m-%d %H:%M}",
                due,
                group,
                (one.claimed or "nobody")[:15],
                f"{one.waiting}{failed}{why}",
            )
        )


_FOLDER = click.Path(path_type=Path, exists=True, file_okay=False)
_content = click.option(
    "--content",
    type=_FOLDER,
    envvar="CONTENT_DIR",
    default=ROOT / "content",
    help="Where the pages are.",
)
_locales = click.option(
    "--locales",
    type=_FOLDER,
    envvar="LOCALES_DIR",
    default=ROOT / "locales",
    help="Where the catalogs are.",
)


@main.command()
@click.argument("languages", nargs=-1, metavar="[LANG]...")
@click.option(
    "--format",
    "form",
    type=click.Choice(["text", "json", "annotations"]),
    default="text",
    show_default=True,
    help="For people, for programs, or for the lines of a pull request.",
)
@click.option("--json", "as_json", is_flag=True, help="The same as --format json.")
@click.option("--fix", is_flag=True, help="Mend what can only be meant one way, and say what.")
@click.option("--strict", is_flag=True, help="Exit with 1 for warnings, too (before a release).")
@click.option("--explain", metavar="CODE", help="What a code means, with an example.")
@_content
@_locales
def check(
    languages: tuple[str, ...],
    form: str,
    as_json: bool,
    fix: bool,
    strict: bool,
    explain: str | None,
    content: Path,
    locales: Path,
) -> None:
    """Tells what is wrong with the words, with file, line and remedy; of LANG only, if named.

    error: it cannot be right. warning: somebody should look at it; a translation that is missing,
    or older than the English, is one. Exit 0: no error; 1: errors; 2: wrong usage, or no English to
    compare with.

    Example: python -m bot check zh_Hans --fix
    """
    from bot.translate.checks import tell
    from bot.translate.checks.examine import examine, language_named
    from bot.translate.checks.mend import mend

    if explain is not None:
        _explain(explain)
        return
    try:
        report = examine(locales, content)
        wanted = [language_named(name, report.languages) for name in languages]
        if not report.unread and None in wanted:
            known = ", ".join(report.languages)
            unknown = languages[wanted.index(None)]
            click.echo(f"There is no language “{unknown}”. Name one of: {known}.", err=True)
            sys.exit(2)
        named = [code for code in wanted if code]
        mended, report = mend(report, locales, content, named) if fix else ([], report)
    except OSError as error:
        click.echo(f"{error.filename} cannot be used: {error.strerror}.", err=True)
        sys.exit(2)
    shown = report if report.unread else report.of(named)
    form = "json" if as_json else form
    for one in mended:
        click.echo(f"mended {one}", err=form != "text")
    if form == "json":
        click.echo(tell.as_json(shown))
    else:
        for line in tell.as_annotations(shown) if form == "annotations" else tell.as_text(shown):
            click.echo(line)
    if report.unread:
        sys.exit(2)
    sys.exit(1 if shown.count("error") or (strict and shown.findings) else 0)


def _explain(name: str) -> None:
    from bot.translate.checks import tell
    from bot.translate.checks.finding import codes

    code = codes().get(name)
    if code is None:
        click.echo(f"There is no code “{name}”. Known are:", err=True)
        for line in tell.known_codes():
            click.echo(line, err=True)
        sys.exit(2)
    for line in tell.explained(code):
        click.echo(line)


@main.command()
@_locales
def extract(locales: Path) -> None:
    """Writes locales/messages.pot, the translators' template, from the English catalog.

    Example: python -m bot extract
    """
    from bot.translate.check import write_template

    with _told():
        changed = write_template(locales)
    click.echo("messages.pot was written." if changed else "messages.pot was up to date.")


_languages = click.argument("languages", nargs=-1, metavar="[LANG]...")


@main.command()
@_languages
@click.option("--diff", is_flag=True, help="With what changed in the English, word by word.")
@click.option("--json", "as_json", is_flag=True, help="As JSON.")
@_content
@_locales
def status(
    languages: tuple[str, ...], diff: bool, as_json: bool, content: Path, locales: Path
) -> None:
    """How far each language is, what is to do next, and what readers see until then.

    Of a language that is named, everything that is to do is listed.

    Example: python -m bot status zh_Hans --diff
    """
    from bot.translate.status import lines, standings

    _known(locales, languages)
    with _told():
        found = standings(locales, content, datetime.now(UTC).date(), languages)
    if as_json:
        told = {"version": 1, "languages": [one.as_json() for one in found]}
        click.echo(json.dumps(told, indent=2, ensure_ascii=False))
        return
    for one in found:
        for line in lines(one, whole=bool(languages), diff=diff):
            click.echo(line)


@main.command("new-language")
@click.argument("tag")
@_content
@_locales
def new_language(tag: str, content: Path, locales: Path) -> None:
    """Makes the files of a new language, as a draft, and says what to do next.

    Example: python -m bot new-language ar
    """
    from bot.translate.new_language import NoLanguage, begin, lines

    try:
        with _told():
            begun = begin(locales, content, tag)
    except NoLanguage as wrong:
        click.echo(str(wrong), err=True)
        sys.exit(2)
    for line in lines(begun):
        click.echo(line)


@main.command()
@_languages
@click.option(
    "--cosmetic",
    multiple=True,
    metavar="ID",
    help="A sentence, page or question whose English was only corrected: translations stay.",
)
@_content
@_locales
def update(
    languages: tuple[str, ...], cosmetic: tuple[str, ...], content: Path, locales: Path
) -> None:
    """Brings the languages' files up to date with the English; run it after every change there.

    A translation whose English has changed is kept, marked “fuzzy” with the English it was made
    from beside it, and not shown until somebody has looked at it. Nothing is ever guessed.

    Example: python -m bot update --cosmetic menu.welcome
    """
    from bot.translate.check import write_template
    from bot.translate.update import lines
    from bot.translate.update import update as bring_up_to_date

    _known(locales, languages)
    with _told():
        done, problems = bring_up_to_date(locales, content, languages, cosmetic)
        for one in done:
            for line in lines(one):
                click.echo(line)
        if problems:
            raise BrokenWords(problems)
        write_template(locales)


@main.command()
@click.argument("language")
@click.argument("names", nargs=-1, metavar="[NAME]...")
@_content
@_locales
def accept(language: str, names: tuple[str, ...], content: Path, locales: Path) -> None:
    """Marks translations as made from the English of today, once you have read both.

    A NAME is a page (costs), a question (form.questions.age; form: all of them), a letter of the
    staff (templates.costs; templates: all), the name of a source (R1; references: all), or a
    sentence (menu.welcome). Without a name: all pages, questions, letters and sources that no
    longer say what the English says.

    Example: python -m bot accept zh_Hans costs
    """
    from bot.translate.accept import accept as mark

    with _told():
        accepted = mark(locales, content, language.replace("-", "_"), names)
    click.echo(f"{accepted} marked as up to date.")


@main.command()
@click.argument("language", required=False, metavar="[LANG]")
@click.option(
    "--pseudo",
    type=click.Choice(["long", "rtl", "ids"]),
    help="In place of LANG: accented and longer, from right to left, or names for words.",
)
@click.option("--out", type=click.Path(path_type=Path, dir_okay=False), help="The file to write.")
@click.option("--watch", is_flag=True, help="Show it in the browser, and anew while you type.")
@click.option(
    "--port",
    type=click.IntRange(0, 65535),
    default=0,
    help="With --watch: where it listens, on this machine only; a free one if not named.",
)
@click.option("--open", "browse", is_flag=True, help="Open it in a browser.")
@_content
@_locales
def preview(
    language: str | None,
    pseudo: "Pseudo | None",
    out: Path | None,
    watch: bool,
    port: int,
    browse: bool,
    content: Path,
    locales: Path,
) -> None:
    """Every screen of a language as on a phone, beside the English, with what is to do.

    It writes one file that needs nothing else: open it, or send it to somebody.

    Example: python -m bot preview zh_Hans --watch --open
    """
    import webbrowser

    from bot.translate.preview.drawing import draw
    from bot.translate.preview.making import make
    from bot.translate.preview.serving import serve
    from bot.translate.update import folders

    known = folders(locales)
    if pseudo is not None:
        language = "en"
    elif language is None and len(known) == 1:
        [language] = known
    if language is None:
        click.echo(f"Which language? These are here: {', '.join(known)}.", err=True)
        sys.exit(2)
    code = language.replace("-", "_")
    _known(locales, () if code == "en" else (code,))

    def made() -> "Preview":
        return make(locales, content, code, pseudo)

    if watch:
        _run(serve(made, (locales, content), port, click.echo, browse=browse), _OTHER_PORT)
        return
    path = out or Path(f"preview-{pseudo or code}.html")
    with _told():
        page = draw(made())
    try:
        path.write_text(page, encoding="utf-8")
    except OSError as error:
        click.echo(
            f"{path} cannot be written ({error.strerror}). Name another with --out.", err=True
        )
        sys.exit(2)
    click.echo(f"{path} is written: open it in a browser, or send it to somebody.")
    if browse:
        webbrowser.open(path.resolve().as_uri())


_OTHER_PORT = "Choose another port with --port."


def _known(locales: Path, languages: tuple[str, ...]) -> None:
    """Ends with a sentence where one of the languages is not here."""
    from bot.translate.update import folders

    for code in languages:
        if code not in folders(locales):
            known = ", ".join(folders(locales))
            click.echo(f"There is no language “{code}”. These are here: {known}.", err=True)
            sys.exit(2)


@contextmanager
def _told() -> Iterator[None]:
    """What is wrong with the words is told, and the command ends with code 1."""
    try:
        yield
    except BrokenWords as broken:
        _tell(broken)
        sys.exit(1)


if __name__ == "__main__":
    main()

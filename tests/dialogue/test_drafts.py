"""Languages that are not finished: reached by a link or by their name, marked, never offered."""

import shutil
from pathlib import Path

import pytest

from bot.dialogue.address import Address
from bot.dialogue.case import Session
from bot.dialogue.event import Commanded, Person, Pressed, Said
from bot.dialogue.respond import Dialogue
from bot.dialogue.screen import Button, Screen, Turn
from bot.dialogue.screens import Operator
from bot.i18n.text import Label, Spoken
from bot.settings import ROOT
from bot.words import read_words
from tests.dialogue.words import answer, labels, make, noon

DRAFT, BETA = "这是草稿", "还没有全部审核"


@pytest.fixture(scope="module")
def unfinished(tmp_path_factory: pytest.TempPathFactory) -> Dialogue:
    """Spanish as a draft, Brazilian Portuguese as beta: copies of the Chinese words."""
    folder = tmp_path_factory.mktemp("unfinished")
    for name in ("locales", "content"):
        shutil.copytree(ROOT / name, folder / name)
    for code, status in (("es", "draft"), ("pt_BR", "beta")):
        for name in ("locales", "content"):
            shutil.copytree(folder / name / "zh_Hans", folder / name / code)
        profile = folder / "locales" / code / "language.yaml"
        profile.write_text(f"status: {status}\n", encoding="utf-8")
        path = folder / "locales" / code / "LC_MESSAGES" / "messages.po"
        write(path, "notice.draft", DRAFT)
        write(path, "notice.beta", BETA)
    return make(read_words(folder / "locales", folder / "content"), Operator())


def write(path: Path, id: str, words: str) -> None:
    """Writes a translation into a catalog."""
    before, mark, after = path.read_text("utf-8").partition(f'msgctxt "{id}"\n')
    english, msgstr, rest = after.partition("msgstr ")
    _, end, rest = rest.partition("\n")
    path.write_text(f'{before}{mark}{english}{msgstr}"{words}"{end}{rest}', "utf-8")


def seen(by: Dialogue, said: str, person: Person = Person(), client: str | None = "en") -> Screen:  # noqa: B008 - a frozen value
    """What a command, a button's data or words lead to."""
    event: Commanded | Pressed | Said = Said(said)
    if said.startswith("/"):
        name, _, argument = said[1:].partition(" ")
        event = Commanded(name, argument)
    elif said.startswith("v1:"):
        event = Pressed(said)
    found = answer(event, person, client, by=by).screen
    assert found is not None
    return found


@pytest.mark.parametrize("said", ["/start es_costs", "/start es_menu", "v1:es:faq", "Español"])
def test_a_draft_is_reached_by_a_link_or_by_its_name(unfinished: Dialogue, said: str) -> None:
    """And says what it is on the very first screen."""
    shown = seen(unfinished, said)
    assert shown.language == "es"
    assert shown.body.endswith(DRAFT)


@pytest.mark.parametrize(
    "place",
    [
        "menu",
        "costs",
        "emergency",
        "emergency:CN",
        "despair",
        "despair:choose",
        "privacy",
        "mydata",
        "mycase",
        "help",
        "rest",
        "consult",
        "side-effects:1",
    ],
)
def test_every_screen_of_a_draft_and_of_a_beta_says_so(unfinished: Dialogue, place: str) -> None:
    """The last line, in the language itself; a published one says nothing."""
    assert seen(unfinished, f"v1:es:{place}").body.endswith(f"\n\n{DRAFT}")
    assert seen(unfinished, f"v1:pt-BR:{place}").body.endswith(f"\n\n{BETA}")
    for tag in ("en", "zh-Hans"):
        body = seen(unfinished, f"v1:{tag}:{place}").body
        assert DRAFT not in body
        assert "native speaker" not in body


def test_words_and_trouble_are_marked_too(unfinished: Dialogue) -> None:
    """Whatever answers somebody who chose the draft: words, an alarm, a fault, being too fast."""
    person = Person(language="es")
    session = Session(person)
    for said in ("hello", "/nonsense", "I want to die", "chest pain"):
        assert DRAFT in seen(unfinished, said, person).body
    for turn in (
        unfinished.stumbled(session, "en"),
        unfinished.too_fast(session, "en"),
        unfinished.standing(session, "en", noon()),
    ):
        assert turn.screen is not None
        assert DRAFT in turn.screen.body


def test_a_draft_is_never_offered_by_itself(unfinished: Dialogue) -> None:
    """Not in the list of languages, not to a client that speaks it; a beta is offered."""
    shown = seen(unfinished, "/language")
    assert "Español" not in labels(shown)
    assert "Português (Brasil)" in " ".join(labels(shown))
    assert DRAFT not in shown.body
    assert seen(unfinished, "/menu", client="es").language == "en"
    assert seen(unfinished, "/menu", client="pt-br").language == "pt-BR"


def test_a_mark_never_costs_the_message(unfinished: Dialogue) -> None:
    """Where it does not fit any more, the words are shown without it, rather than not at all."""
    there = (Button(Label("on"), Address("es", "menu")),)
    full = Screen(Spoken("x" * 4091), (there,))
    assert unfinished._marked(Turn(full)).screen is full
    assert unfinished._marked(Turn()).screen is None


def test_a_screen_knows_its_language_by_where_it_leads() -> None:
    """A button that chooses another language, or leads to the web, says nothing."""
    other = Button(Label("中文"), Address("zh-Hans", "menu", chosen=True))
    web = Button(Label("web"), url="https://example.org")
    home = Button(Label("menu"), Address("en", "menu"))
    assert Screen(Spoken("a"), ((other, web), (home,))).language == "en"
    assert Screen(Spoken("a"), ((other, web),)).language is None

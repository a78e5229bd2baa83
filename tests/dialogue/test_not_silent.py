"""Never silence: what is said when not everything can be answered, and when something broke."""

import pytest

from bot.dialogue.case import Session
from bot.dialogue.event import KINDS, NOBODY, Person, Pressed, Sent
from bot.dialogue.screen import Turn
from bot.i18n.text import text
from tests.dialogue.words import answer, dialogue, labels, words

ENGLISH, CHINESE = words().languages["en"], words().languages["zh_Hans"]


@pytest.mark.parametrize("id", ["too-fast", "stumbled"])
@pytest.mark.parametrize(
    ("person", "client", "language"),
    [
        (NOBODY, "en", ENGLISH),
        (NOBODY, "zh-hans", CHINESE),
        (NOBODY, None, ENGLISH),
        (NOBODY, "\ud800%s", ENGLISH),
        (Person("zh-Hans"), "en", CHINESE),
        (Person("en", "GB"), "zh-hans", ENGLISH),
        (Person("eo", "XX"), "zh-hans", CHINESE),
    ],
)
def test_whoever_cannot_be_answered_is_told_so_in_their_language(
    id: str, person: Person, client: str | None, language: object
) -> None:
    """In the language they chose, else their Telegram's; a new message, nothing remembered."""
    bot = dialogue()
    turn = (bot.too_fast if id == "too-fast" else bot.stumbled)(Session(person), client)
    said = ENGLISH if language is ENGLISH else CHINESE
    assert turn == Turn(turn.screen)
    assert turn.screen is not None
    assert turn.screen.body == said.say(text(id))


@pytest.mark.parametrize("language", [ENGLISH, CHINESE])
def test_from_there_every_topic_and_the_emergency_page_are_one_tap_away(language: object) -> None:
    """The words may have been a cry for help that nobody read."""
    person = Person("en" if language is ENGLISH else "zh-Hans")
    bot = dialogue()
    for turn in (bot.too_fast(Session(person), None), bot.stumbled(Session(person), None)):
        assert turn.screen is not None
        targets = {key.to.place: key.to for row in turn.screen.rows for key in row if key.to}
        assert "emergency" in targets
        assert len(targets) > 10
        for target in targets.values():
            assert answer(Pressed(target.data()), person).screen is not None
        assert all(label.strip() for label in labels(turn.screen))


@pytest.mark.parametrize("kind", sorted(KINDS))
def test_an_album_gets_one_answer(kind: str) -> None:
    """Its first piece is answered; of the others only what calls for help."""
    assert answer(Sent(kind, "our holiday")).screen is not None
    for said in ("", "our holiday", "confused about the cost"):
        assert answer(Sent(kind, said, follows=True)) == Turn()


def test_a_cry_for_help_under_the_third_picture_is_answered() -> None:
    """Despair and emergencies are heard under every piece, in every language."""
    for said in ("I want to die", "我不想活了", "my mother can't breathe, chest pain"):
        alone = answer(Sent("picture", said))
        assert alone != answer(Sent("picture", ""))
        assert answer(Sent("picture", said, follows=True)) == alone

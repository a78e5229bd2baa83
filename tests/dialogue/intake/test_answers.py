"""What a person types or sends in the middle of the form: taken, or kindly not."""

from collections.abc import Callable

import pytest

from bot.dialogue.event import KINDS
from bot.dialogue.intake.questions import ENOUGH
from bot.i18n.text import text
from tests.dialogue.intake.talk import Talk, core
from tests.dialogue.words import words

ENGLISH = words().languages["en"]


def at(question: str, talk: Talk | None = None) -> Talk:
    """An adult patient in Germany who stands at this question of the core."""
    talk = (talk or Talk()).types("consult").taps("I have read this, begin")
    steps: list[tuple[str, Callable[[], object]]] = [
        ("adult", lambda: talk.taps("Yes")),
        ("who", lambda: talk.taps("I am the patient")),
        ("country", lambda: talk.says("Germany")),
        ("c1", lambda: talk.taps("Yes, I agree")),
        ("c2", lambda: talk.taps("Yes, I agree")),
        ("c4", lambda: talk.taps("No")),
        ("age", lambda: talk.taps("40–64")),
        ("diagnosis", lambda: talk.taps("Multiple myeloma")),
        ("help", lambda: talk.taps("☐ Costs and insurance", "Done ▶")),
        ("name", lambda: talk.says("Anna")),
        ("reply", lambda: talk.taps("By e-mail")),
    ]
    for id, step in steps:
        if talk.draft.at == question:
            return talk
        assert talk.draft.at == id
        step()
    assert talk.draft.at == question
    return talk


# ── words that fit, and words that do not ───────────────────────────────────────────────────────


def test_a_country_can_be_typed_and_chosen_when_it_is_unclear() -> None:
    """One country is taken; several are offered, and whatever is tapped is the answer."""
    talk = at("country").says("Korea").sees("Which one do you mean?")
    assert talk.draft.at == "country"
    talk.taps("South Korea")
    assert talk.draft.answers["country"] == "KR"
    talk = at("country").says("France")
    assert talk.draft.answers["country"] == "FR"


def test_what_does_not_fit_gets_a_reason_an_example_and_the_question_again() -> None:
    """The reason is kind, the example helps, and nothing is stored."""
    talk = at("email").says("anna at home")
    talk.sees("does not look like a whole e-mail address", "For example: anna@example.com")
    talk.sees("Which e-mail address")
    assert "email" not in talk.draft.answers


def test_after_two_misses_an_answer_here_is_one_tap_away() -> None:
    """Who cannot give an e-mail address is not stuck: they can be answered in Telegram."""
    talk = at("email").says("anna at home")
    assert "Here in Telegram" not in talk.labels
    talk.says("none").taps("Here in Telegram").sees("Your request")
    assert talk.draft.answers["reply"] == "here"
    assert "email" not in talk.draft.answers


@pytest.mark.parametrize("question", ["country", "name"])
def test_after_two_misses_what_must_be_answered_can_be_skipped(question: str) -> None:
    """Staff can cope without; somebody frightened should not have to fight a form."""
    talk = at(question)
    for _ in range(ENOUGH):
        assert "Skip" not in talk.labels
        talk.says("https://example.com/ 12345678")
    talk.taps("Skip")
    assert question in talk.draft.skipped
    if question == "country":  # where it is not known, the data leave it
        talk.taps("Yes, I agree").sees("stored in Germany")


def test_a_miss_is_forgotten_once_an_answer_fits() -> None:
    """Only misses in a row count."""
    talk = at("name").says("https://example.com")
    assert talk.draft.misses == 1
    talk.says("Anna")
    assert talk.draft.misses == 0


def test_an_optional_question_can_always_be_skipped_and_so_can_its_part() -> None:
    """Skip on every question of the optional parts; one tap leaves out all the rest."""
    talk = core(Talk()).taps("➕ Add details", "The illness · 6 questions")
    assert "Skip" in talk.labels
    talk.taps("Skip").sees("2 of 6").taps("Skip this part").sees("Your request")
    talk.taps("➕ Add details", "The illness · 5 questions").sees("2 of 6")


def test_options_can_be_typed_too() -> None:
    """Who types “family or friend” instead of tapping it is understood."""
    talk = at("who").says("family or friend")
    assert talk.draft.answers["who"] == "family"


def test_words_where_only_a_button_is_an_answer() -> None:
    """A consent is never typed, and the review is not a question."""
    talk = at("c1").says("ok whatever").sees("Please tap one of the buttons.", "Do you agree")
    assert not talk.draft.consents
    core(Talk()).says("send it").sees("Please use one of the buttons below.", "Your request")


def test_a_number_that_is_nobodys_business_is_refused_twice_and_then_believed() -> None:
    """An ID number is not kept; whoever was asked twice and sends it again means something else."""
    talk = core(Talk()).taps("➕ Add details", "Costs, reports, more · 4 questions")
    talk.taps("Skip").taps("Skip", "Skip")
    number = "my passport number is E12345678, is it enough?"
    talk.says(number).sees("would rather not keep it", "delete your message")
    talk.misses("send it once more")
    talk.says(number).sees("send it once more")
    assert "E12345678" not in str(talk.draft)
    talk.says(number)
    assert talk.draft.answers["question"] == number


def test_several_answers_are_ticked_one_by_one_and_words_can_be_added() -> None:
    """Ticks are set, not toggled: the same button twice changes nothing. Done without any asks
    for one."""
    talk = at("help").taps("Done ▶").sees("Please choose at least one.")
    on = talk.data("☐ Costs and insurance")
    talk.presses(on).presses(on)
    assert list(talk.draft.picked) == ["costs"]
    assert not talk.turn.changes
    talk.taps("☑ Costs and insurance")
    assert not list(talk.draft.picked)
    talk.presses(on.replace("costs", "nothing")).sees("nothing has changed")
    talk = core(Talk()).taps("➕ Add details", "The illness · 6 questions", "Skip").taps("Skip")
    talk.taps("☐ CAR-T").says("radiotherapy, surgery").says("a trial in 2024").says(
        "a trial in 2024"
    )
    assert list(talk.draft.picked) == ["radio", "surgery", "car-t", "a trial in 2024"]
    talk.taps("☐ Not sure")
    assert list(talk.draft.picked) == ["not-sure"]
    for _ in range(2):
        talk.says("x" * 300)
        talk.says("y" * 300)
    talk.sees("more than fits here")
    assert list(talk.draft.picked) == ["not-sure", "x" * 300]
    talk.taps("Done ▶")
    assert talk.draft.answers["treatments"] == ("not-sure", "x" * 300)


def test_an_optional_question_with_several_answers_can_be_done_without_any() -> None:
    """Done with nothing ticked is as good as Skip there."""
    talk = core(Talk()).taps("➕ Add details", "The illness · 6 questions", "Skip").taps("Skip")
    talk.taps("Done ▶").sees("4 of 6")
    assert "treatments" in talk.draft.skipped


def test_a_month_is_two_taps_or_typed() -> None:
    """A year, then a month that has begun; what is still to come is not offered."""
    talk = core(Talk()).taps("➕ Add details", "The illness · 6 questions", "Skip").taps("Skip")
    talk.taps("☐ CAR-T", "Done ▶", "2026").sees("Which month was it?")
    assert "December 2026" not in talk.labels
    talk.taps("November 2026").sees("Did the CAR-T therapy")
    assert talk.draft.answers["cell-when"] == "2026-11"
    talk.taps("◀ Back").sees("Your answer so far: November 2026").says("March 2024")
    assert talk.draft.answers["cell-when"] == "2024-03"
    reference = talk.taps("◀ Back").draft.reference
    for forged in ("2027", "1850", "2024-13", "2026-12", "20x4"):
        talk.presses(f"v1:en:ask:{reference}.cell-when.{forged}").sees("nothing has changed")
    assert talk.draft.answers["cell-when"] == "2024-03"
    talk.taps("2025")
    assert "December 2025" in talk.labels
    talk.presses(f"v1:en:ask:{reference}.cell-when").taps("Not sure")
    assert talk.draft.answers["cell-when"] == "not-sure"


def test_editing_the_message_that_was_an_answer_changes_the_answer() -> None:
    """The question at hand stays; what does not fit is told; other edits change nothing."""
    talk = at("name").says("Ana")
    named = talk.last_message
    talk.edits(named, "Anna").sees("Changed: Name.", "How may we reply")
    assert talk.draft.answers["name"] == "Anna"
    talk.edits(named, "https://example.com").sees("leave out web", "How may we reply")
    assert talk.draft.answers["name"] == "Anna"
    talk.edits(5, "something").sees("Nothing in the form has changed")
    assert talk.draft.at == "reply"


def test_an_edit_never_ends_the_form() -> None:
    """Whoever edits a typed age to a child's is not thrown out by it: the answer stays."""
    talk = at("age").says("50")
    talk.edits(talk.last_message, "12").sees("What is the diagnosis?")
    assert talk.draft.answers["age"] == "40-64"


# ── files, voices, stickers ─────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("kind", sorted(KINDS - {"picture", "document"}))
def test_the_wrong_kind_gets_one_kind_line_and_the_question_again(kind: str) -> None:
    """A voice for a text, a sticker for an age: said so, and nothing is lost."""
    talk = at("age").sends(kind).sees("this was not kept", "age group")
    assert talk.draft.answers["country"] == "DE"
    assert talk.sends(kind, follows=True).turn.screen is None


def test_a_report_that_comes_early_is_kept_once_that_was_agreed_to() -> None:
    """Before the consents it is not; after them it is, and the question comes again."""
    for question in ("adult", "country", "c1", "c2"):
        talk = at(question).sends("document", "pdf").sees("was not kept")
        assert not talk.draft.files
    talk = (
        at("diagnosis").sends("document", "pdf").sees("Your file is kept", "What is the diagnosis")
    )
    assert len(talk.draft.files) == 1
    assert talk.draft.answers["reports"] == "sent"


@pytest.mark.parametrize(
    ("ending", "size"), [("exe", 10), ("", 10), ("pdf", 11 * 1024 * 1024), ("heic", 10)]
)
def test_a_file_of_the_wrong_kind_or_too_large_is_refused_with_a_sentence(
    ending: str, size: int
) -> None:
    """From what Telegram tells about it; nothing is downloaded to find out."""
    talk = at("diagnosis").sends("document", ending, size)
    talk.sees("PDF, JPG and PNG, up to 5 files", "What is the diagnosis")
    assert not talk.draft.files


def test_an_album_is_one_step_and_what_is_too_much_is_told_once() -> None:
    """Ten pictures at once: five are kept, one answer for the first and one for the first that is
    not kept; the same message twice is one file."""
    talk = core(Talk()).taps("➕ Add details", "Costs, reports, more · 4 questions")
    talk.taps("Skip").taps("Skip").sees("medical reports")
    shown = 0
    for piece in range(10):
        talk.sends("picture", "jpg", album="a", follows=piece > 0)
        shown += talk.turn.screen is not None
    assert shown == 2
    assert len(talk.draft.files) == 5
    assert talk.sends("picture", "jpg", edited=True).turn.screen is None
    talk.presses(talk.data("Done ▶"))
    talk.taps("◀ Back").taps("Remove the last file")
    assert len(talk.draft.files) == 4
    talk.presses(f"v1:en:ask:{talk.draft.reference}.reports.not-now").sees("nothing has changed")
    for _ in range(4):
        talk.taps("Remove the last file")
    assert not talk.draft.files
    assert "reports" not in talk.draft.answers
    talk.taps("Later, by secure link")
    assert talk.draft.answers["reports"] == "link"


def test_the_same_message_is_one_file() -> None:
    """An update that comes twice does not make two files."""
    talk = at("diagnosis")
    talk.sends("picture", "jpg", message_id=500).sends("picture", "jpg", message_id=500)
    assert len(talk.draft.files) == 1


# ── cries for help ──────────────────────────────────────────────────────────────────────────────


def test_despair_before_consent_is_answered_first_and_nobody_is_told() -> None:
    """SW4 alone, and the honest line; what was entered stays, and one tap goes on from there."""
    talk = at("country").says("I want to die")
    talk.sees("Thank you for telling us.", "nobody reads this chat", "entered is kept")
    assert talk.alarms == []
    assert talk.draft.at == "country"
    assert talk.draft.answers == {"adult": "yes", "who": "patient"}
    talk.taps("Numbers where I am").sees("Thank you for telling us.")
    talk.presses(talk.data("Continue here")).sees("3 of 10")
    assert not talk.turn.in_place


def test_despair_after_consent_is_told_to_the_staff_without_a_word_of_it() -> None:
    """One line with the number; the text says so instead of “nobody reads this chat”."""
    talk = at("name").says("I want to die")
    talk.sees("sending our team an urgent line").misses("nobody reads this chat")
    assert [one.number for one in talk.alarms] == [talk.draft.reference]
    assert talk.draft.at == "name"  # a cry for help is not a name
    talk.taps("Continue here").sees("What should we call you?")


def test_an_emergency_in_an_answer_is_answered_first_and_the_answer_is_kept() -> None:
    """SW3 with the numbers of the patient's country; then on to the next question."""
    talk = at("diagnosis").says("brain tumour, he is having a seizure and is unconscious")
    talk.sees(ENGLISH.say(text("safety.sw3")), "112", "entered is kept")
    assert str(talk.draft.answers["diagnosis"]).startswith("brain tumour")
    assert len(talk.alarms) == 1
    talk.taps("Continue with the form").sees("What would you like help with?")


def test_an_emergency_before_consent_says_that_nobody_is_told() -> None:
    """Whoever writes it into the form could believe that somebody reads it."""
    talk = at("who").says("she can't breathe, chest pain").sees("nobody reads this chat")
    assert talk.alarms == []


def test_a_cry_for_help_with_a_report_keeps_the_report() -> None:
    """The caption is heard, the file is kept."""
    talk = at("diagnosis").sends("picture", "jpg", words="I want to kill myself")
    talk.sees("Thank you for telling us.")
    assert len(talk.draft.files) == 1


def test_a_cry_for_help_never_ends_or_drops_the_form(monkeypatch: pytest.MonkeyPatch) -> None:
    """Even where the words are an answer that ends it, what was entered stays."""
    talk = at("age")
    monkeypatch.setattr("bot.dialogue.intake.told.check", lambda *_, **__: "under-14")
    talk.says("I want to die")
    assert talk.session.draft is not None


def test_in_a_hurry_the_emergency_text_comes_first() -> None:
    """“This week” shows SW3 alone, and going on leaves it in the chat."""
    talk = core(Talk()).taps("➕ Add details", "Plans and travel · 3 questions", "Not sure")
    talk.taps("This week").sees(ENGLISH.say(text("safety.sw3")))
    assert talk.draft.answers["soon"] == "week"
    talk.taps("Continue with the form").sees("journey")
    assert not talk.turn.in_place

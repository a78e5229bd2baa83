"""Old buttons, forged ones, pages and languages in the middle, coming back and going away."""

from dataclasses import replace

import pytest

from bot.dialogue.case import KeepDraft, Moment, Session
from bot.dialogue.event import NOBODY, Commanded, Person, Pressed, Said
from bot.dialogue.intake.form import Form
from bot.i18n.text import text
from tests.dialogue.intake.talk import DIALOGUE, HOSPITAL, NOON, OPEN, Talk, core, sent
from tests.dialogue.words import CLOSED, dialogue, make, words

ENGLISH, CHINESE = words().languages["en"], words().languages["zh_Hans"]
MOVED = ENGLISH.say(text("form.moved"))


def begun() -> Talk:
    """Somebody at the third question."""
    return Talk().types("consult").taps("I have read this, begin", "Yes", "I am the patient")


# ── stale, forged, twice ────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    "detail",
    [
        "22222.country.CN",
        "{ref}.adult.no",
        "{ref}.diagnosis.solid",
        "{ref}.country.XX",
        "{ref}.country.-send",
        "{ref}.country.-skip",
        "{ref}.country.-done",
        "{ref}.country.-way",
        "{ref}.country.-part",
        "{ref}.country.-keep",
        "{ref}.country.on.CN",
        "{ref}.country.on",
        "{ref}.-review.-send",
        "{ref}.nowhere",
        "{ref}",
        "a.b.c.d.e",
    ],
)
def test_a_button_that_does_not_belong_here_changes_nothing(detail: str) -> None:
    """Another draft's, another step's, one that was never there: the step, and one kind line."""
    talk = begun()
    before = talk.session
    talk.presses("v1:en:ask:" + detail.format(ref=talk.draft.reference))
    talk.sees(MOVED, "3 of 10")
    assert talk.session == before
    assert not talk.turn.changes


@pytest.mark.parametrize("edit", ["edit.c1", "edit.nowhere", "at.c4", "page.x", "-what", "on.a"])
def test_a_forged_button_of_the_review_changes_nothing(edit: str) -> None:
    """A consent is not edited like an answer, and what is not there cannot be chosen."""
    talk = core(Talk())
    before = talk.session
    talk.presses(f"v1:en:ask:{talk.draft.reference}.-review.{edit}").sees(MOVED)
    assert talk.session == before


def test_the_same_tap_twice_is_one_answer_and_no_reproach() -> None:
    """A finger that trembles, or the same screen on two telephones."""
    talk = begun().taps("◀ Back")
    twice = talk.data("Someone else")
    talk.presses(twice)
    after = talk.draft
    talk.presses(twice).sees("3 of 10").misses(MOVED)
    assert talk.draft == after
    talk.taps("Canada")
    agree = talk.data("Yes, I agree")
    talk.presses(agree).presses(agree).sees("stored in").misses(MOVED)
    assert [one.id for one in talk.draft.consents] == ["c1"]
    talk.presses(agree.replace(".yes", ".no")).sees(MOVED)


def test_skip_and_done_twice_are_once() -> None:
    """Both are remembered, so their second tap is understood."""
    talk = core(Talk()).taps("➕ Add details", "The illness · 6 questions")
    skip = talk.data("Skip")
    talk.presses(skip).presses(skip).sees("2 of 6").misses(MOVED)
    talk.taps("Skip")
    done = talk.taps("☐ Surgery").data("Done ▶")
    talk.presses(done).presses(done).sees("4 of 6").misses(MOVED)


def test_begin_twice_is_one_form() -> None:
    """The second tap shows the form that has begun."""
    talk = Talk().types("consult")
    begin = talk.data("I have read this, begin")
    talk.presses(begin)
    first = talk.draft
    talk.presses(begin).sees("1 of 10")
    assert talk.draft == replace(first, touched=talk.now)


def test_a_button_of_a_form_that_is_gone_says_so() -> None:
    """Deleted, or a day old: a kind line, and the way to begin anew."""
    talk = begun()
    old = talk.data("China")
    talk.types("cancel").taps("🗑 Yes, delete now").sees("deleted from our server")
    talk.presses(old).sees("This form is no longer here", "Before we begin")
    assert not talk.turn.changes


def test_send_pressed_again_shows_the_number() -> None:
    """A second press, even while another form is on its way, opens nothing anew."""
    talk = core(Talk())
    send = talk.data("✅ Send now")
    talk.presses(send)
    number = talk.case.number
    talk.presses(send).sees("Thank you.", number)
    talk.types("consult").taps("I have read this, begin").presses(send).sees("Thank you.", number)
    assert len(talk.session.cases) == 1


# ── back, and everything round it ───────────────────────────────────────────────────────────────


def test_back_leads_through_every_question_and_keeps_the_answers() -> None:
    """From the review to the first question; before that stand the notices again."""
    talk = core(Talk())
    answers = talk.draft.answers
    seen = []
    while talk.draft.at != "adult":
        talk.taps("◀ Back")
        seen.append(talk.draft.at)
    before = ["reply", "name", "help", "diagnosis", "age", "c4", "c2", "c1"]
    assert seen == [*before, "country", "who", "adult"]
    talk.taps("◀ Back").sees("Before we begin")
    assert talk.draft.answers == answers
    talk.taps("I have read this, begin").sees("1 of 10", "Are you 18")
    talk.taps("✓ Yes").sees("Your request")


def test_an_answer_that_was_typed_can_be_kept_on_the_way() -> None:
    """Going back to it shows it, and one tap goes on."""
    talk = core(Talk()).taps("◀ Back", "◀ Back").sees("Your answer so far: Anna")
    talk.taps("Keep this answer ▶").sees("Your request")
    talk.taps("✏️ Change", "Country or region").sees("Your answer so far: Germany")


def test_a_consent_can_be_changed_before_sending() -> None:
    """C4 turned to yes is a second decision beside the first; refusing C1 now ends the form."""
    talk = core(Talk())
    for _ in range(6):
        talk.taps("◀ Back")
    assert "✓ No" in talk.labels
    talk.taps("Yes, I agree").sees("Your request")
    assert [(one.id, one.agreed) for one in talk.draft.consents][-2:] == [
        ("c4", False),
        ("c4", True),
    ]
    for _ in range(8):
        talk.taps("◀ Back")
    talk.taps("✓ Yes, I agree").sees("Your request")
    for _ in range(8):
        talk.taps("◀ Back")
    talk.taps("No").sees("That is all right.")
    assert talk.session.draft is None
    assert [one.agreed for one in talk.proof if one.id == "c1"] == [True, False]


def test_leaving_an_optional_part_by_back_leads_to_the_review() -> None:
    """From its first question there is nothing before but the review."""
    talk = core(Talk()).taps("➕ Add details", "Plans and travel · 3 questions", "◀ Back")
    talk.sees("Your request")


# ── another language, another page ──────────────────────────────────────────────────────────────


def test_the_language_changes_in_the_middle_and_the_answers_stay() -> None:
    """The same question in the other language, with SW7 in it; what is typed goes on there."""
    talk = begun()
    answers = talk.draft.answers
    talk.taps("🌐 简体中文").sees(CHINESE.say(text("safety.sw7")), "患者目前在哪个国家")
    assert talk.turn.in_place
    assert talk.turn.remember == Person("zh-Hans")
    assert talk.draft.answers == answers
    assert talk.draft.language == "zh-Hans"
    talk.says("德国").sees("您是否同意以下内容").misses(CHINESE.say(text("safety.sw7")))
    talk.says("English").sees(ENGLISH.say(text("safety.sw7")), "Do you agree")
    assert talk.session.person == Person("en")


def test_the_notices_can_be_read_in_the_other_language_too() -> None:
    """Before the first question, and beside it."""
    talk = Talk().types("consult").taps("🌐 简体中文").sees("开始之前")
    assert talk.turn.in_place
    talk.taps("我已阅读，开始填写").taps("◀ 返回").taps("🌐 English").sees("Before we begin")


def test_words_are_answered_in_the_language_of_the_form() -> None:
    """A form that was begun in Chinese goes on in Chinese, whatever Telegram's language is."""
    talk = Talk("en").presses("v1:zh-Hans:ask:").taps("我已阅读，开始填写", "是", "患者本人")
    talk.says("德国").sees("您是否同意")
    talk.types("help").sees("怎样使用")


@pytest.mark.parametrize("command", ["help", "privacy", "emergency", "mydata", "mycase", "nope"])
def test_another_page_in_the_middle_leads_back_to_exactly_the_same_question(command: str) -> None:
    """The row says where one was; the question comes as a new message below."""
    talk = begun()
    at = talk.draft
    talk.types(command).taps("↩ Back to my request (3 of 10)").sees("In which country")
    assert not talk.turn.in_place
    assert talk.draft == at


def test_a_tapped_page_and_a_forged_button_lead_back_too() -> None:
    """With the session at hand, every page carries the row; the kept page itself does not."""
    talk = begun()
    for data in ("v1:en:costs", "v1:en:menu", "v1:en:rest", "v1:en:language", "forged"):
        talk.presses(data)
        assert talk.labels[0] == "↩ Back to my request (3 of 10)"
    assert "↩ Back" not in str(Talk().presses("v1:en:costs").labels)
    at_review = core(Talk()).types("help")
    assert at_review.labels[0] == "↩ Back to my request"


# ── coming back and going away ──────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    "command", ["start", "menu", "consult", "start consult", "start en_consult"]
)
def test_who_comes_back_is_asked_whether_to_go_on(command: str) -> None:
    """Go on, start over, delete; and all the topics below."""
    talk = begun().waits(20).types(command).sees("Would you like to go on with it?")
    talk.taps("↩ Back to my request (3 of 10)").sees("In which country")
    talk.types(command).taps("↺ Start over").sees("Shall we delete").taps("No, keep it")
    talk.sees("In which country").types(command).taps("🗑 Delete it", "🗑 Yes, delete now")
    talk.sees("Done.")
    assert talk.session.draft is None


def test_a_deep_link_to_a_page_opens_the_page() -> None:
    """Who came for the costs reads the costs, with the way back on top; no language is asked."""
    talk = begun()
    talk.client = "pt"
    talk.types("start costs").taps("↩ Back to my request (3 of 10)")


def test_starting_over_drops_what_was_told() -> None:
    """The notices again, and a fresh form behind them."""
    talk = begun().types("menu").taps("↺ Start over", "Yes, delete and start over")
    talk.sees("deleted from our server", "Before we begin")
    assert talk.session.draft is None
    talk.taps("I have read this, begin").sees("1 of 10")


def test_save_for_later_keeps_the_place_and_says_how_long() -> None:
    """Saved is saved already; the button says until when, and offers to delete."""
    talk = begun().taps("💾 Save for later").sees("kept for 24 hours")
    talk.waits(23).taps("↩ Back to my request (3 of 10)").sees("In which country")
    talk.waits(23).taps("💾 Save for later", "🗑 Delete it").sees("Shall we delete")


def test_a_form_is_dropped_a_day_after_the_last_touch_and_that_is_said() -> None:
    """Any touch begins the day anew; afterwards it is as good as gone, whatever comes."""
    talk = begun().waits(24).taps("China").waits(24.1).taps("Yes, I agree")
    talk.sees("because 24 hours had passed", "Before we begin")
    assert talk.session.draft is None
    for event in (Commanded("menu"), Said("hello"), Pressed("v1:en:help")):
        gone = begun().waits(25).does(event).sees("because 24 hours had passed")
        assert gone.session.draft is None
        gone.types("menu").misses("24 hours")
    despair = begun().waits(25).says("I want to die")
    despair.sees("Thank you for telling us.").misses("24 hours")
    assert despair.session.draft is None


def test_where_the_line_does_not_fit_the_page_is_shown_as_it_is(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A long page has no room for why the form is gone; the form is gone all the same."""
    begun().waits(25).presses("v1:en:costs").sees("24 hours had passed")
    monkeypatch.setattr("bot.dialogue.respond._MOST", 500)
    talk = begun().waits(25).presses("v1:en:costs").misses("24 hours had passed")
    assert talk.session.draft is None


def test_cancel_asks_whether_to_delete() -> None:
    """Without a form there is nothing to cancel."""
    Talk().types("cancel").sees("There is nothing to cancel")
    talk = begun().types("cancel").sees("Shall we delete").taps("No, keep it")
    assert talk.draft.at == "country"


# ── another version of the form ─────────────────────────────────────────────────────────────────


def changed(form: Form) -> Form:
    """The shipped form in a later version: an option less, a question less, one more."""
    steps = []
    for one in form.steps:
        if one.id == "name":
            continue
        if one.id == "age":
            one = replace(one, options=("40-64", "65-74"))  # noqa: PLW2901 - one field changed
        if one.id == "biopsy":
            one = replace(one, block="core", core=True)  # noqa: PLW2901 - one field changed
        steps.append(one)
    return replace(form, version="ffffffff", steps=tuple(steps))


def test_a_form_that_changed_meanwhile_keeps_what_it_still_asks() -> None:
    """Known answers whose options are still there stay, the rest is asked (again)."""
    later = make(replace(words(), form=changed(words().form)), HOSPITAL, OPEN)
    talk = core(Talk())
    kept = dict(talk.draft.answers)
    talk.dialogue = later
    talk.types("menu").taps("↩ Back to my request (10 of 10)").sees("biopsy")
    del kept["name"]
    assert talk.draft.answers == kept
    assert talk.draft.form == "ffffffff"
    talk.taps("Not sure").sees("Your request")
    young = Talk().types("consult").taps("I have read this, begin", "Yes", "I am the patient")
    young.taps("China", "Yes, I agree", "Yes, I agree", "No", "18–39", "Multiple myeloma")
    young.dialogue = later
    young.taps("☐ Costs and insurance", "Done ▶").sees("age group")


def test_a_question_that_is_gone_is_not_stood_at() -> None:
    """Who was asked for their name in the old form goes on with the new one."""
    later = make(replace(words(), form=changed(words().form)), HOSPITAL, OPEN)
    talk = core(Talk()).taps("◀ Back", "◀ Back")
    assert talk.draft.at == "name"
    talk.dialogue = later
    talk.says("Anna").sees("biopsy")


# ── open and closed ─────────────────────────────────────────────────────────────────────────────


def test_while_consultations_are_closed_nothing_of_the_form_is_shown() -> None:
    """The page says so and names the other contact; a form that was begun waits for its end."""
    talk = begun()
    talk.dialogue = dialogue(HOSPITAL, CLOSED)
    for event in (Pressed("v1:en:ask:begin"), Commanded("consult")):
        talk.does(event).sees("not open yet", "help@example.org").misses("Begin the form")
    talk.types("menu").misses("Back to my request").says("hello").sees("nobody reads this chat")
    talk.types("mycase").sees("You have no request", "not open yet")
    assert talk.session.draft is not None


def test_when_open_the_page_on_the_enquiry_begins_the_form() -> None:
    """The green button stands on each screen of it, and /start consult opens the page."""
    talk = Talk().types("start consult").sees("We are taking enquiries now")
    talk.taps("More ▶").taps("✍️ Begin the form").sees("Before we begin")


# ── what the receiver needs ─────────────────────────────────────────────────────────────────────


def test_where_somebody_stands_is_shown_without_changing_anything() -> None:
    """For an update that was stored by a run which could not show its screen."""
    talk = begun()
    moment = Moment(NOON, "23456")
    shown = DIALOGUE.standing(talk.session, "en", moment)
    assert shown.changes == ()
    assert shown.screen is not None
    assert "In which country" in shown.screen.body
    after = DIALOGUE.standing(sent(Talk()).session, "en", moment)
    assert after.screen is not None
    assert "Your requests" in after.screen.body
    nobody = DIALOGUE.standing(Session(NOBODY), "zh-hans", moment)
    assert nobody.screen is not None
    assert CHINESE.say(text("menu.welcome")) in nobody.screen.body


def test_a_tap_in_the_form_needs_what_is_stored() -> None:
    """A page does not; where a draft is known of, the receiver asks for the session anyway."""
    assert DIALOGUE.needs_person(Pressed("v1:en:ask:22222.adult.yes"))
    assert DIALOGUE.needs_person(Commanded("consult"))
    assert not DIALOGUE.needs_person(Pressed("v1:en:consult"))


def test_words_without_a_form_are_not_for_the_form() -> None:
    """The form refuses what is not meant for it, rather than inventing a draft."""
    with pytest.raises(ValueError, match="no draft"):
        DIALOGUE.intake.told(Session(), Said("hello"), ENGLISH, Moment(NOON, "23456"))


def test_every_answer_is_kept_at_once() -> None:
    """Each step of the form commits its draft; nothing waits for the end."""
    talk = Talk().types("consult").taps("I have read this, begin")
    for label in ("Yes", "I am the patient", "China", "Yes, I agree"):
        talk.taps(label)
        assert [type(one) for one in talk.turn.changes] == [KeepDraft]
        assert talk.draft.touched == talk.now

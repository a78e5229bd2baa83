"""The form: what is asked of whom, in which order, and what is kept of the answers."""

from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.dialogue.case import Value
from bot.dialogue.intake.form import SENT, Field, Form
from tests.dialogue.intake.forms import (
    CROSS,
    ENGLISH,
    REGISTRY,
    agreed,
    read,
    said,
    shelf,
    shipped,
    step,
)

PATIENT: dict[str, Value] = {"adult": "yes", "who": "patient", "country": "CN"}
CORE: dict[str, Value] = PATIENT | {
    "age": "40-64",
    "diagnosis": "aml",
    "help": ("trials",),
    "name": "Anna",
    "reply": "here",
}
CONSENTS = agreed("c1", "c4")


def ids(fields: tuple[Field, ...]) -> list[str]:
    return [one.id for one in fields]


# ── which questions (fact sheet, section 13) ──


def test_the_core_is_asked_in_the_order_of_the_fact_sheet() -> None:
    """A patient in one country: safety, country, consents, then seven questions."""
    core = shipped().asked(CORE, block="core")
    assert ids(core) == [
        *("adult", "who", "country", "c1", "c4"),
        *("age", "diagnosis", "help", "name", "reply"),
    ]
    assert [one.fact for one in core][-5:] == ["I4", "I5", "I6", "I2", "I7"]


def test_every_field_of_the_fact_sheet_is_there_once_and_in_order() -> None:
    """I0 to I22 and C1, C2, C4, C5, with the parts of one field side by side."""
    facts = [one.fact for one in shipped().steps]
    order = [fact for n, fact in enumerate(facts) if fact not in facts[:n]]
    assert order == [
        *("I0", "I1", "I3", "C1", "C2", "C4", "I4", "C5", "I5", "I6", "I2", "I7"),
        *(f"I{n}" for n in range(8, 23)),
    ]
    assert [one for n, one in enumerate(facts) if n and facts[n - 1] == one] == [
        *("I5", "I7", "I7", "I7", "I11", "I18")
    ]


def test_the_details_come_in_three_blocks() -> None:
    """Illness I8 to I14, plans I15 to I17, money, papers and question I18 to I22."""
    blocks = {
        block.id: [one.fact for one in shipped().steps if one.block == block.id]
        for block in shipped().blocks
        if not block.core
    }
    assert blocks == {
        "illness": ["I8", "I9", "I10", "I11", "I11", "I12", "I13", "I14"],
        "plans": ["I15", "I16", "I17"],
        "papers": ["I18", "I18", "I19", "I20", "I21", "I22"],
    }
    assert not any(one.must for one in shipped().steps if not one.core)


def test_nothing_is_asked_about_health_before_the_first_consent() -> None:
    """What stands before C1 is whether one is adult, who one is, and where."""
    before = ids(shipped().steps)[: ids(shipped().steps).index("c1")]
    assert before == ["adult", "who", "country"]
    assert {step(id).sensitive for id in before} == {"no", "personal"}


@pytest.mark.parametrize(
    ("answers", "added"),
    [
        ({"diagnosis": "solid"}, {"tumour"}),
        ({"diagnosis": "other-blood"}, {"tumour"}),
        ({"diagnosis": "cancer of the bile duct"}, set()),
        ({"reply": "email"}, {"email"}),
        ({"reply": "phone"}, {"phone"}),
        ({"country": "US"}, {"zone", "budget-usd"}),
        ({"country": "DE"}, {"budget-usd"}),
        ({"age": "14-17"}, {"c5"}),
        ({"age": "under-14"}, {"c5"}),
        ({"treatments": ("chemo", "car-t")}, {"cell-when", "cell-helped"}),
        ({"treatments": ("donor-cells",)}, {"cell-when", "cell-helped"}),
        ({"treatments": ("chemo",)}, set()),
        ({"who": "family"}, {"aware"}),
        ({"who": "doctor"}, {"aware"}),
    ],
    ids=lambda one: str(one) if isinstance(one, dict) else " ".join(sorted(one)),
)
def test_what_depends_on_an_answer_is_asked_only_then(
    answers: dict[str, Value], added: set[str]
) -> None:
    """Each condition of section 13, from the answer to the question that it brings."""
    usual = set(ids(shipped().asked(CORE)))
    now = set(ids(shipped().asked(CORE | answers)))
    assert now - usual == added
    assert usual - now <= {"budget-cny"}


def test_the_second_consent_is_asked_where_data_leave_the_country() -> None:
    """C2 depends on the settings and the country, not on an answer."""
    assert "c2" not in ids(shipped().asked(CORE))
    assert "c2" in ids(shipped().asked(CORE, CROSS))


def test_a_condition_on_a_question_that_is_not_asked_does_not_hold(tmp_path: Path) -> None:
    """An answer left over from a way not taken brings no question."""
    registry = REGISTRY + (
        "  then: {fact: I21, block: more, kind: choice, options: [a, b], need: optional,"
        " when: {told2: [x]}, purpose: p, keep: case, sensitive: health, seen-by: [staff]}\n"
    )
    registry = registry.replace(
        "  told:\n",
        "  told2: {fact: I21, block: more, kind: choice, options: [x, y], need: optional,"
        " when: {kind: [two]}, purpose: p, keep: case, sensitive: health, seen-by: [staff]}\n"
        "  told:\n",
    )
    english = ENGLISH.replace(
        "blocks:",
        "  told2: {label: L, question: Q, options: {x: X, y: Y}}\n"
        "  then: {label: M, question: Q, options: {a: A, b: B}}\nblocks:",
    )
    form = read(shelf(tmp_path, registry, english))
    assert ids(form.asked({"kind": "two", "told2": "x"}))[-1] == "then"
    assert "then" not in ids(form.asked({"kind": "one", "told2": "x"}))


# ── the next question ──


def walk(form: Form, answers: dict[str, Value], given: tuple[str, ...] = ()) -> list[str]:
    """The ids in the order in which somebody with these answers is asked everything."""
    told: dict[str, Value] = {}
    skipped: set[str] = set()
    consents: tuple[str, ...] = ()
    order = []
    while (one := form.next(told, skipped, agreed(*consents), given)) is not None:
        order.append(one.id)
        if one.kind == "consent":
            consents += (one.id,)
        elif one.id in answers:
            told[one.id] = answers[one.id]
        else:
            skipped.add(one.id)
        assert len(order) <= len(form.steps)
    return order


def test_asking_on_and_on_reaches_every_question_that_applies() -> None:
    """From the first to the last, none twice, none left out, whatever is skipped."""
    answers = CORE | {"who": "family", "country": "US", "treatments": ("car-t",)}
    form = shipped()
    assert walk(form, answers, CROSS) == ids(form.asked(answers, CROSS))


@given(st.data())
def test_whatever_is_answered_the_form_ends(data: st.DataObject) -> None:
    """Any choice of options leads to an end, each step asked at most once."""
    answers: dict[str, Value] = {}
    for one in shipped().steps:
        if one.kind in ("choice", "many") and data.draw(st.booleans(), label=one.id):
            option = data.draw(st.sampled_from(one.options))
            answers[one.id] = option if one.kind == "choice" else (option,)
    order = walk(shipped(), answers)
    assert len(order) == len(set(order))


def test_no_way_leads_round_a_consent() -> None:
    """Behind C1 nothing is asked without it: not from a later step, nor of another block."""
    form = shipped()
    for way in ({"after": "reply"}, {"block": "plans"}, {"after": "aware", "block": "papers"}):
        found = form.next(CORE, (), (), **way)
        assert found is not None
        assert found.id == "c1"
    again = form.next(CORE, {"c1"}, agreed("c1", agreed=False), block="plans")
    assert again is not None
    assert again.id == "c1"
    child = form.next(CORE | {"age": "under-14"}, (), CONSENTS, block="plans")
    assert child is not None
    assert child.id == "c5"


def test_a_withdrawn_consent_is_asked_again() -> None:
    """Only a decision that stands counts."""
    form = shipped()
    given_once = agreed("c1")[0]
    withdrawn = replace(given_once, withdrawn=given_once.at)
    found = form.next(CORE, (), (withdrawn,))
    assert found is not None
    assert found.id == "c1"


def test_an_optional_consent_can_be_refused_or_skipped() -> None:
    """C4 changes nothing else: a no, or a skip, and the form goes on."""
    form = shipped()
    no = (*agreed("c1"), *agreed("c4", agreed=False))
    for found in (form.next(PATIENT, (), no), form.next(PATIENT, {"c4"}, agreed("c1"))):
        assert found is not None
        assert found.id == "age"


def test_a_block_is_asked_by_itself() -> None:
    """Of a named block only its own steps; behind a named step only what follows."""
    form = shipped()
    first = form.next(CORE, (), CONSENTS, block="plans")
    assert first is not None
    assert first.id == "place"
    later = form.next(CORE, (), CONSENTS, after="soon", block="plans")
    assert later is not None
    assert later.id == "travel"
    assert form.next(CORE, (), CONSENTS, after="travel", block="plans") is None
    unknown = form.next(PATIENT, (), CONSENTS, after="no-such-step")
    assert unknown is not None
    assert unknown.id == "age"


# ── progress ──


def test_progress_counts_steps_and_keeps_its_total() -> None:
    """What an answer brings counts with its question: “of 10” stays 10 to the end."""
    form = shipped()
    answers = CORE | {"age": "14-17", "diagnosis": "solid", "reply": "phone", "country": "US"}
    seen = [form.progress(one.id, answers, CROSS) for one in form.asked(answers, CROSS)]
    core = seen[: len(form.asked(answers, CROSS, block="core"))]
    assert {of for _, of in core} == {10}
    assert [at for at, _ in core] == sorted(at for at, _ in core)
    assert core[0] == (1, 10)
    assert core[-1] == (10, 10)
    assert form.progress("reply", CORE) == (10, 10)


def test_progress_of_the_details_is_that_of_their_block() -> None:
    """Each block counts for itself; what an earlier block decided is known from its start."""
    form = shipped()
    assert form.progress("place", CORE) == (1, 3)
    assert form.progress("travel", CORE) == (3, 3)
    assert form.progress("budget-cny", CORE) == (1, 4)
    family = CORE | {"who": "family", "country": "US"}
    assert form.progress("budget-usd", family) == (1, 5)
    assert form.progress("aware", family) == (5, 5)
    assert form.progress("cell-when", CORE | {"treatments": ("car-t",)}) == (3, 6)


def test_progress_of_an_unknown_step_is_none() -> None:
    """A draft may stand at a step that this form does not have."""
    assert shipped().progress("gone", CORE) == (0, 0)


# ── what is kept ──


def test_an_answer_that_an_edit_made_pointless_is_dropped() -> None:
    """Who now wants to be answered here leaves no e-mail address behind."""
    answers = CORE | {"reply": "email", "email": "a@example.com"}
    assert shipped().kept(answers) == answers
    changed = shipped().kept(answers | {"reply": "here"})
    assert "email" not in changed
    assert changed == CORE


def test_a_time_zone_goes_with_its_country() -> None:
    """A zone of another country is not kept, nor where there is but one."""
    answers = CORE | {"country": "US", "zone": "America/New_York"}
    assert shipped().kept(answers) == answers
    assert "zone" not in shipped().kept(answers | {"country": "CA"})
    assert "zone" not in shipped().kept(answers | {"country": "DE"})


@pytest.mark.parametrize(
    ("id", "value"),
    [
        ("diagnosis", ""),
        ("diagnosis", ("aml",)),
        ("who", "nobody"),
        ("help", "trials"),
        ("help", ()),
        ("help", ("trials", "no such help")),
        ("name", ""),
        ("country", "ZZ"),
        ("cell-when", "2025-13"),
        ("reports", "later"),
        ("c1", "yes"),
        ("gone", "something"),
    ],
)
def test_what_the_form_would_not_take_is_not_kept(id: str, value: Value) -> None:
    """A draft of an older form: options that are gone, other kinds, other questions."""
    answers: dict[str, Value] = CORE | {"treatments": ("car-t",), id: value}
    assert id not in shipped().kept(answers)


@pytest.mark.parametrize(
    ("id", "value"),
    [
        ("diagnosis", "bile duct cancer"),
        ("treatments", ("chemo", "own words")),
        ("cell-when", "not-sure"),
        ("cell-when", "2025-03"),
        ("reports", "not-now"),
        ("reports", SENT),
        ("question", "Why?"),
    ],
)
def test_what_the_form_takes_is_kept(id: str, value: Value) -> None:
    """Options and own words, months, files."""
    answers: dict[str, Value] = CORE | {"treatments": ("car-t",), id: value}
    assert shipped().kept(answers)[id] == value


# ── what an answer leads to ──


def test_a_minor_ends_the_form_and_a_guardian_goes_on() -> None:
    """Under 18, for oneself: the end, with SW6. For a child: SW6, then C5, whose no ends it."""
    assert step("adult").ending("no", {}) == "safety.sw6"
    assert step("adult").ending("yes", {}) is None
    age = step("age")
    assert age.ending("14-17", {"who": "patient"}) == "safety.sw6"
    assert age.ending("14-17", {"who": "family"}) is None
    assert age.said_after("under-14") == ("safety.sw6",)
    assert age.said_after("18-39") == ()
    assert step("c5").ending("no", {}) == "safety.sw6"


def test_a_refused_consent_ends_the_form_only_where_it_is_needed() -> None:
    """C1 and C2: the other way to reach us. C4: nothing."""
    assert step("c1").ending("no", {}) == step("c2").ending("no", {}) == "consent.refused"
    assert step("c4").ending("no", {}) is None


def test_standing_texts_stand_where_section_13_wants_them() -> None:
    """SW14 for whoever is not the patient; SW3 for “this week”."""
    assert step("who").said_after("family") == ("safety.sw14",)
    assert step("who").said_after("patient") == ()
    assert step("soon").said_after("week") == ("safety.sw3",)
    assert step("who").said_with() == ()


def test_a_standing_text_can_belong_to_the_question(tmp_path: Path) -> None:
    """Without options it is shown with the question, and not after an answer."""
    registry = REGISTRY.replace("options: [one, two],", "options: [one, two], says: [{text: a.b}],")
    form = read(shelf(tmp_path, registry))
    assert step("kind", form).said_with() == ("a.b",)
    assert step("kind", form).said_after("one") == ()


def test_what_cannot_wait_is_known() -> None:
    """This week, or in hospital."""
    form = shipped()
    assert form.urgent({"soon": "week"})
    assert form.urgent({"hospital": "yes"})
    assert not form.urgent({"soon": "month", "hospital": "no"})


def test_ticking_keeps_the_order_and_what_cannot_go_together_apart() -> None:
    """On, off, and “none” alone; own words stay."""
    field = step("treatments")
    picked = field.ticked((), "surgery")
    picked = field.ticked(picked, "chemo")
    assert picked == ("chemo", "surgery")
    assert field.ticked(picked, "chemo") == ("surgery",)
    assert field.ticked(picked, "none") == ("none",)
    assert field.ticked(("none",), "car-t") == ("car-t",)
    assert field.ticked((*picked, "R-CHOP"), "car-t") == ("chemo", "surgery", "car-t", "R-CHOP")


# ── how it is said ──


def test_an_answer_is_shown_in_the_readers_language() -> None:
    """Options, countries, months, zones and own words."""
    form = shipped()

    def told(id: str, value: Value, language: str) -> list[str]:
        return [said(one, language) for one in form.answer(id, value, language)]

    assert told("diagnosis", "aml", "en") == ["Acute myeloid leukaemia (AML)"]
    assert told("diagnosis", "solid", "zh_Hans") == ["实体瘤"]
    assert told("treatments", ("chemo", "R-CHOP <b>"), "zh_Hans") == ["化疗", "R-CHOP <b>"]
    assert told("country", "DE", "zh_Hans") == ["德国"]
    assert told("cell-when", "2025-03", "zh_Hans") == ["2025年3月"]
    assert told("cell-when", "2025-03", "en") == ["March 2025"]
    assert told("cell-when", "not-sure", "en") == ["Not sure"]
    assert told("cell-when", "x", "en") == ["x"]
    assert told("zone", "America/New_York", "zh_Hans") == ["北美东部时间（纽约）"]
    assert told("activity", "in-bed", "en") == ["In bed all day, needs full care"]
    assert told("gone", "as it was", "en") == ["as it was"]


def test_a_reason_is_said_in_its_own_words_or_the_questions() -> None:
    """Too long has one sentence with the number; what is unclear, the question says itself."""
    form = shipped()
    assert "40" in said(form.wrong("name", "too-long", "en"))
    assert said(form.wrong("email", "unclear", "en")).startswith("That does not look like")
    assert said(form.wrong("age", "unclear", "zh_Hans")) == "请点选下面的按钮。"
    assert said(form.wrong("name", "looks-private", "xx")).startswith("This looks like")
    for reason in ("too-long", "unclear"):
        with pytest.raises(KeyError):
            form.wrong("gone", reason, "en")


def test_an_unknown_language_is_english() -> None:
    """Words, titles and all: a language that is being added has none yet."""
    form = shipped()
    assert form.say("age", "xx") is form.say("age", "en")
    assert said(form.title("plans", "xx")) == "Plans and travel"
    assert said(form.title("plans", "zh_Hans")) == "打算和出行"
    with pytest.raises(KeyError):
        form.say("gone", "en")
    with pytest.raises(KeyError):
        form.title("gone", "en")


def test_the_country_is_the_one_that_was_answered() -> None:
    """None as long as there is none."""
    assert shipped().country(CORE) == "CN"
    assert shipped().country({}) is None
    assert shipped().field("gone") is None

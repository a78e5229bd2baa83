"""Whole conversations, from /consult to the number of the case."""

import hashlib
from datetime import timedelta

import pytest

from bot.dialogue.case import NEW, OpenCase
from bot.dialogue.screens import Operator
from bot.i18n.text import text
from tests.dialogue.intake.talk import HOSPITAL, NOON, OPEN, Talk
from tests.dialogue.words import dialogue, words

ENGLISH, CHINESE = words().languages["en"], words().languages["zh_Hans"]
NOTICES = ("safety.sw3s", "safety.sw1", "safety.sw7", "safety.sw5")


def hash_of(said: str) -> str:
    return hashlib.sha256(said.encode()).hexdigest()


def test_a_patient_sends_the_core_in_english() -> None:
    """From the notices to the number: every answer arrives as it was given, every consent with the
    hash of the text that was shown, and the reply time stands on the patient's own clock."""
    talk = Talk().types("consult")
    talk.sees(*(ENGLISH.say(text(id)) for id in NOTICES))
    assert talk.session.draft is None  # nothing is stored before the form begins
    talk.taps("I have read this, begin").sees("1 of 10", "Are you 18 or older?")
    assert not talk.turn.in_place  # the notices stay in the chat
    talk.taps("Yes").sees("2 of 10", "Who is asking?")
    assert talk.turn.in_place
    talk.taps("I am the patient").sees("3 of 10", "country or region")
    talk.taps("China").sees("Do you agree", "Hope &lt;Hospital&gt; uses the health information")
    talk.taps("Yes, I agree").sees("stored in Germany and seen by staff in Germany and China")
    assert not talk.turn.in_place  # the text that was agreed to stays in the chat
    talk.taps("Yes, I agree").sees("follow-up messages", "“No” changes nothing")
    talk.taps("No").sees("6 of 10", "age group")
    talk.taps("65–74").sees("7 of 10", "What is the diagnosis?")
    talk.taps("B-cell lymphoma").sees("8 of 10")
    talk.taps("☐ Treatment options", "☐ Travel and visa").taps("Done ▶").sees("9 of 10")
    talk.says("Anna <3").sees("10 of 10", "How may we reply")
    talk.taps("Here in Telegram").sees("Your request", "Anna &lt;3", "B-cell lymphoma")
    number = talk.draft.reference
    talk.taps("✅ Send now").sees(number, "November 23, 2026, 8:00", "China Time")
    talk.sees(ENGLISH.say(text("safety.sw5")), ENGLISH.say(text("safety.sw8")))
    talk.misses("lymphoma", "Anna")  # what was told is not said again

    case = talk.case
    assert talk.session.draft is None
    assert (case.number, case.chat_id, case.state, case.language) == (number, 7, NEW, "en")
    assert case.due - case.created == timedelta(hours=24)
    assert case.created == NOON
    assert case.answers == {
        "adult": "yes",
        "who": "patient",
        "country": "CN",
        "age": "65-74",
        "diagnosis": "b-lymphoma",
        "help": ("options", "travel"),
        "name": "Anna <3",
        "reply": "here",
    }
    assert [(one.id, one.agreed) for one in case.consents] == [
        ("c1", True),
        ("c2", True),
        ("c4", False),
    ]
    c1 = case.consents[0]
    shown = ENGLISH.say(text("consent.c1", operator=HOSPITAL.name or ""))
    assert c1.text_hash == hash_of(shown)
    assert (c1.language, c1.at) == ("en", NOON)
    assert c1.message_id is not None


def test_a_relative_fills_in_everything_in_chinese() -> None:
    """家属 answers every part, sends reports as an album, and the case has all of it."""
    talk = Talk("zh-hans").types("consult")
    talk.sees(*(CHINESE.say(text(id)) for id in NOTICES))
    talk.taps("我已阅读，开始填写", "是", "家属或朋友").sees(CHINESE.say(text("safety.sw14")))
    talk.says("德国").taps("同意", "同意", "同意", "40–64岁", "实体瘤").says("胃癌")
    talk.taps("☐ 费用和保险", "☐ 其他", "完成 ▶").says("小王").taps("电话")
    talk.says("+49 30 901820").sees("您的咨询内容", "小王", "胃癌")
    talk.taps("➕ 补充信息", "病情 · 6 题").sees("病情 · 1/6")
    talk.taps("不确定", "有").sees("病情 · 3/6")
    talk.taps("☐ 化疗").says("奥沙利铂").sees("目前的回答", "奥沙利铂").taps("完成 ▶")
    talk.taps("跳过").sees("病情 · 5/6").taps("在住院").taps("☐ 没有", "完成 ▶").sees("奥沙利铂")
    talk.taps("➕ 补充信息", "打算和出行 · 3 题", "都可以", "本月内", "跳过")
    talk.taps("➕ 补充信息", "费用、报告和问题 · 5 题", "跳过").taps("跳过")
    talk.sends("picture", "jpg", album="a").sees("已收到 1 份文件", "陆续收下")
    assert talk.sends("picture", "jpg", album="a", follows=True).turn.screen is None
    talk.sends("document", "pdf").sees("已收到 3 份文件").taps("完成 ▶")
    talk.says("我妈妈可以参加试验吗？").taps("不知道").sees("3 份文件", "我妈妈可以参加试验吗？")
    talk.taps("✅ 现在提交").sees("谢谢您。您的编号是", "中欧时间")
    case = talk.case
    assert case.language == "zh-Hans"
    assert case.answers["phone"] == "+4930901820"
    assert case.answers["treatments"] == ("chemo", "奥沙利铂")
    assert case.answers["reports"] == "sent"
    assert case.answers["aware"] == "no"
    assert [file.kind for file in case.files] == ["picture", "picture", "document"]
    assert [file.album for file in case.files] == ["a", "a", None]
    assert case.skipped == {"activity", "travel", "budget-usd", "insurance"}
    assert {one.language for one in case.consents} == {"zh-Hans"}


def test_a_guardian_asks_for_a_child() -> None:
    """Under 18: SW6, the consent of a parent at once, and then on as for everybody."""
    talk = Talk().types("consult").taps("I have read this, begin", "Yes", "Family or friend")
    talk.taps("Canada", "Yes, I agree", "Yes, I agree", "No", "Under 14")
    talk.sees(ENGLISH.say(text("safety.sw6")), ENGLISH.say(text("consent.c5")))
    talk.taps("Yes, I agree").sees("What is the diagnosis?")
    talk.says("neuroblastoma").taps("☐ Trials and centres", "Done ▶").says("Leo's mother")
    talk.taps("By e-mail").says("mother@example.com").sees("time zone")
    talk.taps("Pacific Time (Vancouver)", "✅ Send now")
    talk.sees("November 23, 2026, 4:00", "Pacific Time")
    case = talk.case
    assert case.answers["age"] == "under-14"
    assert case.answers["diagnosis"] == "neuroblastoma"
    assert case.answers["zone"] == "America/Vancouver"
    assert [one.id for one in case.consents] == ["c1", "c2", "c4", "c5"]


def test_who_is_not_the_guardian_is_told_kindly_and_nothing_stays() -> None:
    """“No” to C5 ends the form: the answers are dropped, the decisions stay as proof."""
    talk = Talk().types("consult").taps("I have read this, begin", "Yes", "Family or friend")
    talk.taps("Canada", "Yes, I agree", "Yes, I agree", "No", "14–17", "No")
    talk.sees(ENGLISH.say(text("safety.sw6")), "deleted from our server", "help@example.org")
    assert talk.session.draft is None
    assert [(one.id, one.agreed) for one in talk.proof] == [
        ("c1", True),
        ("c2", True),
        ("c4", False),
        ("c5", False),
    ]


def test_somebody_under_18_cannot_pass() -> None:
    """SW6 and the end, with a way back for a slip of the finger; nothing is kept."""
    talk = Talk().types("consult").taps("I have read this, begin", "No")
    talk.sees(ENGLISH.say(text("safety.sw6")))
    assert talk.session.draft is None
    assert talk.proof == []
    talk.taps("↺ Begin again").sees("Before we begin")


def test_a_patient_under_18_cannot_pass_as_an_adult_either() -> None:
    """Who is the patient and in an age group below 18 sees SW6; after the consents it takes a
    second tap, since a slip would cost all that was told."""
    talk = Talk().types("consult").taps("I have read this, begin", "Yes", "I am the patient")
    talk.taps("Canada", "Yes, I agree", "Yes, I agree", "No", "14–17")
    talk.sees(ENGLISH.say(text("safety.sw6")), "Shall we delete")
    assert "age" not in talk.draft.answers
    talk.taps("No, keep it").sees("age group")
    talk.taps("14–17", "🗑 Yes, delete now").sees("Done.")
    assert talk.session.draft is None
    assert not talk.session.cases


@pytest.mark.parametrize("refused", [0, 1])
def test_refusing_c1_or_c2_ends_the_form_and_keeps_every_page_open(refused: int) -> None:
    """What was told is dropped at once, the other contact is named, the refusal is the proof."""
    talk = Talk().types("consult").taps("I have read this, begin", "Yes", "I am the patient")
    talk.taps("China", *["Yes, I agree"] * refused, "No")
    talk.sees("That is all right.", "help@example.org", "Every page stays open")
    assert not talk.turn.in_place
    assert talk.session.draft is None
    assert [(one.id, one.agreed) for one in talk.proof][refused:] == [(f"c{refused + 1}", False)]
    talk.taps("Costs").misses("Back to my request")
    assert not talk.session.cases


def test_c2_is_asked_only_of_whose_data_leave_their_country() -> None:
    """Where storage and staff are in the person's own country, C2 is not asked."""
    home = dialogue(Operator("Hope", "help@example.org", "none", "DE", ("DE",)), OPEN)
    talk = Talk(by=home).types("consult").taps("I have read this, begin", "Yes")
    talk.taps("I am the patient").says("Germany").taps("Yes, I agree", "No", "40–64")
    talk.taps("Multiple myeloma", "☐ Costs and insurance", "Done ▶").says("Anna")
    talk.taps("Here in Telegram", "✅ Send now")
    assert [one.id for one in talk.case.consents] == ["c1", "c4"]


def test_the_core_takes_few_taps() -> None:
    """Thirteen taps and a name: at ten seconds each, well under three minutes (section 13)."""
    talk = Talk().types("consult")
    talk.taps("I have read this, begin", "Yes", "I am the patient", "China", "Yes, I agree")
    talk.taps("Yes, I agree", "No", "40–64", "Multiple myeloma", "☐ Costs and insurance")
    talk.taps("Done ▶").says("Anna").taps("Here in Telegram", "✅ Send now")
    assert (talk.counted.taps, talk.counted.typed) == (13, 1)
    assert isinstance(talk.turn.changes[-1], OpenCase)

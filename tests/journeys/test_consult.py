"""From /consult to the card in the staff's group, over real HTTP, for whomever one asks."""

import asyncio
import re
import time
from dataclasses import dataclass
from typing import Any

import pytest

from tests.people import Page, Patient


class Says(str):
    """Words to type, where else a label is tapped."""

    __slots__ = ()


class Sends(str):
    """The kind of a file to send, with a caption of its own."""

    __slots__ = ()


Steps = tuple[tuple[str, str], ...]
"""What somebody does, and what they see then."""


@dataclass(frozen=True)
class Journey:
    """From the notices to the thanks; then what the staff's card must say, and what its head, which
    stands above the answers, must not."""

    name: str
    client: str
    steps: Steps
    card: tuple[str, ...]
    not_in_head: tuple[str, ...]


ENGLISH_CONSENTS: Steps = (
    ("Yes, I agree", "is stored in Singapore"),
    ("Yes, I agree", "follow-up messages"),
)
CHINESE_CONSENTS: Steps = (("同意", "新加坡"), ("同意", "后续消息"))

DAUGHTER: Steps = (
    ("I have read this", "18 or older"),
    ("Yes", "Who is asking"),
    ("Family or friend", "In which country"),
    ("United States", "uses the health information"),
    *ENGLISH_CONSENTS,
    ("No", "age group"),
    ("40–64", "diagnosis"),
    ("B-cell lymphoma", "help with"),
    ("Trials and centres", "help with"),
    ("Done", "call you"),
    (Says("Anna & <b>Rosa</b>"), "How may we reply"),
    ("Here in Telegram", "time zone"),
    ("New York", "B-cell lymphoma"),
)

JOURNEYS = {
    "a patient, in English": Journey(
        "Peter",
        "en",
        (
            ("I have read this", "18 or older"),
            ("Yes", "Who is asking"),
            ("I am the patient", "In which country"),
            (Says("Germany"), "uses the health information"),
            *ENGLISH_CONSENTS,
            ("Yes, I agree", "age group"),
            ("65–74", "diagnosis"),
            (Says("Merkel cell carcinoma"), "help with"),
            ("A second opinion", "help with"),
            ("Done", "call you"),
            (Says("Peter"), "How may we reply"),
            ("By e-mail", "Which e-mail"),
            (Says("peter@example.org"), "Merkel cell carcinoma"),
        ),
        ("Germany", "65–74", "Merkel cell carcinoma", "A second opinion", "peter@example.org"),
        ("Peter", "Merkel", "Asked by", "Not agreed"),
    ),
    "a relative, in English": Journey(
        "Anna",
        "en",
        DAUGHTER,
        ("Asked by: Family or friend", "United States", "40–64", "Anna & <b>Rosa</b>"),
        ("Rosa",),
    ),
    "a guardian, in English": Journey(
        "Leo's mother",
        "en",
        (
            ("I have read this", "18 or older"),
            ("Yes", "Who is asking"),
            ("Family or friend", "In which country"),
            ("Canada", "uses the health information"),
            *ENGLISH_CONSENTS,
            ("No", "age group"),
            ("Under 14", "I am the parent or legal guardian"),
            ("Yes, I agree", "diagnosis"),
            ("ALL (acute", "help with"),
            ("Treatment options", "help with"),
            ("Done", "call you"),
            (Says("Leo's mother"), "How may we reply"),
            ("By phone", "Which phone"),
            (Says("+1 416 555 0132"), "time zone"),
            ("Toronto", "Leo's mother"),
        ),
        ("A child under 14", "Parent or legal guardian", "Canada", "(ALL)", "+14165550132"),
        ("Leo",),
    ),
    "a patient, in Chinese": Journey(
        "王芳",
        "zh-hans",
        (
            ("我已阅读", "18"),
            ("是", "您是"),
            ("患者本人", "国家或地区"),
            ("中国", "健康信息"),
            *CHINESE_CONSENTS,
            ("不同意", "年龄段"),
            ("65–74", "诊断"),
            ("急性髓系", "帮助"),
            ("费用", "帮助"),
            ("完成", "称呼"),
            (Says("小芳"), "怎样回复您"),
            ("Telegram", "小芳"),
        ),
        ("Language: Chinese", "China", "(AML)", "65–74", "小芳"),
        ("小芳", "Asked by"),
    ),
    "a relative, in Chinese": Journey(
        "李明",
        "zh-hans",
        (
            ("我已阅读", "18"),
            ("是", "您是"),
            ("家属或朋友", "国家或地区"),
            (Says("德国"), "健康信息"),
            *CHINESE_CONSENTS,
            ("同意", "年龄段"),
            ("40–64", "诊断"),
            ("实体瘤", "哪种肿瘤"),
            (Says("胃癌"), "帮助"),
            ("临床试验", "帮助"),
            ("完成", "称呼"),
            (Says("小李"), "怎样回复您"),
            ("电子邮件", "哪个邮箱"),
            (Says("xiaoli@example.com"), "小李"),
            ("补充信息", "补充哪一部分"),
            ("费用、报告", "考虑的预算"),
            ("跳过", "哪种医疗保险"),
            ("公共医保", "想发一些检查报告"),
            (Sends("photo"), "已收到 1 份文件"),
            ("完成", "您想问我们什么"),
            (Says("我妈妈可以参加试验吗？"), "患者本人知道"),
            ("不知道", "我妈妈可以参加试验吗？"),
        ),
        ("Asked by: Family or friend", "Germany", "胃癌", "1 file, copied here", "我妈妈可以"),
        ("小李", "胃癌"),
    ),
    "a guardian, in Chinese": Journey(
        "小明妈妈",
        "zh-hans",
        (
            ("我已阅读", "18"),
            ("是", "您是"),
            ("家属或朋友", "国家或地区"),
            ("中国", "健康信息"),
            *CHINESE_CONSENTS,
            ("不同意", "年龄段"),
            ("14–17", "父母或法定监护人"),
            ("同意", "诊断"),
            ("急性淋巴", "帮助"),
            ("治疗方案", "帮助"),
            ("完成", "称呼"),
            (Says("小明妈妈"), "怎样回复您"),
            ("电话", "哪个电话"),
            (Says("138 0013 8000"), "小明妈妈"),
        ),
        ("Parent or legal guardian", "14–17", "(ALL)", "+8613800138000", "小明妈妈"),
        ("小明",),
    ),
}
NOTICES = {
    "en": ("not end-to-end encrypted", "not medical advice", "emergency number"),
    "zh-hans": ("并非端到端加密", "急救电话"),
}
SEND = {"en": ("Send now", "has reached our team"), "zh-hans": ("现在提交", "已送达工作人员")}


async def cards(page: Page) -> list[dict[str, Any]]:
    """What stands in the staff's group."""
    state = await page.state()
    group = next(chat for chat in state["chats"] if chat.get("is_forum"))
    return [one for one in group["messages"] if "text" in one]


async def card(page: Page, *fragments: str) -> str:
    """Waits for a card that holds all of these."""
    end = time.monotonic() + 20
    while time.monotonic() < end:
        for one in await cards(page):
            if all(fragment in one["text"] for fragment in fragments):
                return str(one["text"])
        await asyncio.sleep(0.05)
    raise AssertionError(f"no card with {fragments} among {await cards(page)}")


async def goes(who: Patient, steps: Steps) -> None:
    """One step after the other."""
    for act, seen in steps:
        match act:
            case Says():
                await who.says(act)
            case Sends():
                await who.sends(act, caption=f"report of {who.id}")
            case _:
                await who.taps(act)
        await who.sees(seen)


@pytest.mark.parametrize("journey", JOURNEYS.values(), ids=JOURNEYS.keys())
async def test_from_consult_to_the_card(consulting: Page, journey: Journey) -> None:
    """The notices, the form, the number at once, the mark that the team has it; and the team has
    all of it, in its own language, with no name and no word of theirs in the head of the card."""
    who = await consulting.patient(journey.name, journey.client)
    await who.says("/consult")
    await who.sees(*NOTICES[journey.client])
    await goes(who, journey.steps)
    assert not await cards(consulting)
    send, arrived = SEND[journey.client]
    await who.taps(send)
    await who.sees(arrived)
    said = [one["text"] for one in await who.messages() if one["from"]["is_bot"]]
    (number,) = {found for text in said[-1:] for found in re.findall(r"\b[2-9A-Z]{5}\b", text)}
    assert any(number in text for text in said[:-1])  # the thanks
    text = await card(consulting, f"Case {number}", *journey.card)
    head = text.partition("What they told")[0]
    assert not [words for words in journey.not_in_head if words in head]


async def test_who_says_no_to_the_first_consent_can_read_on(consulting: Page) -> None:
    """The form ends, nothing reaches the group, another way to ask is named, pages stay open."""
    anna = await consulting.patient("Anna", "en")
    await anna.says("/consult")
    await anna.sees("not end-to-end encrypted")
    await goes(anna, DAUGHTER[:4])
    await anna.taps("No")
    await anna.sees("clinic@example.org")
    await anna.says("/start costs")
    await anna.sees("Sources")
    assert not await cards(consulting)

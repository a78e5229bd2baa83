"""Groups, people and databases that are away, and refusals: nothing is lost, nobody held up."""

from collections import Counter

import pytest

from bot.sandbox.call import Call
from bot.sandbox.faults import Faults, Script
from bot.storage.database import NO_ANSWER
from tests.channels.office import REPEAT, Office, all_troubles, cards, until_so

# ── the group ───────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("status", ["kicked", "left"])
async def test_a_group_that_threw_the_bot_out_is_owed_on(
    office: Office, caplog: pytest.LogCaptureFixture, status: str
) -> None:
    """Told to the operator and the health; when the bot is back, everything comes."""
    office.sandbox.people.place_bot(office.group.id, status)  # type: ignore[arg-type] # one of these
    maria, _ = await office.sends("K7PQ2")
    await until_so(lambda: all_troubles(office) is not None)
    assert "shut out of the group" in str(all_troubles(office))
    assert f"staff group {office.group.id}: shut out of the group" in caplog.text
    assert office.told(maria) == []
    office.sandbox.people.place_bot(office.group.id, "administrator")
    await office.settled()
    assert len(cards(office, "K7PQ2")) == 1
    await until_so(lambda: all_troubles(office) is None)


@pytest.mark.parametrize(
    ("code", "words"),
    [
        (400, "Bad Request: chat not found"),
        (400, "Bad Request: not enough rights to send text messages to the chat"),
        (400, "Bad Request: CHAT_WRITE_FORBIDDEN"),
        (403, "Forbidden: the group chat was deleted"),
    ],
)
async def test_other_ways_to_be_shut_out(office: Office, code: int, words: str) -> None:
    """Nothing of it is taken for a fault of the case."""
    office.sandbox.faults.script(
        "refuse", chat_id=office.group.id, code=code, description=words, times=None
    )
    await office.sends("K7PQ2")
    await until_so(lambda: "shut out" in str(all_troubles(office)))
    office.sandbox.faults.clear()
    await office.settled()
    assert len(cards(office, "K7PQ2")) == 1


async def test_a_refusal_nobody_knows_stops_only_its_own_case(
    office: Office, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """Visible in the health with Telegram's words, and the others go on."""
    usual = Faults.next

    def refusing(faults: Faults, call: Call) -> Script | None:
        if str(call.get("name")).startswith("A2222"):
            return Script("refuse", description="Bad Request: FROBNICATED")
        return usual(faults, call)

    monkeypatch.setattr(Faults, "next", refusing)
    await office.sends("A2222")
    await until_so(lambda: "frobnicated" in str(all_troubles(office)).lower())
    await office.sends("B3333")
    await until_so(lambda: len(cards(office, "B3333")) == 1)
    assert not cards(office, "A2222")
    assert all_troubles(office) is not None  # B's success does not hide A's trouble
    monkeypatch.setattr(Faults, "next", usual)
    await office.settled()
    assert len(cards(office, "A2222")) == 1
    assert "frobnicated" in caplog.text.lower()


async def test_a_fault_of_ours_stops_only_its_own_case(
    office: Office, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """It is tried again later; what it says of a person is in no log."""
    hand_over = office.deliverer._outgoing.hand_over
    failures = Counter[str]()

    async def failing(owed: object) -> None:
        number = getattr(owed, "number", "")
        if number == "A2222" and failures[number] < 2:
            failures[number] += 1
            raise ValueError("Maria has a lymphoma")
        await hand_over(owed)  # type: ignore[arg-type] # it is what the deliverer gave

    monkeypatch.setattr(office.deliverer._outgoing, "hand_over", failing)
    await office.sends("A2222")
    await office.sends("B3333")
    await office.settled()
    assert len(cards(office, "A2222")) == len(cards(office, "B3333")) == 1
    assert "ValueError" in caplog.text
    assert "lymphoma" not in caplog.text


async def test_words_that_telegram_cannot_read_come_plain(office: Office) -> None:
    """L17: the markup is lost, not the message."""
    office.sandbox.faults.script(
        "refuse",
        method="sendMessage",
        description="Bad Request: can't parse entities: Unsupported start tag at byte offset 7",
    )
    await office.sends("K7PQ2")
    await office.settled()
    (card,) = office.messages()
    assert (card.text or "").startswith("Case K7PQ2\n")
    assert not [one for one in card.entities if one["type"] == "bold"]


async def test_a_card_that_may_not_be_pinned_is_a_card_still(office: Office) -> None:
    """It stands first in its topic anyway."""
    office.sandbox.faults.script(
        "refuse",
        method="pinChatMessage",
        description="Bad Request: not enough rights to manage pinned messages in the chat",
    )
    maria, _ = await office.sends("K7PQ2")
    await office.settled()
    assert len(cards(office, "K7PQ2")) == 1
    assert office.told(maria)
    assert office.health.desk.trouble() is None


# ── the person ──────────────────────────────────────────────────────────────────────────────────


async def test_a_person_who_blocked_the_bot_is_known_as_such(office: Office) -> None:
    """S2: the staff read it in the case, with the way of reply they chose; nobody tries again."""
    maria = office.person()
    office.sandbox.people.block(maria.id, True)
    await office.sends("K7PQ2", maria, told={"reply": "email", "email": "m@example.org"})
    await office.settled()
    card, line = office.messages()
    assert "📵 The bot cannot write to this person any more" in (line.text or "")
    assert "By e-mail" in (line.text or "")
    assert line.thread_id == card.thread_id
    assert len([c for c in office.sandbox.faults.calls if c.params.get("chat_id") == maria.id]) == 1


async def test_a_403_with_other_words_is_not_taken_for_a_block(office: Office) -> None:
    """S2: it is for somebody to look at."""
    maria = office.person()
    office.sandbox.faults.script(
        "refuse", chat_id=maria.id, code=403, description="Forbidden: who knows why", times=None
    )
    await office.sends("K7PQ2", maria)
    await until_so(lambda: "who knows why" in str(all_troubles(office)).lower())
    office.sandbox.faults.clear()
    await office.settled()
    assert office.told(maria) == ["Your request K7PQ2 has reached our team."]
    assert not any("📵" in text for text in office.texts())


async def test_reports_that_the_person_deleted_are_told(office: Office) -> None:
    """One of an album, and one alone: the rest comes, and a line says what does not."""
    maria = office.person()
    album = [office.uploads(maria, "photo", "album") for _ in range(3)]
    alone = office.uploads(maria, "document")
    chat = office.sandbox.world.private_chat(maria)
    office.sandbox.world.delete(chat, [album[1].message_id, alone.message_id])
    await office.sends("K7PQ2", maria, files=(*album, alone))
    await office.settled()
    assert sum(bool(one.media) for one in office.messages()) == 2
    lost = [text for text in office.texts() if "could not be copied" in text]
    assert len(lost) == 2
    assert all("1 file could not be copied" in text for text in lost)
    assert len(office.told(maria)) == 1


# ── the database ────────────────────────────────────────────────────────────────────────────────


async def test_a_database_that_does_not_answer_is_waited_for(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What was posted is noted as soon as it answers: no repeat, no loss."""
    sent, failures = office.store.sent, Counter[str]()

    async def unreliable(*args: object) -> None:
        failures["sent"] += 1
        if failures["sent"] == 1:
            raise NO_ANSWER[1]
        await sent(*args)  # type: ignore[arg-type] # they are the deliverer's

    monkeypatch.setattr(office.store, "sent", unreliable)
    await office.sends("K7PQ2")
    await office.settled()
    (card,) = cards(office, "K7PQ2")
    assert REPEAT not in card

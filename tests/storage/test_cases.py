"""What is known of a person, and what a turn changes: all of it or nothing, once."""

import asyncio
import json
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import event, text
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.dialogue.case import (
    CLOSED,
    Change,
    ChangeCase,
    DropDraft,
    EraseEverything,
    KeepDraft,
    OpenCase,
    RaiseAlarm,
    Session,
)
from bot.dialogue.event import NOBODY, Person
from bot.storage.cases import REFERENCE, Outdated, reference
from bot.storage.crypto import Cipher, new_key
from bot.storage.database import NO_ANSWER, connect, migrate
from bot.storage.store import Store
from tests.storage.told import (
    KEY,
    MARIA,
    NOW,
    WANG,
    Telegram,
    Unreliable,
    case,
    consent,
    counted,
    deliver,
    draft,
    everything,
    kinds,
    open_store,
)

# ── reading back ────────────────────────────────────────────────────────────────────────────────


async def test_a_session_brings_back_all_that_was_kept(store: Store, telegram: Telegram) -> None:
    """Choices, draft and cases as they were, to the microsecond; cases oldest first."""
    assert await store.session(MARIA) == Session(chat_id=MARIA)
    older = await telegram.sends_case("ZZ2ZZ", created=NOW - timedelta(days=2))
    newer = await telegram.sends_case("AA2AA", created=NOW - timedelta(days=1), files=())
    kept = draft("CD2EF", adds_to="AA2AA", typed={"i21": 99})
    person = Person("zh-Hans", "CN")
    assert await store.commit(MARIA, 1, person, [KeepDraft(kept)], NOW)
    assert await store.session(MARIA) == Session(person, kept, (older, newer), MARIA)
    assert await store.session(WANG) == Session(chat_id=WANG)
    assert await store.person(MARIA) == person
    assert await store.case("AA2AA") == newer
    assert await store.case("AA3AA") is None


async def test_any_text_survives(store: Store, telegram: Telegram) -> None:
    """Half an emoji, zero bytes and controls come back as they were."""
    odd = draft(answers={"i21": "\ud800 \x00 𝕏 \u202e ' \" \\ \n"})
    await telegram.says(KeepDraft(odd))
    assert (await store.session(MARIA)).draft == odd


async def test_one_draft_a_chat_replaces_itself(store: Store, telegram: Telegram) -> None:
    """Every answer is kept as it is given; a draft begun anew takes the place of the old one."""
    await telegram.says(KeepDraft(draft(at="i1")))
    await telegram.says(KeepDraft(draft(at="i2")))
    await telegram.says(KeepDraft(draft("EF2GH", at="i3")))
    kept = (await store.session(MARIA)).draft
    assert kept is not None
    assert (kept.reference, kept.at) == ("EF2GH", "i3")


async def test_who_has_a_draft_is_known_without_asking(
    store: Store, telegram: Telegram, engine: AsyncEngine
) -> None:
    """A tap of anybody else reads no row; a restart knows it again."""
    await telegram.says(KeepDraft(draft()))
    await telegram.says(KeepDraft(draft("EF2GH")), chat=WANG)
    assert store.drafting == {MARIA, WANG}
    again = open_store(engine)
    await again.begin()
    assert again.drafting == {MARIA, WANG}
    await telegram.says(DropDraft())
    await telegram.says(OpenCase(case("EF2GH", WANG)), chat=WANG)
    await store.session(WANG)
    assert store.drafting == set()
    # Deleted by somebody else (`purge` on the command line): the next look notices.
    assert again.drafting == {MARIA, WANG}
    await again.session(WANG)
    assert again.drafting == {MARIA}


async def test_a_session_is_read_in_one_statement(
    store: Store, telegram: Telegram, engine: AsyncEngine
) -> None:
    """One round trip to the database, however much is known."""
    await telegram.sends_case()
    await telegram.says(KeepDraft(draft("CD2EF")))
    asked: list[str] = []
    event.listen(
        engine.sync_engine, "before_cursor_execute", lambda *args: asked.append(str(args[2]))
    )
    await store.session(MARIA)
    assert len(asked) == 1


# ── once ────────────────────────────────────────────────────────────────────────────────────────


async def test_an_update_changes_things_once(store: Store, engine: AsyncEngine) -> None:
    """A later run that meets the same update changes nothing and is told so."""
    assert await store.commit(MARIA, 7, Person("en"), [KeepDraft(draft())], NOW)
    before = await everything(engine)
    again = open_store(engine)
    changes: list[Change] = [DropDraft(), OpenCase(case("ZZ2ZZ"))]
    assert not await again.commit(MARIA, 7, NOBODY, changes, NOW)
    assert await everything(engine) == before
    assert not again.owing.is_set()


async def test_of_two_commits_of_one_update_one_is_carried_out(
    store: Store, engine: AsyncEngine
) -> None:
    """Also when two instances bring the same update at the same moment."""
    other = open_store(engine)
    for number in range(10):
        changes = [OpenCase(case(f"AB2C{REFERENCE[number]}"))]
        both = await asyncio.gather(
            store.commit(MARIA, number, None, changes, NOW),
            other.commit(MARIA, number, None, changes, NOW),
        )
        assert sorted(both) == [False, True]
    assert len((await everything(engine))["cases"]) == 10
    assert len((await everything(engine))["owed"]) == 40


async def test_what_is_waiting_tells_which_changes_are_stored(
    store: Store, engine: AsyncEngine
) -> None:
    """Killed between commit and screen: the next start knows that this turn was made already."""
    one, two = {"update_id": 1, "message": {}}, {"update_id": 2, "message": {}}
    await store.take([one, two], NOW.timestamp())
    assert await store.commit(MARIA, 1, None, [KeepDraft(draft())], NOW)
    assert not store.committed(1)
    again = open_store(engine)
    assert await again.waiting() == [one, two]
    assert (again.committed(1), again.committed(2)) == (True, False)
    assert not await again.commit(MARIA, 1, None, [DropDraft()], NOW)
    assert await again.take([one], NOW.timestamp()) == []
    again.ended(1)
    await again.flush()
    assert not again.committed(1)
    assert await again.waiting() == [two]
    assert not await again.commit(MARIA, 1, None, [DropDraft()], NOW)


async def test_the_words_of_an_update_stay_until_its_screen_is_shown(
    store: Store, engine: AsyncEngine
) -> None:
    """Committed is not ended: only the end takes the body away."""
    await store.take([{"update_id": 1}], NOW.timestamp())
    await store.commit(MARIA, 1, None, [KeepDraft(draft())], NOW)
    (row,) = (await everything(engine))["inbox"]
    assert (row["outcome"], row["body"] is not None) == ("committed", True)
    store.ended(1)
    await store.flush()
    (row,) = (await everything(engine))["inbox"]
    assert (row["outcome"], row["body"]) == ("done", None)


@pytest.mark.parametrize("fates", ["before", "after", "before after", "after before"])
async def test_a_commit_whose_answer_is_lost_is_made_once(
    store: Store, engine: AsyncEngine, fates: str
) -> None:
    """Whoever asks again until there is an answer is told that it is stored, and it is, once."""
    unreliable = Unreliable(engine)
    trying = Store(unreliable.as_engine(), Cipher([KEY]), store._health)
    await trying.begin()
    unreliable.fate = fates.split()
    changes: list[Change] = [OpenCase(case()), RaiseAlarm("AB2CD", "despair")]
    for _ in fates.split():
        with pytest.raises(NO_ANSWER):
            await trying.commit(MARIA, 1, Person("en"), changes, NOW)
    assert await trying.commit(MARIA, 1, Person("en"), changes, NOW)
    assert (await store.session(MARIA)).cases == (case(),)
    assert await kinds(store) == [("AB2CD", "alarm"), ("AB2CD", "open")]
    assert (await counted(engine))["owed"] == 5
    # From now on it is an update that was seen before.
    assert not await trying.commit(MARIA, 1, Person("en"), changes, NOW)


async def test_a_commit_waits_for_a_database_that_is_locked(
    store: Store, database_url: str, telegram: Telegram
) -> None:
    """Somebody else writes: the turn is stored when they have finished, and not without."""
    await telegram.says(KeepDraft(draft(at="i1")))
    other = connect(database_url)
    async with other.connect() as connection:
        if other.dialect.name == "sqlite":
            await connection.exec_driver_sql("BEGIN IMMEDIATE")
        else:
            await connection.execute(text("LOCK TABLE drafts IN EXCLUSIVE MODE"))
        storing = asyncio.create_task(insist(store, 5, [KeepDraft(draft(at="i2"))]))
        await asyncio.sleep(0.2)
        assert not storing.done()
        await connection.rollback()
        await storing
    await other.dispose()
    kept = (await store.session(MARIA)).draft
    assert kept is not None
    assert kept.at == "i2"


async def test_a_database_that_stays_locked_is_told_and_nothing_is_changed(
    engine: AsyncEngine, database_url: str
) -> None:
    """The call fails as one that may be repeated, and the repetition succeeds."""
    await migrate(engine)
    impatient = connect(database_url)

    @event.listens_for(impatient.sync_engine, "connect")
    def hurry(connection: object, _: object) -> None:
        cursor = connection.cursor()  # type: ignore[attr-defined]  # a driver's own
        sqlite = impatient.dialect.name == "sqlite"
        cursor.execute("PRAGMA busy_timeout=50" if sqlite else "SET lock_timeout = '50ms'")
        cursor.close()

    store = open_store(impatient)
    await store.begin()
    async with engine.connect() as connection:
        if engine.dialect.name == "sqlite":
            await connection.exec_driver_sql("BEGIN IMMEDIATE")
        else:
            await connection.execute(text("LOCK TABLE drafts IN EXCLUSIVE MODE"))
        with pytest.raises(NO_ANSWER):
            await store.commit(MARIA, 1, Person("en"), [KeepDraft(draft())], NOW)
        await connection.rollback()
    assert await store.session(MARIA) == Session(chat_id=MARIA)
    assert store.drafting == set()
    assert await store.commit(MARIA, 1, Person("en"), [KeepDraft(draft())], NOW)
    assert store.drafting == {MARIA}
    await impatient.dispose()


# ── drafts become cases ─────────────────────────────────────────────────────────────────────────


async def test_a_draft_becomes_a_case_and_the_group_is_owed_it(
    store: Store, telegram: Telegram, engine: AsyncEngine
) -> None:
    """In one transaction: the draft is gone, the case is there, and so is what is owed."""
    await telegram.says(KeepDraft(draft()))
    await telegram.sends_case()
    assert await store.session(MARIA) == Session(cases=(case(),), chat_id=MARIA)
    rows = (await everything(engine))["owed"]
    assert [row["kind"] for row in rows] == ["open", "pin", "files", "tell"]
    assert {row["number"] for row in rows} == {"AB2CD"}
    assert store.owing.is_set()


async def test_a_case_without_reports_owes_no_files(
    telegram: Telegram, engine: AsyncEngine
) -> None:
    """Nothing is promised to the group that is not there."""
    await telegram.sends_case(files=())
    assert [row["kind"] for row in (await everything(engine))["owed"]] == ["open", "pin", "tell"]


async def test_a_case_opened_twice_is_opened_once(
    store: Store, telegram: Telegram, engine: AsyncEngine
) -> None:
    """By another update with the same number: nothing is changed and nothing owed anew."""
    await telegram.sends_case()
    before = await everything(engine)
    await telegram.says(OpenCase(case(language="zh-Hans", state=CLOSED)))
    after = await everything(engine)
    assert {**after, "inbox": []} == {**before, "inbox": []}


async def test_the_same_number_opened_at_once_is_one_case(
    store: Store, telegram: Telegram, engine: AsyncEngine
) -> None:
    """Two updates, two instances, one moment."""
    other = open_store(engine)
    made = [OpenCase(case())]
    await asyncio.gather(
        *(insist(one, number, made) for number, one in enumerate((store, other) * 3))
    )
    assert (await counted(engine))["cases"] == 1
    assert (await counted(engine))["owed"] == 4


async def insist(store: Store, number: int, changes: Sequence[Change]) -> None:
    """As the receiver does: asks until there is an answer."""
    async with asyncio.timeout(30):
        while True:
            try:
                await store.commit(MARIA, number, None, changes, NOW)
            except (*NO_ANSWER, Outdated):
                await asyncio.sleep(0.05)
            else:
                return


@pytest.mark.parametrize(
    "changes",
    [
        [KeepDraft(draft())],
        [OpenCase(case(chat_id=WANG))],
        [KeepDraft(draft("EF2GH")), RaiseAlarm("AB2CD", "despair")],
        [ChangeCase(case(chat_id=WANG), ("i5",))],
        [ChangeCase(case(chat_id=WANG), ("withdrawn",))],
    ],
)
@pytest.mark.parametrize("sent", [False, True])
async def test_a_number_of_somebody_else_is_never_taken(
    store: Store, telegram: Telegram, engine: AsyncEngine, sent: bool, changes: list[Change]
) -> None:
    """Whether it is their draft's or their case's: the turn is to be decided anew, and nothing of
    theirs is touched."""
    await telegram.says(KeepDraft(draft()))
    if sent:
        await telegram.sends_case()
        await deliver(store, 1)
    before = await everything(engine)
    with pytest.raises(Outdated):
        await store.commit(WANG, 1, Person("zh-Hans"), changes, NOW)
    assert await everything(engine) == before
    assert WANG not in store.drafting


async def test_a_draft_that_was_sent_does_not_come_back(
    store: Store, telegram: Telegram, engine: AsyncEngine
) -> None:
    """A late answer from a second phone: decided on a draft that is a case by now."""
    await telegram.says(KeepDraft(draft()))
    await telegram.sends_case()
    with pytest.raises(Outdated):
        await telegram.says(KeepDraft(draft()))
    assert (await store.session(MARIA)).draft is None


def test_references_are_easy_to_read_aloud() -> None:
    """Five characters, none that is taken for another, and not the same ones over and over."""
    made = [reference() for _ in range(500)]
    assert all(len(one) == 5 and set(one) <= set(REFERENCE) for one in made)
    assert len(set(made)) > 490
    assert not set("01OIL") & set(REFERENCE)


async def test_a_dropped_draft_leaves_only_what_was_decided(
    store: Store, telegram: Telegram, engine: AsyncEngine
) -> None:
    """Refusing deletes at once what was told; that it was refused stays as proof."""
    await telegram.says(KeepDraft(draft(consents=())))
    refused = consent(agreed=False)
    await telegram.says(DropDraft((refused,)))
    assert await store.session(MARIA) == Session(chat_id=MARIA)
    assert await store.proofs(MARIA) == (refused,)
    assert set(await counted(engine)) == {"consents", "inbox", "secrets"}


# ── a case changes ──────────────────────────────────────────────────────────────────────────────


async def test_a_changed_case_owes_its_news(
    store: Store, telegram: Telegram, engine: AsyncEngine
) -> None:
    """Fields that were changed or added in one piece, further files in another."""
    await telegram.sends_case(files=())
    changed = case(answers={"i5": "myeloma", "i12": "2"}, due=NOW + timedelta(hours=30))
    await telegram.says(ChangeCase(changed, ("i5", "i12", "files")))
    assert await store.case("AB2CD") == changed
    rows = (await everything(engine))["owed"]
    assert [row["kind"] for row in rows] == ["open", "pin", "tell", "card", "news", "files"]
    for _ in range(3):
        await deliver(store)
    assert (await deliver(store)).detail.news == ("i5", "i12")
    await telegram.says(ChangeCase(replace(changed, version=2)))
    assert (await counted(engine))["owed"] == 6


async def test_what_the_group_has_is_not_forgotten_by_a_change(
    store: Store, telegram: Telegram
) -> None:
    """Delivered between reading the session and storing the turn: delivered it stays."""
    await telegram.sends_case()
    stale = (await store.session(MARIA)).cases[0]
    await deliver(store, 1)
    await telegram.says(ChangeCase(stale, ("i5",)))
    assert await store.case("AB2CD") == replace(stale, delivered=NOW)


async def test_of_two_changes_at_once_neither_undoes_the_other(
    store: Store, telegram: Telegram, engine: AsyncEngine
) -> None:
    """Each change makes another version; who decided on an older one decides again (P9)."""
    await telegram.sends_case()
    read = (await store.session(MARIA)).cases[0]
    await telegram.says(ChangeCase(replace(read, answers={"i5": "myeloma"}), ("i5",)))
    stale = replace(read, answers={"i5": "lymphoma"})
    with pytest.raises(Outdated):
        await store.commit(MARIA, 77, None, [ChangeCase(stale, ("i5",))], NOW)
    now = (await store.session(MARIA)).cases[0]
    assert (now.answers, now.version) == ({"i5": "myeloma"}, read.version + 1)


async def test_a_case_that_is_gone_is_not_changed(store: Store, telegram: Telegram) -> None:
    """Erased on one phone, added to on another: decided anew, not brought back."""
    await telegram.sends_case()
    await telegram.says(EraseEverything("en"))
    with pytest.raises(Outdated):
        await telegram.says(ChangeCase(case(), ("i5",)))
    assert await store.session(MARIA) == Session(chat_id=MARIA)


# ── consents ────────────────────────────────────────────────────────────────────────────────────


async def test_each_decision_is_proven_once_and_outlives_the_draft(
    store: Store, telegram: Telegram, engine: AsyncEngine
) -> None:
    """Kept with every answer, one row a decision; withdrawn is written down and stays so."""
    c1, c4 = consent(), consent("c4", agreed=False, at=NOW + timedelta(seconds=9))
    for step in ("i1", "i2", "i3"):
        await telegram.says(KeepDraft(draft(at=step, consents=(c1, c4))))
    sent = await telegram.sends_case(consents=(c1, c4))
    assert await store.proofs(MARIA) == (c1, c4)
    gone = replace(c1, withdrawn=NOW + timedelta(days=1))
    await telegram.says(ChangeCase(replace(sent, consents=(gone, c4))))
    await telegram.says(ChangeCase(replace(sent, consents=(c1, c4), version=2)))
    assert await store.proofs(MARIA) == (gone, c4)
    assert await store.proofs(WANG) == ()
    assert (await counted(engine))["consents"] == 2


async def test_a_person_is_a_pseudonym_that_keys_do_not_change(
    store: Store, telegram: Telegram, engine: AsyncEngine
) -> None:
    """Neither a restart nor a newer key gives the same person another name."""
    await telegram.says(DropDraft((consent(),)))
    newer = open_store(engine, new_key(), KEY)
    await newer.begin()
    assert await newer.proofs(MARIA) == (consent(),)
    rows = (await everything(engine))["consents"]
    assert str(MARIA) not in json.dumps([row["subject"] for row in rows])


# ── all of it goes ──────────────────────────────────────────────────────────────────────────────


async def test_after_erasing_only_proofs_and_a_tombstone_are_left(
    store: Store, telegram: Telegram, engine: AsyncEngine
) -> None:
    """Nothing of the person can be found in any way; nobody else loses anything."""
    await telegram.sends_case("WW2WW", WANG)
    await telegram.says(KeepDraft(draft("WW3WW")), chat=WANG)
    others = await store.session(WANG)
    await store.remember(MARIA, Person("zh-Hans", "CN"))
    await telegram.sends_case("AA2AA")
    await telegram.sends_case("AB2AA")
    await telegram.says(KeepDraft(draft("AC2AA", consents=(consent(), consent("c2")))))
    await telegram.says(RaiseAlarm("AC2AA", "despair"))
    later = NOW + timedelta(hours=1)
    await telegram.says(EraseEverything("en"), at=later)

    for one in (store, open_store(engine)):
        assert await one.session(MARIA) == Session(chat_id=MARIA)
        assert await one.case("AA2AA") is None
        assert await one.session(WANG) == others
        proofs = await one.proofs(MARIA)
        assert [(proof.id, proof.withdrawn) for proof in proofs] == [("c1", later), ("c2", later)]
    assert MARIA not in store.drafting
    left = await everything(engine)
    assert {row["number"] for row in left["owed"]} == {"WW2WW"}
    for table in ("persons", "drafts", "cases"):
        assert {row["chat_id"] for row in left[table]} <= {WANG}
    erased = [row for row in left["audit"] if row["what"] == "erase"]
    assert [(row["number"], row["at"]) for row in erased] == [(None, later.timestamp())]
    assert str(MARIA) not in str(left)


async def test_erasing_takes_the_choices_that_came_with_it(
    store: Store, engine: AsyncEngine
) -> None:
    """Whatever else the same turn wanted to remember."""
    assert await store.commit(MARIA, 1, Person("en"), [EraseEverything("en")], NOW)
    assert "persons" not in await counted(engine)


async def test_erasing_empties_what_was_set_aside_of_this_person(
    store: Store, telegram: Telegram, engine: AsyncEngine
) -> None:
    """Updates that could not be shown are kept for a week, but not against their will."""

    def update_of(number: int, chat: int) -> dict[str, object]:
        return {"update_id": number, "message": {"text": "x", "chat": {"id": chat}}}

    await store.take([update_of(1, MARIA), update_of(2, WANG), update_of(3, MARIA)], 0.0)
    await store.set_aside(1)
    await store.set_aside(2)
    await telegram.says(EraseEverything("en"))
    bodies = {
        row["update_id"]: row["body"] is not None for row in (await everything(engine))["inbox"]
    }
    assert bodies[1] is False
    assert bodies[2] is True
    assert [raw["update_id"] for raw in await store.waiting()] == [3]

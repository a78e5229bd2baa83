"""One more question in the files of the form, and nothing else: the whole bot knows it."""

import json
import shutil
from pathlib import Path
from random import Random
from typing import Any

import pytest

from bot.dialogue.case import Session
from bot.health import Health
from bot.sandbox.server import Sandbox
from bot.settings import ROOT, Settings
from bot.storage.crypto import Cipher
from bot.storage.database import connect
from bot.storage.store import Store
from bot.words import read_words
from tests.applicants import Applicant, Applicants
from tests.journeys.beside import open_to_people, until
from tests.storm.submissions import submit

REGISTRY = """
  sleep:
    fact: I12
    block: papers
    kind: choice
    options: [well, badly]
    least: 2
    most: 60
    need: optional
    purpose: To be tried.
    keep: case
    sensitive: health
    seen-by: [staff]
"""
WORDS = """
  sleep:
    label: "Sleep at night"
    question: "How well does the patient sleep?"
    options:
      well: "Well enough"
      badly: "Badly"

blocks:
"""


@pytest.fixture
def content(tmp_path: Path) -> Path:
    """A copy of content/ with a question more; the Chinese for it is still to come."""
    folder = tmp_path / "content"
    shutil.copytree(ROOT / "content", folder)
    registry, english = folder / "form.yaml", folder / "en" / "form.yaml"
    registry.write_text(registry.read_text(encoding="utf-8") + REGISTRY, encoding="utf-8")
    said = english.read_text(encoding="utf-8")
    assert said.count("\nblocks:\n") == 1
    english.write_text(said.replace("\nblocks:\n", WORDS), encoding="utf-8")
    return folder


async def session(settings: Settings, one: Applicant) -> Session:
    """What is stored of somebody."""
    engine = connect(settings.database_url.get_secret_value())
    keys = [key.get_secret_value() for key in settings.encryption_keys]
    try:
        return await Store(engine, Cipher(keys), Health().storage).session(one.user.id)
    finally:
        await engine.dispose()


async def copy_of(sandbox: Sandbox, one: Applicant) -> Any:
    """What /mydata hands out to programs."""
    chat = sandbox.world.chats[one.user.id]
    message = one.read[-1].message_id
    sandbox.people.press(one.user.id, one.user.id, message, "v1:en:mydata:copy")

    def files() -> list[str]:
        sent = [m.media["document"] for m in chat.messages.values() if "document" in m.media]
        return [f["file_id"] for f in sent if f.get("file_name", "").endswith(".json")]

    await until(files, "the copy")
    stored = sandbox.world.files.get(files()[-1])
    assert stored is not None
    return json.loads(stored.data)


@pytest.mark.usefixtures("nothing_escapes")
async def test_a_question_more_is_asked_stored_delivered_exported_and_deleted(
    sandbox: Sandbox, settings: Settings, content: Path
) -> None:
    """By a button in English, in own words in Chinese (where its words are still English)."""
    settings = settings.model_copy(update={"content_dir": content})
    form = read_words(settings.locales_dir, content).form
    people = Applicants(sandbox, form, Random(1))  # noqa: S311
    group = sandbox.world.chats[sandbox.staff_chat_id or 0]
    anna, wang = (submit(people, form, number, parts=1) for number in (0, 3))
    anna.told = {**anna.told, "sleep": "badly"}
    wang.told = {**wang.told, "sleep": "整夜睡不着"}
    async with open_to_people(sandbox, settings):
        for one in people.all:
            people.begins(one)
        await until(lambda: not people.waiting, "the numbers", 60)
        for one, said in ((anna, "Sleep at night: Badly"), (wang, "Sleep at night: “整夜睡不着”")):
            (case,) = (await session(settings, one)).cases
            assert case.answers["sleep"] == one.told["sleep"]
            await until(lambda: any(said in (m.text or "") for m in group.messages.values()), said)  # noqa: B023
        for one in people.all:
            people.leaves(one)
            copied = await copy_of(sandbox, one)
            assert copied["requests"][0]["answers"]["sleep"]["stored"] == one.told["sleep"]
        for one in people.all:
            message = one.read[-1].message_id
            sandbox.people.press(one.user.id, one.user.id, message, "v1:en:mydata:deleted")
        await until(lambda: not group.topics, "the group to be emptied")
        for one in people.all:
            assert await session(settings, one) == Session(chat_id=one.user.id)
    assert not [m for m in group.messages.values() if "睡不着" in (m.text or "")]

"""The doctor as a whole: what is amiss is told with its remedy, and nothing changes."""

import asyncio
import os
import sys
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from bot import app
from bot.doctor.finding import Finding, listed
from bot.sandbox.server import Sandbox
from bot.settings import ROOT, Settings
from tests.doctor.findings import examine, filled, key_of, rows, sqlite_url, the
from tests.people import Page


async def test_where_all_is_well_every_line_is_ok(sandbox: Sandbox, settings: Settings) -> None:
    """A bot with everything set: each thing was looked at, in the order of the manual, and fine."""
    await filled(sqlite_url(settings), key_of(settings))
    findings = await examine(settings)
    assert [finding.subject for finding in findings] == [
        "Telegram",
        "Updates",
        "Staff group",
        "Database",
        "Disk",
        "Keys",
        "Words",
        "Operator",
        "Contact",
        "Countries",
        "Ties",
    ]
    assert {finding.mark for finding in findings} == {"ok"}, findings
    assert not any(finding.remedy for finding in findings)
    assert f"@{sandbox.world.bot.username}" in the(findings, "Telegram").said
    assert "2 values" in the(findings, "Keys").said
    assert "en, zh-Hans" in the(findings, "Words").said


async def test_looking_changes_nothing(sandbox: Sandbox, settings: Settings) -> None:
    """No update is fetched, nothing is sent or set, and the database keeps exactly its rows."""
    await filled(sqlite_url(settings), key_of(settings))
    maria = sandbox.add_person("Maria", "en")
    sandbox.people.start(maria.id)
    before = await rows(sqlite_url(settings))
    await examine(settings)
    assert await rows(sqlite_url(settings)) == before
    assert {call.method for call in sandbox.faults.calls} == {
        "getMe",
        "getWebhookInfo",
        "getChat",
        "getChatMember",
    }


async def test_it_may_be_used_beside_a_running_bot(sandbox: Sandbox, settings: Settings) -> None:
    """The bot goes on polling, and answers somebody as before."""
    stop = asyncio.Event()
    running = asyncio.create_task(app.run(settings, stop))
    try:
        async with Page(sandbox.url) as page:
            maria = await page.patient()
            await maria.says("/start")
            await maria.sees("CAR-NK")
            findings = await examine(settings)
            await maria.says("/emergency")
            await maria.sees("emergency number")
    finally:
        stop.set()
        await asyncio.wait_for(running, 20)
    assert "bad" not in {finding.mark for finding in findings}, findings
    assert 409 not in {call.code for call in sandbox.faults.calls}


async def run(settings: Settings, folder: Path, **more: str) -> tuple[int, str, str]:
    """`python -m bot doctor` with these settings in the environment."""
    given = {
        "BOT_TOKEN": settings.bot_token.get_secret_value(),
        "BOT_API_URL": settings.bot_api_url,
        "ENCRYPTION_KEYS": key_of(settings),
        "DATABASE_URL": sqlite_url(settings),
        "STAFF_CHAT_ID": str(settings.staff_chat_id),
        **more,
    }
    kept = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "bot",
        "doctor",
        cwd=folder,
        env={**kept, "PYTHONPATH": str(ROOT), **given},
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    out, err = await asyncio.wait_for(process.communicate(), 100)
    return process.returncode or 0, out.decode(), err.decode()


async def test_the_command_tells_a_line_each(settings: Settings, tmp_path: Path) -> None:
    """Nothing is bad: exit 0, one line each, the count at the end, nothing on standard error."""
    code, out, err = await run(settings, tmp_path)
    lines = out.splitlines()
    assert (code, err) == (0, "")
    assert [line.split()[0] for line in lines[:-1]] == ["ok"] * 7 + ["look"] * 4
    assert lines[-1] == "0 to mend, 4 to look at."


async def test_the_command_fails_where_something_is_bad_and_keeps_its_secrets(
    settings: Settings, tmp_path: Path
) -> None:
    """Wrong token, a database that is away: exit 1, no traceback, no token, key or password."""
    token = "123456789:" + "SecretToken" * 3
    code, out, err = await run(
        settings,
        tmp_path,
        BOT_TOKEN=token,
        DATABASE_URL="postgresql://me:SecretPassword@127.0.0.1:9/bot?password=SecretToo",
    )
    assert code == 1
    assert out.endswith("2 to mend, 6 to look at.\n"), out
    assert "Traceback" not in out + err
    for secret in ("SecretToken", "SecretPassword", "SecretToo", key_of(settings)):
        assert secret not in out + err


async def test_wrong_settings_are_all_told_before_anything_is_asked(
    sandbox: Sandbox, settings: Settings, tmp_path: Path
) -> None:
    """Exit 2 and every problem, as with `run`."""
    code, out, err = await run(settings, tmp_path, BOT_TOKEN="x", ENCRYPTION_KEYS="y")
    assert (code, out) == (2, "")
    assert "BOT_TOKEN" in err
    assert "ENCRYPTION_KEYS" in err
    assert not sandbox.faults.calls


@given(st.text(st.characters(codec="ascii"), max_size=300), st.integers(20, 200))
def test_a_finding_fits_a_terminal_and_loses_no_word(said: str, width: int) -> None:
    """However narrow the window, down to what the first column and a few words need."""
    finding = Finding("look", "Staff group", said, f"then {said}")
    lines = finding.lines(width)
    assert all(len(line) <= max(width, 49) for line in lines)
    assert "".join(lines).count("> then") == 1


def test_a_finding_is_one_line_where_nobody_looks() -> None:
    """In a pipe: mark, subject, what was found and the remedy, on one line."""
    finding = Finding("bad", "Disk", "Only 3 MB are free.", "Free some room.")
    assert finding.lines() == ["bad   Disk         Only 3 MB are free. Free some room."]
    assert listed(["a"]) == "a"
    assert listed(["a", "b", "c"], "or") == "a, b or c"

"""What the manual tells operators to do, done: its commands, its files, its examples."""

import asyncio
import json
import os
import re
import shutil
import stat
import subprocess
import sys
from collections.abc import AsyncIterator
from pathlib import Path
from urllib.parse import urlsplit

import aiohttp
import pytest
from pydantic import SecretStr
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.__main__ import main
from bot.app import PORT
from bot.health import STUCK_SECONDS, Health
from bot.sandbox.command import sandbox_settings
from bot.sandbox.server import Sandbox
from bot.settings import ROOT, Settings
from bot.web import LARGEST, Web
from tests.conftest import empty, skip_or_fail
from tests.journeys.beside import arrivals, free_port, running, until
from tests.people import Page, Patient
from tests.process import Process

MANUAL = (ROOT / "docs/operating.md").read_text(encoding="utf-8")
UNIT = (ROOT / "deploy/car-nk-bot.service").read_text(encoding="utf-8")
NOT_OURS = {"HTTPS_PROXY", "ERROR", "WARNING"}
"""Words in capitals that are no settings of the bot: the transport's, and the log's levels."""


def blocks(kind: str) -> list[str]:
    """The manual's examples in one language."""
    return re.findall(rf"^ *```{kind}\n(.*?)```", MANUAL, re.M | re.S)


def example(kind: str, beginning: str) -> str:
    """The one line of the manual's examples that begins like that."""
    lines = [line for block in blocks(kind) for line in block.splitlines()]
    [found] = [line for line in lines if line.startswith(beginning)]
    return found


# ── what it names is there ──────────────────────────────────────────────────────────────────────


def test_every_command_it_names_exists() -> None:
    """Each `python -m bot ...` of the manual, the README and the deploy files is a command."""
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    procfile = (ROOT / "Procfile").read_text(encoding="utf-8")
    named = re.findall(r"python -m bot ([a-z-]+)", "\n".join((MANUAL, readme, procfile, UNIT)))
    assert named
    assert set(named) <= set(main.commands)


def test_every_setting_it_names_exists() -> None:
    """Each name in capitals is a setting, so that nobody sets what nobody reads."""
    settings = {name.upper() for name in Settings.model_fields}
    named = set(re.findall(r"`([A-Z]+_?[A-Z_]+)[`=]", MANUAL)) | set(
        re.findall(r"^([A-Z_]+)=", "\n".join(blocks("sh")), re.M)
    )
    assert {"WEBHOOK_URL", "ENCRYPTION_KEYS", "DATABASE_URL"} <= named
    assert named - NOT_OURS <= settings


def test_every_link_leads_somewhere() -> None:
    """Files that are linked exist, and so do the headings of this page."""
    headings = {
        re.sub(r"[^\w -]", "", title.lower()).replace(" ", "-")
        for title in re.findall(r"^#+ (.*)$", MANUAL, re.M)
    }
    for link in re.findall(r"\]\(([^)]+)\)", MANUAL):
        path, _, anchor = link.partition("#")
        assert not path or (ROOT / "docs" / path).exists(), link
        assert path or anchor in headings, link


# ── health ──────────────────────────────────────────────────────────────────────────────────────


async def test_health_answers_as_the_examples_show() -> None:
    """Green with 200, and red with 503 and the reason, in the manual's very words."""
    moment = [0.0]
    health = Health()
    for part in health.parts:
        part.now = lambda: moment[0]
    green, red = map(json.loads, blocks("json"))
    port = free_port()
    web = Web(health, None, "nobody-asks")
    await web.start("127.0.0.1", port)
    try:
        async with aiohttp.ClientSession() as session:

            async def ask() -> tuple[int, object]:
                async with session.get(f"http://127.0.0.1:{port}/healthz") as response:
                    return response.status, await response.json()

            assert await ask() == (200, green)
            health.intake.fails("Telegram cannot be reached (NotSent)")
            moment[0] = 42.0
            assert await ask() == (503, red)
    finally:
        await web.stop()


def test_the_manual_says_when_health_turns_red() -> None:
    """The seconds in the table of parts are those of the code."""
    table = MANUAL.partition("| Part |")[2].partition("\n\n")[0]
    for part in Health().parts:
        [row] = re.findall(rf"^\| `{part.name}` \|.*$", table, re.M)
        expected = [part.patience] + ([part.silence] if part.silence else [])
        expected += [STUCK_SECONDS] if part.name == "delivery" else []
        assert [float(number) for number in re.findall(r"\d+", row)] == expected


# ── deploying ───────────────────────────────────────────────────────────────────────────────────


def test_the_systemd_unit_and_the_manual_speak_of_the_same_places() -> None:
    """The unit runs the bot where the manual puts it, stores where it says, and stops in time."""
    unit: dict[str, list[str]] = {}
    for line in UNIT.splitlines():
        name, found, value = line.partition("=")
        if found and not line.startswith("#"):
            unit.setdefault(name, []).append(value)
    home = unit["WorkingDirectory"][0]
    assert f"\ncd {home}\n" in MANUAL
    assert unit["EnvironmentFile"] == [f"{home}/.env"]
    assert unit["ExecStart"] == [f"{home}/.venv/bin/python -m bot run"]
    database = f"/var/lib/{unit['StateDirectory'][0]}/bot.db"
    assert f"\nDATABASE_URL=sqlite:///{database}\n" in MANUAL
    assert f"DATABASE:-{database}" in (ROOT / "deploy/backup").read_text(encoding="utf-8")
    assert f" {unit['User'][0]}\n" in example("sh", "sudo useradd") + "\n"
    assert unit["Restart"] == ["always"]
    assert unit["KillSignal"] == ["SIGTERM"]
    assert int(unit["TimeoutStopSec"][0]) > 10  # the README's promise


def test_a_proxy_forwards_the_webhook_and_nothing_else() -> None:
    """Both proxies hand over the path of the manual's WEBHOOK_URL, to the port the bot takes."""
    [address] = set(re.findall(r"`WEBHOOK_URL=(https://bot\.[^`]+)`", MANUAL))
    url = urlsplit(address)
    [nginx], [caddy] = blocks("nginx"), blocks("caddyfile")
    assert re.findall(r"location (.*) \{", nginx) == [f"= {url.path}", "/"]
    assert "return 404" in nginx.partition("location / {")[2]
    assert re.findall(r"handle ?(.*) \{", caddy) == [url.path, ""]
    assert "respond 404" in caddy.partition("handle {")[2]
    assert f"server_name {url.hostname};" in nginx
    assert caddy.startswith(f"{url.hostname} {{")
    assert f"proxy_pass http://127.0.0.1:{PORT};" in nginx
    assert f"reverse_proxy 127.0.0.1:{PORT}\n" in caddy
    megabytes = re.findall(r"(?:client_max_body_size|max_size) (\d+)(?:m;|MiB)", nginx + caddy)
    assert [int(number) * 1024**2 for number in megabytes] == [LARGEST, LARGEST]


@pytest.fixture
async def sandbox() -> AsyncIterator[Sandbox]:
    """A Telegram on a free port of loopback."""
    sandbox = Sandbox()
    await sandbox.start()
    try:
        yield sandbox
    finally:
        await sandbox.stop()


async def test_switching_between_worker_and_web_loses_nothing(
    sandbox: Sandbox, tmp_path: Path
) -> None:
    """The Procfile's lines, one after the other: what is written in between is answered, once."""
    text = (ROOT / "Procfile").read_text(encoding="utf-8")
    lines = dict(line.split(": ", 1) for line in text.splitlines())
    run = "python -m bot run"
    assert lines == {"release": "python -m bot migrate", "worker": run, "web": run}
    process = Process(sandbox_settings(sandbox, tmp_path))
    released = subprocess.run(
        [sys.executable, "-m", "bot", "migrate"],
        cwd=ROOT,
        env=process.environment,
        capture_output=True,
        check=True,
    )
    assert b"up to date" in released.stdout
    port = free_port()
    web = {"WEBHOOK_URL": f"http://127.0.0.1:{port}/telegram", "PORT": str(port)}
    polling = dict(process.environment)
    async with Page(sandbox.url) as page:
        maria = await page.patient()
        for settings, words, seen in (
            ({}, "/start", "What would you like to know?"),
            (web, "/help", "How to use this bot"),
            ({}, "/language", "Please choose your language"),
        ):
            await maria.says(words)  # while nothing runs
            process.environment = polling | settings
            await answers(sandbox, process, maria, seen)
        assert await maria.count() == 3


async def answers(sandbox: Sandbox, process: Process, person: Patient, seen: str) -> None:
    """The process starts, shows somebody the answer they wait for, and stops well."""
    before = arrivals(sandbox)
    process.start()
    try:
        await until(lambda: arrivals(sandbox) > before, "the bot", 60)
        await person.sees(seen)
    finally:
        code, log = await asyncio.to_thread(process.stop)
    assert (code, "Traceback" in log) == (0, False), log


# ── backup and restore ──────────────────────────────────────────────────────────────────────────


async def chinese(page: Page) -> Patient:
    """Somebody whose Telegram speaks English, and who has chosen Chinese."""
    wang = await page.patient("王芳", "en")
    await wang.says("/language")
    await wang.taps("简体中文", await wang.sees("Please choose your language"))
    await wang.sees("您想了解什么")
    return wang


@pytest.fixture
def environment(tmp_path: Path) -> dict[str, str]:
    """For a shell: `sqlite3` does what the program of that name would with these arguments."""
    stand_in = tmp_path / "bin" / "sqlite3"
    stand_in.parent.mkdir()
    stand_in.write_text(
        f"#!{sys.executable}\n"
        "import contextlib, sqlite3, sys\n"
        "flag, path, command = sys.argv[1:]\n"
        "assert flag == '-readonly'\n"
        "given = sqlite3.connect(f'file:{path}?mode=ro', uri=True, isolation_level=None)\n"
        "with contextlib.closing(given) as connection:\n"
        "    connection.execute(command)\n"
    )
    stand_in.chmod(0o755)
    return {"PATH": f"{stand_in.parent}:{os.environ['PATH']}"}


def stored_in(settings: Settings, file: Path) -> Settings:
    return settings.model_copy(update={"database_url": SecretStr(f"sqlite:///{file}")})


async def shell(command: str, folder: Path, environment: dict[str, str]) -> None:
    await asyncio.to_thread(
        subprocess.run, ["sh", "-c", command], cwd=folder, env=environment, check=True
    )


@pytest.mark.parametrize("by_hand", [False, True], ids=["deploy/backup", "by hand"])
async def test_a_restored_backup_knows_people_again(
    sandbox: Sandbox, tmp_path: Path, environment: dict[str, str], by_hand: bool
) -> None:
    """SQLite, backed up as the manual says while the bot runs: a stored language is still known."""
    (tmp_path / "data").mkdir()
    settings = stored_in(sandbox_settings(sandbox, tmp_path), tmp_path / "data/bot.db")
    command = example("sh", "sqlite3 ") if by_hand else f"sh '{ROOT}/deploy/backup'"
    kept = {"DATABASE": f"{tmp_path}/data/bot.db", "BACKUPS": f"{tmp_path}/kept"}
    async with Page(sandbox.url) as page:
        async with running(sandbox, settings):
            wang = await chinese(page)
            await shell(command, tmp_path, environment | kept)
        [backup] = tmp_path.glob("*.db") if by_hand else tmp_path.glob("kept/*.db")
        restored = tmp_path / "elsewhere" / "bot.db"
        restored.parent.mkdir()
        shutil.copy(backup, restored)  # one file is all of it
        async with running(sandbox, stored_in(settings, restored)):
            await wang.says("/help")
            await wang.sees("怎样使用")


async def test_backups_are_private_and_the_old_ones_go_only_after_a_new_one(
    tmp_path: Path, environment: dict[str, str], sandbox: Sandbox
) -> None:
    """deploy/backup: for its owner alone; a wrong path is an error that changes nothing."""
    folder = tmp_path / "kept"
    folder.mkdir()
    old, young = folder / "old.db", folder / "young.db"
    for file, days in ((old, 20), (young, 2)):
        file.touch()
        moment = file.stat().st_mtime - days * 24 * 3600
        os.utime(file, (moment, moment))
    command, kept = f"sh '{ROOT}/deploy/backup'", {"BACKUPS": str(folder)}
    with pytest.raises(subprocess.CalledProcessError):
        await shell(command, tmp_path, environment | kept | {"DATABASE": f"{tmp_path}/wrong.db"})
    assert set(folder.iterdir()) == {old, young}
    assert not (tmp_path / "wrong.db").exists()
    settings = stored_in(sandbox_settings(sandbox, tmp_path), tmp_path / "bot.db")
    async with running(sandbox, settings):
        await shell(command, tmp_path, environment | kept | {"DATABASE": f"{tmp_path}/bot.db"})
    assert not old.exists()
    [made] = set(folder.iterdir()) - {young}
    assert stat.S_IMODE(made.stat().st_mode) == 0o600


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
async def test_a_restored_postgresql_knows_people_again(
    sandbox: Sandbox, tmp_path: Path, database_url: str, engine: AsyncEngine
) -> None:
    """PostgreSQL, with the manual's two commands: a stored language is still known."""
    if shutil.which("pg_dump") is None:
        skip_or_fail("pg_dump is not installed")
    settings = sandbox_settings(sandbox, tmp_path)
    settings = settings.model_copy(update={"database_url": SecretStr(database_url)})
    environment = {"PATH": os.environ["PATH"], "DATABASE_URL": database_url}
    async with Page(sandbox.url) as page:
        async with running(sandbox, settings):
            wang = await chinese(page)
            await shell(example("sh", "pg_dump "), tmp_path, environment)
        await empty(engine)
        await shell(example("sh", "pg_restore "), tmp_path, environment)
        async with running(sandbox, settings):
            await wang.says("/help")
            await wang.sees("怎样使用")

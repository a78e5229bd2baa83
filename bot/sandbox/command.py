"""`python -m bot sandbox`: the bot, unchanged, beside a Telegram of its own."""

import asyncio
import signal
import tempfile
import webbrowser
from pathlib import Path

import click
from pydantic import SecretStr

from bot.app import make_app
from bot.sandbox.server import Sandbox
from bot.sandbox.words import follow_files
from bot.settings import Settings, read_settings
from bot.storage.crypto import new_key

PATIENTS = (("Maria", "en"), ("王芳", "zh-hans"))
"""Who is there at the start; the page adds more."""


def sandbox_settings(sandbox: Sandbox, folder: Path) -> Settings:
    """Settings for a bot beside `sandbox`: a key and a database of its own in `folder`."""
    return read_settings(
        _env_file=None,
        bot_token=SecretStr(sandbox.token),
        encryption_keys=(SecretStr(new_key()),),
        bot_api_url=sandbox.url,
        database_url=SecretStr(f"sqlite:///{folder / 'bot.db'}"),
        staff_chat_id=sandbox.staff_chat_id,
        webhook_url=None,
        port=None,
    )


def open_for_consultations(settings: Settings) -> Settings:
    """The same settings, with what consultations need: an operator that does not exist."""
    return settings.model_copy(
        update={
            "operator_name": "Sandbox Clinic",
            "operator_contact": "clinic@example.org",
            "operator_country": "SG",
            "staff_countries": ("SG", "CN"),
            "commercial_ties": "none",
        }
    )


async def run_sandbox(port: int, *, browse: bool) -> None:
    """Serves the page and runs the bot until Ctrl-C; changed words are said at the next tap.

    Raises OSError when the port is taken.
    """
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    sandbox = Sandbox(port=port)
    await sandbox.start()
    for name, language in PATIENTS:
        sandbox.add_person(name, language)
    try:
        with tempfile.TemporaryDirectory(prefix="car-nk-sandbox-") as folder:
            click.echo(f"The sandbox is open: {sandbox.url}/  (Ctrl-C closes it)")
            if browse:
                webbrowser.open(f"{sandbox.url}/")
            settings = open_for_consultations(sandbox_settings(sandbox, Path(folder)))
            app = make_app(settings, sandbox.clock.now)
            sandbox.clock.moved.append(app.wake)
            following = asyncio.create_task(follow_files(app, click.echo))
            try:
                await app.run(stop)
            finally:
                following.cancel()
    finally:
        await sandbox.stop()

"""The bot as a process of its own, as an operator runs it."""

import os
import signal
import subprocess
import sys
from pathlib import Path

from bot.settings import ROOT, Settings

CONSULTING = """
from functools import partial
from bot import app
from bot.__main__ import main
app.Pacer = partial(app.Pacer, every=1 / 60, minute=1.0)
main(["run"])
"""
"""A program for Process: `bot run`, open for consultations, at a Telegram that takes messages
sixty times as fast."""


class Process:
    """`environment` may be changed before the start; nothing of the test's own gets in.

    `program`: Python to run instead of `python -m bot run`.
    """

    def __init__(self, settings: Settings, program: str | None = None) -> None:
        how = ("-m", "bot", "run") if program is None else ("-c", program)
        self.command = (sys.executable, *how)
        self.environment = {
            "PATH": os.environ["PATH"],
            "BOT_TOKEN": settings.bot_token.get_secret_value(),
            "ENCRYPTION_KEYS": settings.encryption_keys[0].get_secret_value(),
            "BOT_API_URL": settings.bot_api_url,
            "DATABASE_URL": settings.database_url.get_secret_value(),
            "CONTENT_DIR": str(settings.content_dir),
            "STAFF_GROUP_PACE": str(settings.staff_group_pace),
        }
        others = {
            "WEBHOOK_URL": settings.webhook_url,
            "PORT": settings.port,
            "STAFF_CHAT_ID": settings.staff_chat_id,
            "OPERATOR_NAME": settings.operator_name,
            "OPERATOR_CONTACT": settings.operator_contact,
            "OPERATOR_COUNTRY": settings.operator_country,
            "STAFF_COUNTRIES": ",".join(settings.staff_countries) or None,
            "COMMERCIAL_TIES": settings.commercial_ties,
        }
        self.environment |= {name: str(one) for name, one in others.items() if one is not None}
        self.running: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        self.running = subprocess.Popen(
            self.command, cwd=ROOT, env=self.environment, stderr=subprocess.PIPE
        )

    def kill(self) -> str:
        """SIGKILL; what stood in the log."""
        assert self.running is not None
        self.running.kill()
        _, log = self.running.communicate()
        return log.decode()

    def stop(self) -> tuple[int, str]:
        """SIGTERM; the exit code and what stood in the log."""
        assert self.running is not None
        self.running.send_signal(signal.SIGTERM)
        _, log = self.running.communicate(timeout=15)
        return self.running.returncode, log.decode()


class Logged(Process):
    """The same, with all that it writes in a file: `written`."""

    def __init__(self, settings: Settings, program: str, written: Path) -> None:
        super().__init__(settings, program)
        self._written = written

    def start(self) -> None:
        with self._written.open("ab") as out:
            self.running = subprocess.Popen(
                self.command, cwd=ROOT, env=self.environment, stdout=out, stderr=out
            )

    def stop(self) -> tuple[int, str]:
        """SIGTERM; the exit code and what stood in the log."""
        assert self.running is not None
        self.running.terminate()
        return self.running.wait(20), self.log()

    def log(self) -> str:
        return self._written.read_text()

"""The bot as a process of its own, as an operator runs it."""

import os
import signal
import subprocess
import sys

from bot.settings import ROOT, Settings


class Process:
    """`environment` may be changed before the start; nothing of the test's own gets in."""

    def __init__(self, settings: Settings) -> None:
        self.environment = {
            "PATH": os.environ["PATH"],
            "BOT_TOKEN": settings.bot_token.get_secret_value(),
            "ENCRYPTION_KEYS": settings.encryption_keys[0].get_secret_value(),
            "BOT_API_URL": settings.bot_api_url,
            "DATABASE_URL": settings.database_url.get_secret_value(),
            "CONTENT_DIR": str(settings.content_dir),
        }
        if settings.webhook_url is not None:
            self.environment["WEBHOOK_URL"] = settings.webhook_url
        if settings.port is not None:
            self.environment["PORT"] = str(settings.port)
        self.running: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        self.running = subprocess.Popen(
            [sys.executable, "-m", "bot", "run"],
            cwd=ROOT,
            env=self.environment,
            stderr=subprocess.PIPE,
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

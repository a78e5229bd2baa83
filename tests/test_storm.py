"""`make storm`, a short one: nobody loses a screen, and no case gets lost."""

import re

from click.testing import CliRunner

from tests.storm.__main__ import main


def test_a_short_storm_loses_nothing() -> None:
    """Each fault strikes, the bot is killed and stopped among them, everybody is answered in order,
    and every consultation is in the staff's group; the report has its figures and no traceback."""
    short = ["--minutes", "0.15", "--people", "20", "--submissions", "4", "--parts", "1"]
    result = CliRunner().invoke(main, [*short, "--seed", "1"], catch_exceptions=False)
    report = result.stdout
    assert result.exit_code == 0, report
    assert report.rstrip().endswith("Nothing was lost.")
    figures = {
        name.strip(): int(number.replace(",", ""))
        for name, number in re.findall(r"^ *(\S[^\n]*?) {2,}([\d,]+)(?: |$)", report, re.M)
    }
    assert figures["asked for, by a text or a tap"] == figures["shown"] > 100
    assert figures["lost"] == figures["shown before an earlier one"] == 0
    assert figures["sent, and told as received"] == figures["cases in the staff's group"] == 4
    assert min(figures[fault] for fault in ("kill -9", "SIGTERM", "Telegram away")) >= 1
    assert re.search(r"tracebacks +0$", report, re.M)

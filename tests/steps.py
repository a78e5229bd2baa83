"""How much work something is, in lines of code: the same on every machine, however busy it is."""

import sys
from collections.abc import Callable
from types import FrameType


def steps(work: Callable[[], object], where: str) -> int:
    """Lines that `work` runs in files with `where` in their path, such as "bot/i18n/"."""
    count = 0

    def trace(frame: FrameType, event: str, _: object) -> object:
        nonlocal count
        if where not in frame.f_code.co_filename:
            return None
        count += event == "line"
        return trace

    before = sys.gettrace()
    sys.settrace(trace)  # type: ignore[arg-type] # a trace function returns itself
    try:
        work()
    finally:
        sys.settrace(before)
    return count

"""Judges the storage: the database, the disk it lies on, and the keys to what is in it."""

from collections.abc import Iterator
from dataclasses import dataclass

from bot.doctor.finding import Finding, listed
from bot.storage.condition import Condition, Place

MEGABYTE = 1_000_000
FULL, SHORT = 50 * MEGABYTE, 500 * MEGABYTE
"""With less free than this the bot will soon be unable to store, or somebody should look."""


@dataclass(frozen=True, slots=True)
class Stored:
    """What was found of the storage: where it is, and its condition, or why that is not known."""

    place: Place
    condition: Condition | None = None
    failed: str = ""
    """One of `_DATABASE`, or the kind of an error."""
    detail: str = ""


_RUNS = "Check DATABASE_URL, and that the server is running."
_RIGHT = "Let the user that runs the bot write to the file and to its folder."

_DATABASE = {
    "late": ("gave no answer in time", _RUNS),
    "away": ("cannot be reached", _RUNS),
    "SQLITE_BUSY": (
        "is held locked by another program",
        "Close what has it open: a backup, a database browser, a second bot.",
    ),
    "SQLITE_READONLY": ("can be read but not written", _RIGHT),
    "SQLITE_CANTOPEN": ("cannot be opened", _RIGHT),
    "SQLITE_NOTADB": ("is no SQLite database", "Point DATABASE_URL at another file."),
    "SQLITE_CORRUPT": ("is damaged", "Stop the bot and put the last backup in its place."),
    "SQLITE_FULL": ("has no room left on its disk", "Free some room on that disk."),
    "3D000": ("does not exist", "Create it, or correct the name in DATABASE_URL."),
    "28000": ("refuses this user", "Correct the user and the password in DATABASE_URL."),
    "28P01": ("refuses this password", "Correct the user and the password in DATABASE_URL."),
    "25006": ("can be read but not written", "Point DATABASE_URL at the primary server."),
    "42501": ("does not let this user write", "Make the user of DATABASE_URL its owner."),
    "53100": ("has no room left on its disk", "Free some room on the database's disk."),
    "53300": ("takes no more connections", "Close some, or raise its max_connections."),
    "57P03": ("is starting or stopping", "Run this again in a minute."),
}
"""What is wrong, by SQLite's name or by PostgreSQL's SQLSTATE (PostgreSQL, Appendix A)."""

_SCHEMA = {
    "empty": "is ready and empty; `run` makes its tables.",
    "older": "is ready; `run` brings it up to date first.",
    "current": "can be read and written, and is up to date.",
}


def about_storage(stored: Stored) -> Iterator[Finding]:
    """The database, and the disk it lies on."""
    where = stored.place
    yield _database(where, stored)
    if where.free is None:
        return
    said = f"{where.free // MEGABYTE:,} MB are free where the database lies."
    remedy = "Free some room, or move the database to a larger disk."
    if where.free < FULL:
        yield Finding("bad", "Disk", f"Only {said}", remedy)
    elif where.free < SHORT:
        yield Finding("look", "Disk", f"Only {said}", remedy)
    else:
        yield Finding("ok", "Disk", said)


def _database(where: Place, stored: Stored) -> Finding:
    found = stored.condition
    if where.kind == "memory":
        said = "DATABASE_URL names none on a disk, so every restart forgets everything."
        return Finding("bad", "Database", said, "Use sqlite:///data/bot.db, or a PostgreSQL.")
    name = f"The {'SQLite' if where.kind == 'file' else 'PostgreSQL'} database {where.name}"
    if not where.writable:
        remedy = "Let the user that runs the bot write there, or correct DATABASE_URL."
        return Finding("bad", "Database", f"The folder of {where.name} cannot be written.", remedy)
    if not where.exists:
        return Finding("ok", "Database", f"{name} is not there yet; `run` makes it.")
    if found is None or found.unwritable is not None:
        reason = stored.failed if found is None else str(found.unwritable)
        unknown = f"cannot be used ({reason or 'it does not say why'})"
        said, remedy = _DATABASE.get(
            reason, (unknown, "Check each part of DATABASE_URL, also after a ?.")
        )
        detail = f" ({stored.detail})" if stored.detail else ""
        return Finding("bad", "Database", f"{name} {said}{detail}.", remedy)
    if found.schema == "unknown":
        said = f"{name} was made by a newer release of the bot, or by another program."
        return Finding("bad", "Database", said, "Use that release, or another database.")
    return Finding("ok", "Database", f"{name} {_SCHEMA[found.schema]}")


def about_keys(keys: int, stored: Stored) -> Finding:
    """Whether what is stored can be opened with the `keys` that are set."""
    have = "1 key" if keys == 1 else f"{keys} keys"
    found = stored.condition
    if stored.failed or (found is not None and found.schema == "unknown"):
        said = f"{have}; not tried, because the database gave nothing to try them on."
        return Finding("look", "Keys", said, "Mend the database first, then run this again.")
    if found is None or not found.stored:
        return Finding("ok", "Keys", f"{have}; nothing is stored yet that they would have to open.")
    if not found.shut:
        return Finding("ok", "Keys", f"{have}, which opened all {found.stored} values tried.")
    where = listed([f"{count} in {table}" for table, count in sorted(found.shut.items())])
    return Finding(
        "bad",
        "Keys",
        f"{sum(found.shut.values())} of {found.stored} stored values cannot be opened ({where}): "
        "they were sealed with a key that is not in ENCRYPTION_KEYS.",
        "Add that key at the end of ENCRYPTION_KEYS, after a comma.",
    )

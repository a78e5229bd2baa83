"""The tables, as SQLAlchemy Core sees them. Migrations create them; nothing here does.

Every moment is a number of seconds since 1970 (UTC). Every column of bytes is sealed
(crypto.Cipher); what stands in the clear is what rows are found, ordered and deleted by.
"""

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Float,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    Text,
    UniqueConstraint,
    text,
)

metadata = MetaData()

inbox = Table(
    "inbox",
    metadata,
    # Telegram's own number is the key: an update delivered twice is stored once.
    Column("update_id", BigInteger, primary_key=True, autoincrement=False),
    # Encrypted; NULL as soon as the turn has ended.
    Column("body", LargeBinary),
    # Seconds since 1970 (UTC) when it came in.
    Column("received", Float, nullable=False),
    # NULL while waiting; "committed" when its changes are stored and its screen is not shown yet;
    # "done", or "unreadable" for one that was set aside.
    Column("outcome", Text),
)
"""What Telegram delivered. Rows are kept two days so that a late repeat is recognised."""

persons = Table(
    "persons",
    metadata,
    Column("chat_id", BigInteger, primary_key=True, autoincrement=False),
    # Encrypted JSON: the choice of language, the country named for emergency numbers.
    Column("memory", LargeBinary, nullable=False),
)
"""What is remembered of a person: a row only for who chose something."""

moved_groups = Table(
    "moved_groups",
    metadata,
    # Bot API, Message, migrate_to_chat_id: a group gets another id when it becomes a supergroup.
    Column("old_id", BigInteger, primary_key=True, autoincrement=False),
    Column("new_id", BigInteger, nullable=False),
)
"""Staff groups that Telegram gave another id than the one in the settings."""

secrets = Table(
    "secrets",
    metadata,
    Column("name", Text, primary_key=True),
    Column("body", LargeBinary, nullable=False),
)
"""Random secrets made at the first start: "salt", with which people become pseudonyms."""

drafts = Table(
    "drafts",
    metadata,
    Column("chat_id", BigInteger, primary_key=True, autoincrement=False),
    Column("reference", Text, nullable=False, unique=True),
    Column("touched", Float, nullable=False),
    # dialogue.case.Draft
    Column("body", LargeBinary, nullable=False),
)
"""Forms on their way: one a chat. `reference` becomes the case's number."""

cases = Table(
    "cases",
    metadata,
    Column("number", Text, primary_key=True),
    Column("chat_id", BigInteger, nullable=False),
    Column("state", Text, nullable=False),
    Column("created", Float, nullable=False),
    Column("due", Float, nullable=False),
    Column("delivered", Float),
    Column("closed", Float),
    # Since when the person waits for an answer; NULL while they do not.
    Column("waiting", Float),
    # dialogue.case.Case; of what also stands in a column, the column holds.
    Column("body", LargeBinary, nullable=False),
    Index("cases_of_chat", "chat_id"),
    Index("cases_waiting", "waiting"),
)
"""Consultations that were sent."""

consents = Table(
    "consents",
    metadata,
    # Who decided: a pseudonym (Asking.pseudonym), so that the proof outlives the person's data.
    Column("subject", Text, primary_key=True),
    Column("consent", Text, primary_key=True),
    Column("at", Float, primary_key=True),
    Column("withdrawn", Float),
    # dialogue.case.Consent
    Column("body", LargeBinary, nullable=False),
)
"""Proofs of what was agreed to or refused (P3)."""

owed = Table(
    "owed",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    # Of the case, or of the draft that it will be.
    Column("number", Text, nullable=False),
    Column("kind", Text, nullable=False),
    # Within a lane, what is owed of one number goes out in the order of ids (owed.py).
    Column("lane", Text, nullable=False),
    # "queued", "sending", "sent", "failed"
    Column("state", Text, nullable=False),
    # An earlier try may have arrived: the next one is marked as a possible repeat.
    Column("unsure", Boolean, nullable=False),
    # Tries since the last one that succeeded.
    Column("attempts", Integer, nullable=False),
    Column("not_before", Float, nullable=False),
    Column("created", Float, nullable=False),
    # A few words of the deliverer's own, for operators: why it was put off or failed.
    Column("reason", Text, nullable=False),
    # owed.Detail
    Column("body", LargeBinary, nullable=False),
    Index("owed_of_number", "number"),
    Index("owed_in_state", "state"),
)
"""What the staff and the patients are still to be sent, and what they were."""

topics = Table(
    "topics",
    metadata,
    Column("number", Text, primary_key=True),
    Column("group_id", BigInteger, nullable=False),
    # NULL in a group without topics.
    Column("topic_id", BigInteger),
)
"""Where in which staff group a case is talked about."""

links = Table(
    "links",
    metadata,
    # Message ids repeat from chat to chat.
    Column("chat_id", BigInteger, primary_key=True, autoincrement=False),
    Column("message_id", BigInteger, primary_key=True, autoincrement=False),
    Column("number", Text, nullable=False),
    Column("topic_id", BigInteger),
    Column("what", Text, nullable=False),
    Index("links_of_number", "number"),
)
"""Which message of the bot belongs to which case: for routing answers, and for deletion."""

letters = Table(
    "letters",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("number", Text, nullable=False),
    # Where it was written: the person's chat, or the staff's group.
    Column("chat_id", BigInteger, nullable=False),
    Column("message_id", BigInteger, nullable=False),
    # "person", "team"
    Column("side", Text, nullable=False),
    # Not only words: its copy in the group goes with those of reports.
    Column("media", Boolean, nullable=False),
    Column("at", Float, nullable=False),
    # dialogue.case.Letter
    Column("body", LargeBinary, nullable=False),
    UniqueConstraint("chat_id", "message_id", name="one_letter_a_message"),
    Index("letters_of_number", "number"),
)
"""What person and staff wrote to each other after a case was sent."""

_STILL = text("ended IS NULL")

waits = Table(
    "waits",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    # NULL when the case is gone: the figures stay, and say nothing of anybody.
    Column("number", Text),
    # Of the person (code); "" where it is not known any more.
    Column("language", Text, nullable=False),
    # For the answer to the case itself.
    Column("first", Boolean, nullable=False),
    Column("began", Float, nullable=False),
    Column("due", Float, nullable=False),
    # When they had an answer, or nobody waited any more; `how`: clock.Ways.
    Column("ended", Float),
    Column("how", Text),
    # Hours after `began` of which the staff were reminded last: 0, 12, 20, 24.
    Column("stage", Integer, nullable=False),
    Index("waits_of_number", "number"),
    Index("waits_began", "began"),
    Index("one_wait_a_case", "number", unique=True, sqlite_where=_STILL, postgresql_where=_STILL),
)
"""Each time that a person waited for an answer: a row stays as it was, late or not."""

ratings = Table(
    "ratings",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    # NULL when the case is gone.
    Column("number", Text, unique=True),
    Column("at", Float, nullable=False),
    Column("stars", Integer, nullable=False),
    Column("language", Text, nullable=False),
)
"""How content people were, 1 to 5."""

marks = Table(
    "marks",
    metadata,
    Column("name", Text, primary_key=True),
    Column("at", Float, nullable=False),
)
"""When something that is due now and then was done last."""

audit = Table(
    "audit",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("at", Float, nullable=False, index=True),
    # A pseudonym, or "bot".
    Column("who", Text, nullable=False),
    Column("what", Text, nullable=False),
    Column("number", Text),
    Column("result", Text, nullable=False),
)
"""Who did what, when, to which case, with what result; never a word of health. Triggers refuse
to change a row, and to delete one that is younger than three years."""

"""The tables, as SQLAlchemy Core sees them. Migrations create them; nothing here does."""

from sqlalchemy import BigInteger, Column, Float, LargeBinary, MetaData, Table, Text

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
    # NULL while waiting; "done", or "unreadable" for one that was set aside.
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

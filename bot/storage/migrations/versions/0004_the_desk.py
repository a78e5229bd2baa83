"""The staff's desk: letters, the clock of those who wait, ratings, marks."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("cases", sa.Column("waiting", sa.Float))
    op.create_index("cases_waiting", "cases", ["waiting"])
    op.create_table(
        "letters",
        sa.Column("id", sa.Integer, primary_key=True, autoincrement=True),
        sa.Column("number", sa.Text, nullable=False),
        sa.Column("chat_id", sa.BigInteger, nullable=False),
        sa.Column("message_id", sa.BigInteger, nullable=False),
        sa.Column("side", sa.Text, nullable=False),
        sa.Column("media", sa.Boolean, nullable=False),
        sa.Column("at", sa.Float, nullable=False),
        sa.Column("body", sa.LargeBinary, nullable=False),
        sa.UniqueConstraint("chat_id", "message_id", name="one_letter_a_message"),
    )
    op.create_index("letters_of_number", "letters", ["number"])
    op.create_table(
        "waits",
        sa.Column("id", sa.Integer, primary_key=True, autoincrement=True),
        sa.Column("number", sa.Text),
        sa.Column("language", sa.Text, nullable=False),
        sa.Column("first", sa.Boolean, nullable=False),
        sa.Column("began", sa.Float, nullable=False),
        sa.Column("due", sa.Float, nullable=False),
        sa.Column("ended", sa.Float),
        sa.Column("how", sa.Text),
        sa.Column("stage", sa.Integer, nullable=False),
    )
    op.create_index("waits_of_number", "waits", ["number"])
    op.create_index("waits_began", "waits", ["began"])
    still = sa.text("ended IS NULL")
    op.create_index(
        "one_wait_a_case",
        "waits",
        ["number"],
        unique=True,
        sqlite_where=still,
        postgresql_where=still,
    )
    op.create_table(
        "ratings",
        sa.Column("id", sa.Integer, primary_key=True, autoincrement=True),
        sa.Column("number", sa.Text, unique=True),
        sa.Column("at", sa.Float, nullable=False),
        sa.Column("stars", sa.Integer, nullable=False),
        sa.Column("language", sa.Text, nullable=False),
    )
    op.create_table(
        "marks",
        sa.Column("name", sa.Text, primary_key=True),
        sa.Column("at", sa.Float, nullable=False),
    )
    _whoever_waits_already()


def _whoever_waits_already() -> None:
    """Cases of the release before: their clock has been running since they were sent. In which
    language is sealed, and nothing is opened here."""
    connection = op.get_bind()
    new = "closed IS NULL AND state = 'new'"
    connection.exec_driver_sql(f"UPDATE cases SET waiting = created WHERE {new}")  # noqa: S608
    connection.exec_driver_sql(
        "INSERT INTO waits (number, language, first, began, due, stage) "  # noqa: S608
        f"SELECT number, '', true, created, due, 0 FROM cases WHERE {new}"
    )

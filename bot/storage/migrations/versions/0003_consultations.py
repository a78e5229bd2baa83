"""Consultations: drafts, cases, consents, what is owed to whom, and the audit trail."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

KEPT = 1096 * 24 * 3600
"""Seconds: three years."""


def upgrade() -> None:
    op.create_table(
        "secrets",
        sa.Column("name", sa.Text, primary_key=True),
        sa.Column("body", sa.LargeBinary, nullable=False),
    )
    op.create_table(
        "drafts",
        sa.Column("chat_id", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("reference", sa.Text, nullable=False, unique=True),
        sa.Column("touched", sa.Float, nullable=False),
        sa.Column("body", sa.LargeBinary, nullable=False),
    )
    op.create_table(
        "cases",
        sa.Column("number", sa.Text, primary_key=True),
        sa.Column("chat_id", sa.BigInteger, nullable=False),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("created", sa.Float, nullable=False),
        sa.Column("due", sa.Float, nullable=False),
        sa.Column("delivered", sa.Float),
        sa.Column("closed", sa.Float),
        sa.Column("body", sa.LargeBinary, nullable=False),
    )
    op.create_index("cases_of_chat", "cases", ["chat_id"])
    op.create_table(
        "consents",
        sa.Column("subject", sa.Text, primary_key=True),
        sa.Column("consent", sa.Text, primary_key=True),
        sa.Column("at", sa.Float, primary_key=True),
        sa.Column("withdrawn", sa.Float),
        sa.Column("body", sa.LargeBinary, nullable=False),
    )
    op.create_table(
        "owed",
        sa.Column("id", sa.Integer, primary_key=True, autoincrement=True),
        sa.Column("number", sa.Text, nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("lane", sa.Text, nullable=False),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("unsure", sa.Boolean, nullable=False),
        sa.Column("attempts", sa.Integer, nullable=False),
        sa.Column("not_before", sa.Float, nullable=False),
        sa.Column("created", sa.Float, nullable=False),
        sa.Column("reason", sa.Text, nullable=False),
        sa.Column("body", sa.LargeBinary, nullable=False),
        # An id must not come back when its row is gone: who was sending it may still tell.
        sqlite_autoincrement=True,
    )
    op.create_index("owed_of_number", "owed", ["number"])
    op.create_index("owed_in_state", "owed", ["state"])
    op.create_table(
        "topics",
        sa.Column("number", sa.Text, primary_key=True),
        sa.Column("group_id", sa.BigInteger, nullable=False),
        sa.Column("topic_id", sa.BigInteger),
    )
    op.create_table(
        "links",
        sa.Column("chat_id", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("message_id", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("number", sa.Text, nullable=False),
        sa.Column("topic_id", sa.BigInteger),
        sa.Column("what", sa.Text, nullable=False),
    )
    op.create_index("links_of_number", "links", ["number"])
    op.create_table(
        "audit",
        sa.Column("id", sa.Integer, primary_key=True, autoincrement=True),
        sa.Column("at", sa.Float, nullable=False),
        sa.Column("who", sa.Text, nullable=False),
        sa.Column("what", sa.Text, nullable=False),
        sa.Column("number", sa.Text),
        sa.Column("result", sa.Text, nullable=False),
    )
    op.create_index("ix_audit_at", "audit", ["at"])
    _append_only()


def _append_only() -> None:
    """The audit trail by the database's own word: no row changes, and one may go only when another
    was written three years after it. So retention, which first writes its own row, needs no back
    door, and nothing depends on the database's clock."""
    connection = op.get_bind()
    young = f"OLD.at >= (SELECT max(at) FROM audit) - {KEPT}"  # noqa: S608 - no value of anybody's
    if connection.dialect.name == "sqlite":
        connection.exec_driver_sql(
            "CREATE TRIGGER audit_never_changes BEFORE UPDATE ON audit "
            "BEGIN SELECT RAISE(ABORT, 'the audit trail is append-only'); END"
        )
        connection.exec_driver_sql(
            f"CREATE TRIGGER audit_stays BEFORE DELETE ON audit WHEN {young} "
            "BEGIN SELECT RAISE(ABORT, 'the audit trail is append-only'); END"
        )
        return
    connection.exec_driver_sql(
        "CREATE OR REPLACE FUNCTION refuse_audit() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
        f"IF TG_OP = 'DELETE' THEN IF NOT ({young}) THEN RETURN OLD; END IF; END IF; "
        "RAISE EXCEPTION 'the audit trail is append-only'; END $$"
    )
    connection.exec_driver_sql(
        "CREATE TRIGGER audit_stays BEFORE UPDATE OR DELETE ON audit "
        "FOR EACH ROW EXECUTE FUNCTION refuse_audit()"
    )
    connection.exec_driver_sql(
        "CREATE TRIGGER audit_is_not_emptied BEFORE TRUNCATE ON audit "
        "FOR EACH STATEMENT EXECUTE FUNCTION refuse_audit()"
    )

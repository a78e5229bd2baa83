"""The inbox of updates, and what is remembered of a person."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "inbox",
        sa.Column("update_id", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("body", sa.LargeBinary),
        sa.Column("received", sa.Float, nullable=False),
        sa.Column("outcome", sa.Text),
    )
    op.create_table(
        "persons",
        sa.Column("chat_id", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("memory", sa.LargeBinary, nullable=False),
    )

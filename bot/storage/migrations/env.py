"""Alembic's door: it is always given a connection that already holds the lock (database.py)."""

from alembic import context

context.configure(
    connection=context.config.attributes["connection"],
    transactional_ddl=False,  # the caller's transaction and lock are round all of it
)
context.run_migrations()

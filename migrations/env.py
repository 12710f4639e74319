"""Runs the migrations on the application's own engine, one transaction, one at a time."""

from typing import Literal

import sqlalchemy as sa
from alembic import context
from flask import current_app

db = current_app.extensions["migrate"].db
ADVISORY_LOCK = 4711  # any number, the same for every process


def render_item(kind: str, item: object, _context: object) -> str | Literal[False]:
    """Our own column types are written as the plain ones beneath: a migration never imports booking."""
    if kind == "type" and isinstance(item, sa.types.TypeDecorator):
        return f"sa.{item.impl!r}"
    return False


def run() -> None:
    with db.engine.connect() as connection:
        sqlite = connection.dialect.name == "sqlite"
        if sqlite:  # outside the transaction, or rebuilding a table deletes the rows that point to it
            connection.connection.driver_connection.execute("PRAGMA foreign_keys=OFF")
        context.configure(
            connection=connection,
            target_metadata=db.metadata,
            render_item=render_item,
            render_as_batch=True,
            compare_type=True,
            transactional_ddl=True,
        )
        with context.begin_transaction():
            if connection.dialect.name == "postgresql":
                connection.execute(sa.text("SELECT pg_advisory_xact_lock(:key)"), {"key": ADVISORY_LOCK})
            context.run_migrations()
            if sqlite and (broken := connection.execute(sa.text("PRAGMA foreign_key_check")).all()):
                raise RuntimeError(f"rows point nowhere after the migration: {broken[:5]}")
        connection.invalidate()  # not back to the pool with that pragma


run()

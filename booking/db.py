"""The database: its handle, the only commit, and what SQLite needs to be trusted."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any, TypeAlias

from flask import g, has_request_context, request
from flask_sqlalchemy import SQLAlchemy
from flask_wtf import CSRFProtect
from sqlalchemy import Connection, Row, Update, event
from sqlalchemy.engine import Engine

from booking.models import Base

Facts: TypeAlias = Row[*tuple[Any, ...]]  # columns by name: half the work of an object, where a page only shows them

db = SQLAlchemy(metadata=Base.metadata)
csrf = CSRFProtect()

READING = {"GET", "HEAD", "OPTIONS"}
PRAGMAS = (
    *("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "busy_timeout=60000"),
    "secure_delete=ON",  # what is overwritten or deleted leaves the file too
)
PATIENCE_SECONDS = 1  # of whoever tidies up, with those who read and write


@contextmanager
def transaction() -> Iterator[None]:
    """The only commit: all that happens inside is stored together, or not at all. Once in a request that writes."""
    if has_request_context():
        if request.method in READING or g.get("lapsed") or g.get("has_committed"):
            raise RuntimeError("only a request that writes, with a good CSRF token, commits, and only once")
        g.has_committed = True
    try:
        yield
        db.session.commit()
    except BaseException:
        db.session.rollback()
        if has_request_context():
            g.has_committed = False
        raise


def touch(statement: Update) -> None:
    """Stores when somebody was last seen: the one thing a GET may write, before its page begins to read."""
    if getattr(statement.table, "name", "") != "sign_ins":
        raise RuntimeError("only sign_ins may be written outside a transaction")
    db.session.rollback()  # on what was read until now, SQLite would not let us write
    db.session.execute(statement)
    db.session.commit()


def sqlite_file() -> Path | None:
    """Where SQLite keeps everything; None on PostgreSQL."""
    url = db.engine.engine.url
    return Path(str(url.database)) if url.get_backend_name() == "sqlite" else None


def forget_log() -> bool:
    """Empties SQLite's write-ahead log, which still holds what was overwritten; whether nobody was in the way."""
    file = sqlite_file()
    if file is None:
        return True
    with closing(sqlite3.connect(file, timeout=PATIENCE_SECONDS)) as connection:
        (is_busy, *_) = connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
    return not is_busy


@event.listens_for(Engine, "connect")
def prepare(connection: Any, _record: Any) -> None:
    if isinstance(connection, sqlite3.Connection):
        connection.isolation_level = None  # the driver must not begin: `begin` below does
        for pragma in PRAGMAS:
            connection.execute(f"PRAGMA {pragma}")


@event.listens_for(Engine, "begin")
def begin(connection: Connection) -> None:
    """Writers queue at BEGIN instead of failing half-way; a GET never waits for them."""
    if connection.dialect.name == "sqlite":
        if has_request_context() and request.method in READING:
            connection.connection.cursor().execute("BEGIN DEFERRED")  # takes no lock, so it needs no care if it fails
        else:
            connection.exec_driver_sql("BEGIN IMMEDIATE")

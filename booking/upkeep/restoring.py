"""A backup becomes the database: brought up to date and checked in a new place first, and only then swapped in."""

import shutil
import sqlite3
from contextlib import closing
from datetime import datetime
from pathlib import Path

from sqlalchemy import text

from booking import schema
from booking.db import db, sqlite_file
from booking.upkeep import backups, copying
from config import settings

NEW = "restored"  # the schema that becomes `public`


class InUse(Exception):
    """Somebody works on the database that was to be replaced."""


def restore(file: Path, now: datetime) -> str:
    """Puts a backup in the place of the database; where the old one lies from then on. Raises Unfit, InUse."""
    backups.check(file)
    target = sqlite_file()
    work = (target.parent if target else settings().backups) / f"restoring-{now:%Y%m%d-%H%M%S}.db"
    shutil.copy(file, work)
    try:
        schema.upgrade(f"sqlite:///{work}")  # a backup may be older than the code
        if broken := backups.broken(work):
            raise backups.Unfit("; ".join(broken))
        db.session.remove()
        db.engine.dispose()
        return swap_file(work, target, now) if target else swap_schema(work, now)
    finally:
        work.unlink(missing_ok=True)


def swap_file(work: Path, target: Path, now: datetime) -> str:
    """The old file stays beside the new one."""
    old = target.with_name(f"{target.stem}-before-{now:%Y%m%d-%H%M%S}.db")
    with closing(sqlite3.connect(target, isolation_level=None, timeout=1)) as connection:
        try:
            connection.execute("PRAGMA journal_mode=DELETE")  # refused while anybody else has the file open
            connection.execute("BEGIN EXCLUSIVE")
        except sqlite3.OperationalError as error:
            raise InUse("The database is in use: stop the site first") from error
        target.rename(old)
        work.rename(target)
    return str(old)


def swap_schema(work: Path, now: datetime) -> str:
    """The old tables stay in a schema of their own until somebody drops it."""
    old = f"before_{now:%Y%m%d_%H%M%S}"
    with db.engine.begin() as connection:
        if connection.scalar(
            text(
                "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()"
                " AND pid <> pg_backend_pid() AND backend_type = 'client backend'"  # autovacuum works on it, and may
            )
        ):
            raise InUse("The database is in use: stop the site first, and every psql")
        connection.execute(text(f"DROP SCHEMA IF EXISTS {NEW} CASCADE"))  # of a restore that did not end
        connection.execute(text(f"CREATE SCHEMA {NEW}"))
    with backups.opened(work) as source:
        copying.fill(source, db.engine.url.update_query_dict({"options": f"-csearch_path={NEW}"}))
    with db.engine.begin() as connection:
        connection.execute(text(f"ALTER SCHEMA public RENAME TO {old}"))
        connection.execute(text(f"ALTER SCHEMA {NEW} RENAME TO public"))
    return f"schema {old}"

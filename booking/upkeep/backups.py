"""Backups: one SQLite file whichever the database, made while the site works, checked, and kept as long as told."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

from sqlalchemy import Connection, create_engine, make_url

from booking.db import db, sqlite_file
from booking.queries import invariants
from booking.upkeep import copying
from config import settings

STAMP = "booking-%Y%m%d-%H%M%S.db"
EVERY_ONE_HOURS = 24  # younger backups are all kept; of older ones the last of each day
KEPT_DAYS = 35  # as the privacy notice says


class Unfit(Exception):
    """A backup cannot be relied on; the message says what is wrong with it."""


def make(now: datetime) -> Path:
    """Writes a backup of this moment, whole and checked, or none. Raises Unfit."""
    folder = settings().backups
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    target = folder / now.strftime(STAMP)
    draft = target.with_suffix(".part")
    draft.unlink(missing_ok=True)
    draft.touch(mode=0o600)
    try:
        if source := sqlite_file():
            copy_file(source, draft)
        else:
            copy_rows(draft)
        check(draft)
        draft.replace(target)
    finally:
        draft.unlink(missing_ok=True)
    return target


def copy_file(source: Path, target: Path) -> None:
    """SQLite's own copy of one moment: readers and writers go on meanwhile."""
    with closing(sqlite3.connect(source)) as live, closing(sqlite3.connect(target)) as copy:
        live.backup(copy)
    settle(target)


def copy_rows(target: Path) -> None:
    """All rows of one moment of PostgreSQL, in a file that has run the same migrations."""
    with db.engine.connect() as connection:
        moment = connection.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)
        copying.fill(moment, make_url(f"sqlite:///{target}"))
    settle(target)


@contextmanager
def opened(file: Path) -> Iterator[Connection]:
    """A backup, as the product opens its database."""
    engine = create_engine(f"sqlite:///{file}")
    try:
        with engine.connect() as connection:
            yield connection
    finally:
        engine.dispose()


def settle(file: Path) -> None:
    """One file, without a journal beside it."""
    with closing(sqlite3.connect(file)) as connection:
        connection.execute("PRAGMA journal_mode=DELETE")


def check(file: Path) -> None:
    """Raises Unfit when the file is damaged, or is not one of ours."""
    try:
        with closing(sqlite3.connect(f"{file.resolve().as_uri()}?mode=ro", uri=True)) as connection:
            found = [str(row[0]) for row in connection.execute("PRAGMA integrity_check(5)")]
            wrong = [line for line in found if line != "ok"]
            wrong += [f"{row[0]} row {row[1]} points nowhere" for row in connection.execute("PRAGMA foreign_key_check")]
            connection.execute("SELECT version_num FROM alembic_version").fetchone()
    except sqlite3.Error as error:
        raise Unfit(f"{file}: {error}") from error
    if wrong:
        raise Unfit(f"{file}: {'; '.join(wrong)}")


def broken(file: Path) -> list[str]:
    """What its rows promise and do not keep: as sentences. The file has run all migrations."""
    with opened(file) as connection:
        found = invariants.broken(connection)
    settle(file)
    return found


def all_of_them() -> list[Path]:
    """Oldest first."""
    digits = "[0-9]"
    return sorted(settings().backups.glob(f"booking-{digits * 8}-{digits * 6}.db"))  # and nobody's own copies


def made_at(file: Path) -> datetime:
    return datetime.strptime(file.name, STAMP).replace(tzinfo=UTC)


def rotate(now: datetime) -> list[Path]:
    """Deletes what need not be kept; what was deleted."""
    newest_of_day = {made_at(file).date(): file for file in all_of_them()}
    gone = []
    for file in all_of_them():
        age = now - made_at(file)
        is_young = age <= timedelta(hours=EVERY_ONE_HOURS)
        is_days_last = newest_of_day[made_at(file).date()] == file and age <= timedelta(days=KEPT_DAYS)
        if not (is_young or is_days_last):
            file.unlink()
            gone.append(file)
    return gone

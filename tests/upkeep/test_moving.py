"""From SQLite to PostgreSQL with one command: every row, proved, or nothing."""

import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import Connection, create_engine, text

from booking import create_app
from booking.db import db, transaction
from booking.models import Visit
from booking.upkeep import copying, moving
from tests import make
from tests.commands import flask
from tests.conftest import migrate, settings_for


@pytest.fixture
def target() -> Iterator[str]:
    """The address of a PostgreSQL database without a table."""
    name = f"moved_{os.environ.get('PYTEST_XDIST_WORKER', 'gw')}"
    admin = create_engine(os.environ["TEST_POSTGRES"], isolation_level="AUTOCOMMIT")
    with admin.connect() as connection:
        connection.execute(text(f"CREATE DATABASE {name}"))
    base, _, host = os.environ["TEST_POSTGRES"].partition("/postgres?")
    yield f"{base}/{name}?{host}".replace("postgresql+psycopg", "postgres")
    with admin.connect() as connection:
        connection.execute(text(f"DROP DATABASE {name} WITH (FORCE)"))
    admin.dispose()


@pytest.fixture
def app(tmp_path: Path) -> Iterator[Flask]:
    """An installation on SQLite with a visit and its mail; pushed."""
    url = f"sqlite:///{tmp_path / 'booking.db'}"
    migrate(url, tmp_path)
    app = create_app(settings_for(url, tmp_path))
    with app.app_context():
        with transaction():
            make.mail(visit_id=make.visit().id)
        yield app
        db.session.remove()
        db.engine.dispose()


def on(target: str, tmp_path: Path) -> Flask:
    return create_app(settings_for(target.replace("postgres:", "postgresql+psycopg:"), tmp_path))


def test_every_row_is_there_and_the_next_ones_get_ids_of_their_own(app: Flask, target: str, tmp_path: Path) -> None:
    rows = moving.to_postgresql(target)
    with db.engine.connect() as connection:
        before = [copying.summed(connection, table) for table in copying.tables()]
    assert rows == sum(count for count, _ in before)
    with on(target, tmp_path).app_context():
        with db.engine.connect() as connection:
            assert [copying.summed(connection, table) for table in copying.tables()] == before
        with transaction():
            assert make.visit().id > 1
        db.engine.dispose()


def test_a_database_with_rows_is_left_alone(app: Flask, target: str) -> None:
    moving.to_postgresql(target)
    done = flask(app, "database", "move", target)
    assert (done.exit_code, "There are rows in that database already" in done.output) == (1, True)


def test_a_copy_that_differs_by_one_letter_is_no_copy(
    app: Flask, target: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    copy = copying.copy

    def careless(source: Connection, other: Connection) -> int:
        rows = copy(source, other)
        other.execute(text("UPDATE firms SET name = 'Acme Joinerz'"))
        return rows

    monkeypatch.setattr(copying, "copy", careless)
    with pytest.raises(copying.Differs, match="firms"):
        moving.to_postgresql(target)
    with on(target, tmp_path).app_context():
        assert db.session.query(Visit).count() == 0
        db.session.remove()
        db.engine.dispose()


def test_nobody_writes_meanwhile(app: Flask, target: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """What came in after its table was copied would be left behind."""
    copy = copying.copy

    def watched(source: Connection, other: Connection) -> int:
        locked = pytest.raises(sqlite3.OperationalError, match="locked")
        with closing(sqlite3.connect(str(db.engine.url.database), timeout=0)) as somebody, locked:
            somebody.execute("UPDATE firms SET name = 'Acme Joinerz'")
        return copy(source, other)

    monkeypatch.setattr(copying, "copy", watched)
    assert moving.to_postgresql(target) > 0


def test_the_move_is_from_sqlite_alone(target: str, tmp_path: Path) -> None:
    with on(target, tmp_path).app_context(), pytest.raises(ValueError, match="The move is from SQLite"):
        moving.to_postgresql(target)


@pytest.mark.parametrize("url", ["sqlite:///other.db", "mysql://somewhere/else", "somewhere"])
def test_only_postgresql_is_a_place_to_move_to(app: Flask, url: str) -> None:
    done = flask(app, "database", "move", url)
    assert (done.exit_code, done.output.startswith("Error: Th")) == (1, True)

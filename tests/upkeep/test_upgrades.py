"""A new version comes: migrations keep every row, run once whoever starts them, and let sites of the old one go on."""

import shutil
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import UTC, date, datetime, time
from pathlib import Path
from threading import Event
from time import monotonic, sleep
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask

from booking import schema
from booking.db import db
from booking.models import Base
from booking.queries import invariants
from tests import make
from tests.conftest import ROOT, Database, served
from tests.test_migrations import flask_db
from tests.web.business.booking import HIDDEN
from tests.web.business.crowd import Visitor

VERSIONS = sorted(file.name.partition("_")[0] for file in (ROOT / "migrations" / "versions").glob("[0-9]*.py"))
SAMPLES: tuple[tuple[type[sa.types.TypeEngine[Any]], Any], ...] = (
    (sa.Boolean, True),
    (sa.Integer, 1),
    (sa.DateTime, datetime(2026, 11, 24, 10, tzinfo=UTC)),
    (sa.Date, date(2026, 11, 24)),
    (sa.Time, time(9, 30)),
    (sa.Float, 1.5),
    (sa.String, "1"),
)
ANOTHER = """
import sqlalchemy as sa
from alembic import op

revision, down_revision = "9999", "{newest}"


def upgrade():
    with op.batch_alter_table("visits") as visits:
        visits.add_column(sa.Column("weather", sa.String(20), nullable=True))
        visits.create_index("ix_visits_weather", ["weather"])
    with op.batch_alter_table("firms") as firms:  # SQLite makes the table anew, and other rows point to it
        firms.alter_column("name", type_=sa.String(200))
    op.create_table("weathers", sa.Column("id", sa.Integer, primary_key=True))
"""


def filled(engine: sa.Engine) -> dict[str, list[dict[str, Any]]]:
    """Puts a row into each table that has none, whatever tables this version has; every row there is."""
    tables = sa.MetaData()
    tables.reflect(engine)
    with engine.begin() as connection:
        for table in tables.sorted_tables:
            if connection.execute(sa.select(table)).first() is None:
                connection.execute(table.insert(), {column.name: sample(column) for column in table.columns})
        return {
            table.name: [dict(row) for row in connection.execute(sa.select(table)).mappings()]
            for table in tables.sorted_tables
            if table.name != "alembic_version"
        }


def sample(column: sa.Column[Any]) -> Any:
    return next(value for kind, value in SAMPLES if isinstance(column.type, kind))


@pytest.fixture
def newer(tmp_path: Path) -> Path:
    """The migrations as they are, and one more."""
    shutil.copytree(ROOT / "migrations", tmp_path / "newer")
    (tmp_path / "newer" / "versions" / "9999_more.py").write_text(ANOTHER.format(newest=VERSIONS[-1]))
    return tmp_path / "newer"


def test_every_row_outlives_every_migration(database: Database, newer: Path, tmp_path: Path) -> None:
    url, before = database.copy(), dict[str, list[dict[str, Any]]]()
    assert flask_db(url, tmp_path, "downgrade", "base").returncode == 0
    engine = sa.create_engine(url)
    for version in (*VERSIONS, "9999"):
        done = flask_db(url, tmp_path, "upgrade", "--directory", str(newer), version)
        assert done.returncode == 0, done.stderr
        after = filled(engine)
        for table, rows in before.items():
            for old, new in zip(rows, after[table], strict=True):
                assert {name: new[name] for name in old if name in new} == {n: old[n] for n in old if n in new}, table
        before = after
    assert len(before) == len(Base.metadata.tables) + 1
    engine.dispose()


@contextmanager
def another(engine: sa.Engine) -> Iterator[None]:
    """Holds what an upgrade holds while it runs (migrations/env.py)."""
    with engine.connect() as connection:
        is_sqlite = engine.dialect.name == "sqlite"  # which begins to write with every transaction of ours
        connection.exec_driver_sql("SELECT 1" if is_sqlite else "SELECT pg_advisory_xact_lock(4711)")
        yield
        connection.rollback()


def test_an_upgrade_waits_for_another(database: Database, tmp_path: Path) -> None:
    url, begun = database.copy(), monotonic()
    assert flask_db(url, tmp_path, "downgrade", "base").returncode == 0
    enough, engine = 2 * (monotonic() - begun), sa.create_engine(url)
    with ThreadPoolExecutor(1) as pool:
        with another(engine):
            done = pool.submit(flask_db, url, tmp_path, "upgrade")
            with pytest.raises(TimeoutError):
                done.result(timeout=enough)
        assert done.result().returncode == 0, done.result().stderr
    assert flask_db(url, tmp_path, "check").returncode == 0
    engine.dispose()


def test_a_site_of_the_old_version_goes_on_while_columns_come(
    fresh_app: Callable[..., Flask], newer: Path, tmp_path: Path
) -> None:
    app = fresh_app()
    with app.app_context():
        make.ann(make.course())
        db.session.commit()
        url = db.engine.url.render_as_string(hide_password=False)
    over, answers = Event(), list[int]()

    def visit(number: int) -> None:
        while not over.is_set():
            visitor = Visitor(site.url, address=f"127.0.0.{number + 2}")
            carried = dict(HIDDEN.findall(visitor.get("/book/place?course=leading-a-small-team")))
            answers.append(visitor.post("/book/place", **carried, postcode="EX2 8AA")[0])
            answers.append(visitor.send("/find", subject="team")[0])

    with served(app) as site, ThreadPoolExecutor(4) as pool:
        visits = [pool.submit(visit, number) for number in range(4)]
        done = flask_db(url, tmp_path, "upgrade", "--directory", str(newer))
        seen = len(answers)
        while len(answers) < seen + 20 and not any(each.done() for each in visits):
            sleep(0.05)
        over.set()
        for each in visits:
            each.result()
    assert done.returncode == 0, done.stderr
    assert set(answers) == {303}
    assert not schema.is_behind(app)
    with app.app_context():
        connection = db.session.connection()
        assert invariants.broken(connection) == []
        assert "weather" in {column["name"] for column in sa.inspect(connection).get_columns("visits")}

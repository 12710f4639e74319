"""A backup holds everything, is refused when it cannot be relied on, and comes back in the place of the database."""

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest
from alembic.migration import MigrationContext
from alembic.operations import Operations
from flask import Flask
from sqlalchemy import column, create_engine, delete, insert, select, table, text, update

from booking import clock
from booking.db import db, sqlite_file, transaction
from booking.domain.lifecycle import VisitState
from booking.models import Firm, Visit, VisitSlot
from booking.upkeep import backups, copying, restoring
from tests import make
from tests.commands import flask
from tests.conftest import NOW

Fresh = Callable[..., Flask]


@pytest.fixture
def kept(fresh_app: Fresh) -> Iterator[Flask]:
    """An installation with a confirmed visit, a mail and a note on it; the application is pushed."""
    app = fresh_app()
    with app.app_context():
        with transaction():
            visit = make.visit(VisitState.CONFIRMED)
            make.mail(visit_id=visit.id)
        yield app
        db.session.remove()


def everything() -> dict[str, tuple[int, int]]:
    """Every table, summed up."""
    with db.engine.connect() as connection:
        return {each.name: copying.summed(connection, each) for each in copying.tables()}


def restore(file: Path) -> str:
    db.session.remove()
    db.engine.dispose()
    return restoring.restore(file, NOW)


class TestABackup:
    def test_what_changed_after_it_is_as_it_was_once_it_is_restored(self, kept: Flask) -> None:
        before, file = everything(), backups.make(NOW)
        with transaction():
            db.session.execute(update(Firm).values(name="Acme, changed by a letter"))
            make.trainer()
        assert everything() != before
        restore(file)
        assert everything() == before

    def test_work_goes_on_where_it_was_with_ids_that_nobody_had(self, kept: Flask) -> None:
        restore(backups.make(NOW))
        with transaction():
            assert make.firm("Another").id > 1

    def test_it_is_one_file_that_only_we_may_read(self, kept: Flask) -> None:
        file = backups.make(NOW)
        assert [each.name for each in file.parent.iterdir()] == ["booking-20261124-100000.db"]
        assert file.stat().st_mode & 0o777 == 0o600

    def test_what_was_there_before_is_not_thrown_away(self, kept: Flask) -> None:
        old = restore(backups.make(NOW))
        if db.engine.dialect.name == "sqlite":
            assert Path(old).exists()
        else:
            visits = table("visits", column("id"), schema=old.removeprefix("schema "))
            assert len(db.session.execute(select(visits)).all()) == 1


# As if there had to be a rating always: the visit of `kept` has none.
NO_NULLS = "UPDATE sqlite_master SET sql = replace(sql, 'firm_rating INTEGER', 'firm_rating INTEGER NOT NULL')"


class TestNotMade:
    @pytest.mark.parametrize("database", ["sqlite"], indirect=True, scope="session")  # PostgreSQL lets nobody do that
    @pytest.mark.parametrize(
        ("damage", "told"),
        [
            ("UPDATE sites SET firm_id = 99", "sites row 1 points nowhere"),
            (NO_NULLS, "NULL value in visits.firm_rating"),
        ],
        ids=["pointer", "null"],
    )
    def test_of_a_database_that_says_what_cannot_be(self, kept: Flask, damage: str, told: str) -> None:
        with closing(sqlite3.connect(str(db.engine.url.database))) as connection, connection:
            connection.execute("PRAGMA writable_schema=ON")
            connection.execute(damage)
        with pytest.raises(backups.Unfit, match=told):
            backups.make(NOW)
        assert list(kept.extensions["settings"].backups.iterdir()) == []


class TestNotRestored:
    def test_a_damaged_file(self, kept: Flask) -> None:
        file, before = backups.make(NOW), everything()
        content = bytearray(file.read_bytes())
        content[len(content) // 2 : len(content) // 2 + 8000] = b"\xff" * 8000
        file.write_bytes(content)
        with pytest.raises(backups.Unfit):
            restore(file)
        assert everything() == before

    @pytest.mark.parametrize("content", [b"", b"a letter to somebody"], ids=["empty", "no database"])
    def test_a_file_that_is_not_ours(self, kept: Flask, tmp_path: Path, content: bytes) -> None:
        (tmp_path / "other.db").write_bytes(content)
        with pytest.raises(backups.Unfit):
            restore(tmp_path / "other.db")

    def test_a_database_that_breaks_its_promises(self, kept: Flask) -> None:
        with transaction():
            db.session.execute(update(Visit).values(state=VisitState.CANCELLED))
        file = backups.make(NOW)
        with pytest.raises(backups.Unfit, match="is cancelled and still claims half-days"):
            restore(file)
        assert list((sqlite_file() or file).parent.glob("restoring-*")) == [], (
            "a copy of everybody's data that nobody deletes"
        )

    def test_while_somebody_works_on_the_database(self, kept: Flask) -> None:
        file, before = backups.make(NOW), everything()
        db.session.remove()
        db.engine.dispose()
        other = create_engine(db.engine.url)
        with other.connect() as connection:
            connection.execute(text("SELECT count(*) FROM firms"))
            connection.commit()  # idle, as a server is between two requests
            with pytest.raises(restoring.InUse):
                restoring.restore(file, NOW)
        other.dispose()
        assert everything() == before


class TestPromises:
    def test_a_visit_without_one_of_its_half_days_is_named(self, kept: Flask) -> None:
        with transaction():
            db.session.execute(delete(VisitSlot))
            reference = db.session.scalars(select(Visit.reference)).one()
        assert backups.broken(backups.make(NOW)) == [f"visit {reference} is confirmed and claims 0 of 2 half-days"]

    def test_two_claims_on_one_half_day_are_named(self, kept: Flask, tmp_path: Path) -> None:
        file = backups.make(NOW)
        with backups.opened(file) as connection:
            with Operations(MigrationContext.configure(connection)).batch_alter_table("visit_slots") as slots:
                slots.drop_constraint("uq_visit_slots_trainer_id_day_half")
            rows = [dict(row._mapping, id=None, seat=2) for row in connection.execute(select(VisitSlot.__table__))]
            connection.execute(insert(VisitSlot), rows)
            connection.commit()
        assert f"trainer 1 is claimed twice on {make.DAY} am" in backups.broken(file)


class TestRotation:
    def test_a_days_worth_is_kept_then_one_a_day_for_35_days(self, kept: Flask) -> None:
        folder = backups.make(NOW).parent
        for hours in range(1, 24 * 40):
            (folder / (NOW - timedelta(hours=hours)).strftime(backups.STAMP)).touch()
        backups.rotate(NOW)
        ages = [(NOW - backups.made_at(file)) // timedelta(hours=1) for file in reversed(backups.all_of_them())]
        assert ages == [*range(25), *(35 + 24 * day for day in range(34))]

    def test_somebodys_own_copies_stay(self, kept: Flask) -> None:
        file = backups.make(NOW)
        copy = file.with_name("booking-before-20260101-090000.db")
        copy.touch()
        assert (backups.rotate(NOW + timedelta(days=90)), copy.exists()) == ([file], True)


class TestTheCommands:
    def test_backup_and_restore_say_what_they_did(self, kept: Flask) -> None:
        old = backups.make(clock.now() - timedelta(days=36))
        done = flask(kept, "backup")
        (file,) = backups.all_of_them()
        assert (done.exit_code, done.output.partition(",")[0]) == (0, str(file))
        assert (done.output.endswith("; 1 old ones deleted\n"), old.exists()) == (True, False)
        assert backups.made_at(file) <= clock.now()
        db.session.remove()
        db.engine.dispose()
        done = flask(kept, "restore", str(file))
        assert (done.exit_code, done.output.startswith(f"Restored from {file}")) == (0, True), done.output

    def test_a_backup_of_a_database_that_breaks_its_promises_says_so(self, kept: Flask) -> None:
        with transaction():
            db.session.execute(update(Visit).values(state=VisitState.EXPIRED))
        done = flask(kept, "backup")
        assert (done.exit_code, len(backups.all_of_them())) == (1, 1)
        assert "is expired and still claims half-days" in done.output

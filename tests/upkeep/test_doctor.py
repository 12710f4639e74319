"""`flask doctor`: what is well is said in a line, what is not with what helps, and the exit status tells a monitor."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import delete, text

from booking import clock, create_app
from booking.db import db, transaction
from booking.models import VisitSlot
from booking.services.timetable import heartbeats
from booking.upkeep import backups, doctor
from config import MailServer
from tests import make, smtp
from tests.commands import flask
from tests.conftest import NOW

Fresh = Callable[..., Flask]
SECRET = "0123456789abcdef" * 4


@pytest.fixture
def well(fresh_app: Fresh) -> Iterator[Flask]:
    """An installation that nothing ails; pushed."""
    app = fresh_app(secret_key=SECRET)
    with app.app_context():
        with transaction():
            heartbeats.beat(NOW)
            make.visit()
        backups.make(NOW)
        yield app
        db.session.remove()


def ills(app: Flask, **changes: Any) -> dict[str, str]:
    """What must be mended, and what helps, with other settings."""
    app.extensions["settings"] = replace(app.extensions["settings"], **changes)
    found = {each.about: each.helps for each in doctor.examine(NOW) if each.helps}
    found.pop("clock", None)  # the database's is today's, not NOW
    return found


def test_nothing_ails_an_installation_that_is_well(well: Flask) -> None:
    assert ills(well) == {}


def test_a_short_secret(well: Flask) -> None:
    assert list(ills(well, secret_key="short")) == ["secrets"]


def test_a_public_address_without_tls_or_without_its_proxy(well: Flask) -> None:
    mail = MailServer(host="127.0.0.1", port=1, security="none")
    assert "https" in ills(well, base_url="http://training.example", mail=mail)["address"]
    assert "PROXY_HOPS" in ills(well, base_url="https://training.example", mail=mail)["address"]
    assert "address" not in ills(well, base_url="https://training.example", mail=mail, proxy_hops=1)


def test_a_public_site_that_sends_no_mail(well: Flask) -> None:
    assert ills(well, base_url="https://training.example", proxy_hops=1) == {"mail": "Set MAIL_SERVER"}


def test_a_worker_that_has_been_silent_for_six_minutes(well: Flask) -> None:
    with transaction():
        heartbeats.beat(NOW - timedelta(minutes=6))
    assert list(ills(well)) == ["worker"]


def test_no_backup_or_an_old_one(well: Flask) -> None:
    newest = backups.all_of_them()[-1]
    older = newest.with_name((NOW - timedelta(hours=27)).strftime(backups.STAMP))
    older.touch()
    assert ills(well) == {}
    newest.unlink()
    assert list(ills(well)) == ["backups"]
    backups.all_of_them()[-1].unlink()
    assert list(ills(well)) == ["backups"]


def test_a_full_disk(well: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(doctor, "FREE_BYTES", 10**18)
    assert list(ills(well)) == ["disk"]


def test_a_visit_that_does_not_hold_its_half_days(well: Flask) -> None:
    with transaction():
        db.session.execute(delete(VisitSlot))
    assert list(ills(well)) == ["promises"]


def test_migrations_that_have_not_run(well: Flask) -> None:
    with transaction():
        db.session.execute(text("UPDATE alembic_version SET version_num = '0000'"))
    assert ills(well) == {"migrations": "flask db upgrade"}


def test_a_database_that_does_not_answer(well: Flask, tmp_path: Path) -> None:
    gone = f"sqlite:///{tmp_path}/nowhere/booking.db"
    other = create_app(replace(well.extensions["settings"], database_url=gone))
    with other.app_context():
        found = ills(other)
        db.session.remove()
    assert found == {"database": "Start it, and see DATABASE_URL"}


def test_a_clock_that_is_not_the_databases(well: Flask) -> None:
    now = clock.now()
    assert [bool(doctor.clock(now - timedelta(seconds=ago)).helps) for ago in (0, 60, -60)] == [False, True, True]


class TestMail:
    def test_a_server_is_met_and_sends_a_test_on_request(self, well: Flask) -> None:
        with smtp.running() as drop:
            well.extensions["settings"] = replace(well.extensions["settings"], mail=drop.settings())
            met = [each for each in doctor.examine(NOW) if each.about == "mail"]
            assert (met[0].helps, drop.connections, drop.subjects) == ("", 1, [])
            list(doctor.examine(NOW, mail_to="cora@example.com"))
            assert drop.subjects == ["Your test email"]

    def test_a_server_that_is_not_there(self, well: Flask) -> None:
        mail = MailServer(host="127.0.0.1", port=smtp.free_port(), security="none")
        assert list(ills(well, mail=mail)) == ["mail"]


def test_the_command_ends_with_1_when_something_must_be_mended(well: Flask) -> None:
    done = flask(well, "doctor")
    assert done.exit_code == 1
    assert "MEND worker" in done.output
    assert "-> python -m booking.serve" in done.output
    assert SECRET not in done.output


def test_it_ends_with_0_when_all_is_well(well: Flask) -> None:
    with transaction():
        heartbeats.beat(clock.now())
    backups.make(clock.now())
    done = flask(well, "doctor")
    assert (done.exit_code, "MEND" in done.output) == (0, False), done.output

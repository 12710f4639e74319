"""flask's commands."""

import json
import re
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from typing import Any

import pytest
import time_machine
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import scoped_session

from booking import clock
from booking.db import db
from booking.domain.access import Purpose, Role
from booking.domain.post import MailState
from booking.models import Mail, Staff
from booking.services import demo, links
from booking.services.demo import people
from tests import make
from tests.commands import flask
from tests.conftest import NOW

Session = scoped_session[Any]
ANSWERS = "4,4,3,3,4,3,0,0,1,0,0,0"


class TestStaff:
    def test_the_first_admin_gets_a_link_that_lets_them_choose_a_password(self, app: Flask, session: Session) -> None:
        done = flask(app, "staff", "add", "cora@example.com", "--name", "Cora Dunn", "--admin")
        assert done.exit_code == 0, done.output
        found = re.fullmatch(r"http://127\.0\.0\.1:8000/staff/welcome/([\w-]+)\n", done.output)
        assert found is not None
        cora = session.scalars(select(Staff)).one()
        assert (cora.name, cora.role) == ("Cora Dunn", Role.ADMIN)
        assert links.open_link(found[1], Purpose.INVITE, now=clock.now()).staff_id == cora.id

    def test_without_the_word_admin_a_colleague_is_none(self, app: Flask, session: Session) -> None:
        assert flask(app, "staff", "add", "dan@example.com").exit_code == 0
        assert session.scalars(select(Staff.role)).all() == [Role.STAFF]

    def test_a_colleague_who_is_here_already_is_not_added_again(self, app: Flask, session: Session) -> None:
        make.cora(email="cora@example.com")
        session.commit()
        done = flask(app, "staff", "add", "Cora@Example.com")
        assert (done.exit_code, len(session.scalars(select(Staff)).all())) == (1, 1)
        assert "already here" in done.output


class TestOutbox:
    def test_send_sends_what_is_due_and_says_how_much(self, app: Flask, session: Session) -> None:
        make.mail(due_at=NOW.replace(year=2020))
        make.mail(due_at=NOW.replace(year=2100))
        session.commit()
        assert flask(app, "outbox", "send").output == "1 sent, 0 not sent\n"
        session.expire_all()
        assert session.scalars(select(Mail.state).order_by(Mail.id)).all() == [MailState.SENT, MailState.WAITING]


class TestDemo:
    @pytest.mark.parametrize("there", [make.cora, make.course])
    def test_demo_data_does_not_go_where_somebody_works(
        self, app: Flask, session: Session, there: Callable[[], object]
    ) -> None:
        there()
        session.commit()
        done = flask(app, "demo", "load")
        assert (done.exit_code, "empty database" in done.output) == (1, True)

    def test_who_loads_it_while_somebody_else_does_is_told_so(self, fresh_app: Callable[..., Flask]) -> None:
        """On SQLite they wait at the door; on PostgreSQL they are let in, and find each course there already."""
        app = fresh_app()
        with app.app_context(), ThreadPoolExecutor(1) as pool:
            people.add_courses((demo.FOLDER / "catalogue.toml").read_text())
            second = pool.submit(flask, app, "demo", "load")
            time.sleep(1)
            db.session.commit()
            done = second.result()
        assert (done.exit_code, "empty database" in done.output) == (1, True)


class TestSchedules:
    def test_a_week_that_is_due_is_stored(self, app: Flask, session: Session) -> None:
        make.visit()
        session.commit()
        with time_machine.travel(datetime(2027, 3, 19, 14, tzinfo=UTC), tick=False):
            assert flask(app, "schedules", "queue").exit_code == 0
        session.rollback()
        assert session.scalars(select(Mail.kind)).all() == ["week"]

    def test_queueing_what_is_not_due_does_nothing(self, app: Flask, session: Session) -> None:
        assert flask(app, "schedules", "queue").exit_code == 0
        assert session.scalars(select(Mail)).all() == []


class TestDiagnostic:
    def test_each_line_gives_a_line_of_json(self, app: Flask) -> None:
        done = flask(app, "diagnostic", "score", typed=f"{ANSWERS}\n-,-,-,-,-,-,-,-,-,-,-,-\n")
        lines = [json.loads(line) for line in done.stdout.splitlines()]
        assert done.exit_code == 0
        assert [line["recommendation"] for line in lines][1] == "talk"
        assert (lines[1]["label"], lines[1]["probabilities"]) == (None, None)

    @pytest.mark.parametrize("bad", ["1,2,3", "9,0,0,0,0,0,0,0,0,0,0,0", "x"])
    def test_a_bad_line_is_named_and_the_good_ones_are_still_scored(self, app: Flask, bad: str) -> None:
        done = flask(app, "diagnostic", "score", typed=f"{ANSWERS}\n{bad}\n{ANSWERS}\n")
        assert (done.exit_code, len(done.stdout.splitlines())) == (2, 2)
        assert done.stderr.startswith("line 2: ")

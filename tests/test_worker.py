"""The post office and the worker, with a real mail server on loopback that can refuse, stall and cut."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import time_machine
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import scoped_session

from booking import clock, worker
from booking.db import db
from booking.domain.post import Audience, MailState
from booking.models import Heartbeat, Mail
from booking.post_office import rounds
from booking.post_office.rounds import Round
from booking.services import outbox
from config import MailServer, settings
from tests import make
from tests.certificates import self_signed
from tests.conftest import NOW
from tests.smtp import MailDrop, running, smtp

__all__ = ["smtp"]
Session = scoped_session[Any]
MINUTE = timedelta(minutes=1)
CALENDAR = "BEGIN:VCALENDAR\r\nMETHOD:REQUEST\r\nEND:VCALENDAR\r\n"


@pytest.fixture(autouse=True)
def at_now() -> Iterator[time_machine.Traveller]:
    """The clock stands at NOW until it is moved."""
    with time_machine.travel(NOW, tick=False) as clock:
        yield clock


@pytest.fixture
def mail_by(app: Flask, monkeypatch: pytest.MonkeyPatch) -> Callable[[MailServer], None]:
    """Gives the application this mail server."""

    def change(server: MailServer) -> None:
        monkeypatch.setitem(app.extensions, "settings", replace(settings(), mail=server))

    return change


@pytest.fixture
def drop(smtp: MailDrop, mail_by: Callable[[MailServer], None]) -> MailDrop:
    """The application's mail server."""
    mail_by(smtp.settings())
    return smtp


def states(session: Session) -> list[MailState]:
    session.expire_all()
    return list(session.scalars(select(Mail.state).order_by(Mail.id)))


class TestTheLetter:
    def test_it_arrives_with_every_header_a_mail_of_ours_has(self, session: Session, drop: MailDrop) -> None:
        mail = make.mail(to_name="Zoë O'Neil, Acme", subject="Confirmed: “New managers”, Wed 24 March")
        assert rounds.send_due() == Round(sent=1)
        letter = drop.received[0]
        expected = {
            **ALWAYS,
            "To": '"Zoë O\'Neil, Acme" <maya@acme.example>',
            "Subject": "Confirmed: “New managers”, Wed 24 March",
            "Message-ID": mail.message_id,
        }
        assert {name: letter[name] for name in expected} == expected

    def test_text_comes_first_then_html_then_the_invitation_which_is_no_attachment(
        self, session: Session, drop: MailDrop
    ) -> None:
        make.mail(text="Grüße aus Köln.\n", calendar=CALENDAR, calendar_method="REQUEST")
        rounds.send_due()
        letter = drop.received[0]
        parts = list(letter.iter_parts())
        assert letter.get_content_type() == "multipart/alternative"
        assert [part.get_content_type() for part in parts] == ["text/plain", "text/html", "text/calendar"]
        assert [part.get_content_disposition() for part in parts] == [None, None, None]
        assert parts[2].get_param("method") == "REQUEST"
        assert parts[0].get_content() == "Grüße aus Köln.\r\n"
        assert parts[2].get_content() == CALENDAR

    def test_many_letters_take_one_connection(self, session: Session, drop: MailDrop) -> None:
        for _ in range(5):
            make.mail()
        assert rounds.send_due() == Round(sent=5)
        assert (len(drop.received), drop.connections) == (5, 1)

    def test_we_say_who_we_are_and_what_bounces_comes_to_us(self, session: Session, drop: MailDrop) -> None:
        make.mail()
        rounds.send_due()
        assert drop.callers == [("trainingsouthwest.example", "bookings@trainingsouthwest.example")]

    def test_nothing_due_does_not_call_the_server(self, session: Session, drop: MailDrop) -> None:
        assert rounds.send_due() == Round()
        assert drop.connections == 0

    def test_a_domain_with_letters_of_its_own_is_written_as_mail_servers_know_it(
        self, session: Session, drop: MailDrop
    ) -> None:
        make.mail(to_address="maya@büro.example")
        assert rounds.send_due() == Round(sent=1)
        assert drop.received[0]["To"] == "Maya Reed <maya@xn--bro-hoa.example>"

    @pytest.mark.parametrize(
        "wrong",
        [
            {"to_address": "a b@acme.example"},
            {"to_address": "maya@"},
            {"to_address": "zoë@acme.example"},
            {"to_address": "maya@acme.example\r\nBcc: all@acme.example"},
            {"to_name": "Maya\r\nBcc: all@acme.example"},
            {"subject": "Confirmed\r\nBcc: all@acme.example"},
            {"subject": "Confirmed\r\n Bcc: all@acme.example"},
        ],
        ids=repr,
    )
    def test_what_cannot_be_written_fails_for_good_and_alone(
        self, session: Session, drop: MailDrop, wrong: dict[str, Any]
    ) -> None:
        make.mail(**wrong, audience=Audience.STAFF)
        make.mail()
        assert rounds.send_due() == Round(sent=1, failed=1)
        assert states(session) == [MailState.FAILED, MailState.SENT]


ALWAYS = {
    "From": "Training South West <bookings@trainingsouthwest.example>",
    "Reply-To": "Training South West office <office@trainingsouthwest.example>",
    "Date": "Tue, 24 Nov 2026 10:00:00 +0000",
    "Auto-Submitted": "auto-generated",
    "X-Auto-Response-Suppress": "OOF, AutoReply",
}


class TestFaults:
    def test_a_refused_address_fails_for_good_and_the_next_letter_goes(self, session: Session, drop: MailDrop) -> None:
        drop.refuses["nobody@acme.example"] = "550 5.1.1 No such person"
        make.mail(to_address="nobody@acme.example", audience=Audience.STAFF)
        make.mail()
        assert rounds.send_due() == Round(sent=1, failed=1)
        assert states(session) == [MailState.FAILED, MailState.SENT]
        assert session.scalars(select(Mail.error)).first() == "550 5.1.1 No such person"

    def test_a_greylisted_address_is_tried_again_after_a_minute(
        self, session: Session, drop: MailDrop, at_now: time_machine.Traveller
    ) -> None:
        drop.refuses["maya@acme.example"] = "451 Try later"
        make.mail()
        assert rounds.send_due() == Round(failed=1)
        drop.refuses.clear()
        assert rounds.send_due() == Round()
        at_now.move_to(NOW + MINUTE)
        assert rounds.send_due() == Round(sent=1)

    @pytest.mark.parametrize(("answer", "state"), [("554 No", MailState.FAILED), ("452 Full", MailState.WAITING)])
    def test_a_refused_letter_is_judged_by_its_code(
        self, session: Session, drop: MailDrop, answer: str, state: MailState
    ) -> None:
        drop.answers = [answer]
        make.mail(audience=Audience.STAFF)
        assert rounds.send_due() == Round(failed=1)
        assert states(session) == [state]

    def test_a_server_that_is_down_costs_one_mail_one_try(
        self, session: Session, drop: MailDrop, mail_by: Callable[[MailServer], None]
    ) -> None:
        mail_by(replace(drop.settings(), port=1))
        make.mail()
        make.mail()
        assert rounds.send_due() == Round(failed=1)
        assert list(session.scalars(select(Mail.attempts).order_by(Mail.id))) == [1, 0]

    def test_a_server_that_hangs_up_is_not_asked_again_in_this_round(self, session: Session, drop: MailDrop) -> None:
        drop.answers = ["421 Closing for the night"]
        make.mail()
        make.mail()
        assert rounds.send_due() == Round(failed=1)
        assert list(session.scalars(select(Mail.attempts).order_by(Mail.id))) == [1, 0]

    def test_a_server_that_stalls_is_left_after_the_time_out(self, session: Session, drop: MailDrop) -> None:
        drop.stalls_seconds = 4  # ours is 2
        make.mail()
        make.mail()
        assert rounds.send_due() == Round(failed=1)
        assert states(session) == [MailState.WAITING, MailState.WAITING]

    def test_a_line_cut_after_the_letter_was_taken_gives_a_copy_under_the_same_id(
        self, session: Session, drop: MailDrop, at_now: time_machine.Traveller
    ) -> None:
        drop.answers = ["cut"]
        make.mail()
        assert rounds.send_due() == Round(failed=1)
        at_now.move_to(NOW + MINUTE)
        assert rounds.send_due() == Round(sent=1)
        assert len(drop.received) == 2
        assert len({letter["Message-ID"] for letter in drop.received}) == 1

    def test_no_transaction_is_open_while_we_talk_to_the_server(
        self, session: Session, drop: MailDrop, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        from booking.post_office import carriers

        carry, open_meanwhile = carriers.Server.carry, []

        def watched(self: Any, letter: Any, *, now: datetime) -> None:
            open_meanwhile.append(db.session.registry.has() and db.session().in_transaction())
            carry(self, letter, now=now)

        monkeypatch.setattr(carriers.Server, "carry", watched)
        make.mail()
        db.session.commit()
        rounds.send_due()
        assert open_meanwhile == [False]


class TestTls:
    @pytest.mark.parametrize("security", ["starttls", "tls"])
    def test_a_server_with_a_certificate_of_its_own_making_is_refused(
        self, session: Session, mail_by: Callable[[MailServer], None], tmp_path: Path, security: str
    ) -> None:
        with running(self_signed(tmp_path), security=security) as server:
            mail_by(server.settings(security=security))
            make.mail()
            assert rounds.send_due() == Round(failed=1)
            assert server.received == []
        assert "certificate verify failed" in session.scalars(select(Mail.error)).one()

    @pytest.mark.parametrize("security", ["starttls", "tls"])
    def test_a_server_we_have_reason_to_trust_is_used(
        self,
        session: Session,
        mail_by: Callable[[MailServer], None],
        tmp_path: Path,
        monkeypatch: pytest.MonkeyPatch,
        security: str,
    ) -> None:
        with running(self_signed(tmp_path), security=security) as server:
            monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "certificate.pem"))
            mail_by(server.settings(security=security))
            make.mail()
            assert rounds.send_due() == Round(sent=1)

    def test_one_that_stalls_is_left_after_the_time_out(
        self,
        session: Session,
        mail_by: Callable[[MailServer], None],
        tmp_path: Path,
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        with running(self_signed(tmp_path), security="tls") as server:
            server.stalls_seconds = 4  # ours is 2
            monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "certificate.pem"))
            mail_by(server.settings(security="tls"))
            make.mail()
            assert rounds.send_due() == Round(failed=1)
            assert states(session) == [MailState.WAITING]

    @pytest.mark.parametrize(
        ("password", "done", "state"),
        [("ours", Round(sent=2), MailState.SENT), ("another", Round(failed=1), MailState.WAITING)],
    )
    def test_a_server_that_wants_a_password_gets_it_and_a_wrong_one_costs_one_mail_one_try(
        self,
        session: Session,
        mail_by: Callable[[MailServer], None],
        tmp_path: Path,
        monkeypatch: pytest.MonkeyPatch,
        password: str,
        done: Round,
        state: MailState,
    ) -> None:
        with running(self_signed(tmp_path), password="ours") as server:
            monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "certificate.pem"))
            mail_by(server.settings(security="starttls", username="bookings", password=password))
            for _ in range(2):
                make.mail()
            assert rounds.send_due() == done
        assert states(session) == [state, state]
        assert session.scalars(select(Mail.error)).first() in ("", "535 5.7.8 Authentication credentials invalid")

    def test_a_server_without_tls_gets_nothing(
        self, session: Session, drop: MailDrop, mail_by: Callable[[MailServer], None]
    ) -> None:
        mail_by(drop.settings(security="starttls"))
        make.mail()
        assert rounds.send_due() == Round(failed=1)
        assert drop.received == []


class TestTheFolder:
    def test_without_a_server_a_mail_is_a_file_and_the_same_mail_the_same_file(
        self, session: Session, mail_by: Callable[[MailServer], None], tmp_path: Path
    ) -> None:
        mail_by(MailServer(folder=tmp_path / "mail"))
        mail = make.mail()
        assert rounds.send_due() == Round(sent=1)
        mail.state = MailState.WAITING
        db.session.commit()
        assert rounds.send_due() == Round(sent=1)
        assert [file.name for file in (tmp_path / "mail").iterdir()] == [f"{mail.id:05}-confirmed.eml"]

    def test_a_folder_that_cannot_be_written_is_a_fault_that_passes(
        self, session: Session, mail_by: Callable[[MailServer], None], tmp_path: Path
    ) -> None:
        (tmp_path / "file").write_text("")
        mail_by(MailServer(folder=tmp_path / "file"))
        make.mail()
        assert rounds.send_due() == Round(failed=1)
        assert states(session) == [MailState.WAITING]


class TestTheClock:
    @pytest.mark.usefixtures("far_away")
    def test_it_is_utcs_and_the_day_londons_whatever_the_machine_shows(self, at_now: time_machine.Traveller) -> None:
        noon = NOW + timedelta(hours=2)  # tomorrow in Auckland
        at_now.shift(noon - NOW)  # `move_to` would bring the machine back
        assert (clock.now(), clock.today()) == (noon, noon.date())

    @pytest.mark.usefixtures("far_away")
    def test_what_is_stored_comes_back_as_the_same_instant(self, session: Session) -> None:
        mail = make.mail(due_at=NOW)
        session.refresh(mail)
        assert mail.due_at == NOW


class TestTheTimetable:
    def test_all_that_is_due_is_written_and_sent_and_a_heart_has_beaten(
        self, session: Session, drop: MailDrop, at_now: time_machine.Traveller
    ) -> None:
        make.visit()
        at_now.move_to(datetime(2027, 3, 23, 16, tzinfo=UTC))
        worker.run_timetable()
        kinds = set(session.scalars(select(Mail.kind).where(Mail.state == MailState.SENT)))
        assert kinds == {"reminder", "tomorrow", "week"}
        beats = session.scalars(select(Heartbeat.beat_at).filter_by(name="worker")).all()
        assert beats == [datetime(2027, 3, 23, 16, tzinfo=UTC)]

    def test_run_again_it_does_nothing_twice(
        self, session: Session, drop: MailDrop, at_now: time_machine.Traveller
    ) -> None:
        make.visit()
        at_now.move_to(datetime(2027, 3, 23, 16, tzinfo=UTC))
        worker.run_timetable()
        first = len(drop.received)
        worker.run_timetable()
        assert len(drop.received) == first

    def test_a_step_that_fails_is_logged_and_keeps_nothing_from_its_turn(
        self, session: Session, drop: MailDrop, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
    ) -> None:
        def broken(now: datetime) -> None:
            raise RuntimeError("a bug")

        monkeypatch.setattr(worker, "TIMETABLE", (broken, *worker.TIMETABLE))
        make.mail()
        db.session.commit()
        worker.run_timetable()
        assert states(session) == [MailState.SENT]
        assert "broken failed" in caplog.text


class TestTheKick:
    @pytest.fixture
    def kicked(self, app: Flask, client: FlaskClient) -> Callable[[int], int]:
        """How many jobs wait after a request that wrote a mail and answered with this status."""

        def send(status: int) -> int:
            queue = worker.jobs(app).queue
            queue.flush()
            with app.test_request_context("/", method="POST"):
                make.mail()
                db.session.info[outbox.WRITTEN] = True
                worker.kick(app.make_response(("", status)))
            return int(queue.pending_count())

        return send

    def test_a_press_that_sends_a_mail_wakes_the_worker(self, app: Flask, client: FlaskClient) -> None:
        make.cora(email="cora@example.com")
        queue = worker.jobs(app).queue
        queue.flush()
        client.send("/staff/forgot", {"email": "nobody@example.com"})  # type: ignore[attr-defined]  # a PageClient
        assert queue.pending_count() == 0
        client.send("/staff/forgot", {"email": "cora@example.com"})  # type: ignore[attr-defined]  # a PageClient
        assert queue.pending_count() == 1

    @pytest.mark.parametrize(("status", "jobs"), [(303, 1), (200, 1), (422, 0), (500, 0)])
    def test_a_request_that_wrote_mail_wakes_the_worker(
        self, kicked: Callable[[int], int], status: int, jobs: int
    ) -> None:
        assert kicked(status) == jobs

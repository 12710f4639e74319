"""Personal data: all of it found, handed out, erased without a trace, and gone when its time is up."""

import logging
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import time_machine
from flask import Flask
from sqlalchemy import func, select, update
from sqlalchemy.orm import scoped_session

from booking import leftovers, worker
from booking.db import db, transaction
from booking.domain.access import WORKER
from booking.domain.errors import Refused
from booking.domain.lifecycle import EnquiryState, VisitState
from booking.domain.post import MailState
from booking.models import (
    Base,
    Contact,
    Draft,
    Enquiry,
    Heartbeat,
    HistoryEntry,
    Link,
    Mail,
    Note,
    Response,
    Trainer,
    Visit,
)
from booking.models.personal import GONE, PERSONAL
from booking.post_office import rounds
from booking.services import privacy
from config import settings
from tests import canaries, make
from tests.canaries import EMAIL
from tests.commands import flask
from tests.conftest import NOW

Session = scoped_session[Any]


@pytest.fixture(autouse=True)
def clock() -> Iterator[time_machine.Traveller]:
    with time_machine.travel(NOW, tick=False) as traveller:
        yield traveller


@pytest.fixture
def served(fresh_app: Callable[..., Flask]) -> Iterator[Flask]:
    """An application whose commits are real."""
    app = fresh_app()
    with app.app_context():
        yield app
        db.session.remove()


def stored(app: Flask) -> bytes:
    """Every byte that the database keeps of its rows: SQLite's files as they lie there, PostgreSQL's tables as read."""
    db.session.rollback()
    if db.engine.dialect.name == "sqlite":
        file = Path(db.engine.url.database or "")
        return b"".join(each.read_bytes() for each in file.parent.glob(f"{file.name}*"))
    tables = Base.metadata.sorted_tables
    return repr([[tuple(row) for row in db.session.execute(select(table))] for table in tables]).encode()


def mailed() -> bytes:
    return b"".join(file.read_bytes() for file in sorted(settings().mail.folder.glob("*.eml")))


def held(words: dict[str, str], *places: bytes) -> list[str]:
    """Which of these words stand in any of these places."""
    return [where for where, word in words.items() if any(word.encode() in place for place in places)]


class TestTheList:
    def test_a_canary_sits_in_every_table_that_tells_about_a_person(self, session: Session) -> None:
        assert set(canaries.customer()) == canaries.ABOUT_CUSTOMERS
        assert set(canaries.trainer()) >= canaries.ABOUT_TRAINERS
        assert set(PERSONAL) | set(GONE) == canaries.ABOUT_CUSTOMERS | canaries.ABOUT_TRAINERS


class TestExport:
    def test_every_personal_column_is_in_the_copy(self, app: Flask, session: Session) -> None:
        words = canaries.mark(canaries.customer())
        export = privacy.export(EMAIL.upper(), actor=WORKER, now=NOW)
        missing = {where for where, word in words.items() if word not in export.json}
        # A trainer's week tells of other customers too.
        assert missing == {"schedules.visits"}
        assert EMAIL in export.json

    def test_the_page_to_read_says_the_same(self, app: Flask, session: Session) -> None:
        words = canaries.mark(canaries.customer())
        session.commit()
        page = flask(app, "privacy", "export", EMAIL, "--html").output
        assert {where for where, word in words.items() if word not in page} == {"schedules.visits"}

    def test_what_a_trainer_is_told_of_is_in_theirs(self, session: Session) -> None:
        rows = canaries.trainer()
        words = canaries.mark(rows)
        ann = rows[Trainer]
        assert isinstance(ann, Trainer)
        export = privacy.export(ann.email, actor=WORKER, now=NOW)
        assert [where for where, word in words.items() if word not in export.json] == []

    def test_no_secret_and_nobody_elses_row_is_in_it(self, session: Session) -> None:
        link = canaries.customer()[Link]
        other = canaries.mark(canaries.customer("ben@other.example"))
        export = privacy.export(EMAIL, actor=WORKER, now=NOW)
        assert held(other, export.json.encode()) == []
        assert isinstance(link, Link)
        assert link.nonce not in export.json
        assert link.token_hash not in export.json

    def test_that_it_was_handed_out_is_in_the_history(self, session: Session) -> None:
        enquiry = canaries.customer()[Enquiry]
        privacy.export(EMAIL, actor=WORKER, now=NOW)
        entry = session.scalars(select(HistoryEntry).filter_by(act="exported")).one()
        assert isinstance(enquiry, Enquiry)
        assert (entry.enquiry_id, EMAIL in entry.words) == (enquiry.id, False)

    @pytest.mark.parametrize("email", ["nobody@acme.example", "", " "])
    def test_nobody_is_nobody(self, session: Session, email: str) -> None:
        make.contact(make.firm(), email="")
        with pytest.raises(Refused, match="We keep nothing about that address"):
            privacy.export(email, actor=WORKER, now=NOW)


class TestErase:
    def test_not_a_byte_is_left_in_database_mails_and_logs(
        self, served: Flask, caplog: pytest.LogCaptureFixture
    ) -> None:
        caplog.set_level(logging.DEBUG)
        others = 20 if db.engine.dialect.name == "sqlite" else 2  # so that pages of its file are filled and split
        with transaction():
            for number in range(others):
                canaries.customer(f"other{number}@other.example")
            words = {**canaries.mark(canaries.customer()), "address": EMAIL}
            for number in range(others):
                canaries.customer(f"another{number}@other.example")
            make.findable()
        rounds.send_due()
        with transaction():  # sending has taken it away
            db.session.execute(update(Mail).filter_by(to_address=EMAIL).values(error=words["mails.error"]))
        assert set(words) - set(held(words, stored(served), mailed())) == set()
        with transaction():
            privacy.erase(EMAIL, actor=WORKER, now=NOW)
        leftovers.sweep()
        assert held(words, stored(served), mailed(), caplog.text.encode()) == []
        searched = {where: word.lower() for where, word in words.items() if where != "address"}
        assert held(searched, stored(served)) == []
        assert len(list(settings().mail.folder.glob("*.eml"))) == 2 * others

    def test_money_dates_and_counts_stay(self, session: Session) -> None:
        visit = canaries.customer()[Visit]
        assert isinstance(visit, Visit)
        session.execute(update(Mail).values(state=MailState.SENT))
        before = visit.price_pence, visit.first_day, visit.county, visit.people_came, visit.state, visit.reference
        privacy.erase(EMAIL, actor=WORKER, now=NOW)
        session.refresh(visit)
        assert before == (
            *(visit.price_pence, visit.first_day, visit.county, visit.people_came, visit.state, visit.reference),
        )
        counts = [session.scalar(select(func.count()).select_from(each)) for each in (Contact, Enquiry, Visit, Mail)]
        assert counts == [1, 1, 1, 1]
        assert [session.scalar(select(func.count()).select_from(each)) for each in (Note, Draft, Link)] == [0, 0, 0]

    def test_the_history_says_that_and_not_about_whom(self, session: Session) -> None:
        canaries.customer()
        session.execute(update(Mail).values(state=MailState.SENT))
        privacy.erase(EMAIL, actor=WORKER, now=NOW)
        entry = session.scalars(select(HistoryEntry).filter_by(act="erased")).one()
        assert (entry.actor_name, entry.words) == ("The system", "Erased one person, who is named nowhere any more")

    def test_a_firm_keeps_its_name_while_somebody_else_is_there(self, session: Session) -> None:
        firm = make.firm("Acme Joinery")
        make.enquiry(of=firm, contact=make.contact(firm, email="maya@acme.example"))
        make.enquiry(of=firm, contact=make.contact(firm, name="Ben Poole", email="ben@acme.example"))
        privacy.erase("maya@acme.example", actor=WORKER, now=NOW)
        session.expire_all()
        assert firm.name == "Acme Joinery"
        privacy.erase("ben@acme.example", actor=WORKER, now=NOW)
        session.expire_all()
        assert firm.name == "Erased"

    def test_an_open_enquiry_is_closed_so_that_nobody_looks_for_the_person(self, session: Session) -> None:
        enquiry = make.enquiry(EnquiryState.TALKING)
        privacy.erase(EMAIL, actor=WORKER, now=NOW)
        session.refresh(enquiry)
        assert enquiry.state is EnquiryState.LOST

    @pytest.mark.parametrize("state", [VisitState.REQUESTED, VisitState.OFFERED, VisitState.CONFIRMED])
    def test_a_visit_ahead_has_to_be_cancelled_first(self, session: Session, state: VisitState) -> None:
        visit = make.visit(state)
        with pytest.raises(privacy.StillNeeded) as refusal:
            privacy.erase(EMAIL, actor=WORKER, now=NOW)
        assert refusal.value.references == [visit.reference]

    def test_an_email_on_its_way_has_to_go_first(self, session: Session) -> None:
        visit = make.visit(VisitState.CANCELLED)
        mail = make.mail(to_address="ann@trainers.example", visit_id=visit.id)
        with pytest.raises(privacy.StillNeeded, match="has not gone out"):
            privacy.erase(EMAIL, actor=WORKER, now=NOW)
        mail.state = MailState.SENT
        privacy.erase(EMAIL, actor=WORKER, now=NOW)

    def test_a_mail_that_tells_of_several_goes_when_it_names_the_person(self, session: Session) -> None:
        enquiry = make.enquiry()
        digest = make.mail(MailState.SENT, to_address="cora@x.example", text=f"Answer Maya. {enquiry.reference}.\n")
        other = make.mail(MailState.SENT, to_address="cora@x.example", text="Answer Ben. TSW-0000-0000.\n")
        privacy.erase(EMAIL, actor=WORKER, now=NOW)
        session.expire_all()
        assert (digest.text, other.text) == ("", "Answer Ben. TSW-0000-0000.\n")

    def test_a_mail_that_names_somebody_with_a_like_address_stays(self, session: Session) -> None:
        person = make.contact(make.firm(), email="ann@acme.example")
        other = make.mail(
            MailState.SENT, text="New: joann@acme.example, ann@acme.example.org", to_address="cora@x.example"
        )
        named = make.mail(MailState.SENT, text="New: Ann Lee <ANN@acme.example>.", to_address="cora@x.example")
        session.flush()
        privacy.erase(f" {person.email} ", actor=WORKER, now=NOW)
        session.expire_all()
        assert (other.text, named.text) == ("New: joann@acme.example, ann@acme.example.org", "")

    def test_somebody_who_never_sent_anything_is_found_by_what_they_began(self, session: Session) -> None:
        held = make.visit(VisitState.HELD)
        make.draft(held)
        session.add(
            Response(
                **{"visitor": "x", "subject": "self", "instrument": "x", "scorer": "x", "resume_email": EMAIL.upper()},
                **{"started_at": NOW, "updated_at": NOW},
            )
        )
        session.flush()
        assert dict(privacy.heights(EMAIL)) == {"drafts": 1, "responses": 1, "visits": 1}
        privacy.erase(EMAIL, actor=WORKER, now=NOW)
        assert dict(privacy.heights(EMAIL)) == {}

    def test_a_trainer_who_has_left_leaves_no_word(self, served: Flask) -> None:
        with transaction():
            rows = canaries.trainer()
            words = canaries.mark(rows)
            ann = rows[Trainer]
            assert isinstance(ann, Trainer)
            email = ann.email
        with transaction():
            privacy.erase(email, actor=WORKER, now=NOW)
        leftovers.sweep()
        assert held({**words, "address": email}, stored(served)) == []

    def test_a_trainer_who_trains_for_us_stays(self, session: Session) -> None:
        with pytest.raises(privacy.StillNeeded, match="Take them off the trainers first"):
            privacy.erase(make.ann().email, actor=WORKER, now=NOW)


class TestPurge:
    def test_when_all_time_is_up_not_a_byte_is_left(self, served: Flask, clock: time_machine.Traveller) -> None:
        with transaction():
            rows = canaries.customer()
            words = {**canaries.mark(rows), "address": EMAIL}
        rounds.send_due()
        clock.move_to(datetime(2032, 11, 30, 4, tzinfo=UTC))
        flask(served, "privacy", "purge")
        assert held(words, stored(served), mailed()) == []

    def test_until_then_nothing_goes(self, session: Session) -> None:
        canaries.customer()
        session.execute(update(Mail).values(state=MailState.SENT))
        found = {words: count for words, count in privacy.due(NOW).items() if count}
        assert found == {}

    @pytest.mark.parametrize(
        ("kind", "last"),
        [
            ("people whose time is up", datetime(2032, 10, 25, 23, 59, tzinfo=UTC)),  # the visit was on 25 October
            ("notes of colleagues", datetime(2028, 11, 24, 10, tzinfo=UTC)),
            ("visits with words about the day", datetime(2028, 10, 25, 23, 59, tzinfo=UTC)),
            ("answers to the questions", datetime(2027, 11, 24, 10, tzinfo=UTC)),
            ("unfinished bookings", datetime(2026, 12, 24, 10, tzinfo=UTC)),
            ("emails with their text", datetime(2027, 2, 22, 10, tzinfo=UTC)),
            ("weeks told to trainers", datetime(2027, 2, 22, 10, tzinfo=UTC)),
        ],
    )
    def test_each_kind_has_its_day(self, session: Session, kind: str, last: datetime) -> None:
        canaries.mark(canaries.customer())
        session.execute(update(Mail).values(state=MailState.SENT))
        assert [privacy.due(at)[kind] for at in (last, last + timedelta(minutes=1))] == [0, 1]

    def test_an_enquiry_that_came_to_nothing_goes_a_year_after_the_last_word(self, session: Session) -> None:
        enquiry = make.enquiry()
        kind, day = "people whose time is up", timedelta(days=1)
        assert [privacy.due(NOW + each * day)[kind] for each in (365, 366)] == [0, 1]
        session.add(
            HistoryEntry(at=NOW + 100 * day, actor="x", actor_name="x", act="moved", words="x", enquiry_id=enquiry.id)
        )
        session.flush()
        assert [privacy.due(NOW + each * day)[kind] for each in (366, 466, 467)] == [0, 0, 1]  # 2028 has a 29 February

    def test_nobody_goes_while_a_visit_is_ahead(self, session: Session) -> None:
        make.visit(VisitState.REQUESTED, day=NOW.date() + timedelta(days=500))
        assert privacy.due(NOW + timedelta(days=400))["people whose time is up"] == 0
        assert privacy.due(NOW + timedelta(days=501))["people whose time is up"] == 1

    def test_a_mail_that_waits_is_not_touched_and_one_that_failed_asks_for_nothing_more(self, session: Session) -> None:
        waiting, failed = make.mail(), make.mail(MailState.FAILED)
        assert privacy.purge(NOW + timedelta(days=91)) == {"emails with their text": 1}
        session.expire_all()
        assert (waiting.text != "", failed.text, failed.state) == (True, "", MailState.WITHDRAWN)

    def test_a_batch_is_bounded_and_the_next_goes_on(self, session: Session) -> None:
        for _ in range(5):
            make.mail(MailState.SENT)
        later = NOW + timedelta(days=91)
        assert [sum(privacy.purge(later, most=2).values()) for _ in range(4)] == [2, 2, 1, 0]

    def test_a_dry_run_counts_and_changes_nothing(self, app: Flask, session: Session) -> None:
        make.mail(MailState.SENT, created_at=NOW - timedelta(days=91))
        session.commit()
        done = flask(app, "privacy", "purge", "--dry-run")
        assert "     1 emails with their text\n" in done.output
        assert done.output.endswith("     1 in all\n")
        assert session.scalars(select(Mail.text)).one() != ""


class TestTheNight:
    def due(self, count: int = 3) -> None:
        for _ in range(count):
            make.mail(MailState.SENT, created_at=NOW - timedelta(days=91))

    def test_it_begins_at_three_and_then_rests_for_the_day(self, session: Session) -> None:
        self.due()
        hours = [datetime(2026, 11, 25, hour, tzinfo=UTC) for hour in (2, 3, 4, 5)]
        assert [privacy.nightly(at) for at in hours] == [0, 3, 0, 0]
        self.due()
        again = (datetime(2026, 11, 25, 23, tzinfo=UTC), datetime(2026, 11, 26, 2, 59, tzinfo=UTC))
        assert [privacy.nightly(at) for at in again] == [0, 0]
        assert privacy.nightly(datetime(2026, 11, 26, 3, tzinfo=UTC)) == 3

    def test_a_worker_that_was_down_at_night_does_it_by_day(self, session: Session) -> None:
        self.due()
        assert privacy.nightly(datetime(2026, 11, 25, 15, tzinfo=UTC)) == 3

    def test_days_are_londons(self, session: Session) -> None:
        """3am of a summer's day is 2am UTC."""
        self.due()
        assert [privacy.nightly(datetime(2027, 6, 1, *at, tzinfo=UTC)) for at in ((1, 59), (2, 0))] == [0, 3]

    def test_two_workers_at_once_are_harmless(self, served: Flask) -> None:
        with transaction():
            db.session.add(Heartbeat(name="purge", beat_at=NOW))
            self.due(1)
        now = datetime(2026, 11, 25, 3, tzinfo=UTC)
        with transaction():
            assert privacy.nightly(now) == 1
            if db.engine.dialect.name == "postgresql":  # SQLite writes one at a time
                with served.app_context(), transaction():
                    assert privacy.nightly(now) == 0
        with transaction():
            privacy.nightly(now)
        assert db.session.scalars(select(Heartbeat.beat_at).filter_by(name="purge")).all() == [now]

    def test_it_is_on_the_workers_timetable(self) -> None:
        assert privacy.nightly in worker.TIMETABLE

"""Different people at once at one date or one visit: staff, trainers, firms, the worker. One wins, nothing is torn."""

from datetime import UTC, datetime, time, timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import delete, func, select

from booking.db import db
from booking.domain.access import Actor
from booking.domain.days import Half, Slot
from booking.domain.lifecycle import TrainerAnswer, VisitState
from booking.domain.places import County, parse_postcode
from booking.models import Absence, Course, Draft, Enquiry, Firm, Mail, Schedule, Trainer, Visit, VisitSlot
from booking.models import Act as Pressed
from booking.queries import enquiries
from booking.queries.desk.finding import words_of
from booking.queries.diaries import live
from booking.services import drafts, privacy, undo, visits
from booking.services.enquiries import correct_contact
from booking.services.records import rosters
from booking.services.road import leave
from booking.services.timetable import schedules
from tests import make
from tests.conftest import NOW
from tests.faults.racing import (
    AT,
    CLIENTS,
    LATER,
    Act,
    Fresh,
    arranged,
    clients,
    hold,
    one_request,
    owners,
    race,
    staff,
)
from tests.make import DAY
from tests.services.test_finding import stored

NEXT = Slot(DAY - timedelta(days=1), Half.AM)
REASON = "They asked for this on the phone"


def visit_of(number: int) -> Visit:
    return db.session.get_one(Visit, number)


def cora(app: Flask) -> Actor:
    actor: Actor = arranged(app, lambda: staff(make.cora().id))
    return actor


def confirmed(**changes: Any) -> int:
    """A confirmed visit of Ann's on the day everybody wants."""
    course = make.course()
    return make.visit(course=course, trainer=make.ann(course), **changes).id


def count(app: Flask, *which: Any) -> int:
    with app.app_context():
        return db.session.scalar(select(func.count()).where(*which)) or 0


def state(app: Flask, number: int) -> tuple[VisitState, TrainerAnswer]:
    with app.app_context():
        return visit_of(number).state, visit_of(number).trainer_answer


def test_one_of_fifty_visits_that_staff_enter_gets_the_date(fresh_app: Fresh) -> None:
    app = fresh_app()
    arranged(app, lambda: make.ann(make.course()))
    ids = arranged(app, lambda: [make.enquiry().id for _ in range(CLIENTS)])
    actor, place = cora(app), visits.Place("Unit 4", "Exeter", "EX2 8AA", "EX2", County.DEVON)

    def book(number: int) -> None:
        what: dict[str, Any] = {"place": place, "on_the_day": visits.OnTheDay(), "at": AT, "actor": actor}
        course = db.session.scalars(select(Course)).one()
        enquiry = enquiries.complete(ids[number])
        assert enquiry is not None
        visits.book(enquiry, course=course, **what, now=NOW)

    assert race(app, clients(book))["won"] == 1
    assert (owners(app), count(app, Visit.id > 0)) == (1, 1)


def test_one_of_fifty_holds_that_ran_out_is_renewed(fresh_app: Fresh) -> None:
    app = fresh_app()

    def held() -> list[int]:
        course = make.course()
        ann = make.ann(course)
        each: dict[str, Any] = {"course": course, "trainer": ann}
        return [make.visit(VisitState.HELD, **each, is_placed=n == 0, visitor=f"v{n}").id for n in range(CLIENTS)]

    ids = arranged(app, held)
    found = race(app, clients(lambda number: visits.renew(visit_of(ids[number]), now=LATER) and "won"))
    assert found == {"won": 1, "taken": CLIENTS - 1}


def test_a_visitor_in_fifty_tabs_holds_one_date(fresh_app: Fresh) -> None:
    app = fresh_app()
    arranged(app, lambda: make.ann(make.course(), weekly_limit=14))
    arranged(app, place)
    days = [day for n in range(1, 70) if (day := DAY - timedelta(days=n)).weekday() < 5]

    def choose(number: int) -> None:
        drafts.set_date("one", network="home", at=Slot(days[number % len(days)], Half.AM), now=NOW)

    assert race(app, clients(choose))["won"] >= 1
    assert count(app, VisitSlot.id > 0, live(NOW)) == 2
    assert count(app, Visit.state == VisitState.HELD) == 1


def place() -> None:
    """Where a visitor wants it."""
    course = db.session.scalars(select(Course)).one()
    drafts.set_place("one", course=course, county=County.DEVON, postcode=parse_postcode("EX2 8AA"), now=NOW)


def test_a_request_that_fifty_tabs_send_is_one(fresh_app: Fresh) -> None:
    app = fresh_app()

    def filled_in() -> int:
        course = make.course()
        held = make.visit(VisitState.HELD, course=course, trainer=make.ann(course), visitor="one")
        draft = make.draft(held)
        draft.visit_id = None  # tidied away long ago: sending it holds a date first
        db.session.flush()
        db.session.execute(delete(VisitSlot))
        db.session.execute(delete(Visit))
        make.trainer("Ben Cole", courses=[course])
        return draft.id

    number = arranged(app, filled_in)
    race(app, clients(lambda _n: visits.request(db.session.get_one(Draft, number), network="home", now=NOW) and "won"))
    assert (count(app, Visit.id > 0), count(app, Enquiry.id > 0), count(app, VisitSlot.id > 0)) == (1, 1, 2)


def test_one_of_twenty_visits_is_moved_by_staff_to_a_date(fresh_app: Fresh) -> None:
    app = fresh_app()
    actor = cora(app)

    def requests() -> list[int]:
        course = make.course()
        ann = make.ann(course, weekly_limit=14)
        days = [day for n in range(1, 40) if (day := DAY - timedelta(days=n)).weekday() < 5]
        asked: dict[str, Any] = {"course": course, "trainer": ann, "address_confirmed_at": NOW}
        return [make.visit(VisitState.REQUESTED, **asked, day=day).id for day in days[:20]]

    ids = arranged(app, requests)
    found = race(
        app, clients(lambda n: visits.move_by_staff(visit_of(ids[n]), at=AT, reason=REASON, actor=actor, now=NOW), 20)
    )
    assert (found["won"], owners(app)) == (1, 1)


def test_a_visit_that_fifty_people_cancel_is_cancelled_once(fresh_app: Fresh) -> None:
    app = fresh_app()
    number, actor = arranged(app, confirmed), cora(app)

    def cancel(n: int) -> None:
        if n % 2:
            visits.cancel_by_firm(visit_of(number), now=NOW)
        else:
            visits.cancel_by_staff(visit_of(number), reason=REASON, actor=actor, now=NOW)

    found = race(app, clients(cancel))
    assert (found["won"], owners(app)) == (1, 0)
    assert count(app, Mail.kind == "cancelled") == 1


def test_a_date_that_is_cancelled_goes_to_one_of_those_who_wait(fresh_app: Fresh) -> None:
    app = fresh_app()
    number, actor = arranged(app, confirmed), cora(app)

    def cancel(_n: int) -> str:
        visits.cancel_by_staff(visit_of(number), reason=REASON, actor=actor, now=NOW)
        return "cancelled"

    found = race(app, [cancel, *clients(hold, CLIENTS - 1)])
    assert (found["cancelled"], found["won"] <= 1) == (1, True)
    assert owners(app) == found["won"]
    again = race(app, [hold])
    assert again == ({"taken": 1} if found["won"] else {"won": 1})


def test_a_cancellation_is_undone_or_its_date_given_away_never_both(fresh_app: Fresh) -> None:
    app = fresh_app()
    number, actor = arranged(app, confirmed), cora(app)
    arranged(app, lambda: visits.cancel_by_staff(visit_of(number), reason=REASON, actor=actor, now=NOW))

    def back(_n: int) -> None:
        undo.undo(db.session.scalars(select(Pressed.id)).one(), actor=actor, now=NOW)

    found = race(app, [back, *clients(hold, CLIENTS - 1)])
    assert (found["won"], owners(app)) == (1, 1)
    assert state(app, number)[0] in (VisitState.CONFIRMED, VisitState.CANCELLED)


def test_an_undo_that_is_pressed_fifty_times_is_done_once(fresh_app: Fresh) -> None:
    app = fresh_app()
    number, actor = arranged(app, confirmed), cora(app)
    arranged(app, lambda: visits.cancel_by_staff(visit_of(number), reason=REASON, actor=actor, now=NOW))
    press = lambda _n: undo.undo(1, actor=actor, now=NOW) and "won"  # noqa: E731  # an act like the others
    assert race(app, clients(press))["won"] == 1
    assert (state(app, number)[0], owners(app)) == (VisitState.CONFIRMED, 1)


def test_a_proposed_date_is_accepted_kept_or_cancelled_never_two_of_them(fresh_app: Fresh) -> None:
    app = fresh_app()
    number, actor = arranged(app, confirmed), cora(app)
    arranged(app, lambda: visits.move_by_firm(visit_of(number), at=NEXT, now=NOW))

    def accept(_n: int) -> str:
        visits.accept(visit_of(number), db.session.get_one(Trainer, 1), now=NOW)
        return "accepted"

    def keep(_n: int) -> str:
        visits.keep_date(visit_of(number), actor=actor, now=NOW)
        return "kept"

    found = race(app, [accept, keep] * (CLIENTS // 2))
    assert found["accepted"] + found["kept"] == 1
    assert count(app, VisitSlot.visit_id == number) == 2
    assert count(app, Visit.proposed_day.is_not(None)) == 0


def test_one_of_twenty_refused_visits_gets_the_last_trainer(fresh_app: Fresh) -> None:
    """Each is declined by its own trainer at the same moment; one more teaches them all."""
    app = fresh_app()

    def asked() -> list[tuple[int, int]]:
        courses = [make.course(f"Course {n}") for n in range(20)]
        make.trainer("Zoe Last", courses=courses)
        rows = []
        for course in courses:
            own = make.trainer(courses=[course])
            waiting: dict[str, Any] = {"trainer_answer": TrainerAnswer.ASKED, "address_confirmed_at": NOW}
            visit = make.visit(VisitState.REQUESTED, course=course, trainer=own, **waiting)
            rows.append((visit.id, own.id))
        return rows

    ids = arranged(app, asked)

    def decline(n: int) -> None:
        visits.decline(visit_of(ids[n][0]), db.session.get_one(Trainer, ids[n][1]), now=NOW)

    found = race(app, clients(decline, len(ids)))
    assert found["won"] + found["overtaken"] == len(ids)
    with app.app_context():
        last = db.session.scalars(select(Trainer.id).filter_by(name="Zoe Last")).one()
    assert count(app, Visit.trainer_id == last) == 1
    assert count(app, Visit.trainer_id.is_(None)) == found["won"] - 1


def test_eight_workers_pass_over_a_silent_trainer_once(fresh_app: Fresh) -> None:
    app = fresh_app()
    asked = {"trainer_answer": TrainerAnswer.ASKED, "answer_due_at": NOW}
    number, _ = arranged(app, lambda: one_request(**asked))
    race(app, clients(lambda _n: visits.pass_over_silent(NOW), 8))
    assert count(app, Mail.kind == "no_answer", Mail.visit_id == number) == 1
    assert count(app, VisitSlot.id > 0) == 0


def test_eight_workers_write_a_trainers_week_once(fresh_app: Fresh, caplog: pytest.LogCaptureFixture) -> None:
    app = fresh_app()
    arranged(app, make.visit)
    friday = datetime.combine(DAY - timedelta(days=DAY.weekday() + 3), time(14), UTC)
    assert race(app, clients(lambda _n: schedules.queue_due(friday), 8)) == {"won": 8}
    assert (count(app, Schedule.id > 0), count(app, Mail.kind == "week"), caplog.messages) == (1, 1, [])


def test_people_of_one_firm_who_are_corrected_and_erased_at_once_leave_no_word_behind(fresh_app: Fresh) -> None:
    app = fresh_app()

    def colleagues() -> list[int]:
        firm = make.firm()
        people = [make.contact(firm, name=f"Person {n}", email=f"p{n}@acme.example") for n in range(CLIENTS)]
        made = [make.enquiry(of=firm, contact=each).id for each in people]
        make.findable()
        return made

    numbers, actor = arranged(app, colleagues), cora(app)

    def change(n: int) -> object:
        if n == 0:
            return privacy.erase("p0@acme.example", actor=actor, now=NOW) and "won"
        enquiry = enquiries.complete(numbers[n])
        assert enquiry is not None
        correct_contact(enquiry, name=f"Name {n}", phone="", email=f"n{n}@acme.example", actor=actor, now=NOW)
        return "won"

    assert race(app, clients(change)) == {"won": CLIENTS}
    with app.app_context():
        assert stored(db.session) == words_of(db.session.scalars(select(Firm.id)).all())


@pytest.mark.parametrize("latest", [0, 1])
def test_a_request_is_confirmed_or_expires_never_half_of_each(fresh_app: Fresh, latest: int) -> None:
    app = fresh_app()

    def waiting() -> int:
        course = make.course()
        ann = make.ann(course)
        return make.visit(VisitState.REQUESTED, course=course, trainer=ann, confirm_by_at=NOW).id

    number = arranged(app, waiting)
    sweep: Act = lambda _n: visits.expire_due(NOW)  # noqa: E731  # an act like the others
    press: Act = lambda _n: visits.confirm_address(visit_of(number), now=NOW) and "won"  # noqa: E731  # the same
    race(app, [sweep, press] * (CLIENTS // 2))
    race(app, [press, sweep][: latest + 1])
    assert state(app, number) == (VisitState.REQUESTED, TrainerAnswer.ASKED)
    assert (owners(app), count(app, Mail.kind == "offer")) == (1, 1)


def test_holds_that_ran_out_are_let_go_and_swept_away_at_once(fresh_app: Fresh) -> None:
    app = fresh_app()

    def held() -> None:
        course = make.course()
        ann = make.ann(course)
        for number in range(CLIENTS // 2):
            day = DAY + timedelta(days=7 * number)
            make.visit(VisitState.HELD, course=course, trainer=ann, day=day, visitor=f"v{number}")

    arranged(app, held)
    sweep: Act = lambda _n: visits.expire_due(LATER) and "won"  # noqa: E731  # an act like the others
    leave_it: Act = lambda n: visits.let_go(f"v{n // 2}", now=LATER)  # noqa: E731  # the same
    assert race(app, [sweep, leave_it] * (CLIENTS // 2)) == {"won": CLIENTS}
    assert (count(app, Visit.state == VisitState.EXPIRED), owners(app)) == (CLIENTS // 2, 0)


def test_absences_and_holds_at_once_leave_one_hold_and_every_absence(fresh_app: Fresh) -> None:
    app = fresh_app()
    arranged(app, lambda: make.ann(make.course()))
    actor = cora(app)

    def away(_n: int) -> str:
        last = Slot(DAY, Half.PM)
        when: dict[str, Any] = {"first": AT, "last": last, "kind": "leave", "note": ""}
        rosters.add_absence(db.session.get_one(Trainer, 1), **when, actor=actor, now=NOW)
        return "away"

    found = race(app, [away, hold] * (CLIENTS // 2))
    assert (found["away"], found["won"] <= 1, owners(app)) == (CLIENTS // 2, True, found["won"])
    assert race(app, [lambda _n: hold(99)]) == {"taken": 1}


def test_days_off_that_are_pressed_ten_times_are_there_once(fresh_app: Fresh) -> None:
    app = fresh_app()
    arranged(app, lambda: make.ann(make.course()))

    def off(_n: int) -> None:
        trainer = db.session.get_one(Trainer, 1)
        first = AT.number
        days: dict[str, Any] = {"first_slot": first, "last_slot": first + 13, "off": [first, first + 1]}
        leave.set_days(trainer, **days, actor=visits.actor_of(trainer), now=NOW)

    race(app, clients(off, 10))
    assert count(app, Absence.id > 0) == 1

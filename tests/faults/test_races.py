"""Fifty people at once for one thing: exactly one gets it, the others hear so politely, and nobody is lost.

Each runs in a thread with a connection and a transaction of its own, on a database of its own.
"""

from datetime import date, timedelta
from typing import cast

from alembic.migration import MigrationContext
from alembic.operations import Operations
from sqlalchemy import func, select

from booking.db import db, transaction
from booking.domain.access import Actor, ActorKind, Purpose
from booking.domain.days import Half, Slot, run_of
from booking.domain.lifecycle import TrainerAnswer, VisitState
from booking.domain.places import County
from booking.domain.post import MailState
from booking.models import Course, Draft, Link, Mail, Trainer, Visit, VisitSlot
from booking.queries import dates
from booking.services import slots, visits
from booking.services import staff as colleagues
from booking.services.records import rosters
from tests import make
from tests.conftest import NOW, Database
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
    wishes,
)
from tests.make import DAY

BUSY = "Ann Bell is in Exeter that morning"  # whoever comes when it is settled reads why


def test_one_of_fifty_visitors_holds_a_date(fresh_app: Fresh) -> None:
    app = fresh_app()
    arranged(app, lambda: make.ann(make.course()))
    assert race(app, clients(hold)) == {"won": 1, "taken": CLIENTS - 1}
    assert owners(app) == 1


def test_one_visitor_with_fifty_tabs_holds_one_date(fresh_app: Fresh) -> None:
    app = fresh_app()
    arranged(app, lambda: make.ann(make.course()))
    tabs = [lambda number, day=DAY + timedelta(days=n % 4): hold(7, at=Slot(day, Half.AM)) for n in range(CLIENTS)]
    race(app, cast(list[Act], tabs))
    with app.app_context():
        assert db.session.scalar(select(func.count(Visit.id)).filter_by(state=VisitState.HELD)) == 1


def test_those_who_lose_a_date_find_others(fresh_app: Fresh) -> None:
    app = fresh_app()
    arranged(app, lambda: make.ann(make.course()))
    race(app, clients(hold, 2))
    with app.app_context():
        course = db.session.scalars(select(Course)).one()
        found = dates.openings(course=course, county=County.DEVON, outcode="EX2", now=NOW)
        assert (found.has(AT), len(found.nearest(AT, 3))) == (False, 3)


def test_one_of_fifty_holds_that_ran_out_is_sent(fresh_app: Fresh) -> None:
    app = fresh_app()
    ids = arranged(app, holds_that_ran_out)

    def send(number: int) -> object:
        return visits.request(db.session.get_one(Draft, ids[number]), network=f"n{number}", now=LATER)

    assert race(app, clients(send)) == {"won": 1, "taken": CLIENTS - 1}
    assert owners(app) == 1


def holds_that_ran_out() -> list[int]:
    """Fifty filled-in drafts whose holds have run out: the rows of one are still there, the others' were taken over."""
    course = make.course()
    ann = make.ann(course)
    held = [
        make.visit(VisitState.HELD, course=course, trainer=ann, is_placed=n == 0, visitor=f"v{n}")
        for n in range(CLIENTS)
    ]
    return [make.draft(visit).id for visit in held]


def test_one_of_fifty_late_confirmations_gets_the_date(fresh_app: Fresh) -> None:
    app = fresh_app()
    ids = arranged(app, expired_requests)

    def press(number: int) -> str:
        return visits.confirm_address(db.session.get_one(Visit, ids[number]), now=NOW).state

    assert race(app, clients(press)) == {"requested": 1, "expired": CLIENTS - 1}
    assert owners(app) == 1


def expired_requests() -> list[int]:
    """Fifty firms that wanted the same date and did not confirm their address in time."""
    course = make.course()
    ann = make.ann(course)
    return [make.visit(VisitState.EXPIRED, course=course, trainer=ann).id for _ in range(CLIENTS)]


def test_a_trainer_who_accepts_fifty_times_has_said_yes_once(fresh_app: Fresh) -> None:
    app = fresh_app()
    visit_id, ann_id = arranged(app, lambda: one_request(trainer_answer=TrainerAnswer.ASKED))

    def accept(_number: int) -> None:
        visits.accept(db.session.get_one(Visit, visit_id), db.session.get_one(Trainer, ann_id), now=NOW)

    assert race(app, clients(accept)) == {"won": 1, "overtaken": CLIENTS - 1}


def test_a_visit_that_fifty_colleagues_confirm_is_confirmed_once(fresh_app: Fresh) -> None:
    app = fresh_app()
    visit_id, _ = arranged(app, lambda: one_request(trainer_answer=TrainerAnswer.ACCEPTED))
    cora = arranged(app, lambda: staff(make.cora().id))

    def confirm(_number: int) -> None:
        visits.confirm(db.session.get_one(Visit, visit_id), actor=cora, now=NOW)

    assert race(app, clients(confirm)) == {"won": 1, "overtaken": CLIENTS - 1}


def test_a_trainer_whom_fifty_colleagues_close_is_closed_once(fresh_app: Fresh) -> None:
    app = fresh_app()
    trainer_id, version = arranged(app, lambda: (make.ann().id, 1))

    def close(number: int) -> None:
        ann = db.session.get_one(Trainer, trainer_id)
        rosters.same(ann, version)
        rosters.deactivate(ann, actor=Actor(ActorKind.STAFF, number + 1, "Cora Dunn"), now=NOW)

    assert race(app, clients(close)) == {"won": 1, "overtaken": 49}


def test_one_of_fifty_visits_is_given_the_only_free_trainer(fresh_app: Fresh) -> None:
    app = fresh_app()
    ids = arranged(app, wishes)
    cora = arranged(app, lambda: staff(make.cora().id))

    def ask(number: int) -> None:
        visits.ask(db.session.get_one(Visit, ids[number]), 1, actor=cora, now=NOW)

    found = race(app, clients(ask))
    assert (found["won"], found["taken"] + found[BUSY]) == (1, CLIENTS - 1)
    assert owners(app) == 1


def test_one_of_fifty_visits_moves_to_a_date(fresh_app: Fresh) -> None:
    app = fresh_app()
    ids = arranged(app, confirmed_visits)

    def move(number: int) -> None:
        visits.move_by_firm(db.session.get_one(Visit, ids[number]), at=AT, now=NOW)

    assert race(app, clients(move, len(ids))) == {"won": 1, "taken": len(ids) - 1}
    with app.app_context():
        asked = db.session.scalars(select(Visit).where(Visit.proposed_day == DAY)).all()
        assert [visit.trainer_answer for visit in asked] == [TrainerAnswer.ASKED]


def confirmed_visits() -> list[int]:
    """Confirmed visits of one trainer on twenty days after the one that all want; a limit does not stand in the way."""
    course = make.course()
    ann = make.ann(course, weekly_limit=14)
    enquiry = make.enquiry()
    days = [day for n in range(1, 29) if (day := DAY + timedelta(days=n)).weekday() < 5]
    return [make.visit(course=course, trainer=ann, enquiry=enquiry, day=day).id for day in days[:20]]


def test_four_hundred_different_dates_from_forty_visitors_are_all_held(fresh_app: Fresh) -> None:
    app = fresh_app()
    arranged(app, lambda: many_diaries(trainers=8))
    weekdays = [day for n in range(70) if (day := date(2027, 1, 4) + timedelta(days=n)).weekday() < 5]
    wanted = [Slot(weekdays[n % 50], Half.AM) for n in range(400)]

    def hold_ten(number: int) -> object:
        for step in range(10):
            n = number * 10 + step
            with transaction():
                hold(n, at=wanted[n])
        return "won"

    assert race(app, clients(hold_ten, 40)) == {"won": 40}
    with app.app_context():
        assert db.session.scalar(select(func.count()).select_from(VisitSlot)) == 400


def many_diaries(*, trainers: int) -> None:
    course = make.course(half_days=1)
    for _ in range(trainers):
        make.trainer(courses=[course], weekly_limit=14)


def test_one_of_fifty_claims_on_a_slot_is_kept(fresh_app: Fresh) -> None:
    app = fresh_app()
    ids = arranged(app, wishes)
    assert race(app, clients(claiming(ids))) == {"won": 1, "taken": CLIENTS - 1}


def test_without_the_unique_constraint_every_claim_is_kept(fresh_app: Fresh) -> None:
    """What these races prove: take the constraint away, and they are lost."""
    app = fresh_app()
    ids = arranged(app, wishes)
    arranged(app, drop_the_constraint)
    assert race(app, clients(claiming(ids)), is_sound=False) == {"won": CLIENTS}
    assert owners(app) == CLIENTS


def test_of_fifty_requests_for_a_new_password_one_link_works_and_one_mail_waits(fresh_app: Fresh) -> None:
    app = fresh_app()
    email: str = arranged(app, lambda: make.cora(password="x").email)
    assert race(app, clients(lambda _n: colleagues.forgot(email, now=NOW)))["won"] == CLIENTS
    with app.app_context():
        links = select(func.count()).select_from(Link).filter_by(purpose=Purpose.RESET, revoked_at=None)
        mails = select(func.count()).select_from(Mail).filter_by(state=MailState.WAITING)
        assert [db.session.scalar(each) for each in (links, mails)] == [1, 1]


def test_without_the_unique_constraint_looking_first_does_not_help(fresh_app: Fresh, database: Database) -> None:
    """SQLite's writers queue, so that even a look before the leap would do there; PostgreSQL's do not."""
    app = fresh_app()
    arranged(app, lambda: make.ann(make.course()))
    arranged(app, drop_the_constraint)
    can_fail = database.name == "postgresql"
    assert (race(app, clients(hold), is_sound=not can_fail)["won"] > 1) == can_fail


def claiming(ids: list[int]) -> Act:
    def claim(number: int) -> None:
        run = run_of(AT.day, AT.half, 2)
        slots.claim(db.session.get_one(Visit, ids[number]), run, trainer_id=1, now=NOW)

    return claim


def drop_the_constraint() -> None:
    changes = Operations(MigrationContext.configure(db.session.connection()))
    with changes.batch_alter_table("visit_slots") as table:
        table.drop_constraint("uq_visit_slots_trainer_id_day_half", type_="unique")

"""Holds: one a visitor, five a network, renewed by each Continue, tried again silently when they ran out."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError

from booking.db import db
from booking.domain.days import Half, Slot
from booking.domain.errors import Refused, Taken
from booking.domain.lifecycle import VisitState
from booking.domain.places import County
from booking.models import Course, Visit, VisitSlot
from booking.queries.visits import held_until
from booking.services import visits
from tests import make
from tests.make import DAY

AT = Slot(DAY, Half.AM)
NEXT = Slot(DAY + timedelta(days=1), Half.AM)


def hold(course: Course, now: datetime, *, visitor: str = "v", at: Slot = AT, **where: Any) -> Visit:
    place = {"county": County.DEVON, "outcode": "EX2", "network": "n", **where}
    return visits.hold(visitor=visitor, course=course, at=at, now=now, **place)


def count_slots() -> int:
    return db.session.scalar(select(func.count()).select_from(VisitSlot)) or 0


def test_a_new_choice_frees_the_visitors_old_date(session: Any, now: datetime) -> None:
    course = make.course()
    make.ann(course)
    first = hold(course, now)
    second = hold(course, now, at=NEXT)
    assert (second.id, second.first_day, count_slots()) == (first.id, NEXT.day, 2)


def test_when_the_new_date_is_taken_the_old_hold_stays(session: Any, now: datetime) -> None:
    course = make.course()
    ann = make.ann(course)
    make.visit(course=course, trainer=ann, day=NEXT.day)
    visit = hold(course, now)
    with pytest.raises(Taken):
        hold(course, now, at=NEXT)
    session.refresh(visit)
    assert (visit.first_day, held_until(visit, now=now)) == (DAY, now + timedelta(minutes=30))


def test_a_network_holds_five_dates_at_most(session: Any, now: datetime) -> None:
    course = make.course()
    for number in range(6):
        make.trainer(f"Trainer {number}", courses=[course])
    for number in range(5):
        hold(course, now, visitor=f"v{number}")
    with pytest.raises(Refused, match="Several dates are held from your network"):
        hold(course, now, visitor="v5")
    assert hold(course, now, visitor="v5", network="elsewhere").state is VisitState.HELD
    assert hold(course, now, visitor="v0", at=NEXT).first_day == NEXT.day
    assert hold(course, now + timedelta(minutes=31), visitor="v6").state is VisitState.HELD


def test_a_hold_is_renewed_by_each_continue(session: Any, now: datetime) -> None:
    course = make.course()
    make.ann(course)
    visit = hold(course, now)
    later = now + timedelta(minutes=20)
    visits.renew(visit, now=later)
    assert held_until(visit, now=later) == later + timedelta(minutes=30)


def test_a_hold_that_ran_out_reads_as_free_and_comes_back_silently(session: Any, now: datetime) -> None:
    course = make.course()
    make.ann(course)
    visit = hold(course, now)
    later = now + timedelta(minutes=31)
    assert held_until(visit, now=later) is None
    visits.expire_due(later)
    session.refresh(visit)
    assert (visit.state, count_slots()) == (VisitState.EXPIRED, 0)
    visits.renew(visit, now=later)
    assert (visit.state, held_until(visit, now=later)) == (VisitState.HELD, later + timedelta(minutes=30))


def test_a_hold_that_ran_out_and_was_taken_is_lost_politely(session: Any, now: datetime) -> None:
    course = make.course()
    make.ann(course)
    visit = hold(course, now)
    later = now + timedelta(minutes=31)
    hold(course, later, visitor="another")
    with pytest.raises(Taken, match="That date has just been booked"):
        visits.renew(visit, now=later)


def test_a_hold_takes_another_trainer_when_its_own_has_gone(session: Any, now: datetime) -> None:
    course = make.course()
    ann, ben = make.ann(course), make.ben(course)
    visit = hold(course, now)
    assert visit.trainer_id == ann.id
    later = now + timedelta(minutes=31)
    hold(course, later, visitor="another")
    visits.renew(visit, now=later)
    assert visit.trainer_id == ben.id


def test_a_date_only_held_moves_over_for_somebody_who_can_only_have_that_trainer(session: Any, now: datetime) -> None:
    course = make.course()
    ben = make.ben(course)
    cornish = make.trainer("Dora Penrose", courses=[course], counties=(County.DEVON,), home_outcode="EX1")
    absence = make.absence(cornish, DAY, DAY)
    first = hold(course, now)
    assert first.trainer_id == ben.id
    session.delete(absence)
    session.flush()
    second = hold(course, now, visitor="another", county=County.SOMERSET, outcode="TA1")
    session.refresh(first)
    assert (second.trainer_id, first.trainer_id) == (ben.id, cornish.id)
    assert held_until(first, now=now) == now + timedelta(minutes=30)


def test_a_date_that_was_sent_never_moves_over(session: Any, now: datetime) -> None:
    course = make.course()
    ben = make.ben(course)
    make.visit(VisitState.REQUESTED, course=course, trainer=ben)
    make.trainer("Dora Penrose", courses=[course])
    with pytest.raises(Taken):
        hold(course, now, county=County.SOMERSET, outcode="TA1")


def test_a_date_that_breaks_a_rule_cannot_be_held(session: Any, now: datetime) -> None:
    course = make.course()
    make.ann(course)
    too_soon = Slot(now.date() + timedelta(days=1), Half.AM)
    for at, where in ((too_soon, {}), (AT, {"county": County.DORSET, "outcode": "DT1"}), (Slot(DAY, Half.PM), {})):
        with pytest.raises(Taken):
            hold(course, now, at=at, **where)


def test_letting_go_frees_the_date(session: Any, now: datetime) -> None:
    course = make.course()
    make.ann(course)
    hold(course, now)
    visits.let_go("v", now=now)
    assert count_slots() == 0


def test_the_same_date_chosen_again_is_held_for_another_half_hour(session: Any, now: datetime) -> None:
    course = make.course()
    make.ann(course)
    hold(course, now)
    later = now + timedelta(minutes=20)
    assert held_until(hold(course, later), now=later) == later + timedelta(minutes=30)


def test_the_database_keeps_a_visitor_to_one_held_date_besides_those_they_have_sent(
    session: Any, now: datetime
) -> None:
    course = make.course()
    for day, sent in ((DAY, None), (DAY + timedelta(days=1), now)):
        make.visit(VisitState.HELD, course=course, visitor="v", day=day, is_placed=False, requested_at=sent)
    with pytest.raises(IntegrityError), session.begin_nested():
        make.visit(VisitState.HELD, course=course, visitor="v", day=DAY, is_placed=False, requested_at=None)

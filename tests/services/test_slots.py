"""Slots: all or none, expired holds give way, and what a visit has already it does not take twice."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from booking.db import db
from booking.domain.days import Half, Slot, run_of
from booking.domain.errors import Taken
from booking.domain.lifecycle import VisitState
from booking.models import Visit, VisitSlot
from booking.services import slots
from tests import make
from tests.counting import counted
from tests.make import DAY

NEXT = DAY + timedelta(days=1)


def held(visit: Visit) -> list[tuple[int | None, str, bool]]:
    rows = db.session.scalars(select(VisitSlot).filter_by(visit_id=visit.id).order_by(VisitSlot.slot))
    return [(row.trainer_id, f"{row.day:%a} {row.half}", row.is_proposed) for row in rows]


def test_a_claim_takes_every_half_day_or_none(session: Any, now: datetime) -> None:
    course = make.course()
    ann = make.ann(course)
    half = make.visit(course=make.course(half_days=1), trainer=ann, half=Half.PM)
    visit = make.visit(VisitState.REQUESTED, course=course, is_placed=False)
    with pytest.raises(Taken) as refusal:
        slots.claim(visit, run_of(DAY, Half.AM, 2), trainer_id=ann.id, now=now)
    assert (refusal.value.field, held(visit)) == ("slot", [])
    assert held(half) == [(ann.id, "Wed pm", False)]


def test_a_claim_is_one_insert(session: Any, now: datetime) -> None:
    course = make.course(half_days=4)
    visit = make.visit(VisitState.REQUESTED, course=course, is_placed=False)
    with counted() as statements:
        slots.claim(visit, run_of(DAY, Half.AM, 4), trainer_id=make.ann(course).id, now=now)
    (insert,) = [each for each in statements if each.startswith("INSERT INTO visit_slots")]
    assert insert.count("), (") == 3
    assert len(held(visit)) == 4


def test_a_hold_that_ran_out_gives_way_and_one_that_lasts_does_not(session: Any, now: datetime) -> None:
    course = make.course()
    ann = make.ann(course)
    hold = make.visit(VisitState.HELD, course=course, trainer=ann)
    visit = make.visit(VisitState.REQUESTED, course=course, is_placed=False)
    run = run_of(DAY, Half.AM, 2)
    with pytest.raises(Taken):
        slots.claim(visit, run, trainer_id=ann.id, now=now + timedelta(minutes=29))
    slots.claim(visit, run, trainer_id=ann.id, now=now + timedelta(minutes=30))
    assert (held(hold), len(held(visit))) == ([], 2)


def test_a_lost_claim_leaves_an_expired_hold_where_it_was(session: Any, now: datetime) -> None:
    one = make.course(half_days=1)
    ann = make.ann(one)
    hold = make.visit(VisitState.HELD, course=one, trainer=ann)
    make.visit(course=one, trainer=ann, half=Half.PM)
    visit = make.visit(VisitState.REQUESTED, course=make.course(), is_placed=False)
    with pytest.raises(Taken):
        slots.claim(visit, run_of(DAY, Half.AM, 2), trainer_id=ann.id, now=now + timedelta(hours=1))
    assert held(hold) == [(ann.id, "Wed am", False)]


def test_a_move_shares_the_half_days_it_keeps(session: Any, now: datetime) -> None:
    course = make.course(half_days=4)
    ann = make.ann(course)
    visit = make.visit(course=course, trainer=ann)
    run = run_of(NEXT, Half.AM, 4)
    slots.claim(visit, run, trainer_id=ann.id, is_proposed=True, now=now)
    assert [(when, is_new) for _, when, is_new in held(visit)] == [
        ("Wed am", False),
        ("Wed pm", False),
        ("Thu am", False),
        ("Thu pm", False),
        ("Fri am", True),
        ("Fri pm", True),
    ]
    slots.swap(visit, run, trainer_id=ann.id)
    assert held(visit) == [(ann.id, f"{day} {half}", False) for day in ("Thu", "Fri") for half in ("am", "pm")]


def test_what_is_only_proposed_can_be_given_back_alone(session: Any, now: datetime) -> None:
    course = make.course(half_days=1)
    ann, ben = make.ann(course), make.ben(course)
    visit = make.visit(course=course, trainer=ann)
    slots.claim(visit, [Slot(DAY, Half.AM)], trainer_id=ben.id, is_proposed=True, now=now)
    assert len(held(visit)) == 2
    slots.free(visit, only_proposed=True)
    assert held(visit) == [(ann.id, "Wed am", False)]
    slots.free(visit)
    assert held(visit) == []


def test_keeping_a_hold_says_when_a_half_day_is_gone(session: Any, now: datetime) -> None:
    visit = make.visit(VisitState.HELD)
    assert slots.keep(visit, until=None, now=now)
    session.delete(session.scalars(select(VisitSlot).filter_by(visit_id=visit.id)).first())
    session.flush()
    assert not slots.keep(visit, until=None, now=now)


def test_a_seat_of_a_half_day_has_one_trainer_but_for_one_who_is_only_proposed(session: Any) -> None:
    visit, ben = make.visit(), make.ben()
    slot = session.scalars(select(VisitSlot).filter_by(visit_id=visit.id).order_by(VisitSlot.slot)).first()
    seat = {"visit_id": visit.id, "trainer_id": ben.id, "slot": slot.slot, "day": slot.day, "half": slot.half}
    with pytest.raises(IntegrityError), session.begin_nested():
        session.add(VisitSlot(**seat))
    session.add(VisitSlot(**seat, is_proposed=True))
    session.flush()

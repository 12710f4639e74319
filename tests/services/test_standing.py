"""What a visit keeps when two things cross: a date that stands, a yes that came first, a question that is over."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from booking.domain.days import Half, Slot, london
from booking.domain.errors import Overtaken
from booking.domain.lifecycle import TrainerAnswer, VisitState
from booking.models import VisitSlot
from booking.services import visits
from tests import make
from tests.conftest import NOW
from tests.make import DAY
from tests.services.mailed import acting, everything_left, kinds

NEXT = Slot(DAY + timedelta(days=1), Half.AM)
REASON = "They asked for this on the phone"


def claimed(session: Any) -> list[str]:
    return [f"{row.day:%a} {row.half}" for row in session.scalars(select(VisitSlot).order_by(VisitSlot.slot))]


def test_whoever_has_a_visit_is_not_asked_for_it_when_another_says_no(session: Any) -> None:
    course = make.course()
    ann, ben, cora = make.ann(course), make.ben(course), acting(make.cora())
    visit = make.visit(course=course, trainer=ann)
    visits.ask(visit, ben.id, actor=cora, reason=REASON, now=NOW)
    visits.decline(visit, ben, now=NOW)
    assert (visit.trainer_id, visit.proposed_trainer_id, visit.state) == (ann.id, None, VisitState.CONFIRMED)
    assert kinds(visit, state=None).count("trainer/offer") == 1


def test_whoever_has_a_visit_cannot_be_picked_for_it_while_another_is_asked(session: Any) -> None:
    course = make.course()
    ann, ben, cora = make.ann(course), make.ben(course), acting(make.cora())
    visit = make.visit(course=course, trainer=ann)
    visits.ask(visit, ben.id, actor=cora, reason=REASON, now=NOW)
    with pytest.raises(Overtaken, match="Ann Bell has this visit already"):
        visits.ask(visit, ann.id, actor=cora, reason=REASON, now=NOW)
    assert visit.proposed_trainer_id == ben.id


def test_a_visit_that_took_place_holds_no_other_date(session: Any) -> None:
    course = make.course()
    ann, cora = make.ann(course), acting(make.cora())
    visit = make.visit(course=course, trainer=ann)
    visits.move_by_staff(visit, at=NEXT, actor=cora, now=NOW)
    everything_left(visit)
    after = london(DAY, NOW.time().replace(hour=18))
    visits.deliver(visit, took_place=True, people=8, actor=cora, now=after)
    assert (visit.state, visit.proposed_day) == (VisitState.DELIVERED, None)
    assert claimed(session) == ["Wed am", "Wed pm"]
    assert kinds(visit) == ["trainer/offer_withdrawn"]


def test_an_address_that_is_confirmed_after_the_visit_changes_nothing_else(session: Any) -> None:
    visit = make.visit(address_confirmed_at=None)
    visits.confirm_address(visit, now=NOW)
    assert (visit.state, visit.trainer_answer) == (VisitState.CONFIRMED, TrainerAnswer.ACCEPTED)
    assert (visit.address_confirmed_at, kinds(visit)) == (NOW, [])


def test_a_wish_that_is_held_on_its_own_date_is_not_called_confirmed(session: Any) -> None:
    course = make.course()
    make.ann(course)
    visit = make.visit(VisitState.REQUESTED, course=course, is_placed=False, address_confirmed_at=NOW)
    visits.move_by_staff(visit, at=Slot(DAY, Half.AM), actor=acting(make.cora()), now=NOW)
    assert (visit.state, kinds(visit)) == (VisitState.REQUESTED, ["trainer/offer"])

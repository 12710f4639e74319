"""Ends: cancelled with the fee that was shown, delivered by report, or not having taken place."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from booking.domain.days import Half, Slot
from booking.domain.errors import Overtaken, Refused
from booking.domain.lifecycle import EnquiryState, TrainerAnswer, VisitState
from booking.models import Mail, Visit, VisitSlot
from booking.services import visits
from tests import make
from tests.conftest import NOW
from tests.make import DAY
from tests.services.mailed import acting, everything_left, kinds, told

AFTER = datetime(2027, 3, 24, 17, tzinfo=UTC)


def slots_of(session: Any, visit: Visit) -> int:
    return len(session.scalars(select(VisitSlot).filter_by(visit_id=visit.id)).all())


def test_a_cancelled_visit_frees_its_dates_and_leaves_both_calendars(session: Any, now: datetime) -> None:
    visit = make.visit(course=make.course(half_days=4), sequence=1)
    visits.cancel_by_firm(visit, reason="Too busy", now=now)
    assert (visit.state, visit.ended_at, slots_of(session, visit)) == (VisitState.CANCELLED, now, 0)
    assert kinds(visit) == [
        "business/cancelled",
        "business/invitation",
        "trainer/cancelled_visit",
        "trainer/invitation",
    ]
    calendars = session.scalars(select(Mail.calendar).order_by(Mail.id)).all()
    assert ["METHOD:CANCEL" in text and "SEQUENCE:2" in text for text in calendars] == [True] * 4


def test_nobody_has_to_answer_a_request_that_is_off(session: Any, now: datetime) -> None:
    visit = make.visit(VisitState.REQUESTED)
    visits.cancel_by_firm(visit, now=now)
    assert visit.enquiry
    assert (visit.enquiry.state, visit.enquiry.answered_at) == (EnquiryState.NEW, now)


def test_a_question_that_was_asked_again_and_still_waits_is_not_put_any_more(session: Any, now: datetime) -> None:
    course = make.course()
    ann, cora = make.ann(course), acting(make.cora())
    visit = make.visit(VisitState.REQUESTED, course=course, trainer=ann, address_confirmed_at=NOW)
    visits.ask(visit, ann.id, actor=cora, now=now)
    everything_left(visit)
    visits.ask(visit, ann.id, actor=cora, now=now + timedelta(hours=1))
    assert kinds(visit) == ["trainer/offer"]
    visits.cancel_by_firm(visit, now=now + timedelta(hours=1))
    assert kinds(visit) == ["business/cancelled", "trainer/offer_withdrawn"]


@pytest.mark.parametrize(
    ("day", "fee"),
    [((2027, 3, 10), 0), ((2027, 3, 11), 575_00), ((2027, 3, 17), 575_00), ((2027, 3, 18), 1_150_00)],
)
def test_the_fee_of_the_terms_is_stored(session: Any, day: tuple[int, int, int], fee: int) -> None:
    visit = make.visit()
    visits.cancel_by_firm(visit, now=datetime(*day, 10, tzinfo=UTC))
    assert visit.fee_pence == fee


def test_nothing_is_due_before_a_visit_is_confirmed(session: Any) -> None:
    visit = make.visit(VisitState.REQUESTED)
    visits.cancel_by_firm(visit, now=datetime(2027, 3, 23, 10, tzinfo=UTC))
    assert (visit.state, visit.fee_pence) == (VisitState.CANCELLED, 0)


def test_too_late_on_line_the_firm_calls(session: Any) -> None:
    visit = make.visit()
    with pytest.raises(Refused, match="Call us on 0330 027 0207"):
        visits.cancel_by_firm(visit, now=datetime(2027, 3, 23, 10, tzinfo=UTC))


def test_staff_say_why_and_may_waive_the_fee(session: Any) -> None:
    visit, late = make.visit(), datetime(2027, 3, 23, 10, tzinfo=UTC)
    cora = acting(make.cora())
    with pytest.raises(Refused) as refusal:
        visits.cancel_by_staff(visit, reason=" ", actor=cora, now=late)
    visits.cancel_by_staff(visit, reason="Our trainer is ill", waive="It is our doing", actor=cora, now=late)
    assert refusal.value.field == "reason"
    assert (visit.fee_pence, visit.fee_waived, visit.cancel_reason) == (0, "It is our doing", "Our trainer is ill")


def test_the_enquiry_is_not_lost_by_it(session: Any, now: datetime) -> None:
    visit = make.visit(enquiry=make.enquiry(EnquiryState.WON))
    visits.cancel_by_firm(visit, now=now)
    assert visit.enquiry is not None
    assert visit.enquiry.state is EnquiryState.WON


def test_a_trainer_who_was_only_asked_need_not_answer(session: Any, now: datetime) -> None:
    course = make.course()
    visit = make.visit(VisitState.REQUESTED, course=course, trainer=make.ann(course))
    visits.confirm_address(visit, now=now)
    everything_left(visit)
    visits.cancel_by_firm(visit, now=now)
    assert kinds(visit) == ["business/cancelled", "trainer/offer_withdrawn"]


def test_a_cancelled_visit_drops_what_was_proposed(session: Any, now: datetime) -> None:
    course = make.course()
    visit = make.visit(course=course, trainer=make.ann(course))
    visits.move_by_firm(visit, at=Slot(DAY + timedelta(days=1), Half.AM), now=now)
    visits.cancel_by_firm(visit, now=now)
    assert (visit.proposed_day, slots_of(session, visit)) == (None, 0)


def test_cancelled_twice_says_so(session: Any, now: datetime) -> None:
    visit = make.visit()
    visits.cancel_by_firm(visit, now=now)
    with pytest.raises(Overtaken, match="This visit has been cancelled already"):
        visits.cancel_by_firm(visit, now=now)


def test_a_suspect_who_cancels_is_not_written_to(session: Any, now: datetime) -> None:
    visit = make.visit(VisitState.REQUESTED, enquiry=make.enquiry(suspicion="3 links"))
    visits.cancel_by_firm(visit, now=now)
    assert session.scalars(select(Mail).filter_by(audience="business")).all() == []


def test_the_trainers_report_ends_a_visit(session: Any) -> None:
    visit = make.visit()
    assert visit.trainer is not None
    ann = visits.actor_of(visit.trainer)
    visits.deliver(visit, took_place=True, people=9, report="Keen group", actor=ann, now=AFTER)
    assert (visit.state, visit.people_came, visit.report) == (VisitState.DELIVERED, 9, "Keen group")
    assert (visit.reported_at, slots_of(session, visit), told(visit)) == (AFTER, 2, ["delivered"])


def test_a_visit_that_did_not_take_place_waits_for_staff(session: Any) -> None:
    visit = make.visit()
    assert visit.trainer is not None
    visits.deliver(visit, took_place=False, people=None, actor=visits.actor_of(visit.trainer), now=AFTER)
    assert (visit.state, visit.took_place, visit.ended_at) == (VisitState.CONFIRMED, False, None)


def test_staff_move_a_visit_that_did_not_take_place(session: Any) -> None:
    course = make.course()
    ann = make.ann(course)
    visit = make.visit(course=course, trainer=ann)
    cora = acting(make.cora())
    visits.deliver(visit, took_place=False, people=None, actor=visits.actor_of(ann), now=AFTER)
    at = Slot(DAY + timedelta(days=14), Half.AM)
    visits.move_by_staff(visit, at=at, trainer_id=ann.id, waive="The snow", actor=cora, now=AFTER)
    visits.accept(visit, ann, now=AFTER)
    assert (visit.first_day, visit.took_place, visit.reported_at, visit.fee_pence) == (at.day, None, None, 0)


def test_nothing_is_reported_before_it_has_begun(session: Any) -> None:
    visit = make.visit()
    assert visit.trainer is not None
    ann, early = visits.actor_of(visit.trainer), datetime(2027, 3, 24, 9, 29, tzinfo=UTC)
    with pytest.raises(Refused, match="has not begun") as refusal:
        visits.deliver(visit, took_place=True, people=8, actor=ann, now=early)
    assert refusal.value.field == "took_place"


@pytest.mark.parametrize("took_place", [True, False])
def test_only_a_confirmed_visit_is_reported(session: Any, took_place: bool) -> None:
    visit = make.visit(VisitState.REQUESTED, trainer_answer=TrainerAnswer.ACCEPTED, asked_at=NOW)
    assert visit.trainer is not None
    with pytest.raises(Overtaken):
        visits.deliver(visit, took_place=took_place, people=8, actor=visits.actor_of(visit.trainer), now=AFTER)

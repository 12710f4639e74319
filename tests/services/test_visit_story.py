"""A visit from the first hold to the trainer's report, as it goes when nobody stands in its way."""

from datetime import datetime, timedelta
from typing import Any

from booking.domain.days import Half, Slot
from booking.domain.lifecycle import EnquiryState, TrainerAnswer, VisitState
from booking.domain.places import County
from booking.services import visits
from tests import make
from tests.services.mailed import acting, everything_left, kinds, told


def test_a_visit_goes_from_hold_to_report(session: Any, now: datetime) -> None:
    course = make.course()
    ann, cora = make.ann(course), acting(make.cora())
    at = Slot(make.DAY, Half.AM)
    states = []
    visit = visits.hold(visitor="v", network="n", course=course, county=County.DEVON, outcode="EX2", at=at, now=now)
    states.append((visit.state, visit.trainer_answer))
    visit = visits.request(make.draft(visit), network="n", now=now)
    states.append((visit.state, visit.trainer_answer))
    visits.confirm_address(visit, now=now)
    states.append((visit.state, visit.trainer_answer))
    everything_left(visit)
    visits.accept(visit, ann, at=at, now=now)
    visits.confirm(visit, actor=cora, now=now)
    states.append((visit.state, visit.trainer_answer))
    visits.deliver(visit, took_place=True, people=8, actor=visits.actor_of(ann), now=now + timedelta(days=150))
    states.append((visit.state, visit.trainer_answer))
    assert states == [
        (VisitState.HELD, TrainerAnswer.UNASKED),
        (VisitState.REQUESTED, TrainerAnswer.UNASKED),
        (VisitState.REQUESTED, TrainerAnswer.ASKED),
        (VisitState.CONFIRMED, TrainerAnswer.ACCEPTED),
        (VisitState.DELIVERED, TrainerAnswer.ACCEPTED),
    ]
    assert told(visit) == ["requested", "address confirmed", "asked", "accepted", "confirmed", "delivered"]
    assert kinds(visit, state=None) == [
        "business/request_received",
        "staff/new_enquiry",
        "trainer/offer",
        "business/confirmed",
        "trainer/new_visit",
    ]
    assert visit.enquiry is not None
    assert visit.enquiry.state is EnquiryState.WON

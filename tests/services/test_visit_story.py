"""A visit from the first hold to the trainer's report, as it goes when nobody stands in its way."""

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select

from booking.db import db
from booking.domain.access import Actor, ActorKind
from booking.domain.days import Half, Slot
from booking.domain.lifecycle import EnquiryState, TrainerAnswer, VisitState
from booking.domain.places import County
from booking.models import HistoryEntry, Mail, Visit, VisitSlot
from booking.services import visits
from tests import make


def kinds(visit: Visit) -> list[str]:
    """The mails about a visit, as audience/kind in order."""
    rows = db.session.scalars(select(Mail).filter_by(visit_id=visit.id).order_by(Mail.id))
    return [f"{mail.audience}/{mail.kind}" for mail in rows]


def told(visit: Visit) -> list[str]:
    return list(db.session.scalars(select(HistoryEntry.act).filter_by(visit_id=visit.id).order_by(HistoryEntry.id)))


def test_a_visit_goes_from_hold_to_report(session: Any, now: datetime) -> None:
    course = make.course()
    ann, cora = make.ann(course), make.cora()
    staff = Actor(ActorKind.STAFF, cora.id, cora.name)
    held = visits.hold(
        visitor="v", network="n", course=course, county=County.DEVON, outcode="EX2", at=Slot(make.DAY, Half.AM), now=now
    )
    assert (held.state, held.trainer_id) == (VisitState.HELD, ann.id)
    visit = visits.request(make.draft(held), network="n", now=now)
    assert visit.state is VisitState.REQUESTED
    visits.confirm_address(visit, now=now)
    assert visit.trainer_answer is TrainerAnswer.ASKED
    visits.accept(visit, ann, at=Slot(make.DAY, Half.AM), now=now)
    visits.confirm(visit, actor=staff, now=now)
    assert visit.enquiry is not None
    assert (visit.state, visit.enquiry.state) == (VisitState.CONFIRMED, EnquiryState.WON)
    visits.deliver(visit, took_place=True, people=8, actor=visits.actor_of(ann), now=now + timedelta(days=150))
    assert visit.state is VisitState.DELIVERED
    assert told(visit) == ["requested", "address confirmed", "asked", "accepted", "confirmed", "delivered"]
    assert kinds(visit) == [
        "business/request_received",
        "staff/new_enquiry",
        "staff/new_enquiry",
        "trainer/offer",
        "business/confirmed",
        "trainer/new_visit",
    ]
    assert len(session.scalars(select(VisitSlot).filter_by(visit_id=visit.id)).all()) == 2

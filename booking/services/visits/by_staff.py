"""Visits that staff enter, for an enquiry or while somebody is on the phone."""

from datetime import datetime

from booking.db import db
from booking.domain.access import Actor
from booking.domain.days import Slot
from booking.domain.errors import Taken
from booking.domain.lifecycle import VisitState
from booking.models import Course, Enquiry, Visit
from booking.queries import visits
from booking.queries.calendar import working_days
from booking.services import firms, history, slots, undo
from booking.services.firms import Place
from booking.services.references import fresh
from booking.services.visits import asking
from booking.services.visits.acting import all_or_nothing
from booking.services.visits.requests import OnTheDay, attach, check_people, wish_words
from booking.services.visits.seating import picked, seat
from config import settings


def book(
    enquiry: Enquiry,
    *,
    course: Course,
    place: Place,
    on_the_day: OnTheDay,
    at: Slot,
    trainer_id: int | None = None,
    reason: str = "",
    actor: Actor,
    now: datetime,
) -> Visit:
    """A visit that staff enter for an enquiry, its address confirmed by word of mouth; the trainer is asked at once.

    Without a trainer, the best one who breaks no rule. Raises Refused beside `trainer`, `reason` or `people`, Taken
    beside `slot`.
    """
    check_people(on_the_day.people, course)
    with all_or_nothing(None, actor=actor):
        visit = _new(course, at, place, now=now)
        attach(visit, enquiry, firms.site_at(enquiry.firm, place), on_the_day)
        db.session.add(visit)
        db.session.flush()
        act = undo.record(f"Booked {visit.reference}", actor=actor, visit=visit, is_new=True, now=now)
        visit.address_confirmed_at, enquiry.is_address_confirmed = now, True
        history.add("requested", actor=actor, now=now, words=wish_words(visit), visit=visit)
        if not seat(visit, at, picked(visit, at, trainer_id, reason=reason, now=now), now=now):
            raise Taken(slots.TAKEN, field="slot")
        visit = visits.complete(visit.id) or visit
        visit.promised_at = working_days().promised_by(now, asking.PROMISE_DAYS)
        assert visit.trainer is not None, "it was seated"
        asking.put_to(visit, visit.trainer, actor=actor, reason=reason, act=act, now=now)
    return visit


def _new(course: Course, at: Slot, place: Place, *, now: datetime) -> Visit:
    return Visit(
        reference=fresh(),
        state=VisitState.REQUESTED,
        course=course,
        county=place.county,
        outcode=place.outcode,
        first_day=at.day,
        first_half=at.half,
        half_days=course.half_days,
        price_pence=course.price_pence,
        vat_percent=settings().vat_percent,
        terms_version=settings().terms_version,
        requested_at=now,
        created_at=now,
    )

"""Holds: a date kept for a visitor for half an hour, which costs nobody anything when it runs out."""

from contextlib import suppress
from datetime import datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError

from booking.db import db
from booking.domain.access import Actor, ActorKind
from booking.domain.days import Slot
from booking.domain.errors import Overtaken, Refused
from booking.domain.lifecycle import VisitState
from booking.domain.places import County
from booking.models import Course, Visit, VisitSlot
from booking.queries.diaries import live
from booking.services import slots
from booking.services.references import fresh
from booking.services.visits.acting import all_or_nothing, alone, start, step
from booking.services.visits.seating import seat_for_public
from config import settings

VISITOR = Actor(ActorKind.BUSINESS, 0, "A visitor")
ANOTHER_TAB = "You have just chosen a date in another tab. Look at the page again"
TOO_MANY = "Several dates are held from your network already. Send one of those requests first, or call us"


def hold(*, visitor: str, network: str, course: Course, county: County, outcode: str, at: Slot, now: datetime) -> Visit:
    """The date is this visitor's until the hold runs out; what they held before is free again.

    Raises Taken beside `slot` when nobody can come then, Refused when the network holds too many dates, or the visitor
    chooses in two tabs at once.
    """
    with all_or_nothing(None, actor=VISITOR):
        known = _of(visitor)
        visit = known or _new(visitor, now=now)
        _check_network(network, but=visitor, now=now)
        visit.network, visit.state = network, VisitState.HELD
        visit.course, visit.half_days = course, course.half_days
        visit.price_pence, visit.vat_percent = course.price_pence, settings().vat_percent
        visit.county, visit.outcode = county, outcode
        visit.first_day, visit.first_half = at.day, at.half
        db.session.add(visit)
        try:
            db.session.flush()
        except IntegrityError:
            raise Refused(ANOTHER_TAB, field="slot") from None
        if known:
            slots.free(visit)
        seat_for_public(visit, at, now=now, expires_at=lasts_until(now))
    return visit


def renew(visit: Visit, *, now: datetime) -> Visit:
    """Half an hour more. A hold that has run out is tried again, silently; a visit that was sent is left alone.

    Raises Taken beside `slot` when the date is gone.
    """
    if visit.state not in (VisitState.HELD, VisitState.EXPIRED) or visit.requested_at:
        return visit
    with alone(visit, actor=VISITOR) as held:
        keep_or_try_again(held, expires_at=lasts_until(now), now=now)
    return held


def keep_or_try_again(visit: Visit, *, expires_at: datetime | None, now: datetime) -> None:
    """The same date for a hold that still lasts, with anybody for one that has run out."""
    if visit.state is VisitState.HELD and slots.keep(visit, until=expires_at, now=now):
        return
    if visit.state is VisitState.EXPIRED:
        step(visit, VisitState.HELD, actor=VISITOR)
        visit.ended_at = None
    slots.free(visit)
    seat_for_public(visit, start(visit), now=now, expires_at=expires_at)


def let_go(visitor: str, *, now: datetime) -> None:
    """What this visitor holds is free again."""
    visit = _of(visitor)
    if visit and visit.state is VisitState.HELD:
        with suppress(Overtaken), all_or_nothing(visit.id, actor=VISITOR):  # the worker was there first, or another tab
            visit.state, visit.ended_at = VisitState.EXPIRED, now
            slots.free(visit)


def lasts_until(now: datetime) -> datetime:
    return now + timedelta(minutes=settings().hold_minutes)


def _of(visitor: str) -> Visit | None:
    """The visitor's hold, run out or not: the same row serves again, so that nobody holds two."""
    unsent = Visit.state.in_((VisitState.HELD, VisitState.EXPIRED)) & Visit.requested_at.is_(None)
    return db.session.scalars(select(Visit).filter_by(visitor=visitor).where(unsent).order_by(Visit.id.desc())).first()


def _new(visitor: str, *, now: datetime) -> Visit:
    return Visit(reference=fresh(), visitor=visitor, created_at=now)


def _check_network(network: str, *, but: str, now: datetime) -> None:
    mine = Visit.network == network, Visit.visitor != but, Visit.state == VisitState.HELD
    held = (
        select(func.count(Visit.id.distinct())).join(VisitSlot, VisitSlot.visit_id == Visit.id).where(*mine, live(now))
    )
    if (db.session.scalar(held) or 0) >= settings().holds_per_address:
        raise Refused(TOO_MANY, field="slot")

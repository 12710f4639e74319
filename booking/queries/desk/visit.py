"""One visit as staff see it: the visit, what it needs, what happened."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select

from booking.db import db
from booking.domain.desk.needs import Need
from booking.domain.errors import NotFound
from booking.models import HistoryEntry, Visit
from booking.queries import visits
from booking.queries.desk import enquiry as enquiries
from booking.queries.desk.enquiry import LONGEST_STORY, Moment


def one(reference: str) -> Visit:
    """The visit of this reference as it is now. Raises NotFound; a hold that nobody has sent is no visit yet."""
    visit = visits.by_reference(reference)
    if visit is None or visit.enquiry is None:
        raise NotFound("We cannot find that visit")
    return visit


def need(visit: Visit, *, now: datetime) -> Need | None:
    """What it needs from a person, if anything."""
    assert visit.enquiry is not None, "it was sent"
    needs = {row.id: wanted for row, wanted in enquiries.visits(visit.enquiry, now=now)}
    return needs.get(visit.id)


def timeline(visit: Visit) -> Sequence[Moment]:
    """What happened to it, the newest first. 1 statement."""
    entries = select(HistoryEntry).where(HistoryEntry.visit_id == visit.id)
    rows = db.session.scalars(entries.order_by(HistoryEntry.id.desc()).limit(LONGEST_STORY))
    return [Moment(row.at, row.actor_name, row.words, row.reason) for row in rows]

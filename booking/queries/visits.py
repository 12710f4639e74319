"""One visit, with all that acts and mails need of it; and what is known of its slots and its history."""

from datetime import datetime

from sqlalchemy import bindparam, func, select
from sqlalchemy.orm import joinedload

from booking.db import db
from booking.domain.access import WORKER
from booking.domain.lifecycle import VisitState
from booking.domain.references import parse_reference
from booking.models import Contact, Enquiry, HistoryEntry, Visit, VisitSlot
from booking.queries.diaries import live

# What every sentence about a visit names.
PARTIES = tuple(joinedload(each) for each in (Visit.course, Visit.firm, Visit.site, Visit.contact, Visit.trainer))


_COMPLETE = (
    select(Visit)
    .where(Visit.id == bindparam("visit_id"))
    .options(
        joinedload(Visit.course),
        joinedload(Visit.firm),
        joinedload(Visit.site),
        joinedload(Visit.contact).joinedload(Contact.firm),
        joinedload(Visit.trainer),
        joinedload(Visit.proposed_trainer),
        joinedload(Visit.enquiry).joinedload(Enquiry.contact),
        joinedload(Visit.enquiry).joinedload(Enquiry.firm),
        joinedload(Visit.enquiry).joinedload(Enquiry.owner),
        joinedload(Visit.enquiry).joinedload(Enquiry.result),
    )
    .execution_options(populate_existing=True)
)


def complete(visit_id: int) -> Visit | None:
    """A visit as it is stored now, with course, firm, site, contact, trainers and enquiry loaded."""
    return db.session.scalars(_COMPLETE, {"visit_id": visit_id}).one_or_none()


def by_reference(typed: str) -> Visit | None:
    """The visit with this reference, however it is typed, loaded as `complete` does."""
    reference = parse_reference(typed)
    visit_id = reference and db.session.scalar(select(Visit.id).filter_by(reference=reference))
    return complete(visit_id) if visit_id else None


def held_until(visit: Visit, *, now: datetime) -> datetime | None:
    """Until when a visitor's date is held; None when it is not, or not any more, whatever the state still says."""
    if visit.state is not VisitState.HELD:
        return None
    row = db.session.execute(
        select(func.count(), func.min(VisitSlot.expires_at)).where(VisitSlot.visit_id == visit.id, live(now))
    ).one()
    until: datetime | None = row[1]
    return until if row[0] == visit.half_days else None


def asked_trainer_id(visit: Visit) -> int | None:
    """Whose answer the visit waits for, or has: the proposed trainer's while something is proposed."""
    return visit.proposed_trainer_id if visit.proposed_day else visit.trainer_id


def last_change(visit_id: int) -> HistoryEntry | None:
    """The newest line of a visit's history; of several at the same moment a person's before the worker's."""
    by_worker = HistoryEntry.actor == str(WORKER)
    lines = select(HistoryEntry).filter_by(visit_id=visit_id)
    return db.session.scalars(
        lines.order_by(HistoryEntry.at.desc(), by_worker, HistoryEntry.id.desc()).limit(1)
    ).first()

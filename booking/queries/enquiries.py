"""What the services of enquiries need to know."""

from collections.abc import Sequence

from sqlalchemy import bindparam, func, select
from sqlalchemy.orm import joinedload, selectinload

from booking.db import db
from booking.domain.lifecycle import OPEN_ENQUIRIES
from booking.models import Contact, Enquiry, HistoryEntry, Response, Result, Staff

RECENT = 200  # enquiries back, in which a machine's repeated text is looked for

_NEXT_OWNER = (
    select(Staff)
    .outerjoin(Enquiry, (Enquiry.owner_id == Staff.id) & Enquiry.state.in_(OPEN_ENQUIRIES))
    .where(Staff.active)
    .group_by(Staff.id)
    .order_by(func.count(Enquiry.id), Staff.id)
    .limit(1)
)
_RESULT_OF = (
    select(Result.id).join(Response).where(Response.visitor == bindparam("visitor")).order_by(Result.id.desc()).limit(1)
)


def complete(enquiry_id: int) -> Enquiry | None:
    """One enquiry with its firm, contact, course, owner and windows loaded, or None."""
    return db.session.scalars(
        select(Enquiry)
        .filter_by(id=enquiry_id)
        .options(
            joinedload(Enquiry.firm),
            joinedload(Enquiry.contact),
            joinedload(Enquiry.course),
            joinedload(Enquiry.owner),
            selectinload(Enquiry.windows),
        )
    ).one_or_none()


def result_of(visitor: str) -> int | None:
    """The newest result of this browser's answers, by its id."""
    return db.session.scalars(_RESULT_OF, {"visitor": visitor}).first()


def recent_texts(*, but_of: str) -> frozenset[str]:
    """What other addresses than this one wrote in the last enquiries."""
    recent = select(Enquiry.message, Enquiry.contact_id).order_by(Enquiry.id.desc()).limit(RECENT).subquery()
    return frozenset(
        db.session.scalars(
            select(recent.c.message)
            .join(Contact, Contact.id == recent.c.contact_id)
            .where(recent.c.message != "", func.lower(Contact.email) != but_of.lower())
        )
    )


def next_owner() -> Staff | None:
    """Whoever of the staff has the fewest open enquiries; None when there are no staff yet."""
    return db.session.scalars(_NEXT_OWNER).first()


def last_change(enquiry_id: int) -> HistoryEntry | None:
    """The newest line of an enquiry's history."""
    return db.session.scalars(
        select(HistoryEntry).filter_by(enquiry_id=enquiry_id).order_by(HistoryEntry.id.desc()).limit(1)
    ).first()


def open_ones() -> Sequence[Enquiry]:
    """Enquiries that a visit can still be booked for, the newest first; the last hundred."""
    rows = select(Enquiry).where(Enquiry.state.in_(OPEN_ENQUIRIES), Enquiry.suspicion == "")
    rows = rows.options(joinedload(Enquiry.firm), joinedload(Enquiry.course))
    return db.session.scalars(rows.order_by(Enquiry.created_at.desc(), Enquiry.id.desc()).limit(100)).all()

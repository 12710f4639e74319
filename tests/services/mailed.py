"""What the outbox and the history say of a visit, in one line each: for arranging nothing and asserting much."""

from sqlalchemy import select

from booking.db import db
from booking.domain.access import Actor, ActorKind
from booking.domain.post import MailState
from booking.models import Enquiry, HistoryEntry, Mail, Staff, Visit


def kinds(visit: Visit, *, state: MailState | None = MailState.WAITING) -> list[str]:
    """The mails about a visit as audience/kind in order, without those to the owner that the office gets too."""
    rows = db.session.scalars(select(Mail).filter_by(visit_id=visit.id).order_by(Mail.id))
    return [
        f"{mail.audience}/{mail.kind}"
        for mail in rows
        if "_owner:" not in mail.key and (state is None or mail.state is state)
    ]


def told(visit: Visit | Enquiry) -> list[str]:
    """The acts of the history of a visit, or of an enquiry with its visits."""
    key = {"visit_id": visit.id} if isinstance(visit, Visit) else {"enquiry_id": visit.id}
    return list(db.session.scalars(select(HistoryEntry.act).filter_by(**key).order_by(HistoryEntry.id)))


def everything_left(visit: Visit) -> None:
    """All mails about a visit have gone out."""
    for mail in db.session.scalars(select(Mail).filter_by(visit_id=visit.id, state=MailState.WAITING)):
        mail.state = MailState.SENT
    db.session.flush()


def acting(staff: Staff) -> Actor:
    """A colleague as the one who acts."""
    return Actor(ActorKind.STAFF, staff.id, staff.name)

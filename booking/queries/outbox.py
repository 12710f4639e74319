"""The outbox as staff see it: lists, counts, one mail. Secret addresses are blacked out."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from sqlalchemy import Select, func, select
from sqlalchemy.orm import defer

from booking.db import db
from booking.domain.access import LINK_MARKER
from booking.domain.post import MailState
from booking.models import Heartbeat, Mail
from booking.queries.desk.counting import by_state

PAGE = 50
HIDDEN = "••••••"


def counts() -> Mapping[MailState, int]:
    """How many mails are in each state."""
    return by_state(Mail, MailState.SENT)


def page(state: MailState | None, *, number: int = 1) -> Sequence[Mail]:
    """One page of mails in a state, or in all: what leaves next first where it waits, else the latest first."""
    order = (Mail.due_at, Mail.id) if state is MailState.WAITING else (Mail.id.desc(),)
    query = _list().order_by(*order).limit(PAGE).offset((number - 1) * PAGE)
    return db.session.scalars(query.where(Mail.state == state) if state else query).all()


def of_visit(visit_id: int) -> Sequence[Mail]:
    """Every mail about a visit, latest first."""
    return db.session.scalars(_list().where(Mail.visit_id == visit_id).order_by(Mail.id.desc())).all()


def of_enquiry(enquiry_id: int) -> Sequence[Mail]:
    """Every mail about an enquiry and its visits, latest first."""
    return db.session.scalars(_list().where(Mail.enquiry_id == enquiry_id).order_by(Mail.id.desc())).all()


def one(mail_id: int) -> Mail | None:
    """A mail to act on."""
    return db.session.get(Mail, mail_id)


def hidden(text: str) -> str:
    """A part of a mail with its secret addresses blacked out: they open somebody else's pages."""
    return LINK_MARKER.sub(HIDDEN, text)


def without_text() -> set[str]:
    """Numbers of mails whose text is no longer kept."""
    return {str(number) for number in db.session.scalars(select(Mail.id).where(Mail.text == ""))}


def last_beat() -> datetime | None:
    """When a worker last ran its timetable; None: never."""
    return db.session.scalars(select(func.max(Heartbeat.beat_at))).one()


def goes_at(act_id: int) -> datetime | None:
    """When the first mail of something staff did leaves; None when it has caused none."""
    waiting = select(func.min(Mail.due_at)).where(Mail.act_id == act_id, Mail.state == MailState.WAITING)
    return db.session.scalars(waiting).one()


def _list() -> Select[Mail]:
    """Mails without their bodies."""
    return select(Mail).options(defer(Mail.text), defer(Mail.html), defer(Mail.calendar))

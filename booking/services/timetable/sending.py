"""Sending: what a worker does with the outbox. It claims a mail, and records what became of it."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import and_, bindparam, exists, or_, select, update
from sqlalchemy.orm import aliased
from sqlalchemy.sql.dml import ReturningUpdate

from booking.db import db
from booking.domain.lifecycle import VisitState
from booking.domain.post import LEASE, MOST_TRIES, UNSENT, Audience, MailState, retry_after
from booking.emails import staff
from booking.emails.calendar import folded
from booking.emails.message import Person
from booking.models import Mail, Visit
from booking.queries.calendar import working_days
from booking.services import links, outbox
from config import settings

STARTS_THE_CLOCK = ("request_received", "confirm_address")  # until when the address has to be confirmed


def _next() -> ReturningUpdate[Mail]:
    """One statement, for both databases, that no two workers can win for the same row: SQLite writes one at a time, and
    PostgreSQL passes over what another worker has locked. A lease that has run out is taken over."""
    earlier, now = aliased(Mail), bindparam("now", type_=Mail.due_at.type)
    held_back = exists().where(
        earlier.visit_id == Mail.visit_id,
        earlier.id < Mail.id,
        earlier.audience == Mail.audience,
        earlier.state.in_(UNSENT),
    )
    due = or_(
        and_(Mail.state == MailState.WAITING, Mail.due_at <= now),
        and_(Mail.state == MailState.SENDING, Mail.lease_until < now),
    )
    first = (
        select(Mail.id)
        .where(due, ~held_back)
        .order_by(Mail.due_at, Mail.id)
        .limit(1)
        .with_for_update(skip_locked=True)
        .cte("first")
    )
    return (
        update(Mail)
        .where(Mail.id.in_(select(first.c.id)))
        .values(state=MailState.SENDING, lease_until=bindparam("until"), attempts=Mail.attempts + 1)
        .returning(Mail)
    )


# Written once: to write them costs more than to run them.
_NEXT = _next()
_NEWER = select(Mail.id).where(
    Mail.series == bindparam("series"), Mail.id > bindparam("mail_id"), Mail.state != MailState.WITHDRAWN
)


@dataclass(frozen=True, slots=True)
class Letter:
    """A mail in the hands of one worker, with its links filled in. `attempt` tells its lease from a later one."""

    id: int
    attempt: int
    message_id: str
    kind: str
    to_name: str
    to_address: str
    subject: str
    text: str
    html: str
    calendar: str | None
    method: str | None


def claim(now: datetime) -> Letter | None:
    """The next mail that is due, leased to the caller; None when there is none. Commit before sending it.

    What is no longer true when its turn comes is withdrawn here. Mails about one visit go in order, so that nobody
    reads a cancellation before the confirmation; a firm's full mailbox does not keep the trainer waiting.
    """
    while (mail := _take_next(now)) is not None:
        if mail.attempts > MOST_TRIES:
            _give_up(mail, "The worker stopped each time it was about to send this", now=now)
        elif why := _why_stale(mail, now):
            mail.state, mail.error = MailState.WITHDRAWN, why
            db.session.flush()
        else:
            return _letter(mail)
    return None


def record_sent(letter: Letter, now: datetime) -> None:
    """The mail server has taken it. A request's first mail starts the clock for confirming the address."""
    db.session.execute(
        update(Mail).where(Mail.id == letter.id).values(state=MailState.SENT, sent_at=now, lease_until=None, error="")
    )
    if letter.kind in STARTS_THE_CLOCK:  # not through the row: its version is for people who change the visit
        db.session.execute(
            update(Visit)
            .where(
                Visit.id == select(Mail.visit_id).where(Mail.id == letter.id).scalar_subquery(),
                Visit.state == VisitState.REQUESTED,
                Visit.address_confirmed_at.is_(None),
            )
            .values(confirm_by_at=working_days().promised_by(now, 1))
        )


def record_failed(letter: Letter, error: str, *, permanent: bool, now: datetime) -> None:
    """It was not taken: tried again after a while, or given up, which staff are told. Nothing if the lease is over."""
    mail = db.session.scalars(
        select(Mail).filter_by(id=letter.id, state=MailState.SENDING, attempts=letter.attempt)
    ).one_or_none()
    if mail is None:
        return
    wait = None if permanent else retry_after(mail.attempts)
    if wait is None:
        _give_up(mail, error, now=now)
    else:
        mail.state, mail.due_at, mail.lease_until, mail.error = MailState.WAITING, now + wait, None, error[:300]
        db.session.flush()


def _take_next(now: datetime) -> Mail | None:
    """The next mail that is due, under a lease of ours; None when there is none."""
    return db.session.scalars(
        _NEXT,
        {"now": now, "until": now + LEASE},
        execution_options={"synchronize_session": False, "populate_existing": True},
    ).one_or_none()


def _why_stale(mail: Mail, now: datetime) -> str:
    """Why this mail must not go any more; "" if it may."""
    if mail.until_at and mail.until_at <= now:
        return "Too late to be of use"
    if mail.true_while:
        state = db.session.scalars(select(Visit.state).where(Visit.id == mail.visit_id)).one()
        if state not in mail.true_while.split(","):
            return "No longer true when its turn came"
    newer = db.session.scalars(_NEWER, {"series": mail.series, "mail_id": mail.id}).first()
    return "Replaced by a newer one" if newer is not None else ""


def _letter(mail: Mail) -> Letter:
    text, html, calendar = links.filled(mail.text, mail.html, mail.calendar or "")
    return Letter(
        id=mail.id,
        attempt=mail.attempts,
        message_id=mail.message_id,
        kind=mail.kind,
        to_name=mail.to_name,
        to_address=mail.to_address,
        subject=mail.subject,
        text=text,
        html=html,
        calendar=folded(calendar) or None,
        method=mail.calendar_method,
    )


def _give_up(mail: Mail, error: str, *, now: datetime) -> None:
    """Failed for good. Staff are told by mail, unless it is their own that failed: Today shows every one."""
    mail.state, mail.lease_until, mail.error = MailState.FAILED, None, error[:300]
    db.session.flush()
    if mail.audience is not Audience.STAFF:
        office = Person(settings().mail.reply_to_name, settings().mail.reply_to)
        message = staff.mail_failed(mail, to=office, outbox_url=f"{settings().base_url}/staff/outbox/{mail.id}")
        outbox.put(message, key=f"mail:{mail.id}:failed:staff", version=mail.attempts, now=now)

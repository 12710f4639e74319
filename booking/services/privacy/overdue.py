"""Whose and which time is up: the rows of each kind that are due to go at a moment, and how they go."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, TypeAlias

from sqlalchemy import ColumnElement, Select, delete, exists, func, or_, select

from booking.db import db
from booking.domain.access import TRAINER_LONGEST
from booking.domain.days import london_time, months_before
from booking.domain.lifecycle import VisitState
from booking.domain.post import UNSENT
from booking.models import (
    Act,
    Base,
    Contact,
    Draft,
    Enquiry,
    FormKey,
    HistoryEntry,
    Link,
    Mail,
    Note,
    Response,
    Result,
    Schedule,
    SignIn,
    Visit,
)
from booking.models.personal import ERASED, PERSONAL
from booking.services.privacy import people
from booking.services.privacy.erasing import AHEAD, anonymise, blank, end_mails, run
from config import settings

# What is told of the day itself, and afterwards: it goes with the notes, long before the rest of a visit.
TOLD = ("answer_note", "room", "parking", "access_needs", "notes", "cancel_reason", "report", "firm_comment")

Ids: TypeAlias = Collection[Any]


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of thing with a time of its own: which rows are due, and how they go."""

    due: Callable[[datetime], Select[Any]]
    forget: Callable[[Ids], object]


def contacts(now: datetime) -> Select[Any]:
    """People with nothing ahead: of a booking, so long after its last visit; else, so long after the last word."""
    keep, today = settings().keep, london_time(now).date()
    theirs = Visit.contact_id == Contact.id
    booked = theirs, or_(Visit.confirmed_at.is_not(None), Visit.state == VisitState.DELIVERED, Visit.fee_pence > 0)
    last_day = select(func.max(Visit.first_day)).where(*booked).correlate(Contact).scalar_subquery()
    silent_since = months_before(now, keep.enquiry_months)
    said = Enquiry.contact_id == Contact.id, or_(Enquiry.created_at >= silent_since, _spoken_of(silent_since))
    return (
        select(Contact.id)
        .where(Contact.name != ERASED)
        .where(~exists().where(theirs, Visit.state.in_(AHEAD), Visit.first_day >= today))
        .where(~exists().where(*said))
        .where(or_(last_day.is_(None), last_day < months_before(now, keep.visit_months).date()))
        .order_by(Contact.id)
    )


def _spoken_of(since: datetime) -> ColumnElement[bool]:
    return exists().where(HistoryEntry.enquiry_id == Enquiry.id, HistoryEntry.at >= since)


def notes(now: datetime) -> Select[Any]:
    return select(Note.id).where(Note.created_at < months_before(now, settings().keep.notes_months)).order_by(Note.id)


def told(now: datetime) -> Select[Any]:
    """Visits long past that still say what was told of them."""
    says = or_(*(getattr(Visit, name) != "" for name in TOLD))
    last = months_before(now, settings().keep.notes_months).date()
    return select(Visit.id).where(Visit.first_day < last, says).order_by(Visit.id)


def answers(now: datetime) -> Select[Any]:
    blanks = PERSONAL[Response].items()
    says = or_(*(getattr(Response, name) != blank for name, blank in blanks))
    last = months_before(now, settings().keep.answers_months)
    return select(Response.id).where(Response.updated_at < last, says).order_by(Response.id)


def _forget_answers(ids: Ids) -> None:
    results = list(db.session.scalars(select(Result.id).where(Result.response_id.in_(ids))))
    run(delete(Link).where(or_(Link.response_id.in_(ids), Link.result_id.in_(results))))
    blank(Enquiry, db.session.scalars(select(Enquiry.id).where(Enquiry.result_id.in_(results))).all(), "result_id")
    blank(Response, ids, *PERSONAL[Response])


def drafts(now: datetime) -> Select[Any]:
    return select(Draft.id).where(Draft.updated_at < _days_before(now, settings().keep.draft_days)).order_by(Draft.id)


def holds(now: datetime) -> Select[Any]:
    """Dates that were held once and never asked for, and that no draft names."""
    never = Visit.requested_at.is_(None), Visit.enquiry_id.is_(None), Visit.state == VisitState.EXPIRED
    unnamed = ~or_(*(exists().where(model.visit_id == Visit.id) for model in (Draft, Mail, HistoryEntry, Act, Link)))
    last = _days_before(now, settings().keep.draft_days)
    return select(Visit.id).where(*never, unnamed, Visit.ended_at < last).order_by(Visit.id)


def networks(now: datetime) -> Select[Any]:
    last = _days_before(now, settings().keep.draft_days)
    return select(Visit.id).where(Visit.network != "", Visit.created_at < last, Visit.requested_at.is_not(None))


def forms(now: datetime) -> Select[Any]:
    return select(FormKey.key).where(FormKey.created_at < _days_before(now, settings().keep.draft_days))


def mails(now: datetime) -> Select[Any]:
    last = _days_before(now, settings().keep.mail_days)
    return select(Mail.id).where(Mail.created_at < last, Mail.text != "", Mail.state.not_in(UNSENT)).order_by(Mail.id)


def _forget_mails(ids: Ids) -> None:
    end_mails(ids)
    blank(Mail, ids, *PERSONAL[Mail])


def weeks(now: datetime) -> Select[Any]:
    last = _days_before(now, settings().keep.mail_days)
    return select(Schedule.id).where(Schedule.queued_at < last, Schedule.visits != "[]").order_by(Schedule.id)


def sign_ins(now: datetime) -> Select[Any]:
    last = _days_before(now, settings().keep.sign_in_days)
    return select(SignIn.id).where(or_(SignIn.ended_at < last, SignIn.created_at < last - TRAINER_LONGEST))


def links(now: datetime) -> Select[Any]:
    last = _days_before(now, settings().keep.sign_in_days)
    return select(Link.id).where(or_(Link.revoked_at < last, Link.expires_at < last)).order_by(Link.id)


def undone(now: datetime) -> Select[Any]:
    return select(Act.id).where(Act.until_at < now, Act.snapshot != "{}").order_by(Act.id)


def _days_before(now: datetime, days: int) -> datetime:
    return now - timedelta(days=days)


def _blanked(model: type[Base], *names: str) -> Callable[[Ids], object]:
    return lambda ids: blank(model, ids, *(names or PERSONAL[model]))


def _deleted(model: type[Base]) -> Callable[[Ids], object]:
    (key,) = model.__mapper__.primary_key
    return lambda ids: run(delete(model).where(key.in_(ids)))


# In this order, so that what goes with a person is gone before it is looked at by itself.
KINDS: Mapping[str, Kind] = {
    "people whose time is up": Kind(contacts, lambda ids: anonymise(people.of_contacts(ids))),
    "notes of colleagues": Kind(notes, _deleted(Note)),
    "visits with words about the day": Kind(told, _blanked(Visit, *TOLD)),
    "answers to the questions": Kind(answers, _forget_answers),
    "unfinished bookings": Kind(drafts, _deleted(Draft)),
    "held dates nobody asked for": Kind(holds, _deleted(Visit)),
    "networks that held a date": Kind(networks, _blanked(Visit, "network")),
    "keys of forms": Kind(forms, _deleted(FormKey)),
    "emails with their text": Kind(mails, _forget_mails),
    "weeks told to trainers": Kind(weeks, _blanked(Schedule)),
    "sign-ins that have ended": Kind(sign_ins, _deleted(SignIn)),
    "links that open nothing": Kind(links, _deleted(Link)),
    "acts that cannot be undone any more": Kind(undone, _blanked(Act)),
}

"""Undo: what staff did is put back, mails included, as long as none has left and nothing else has happened since."""

import json
from collections.abc import Mapping
from datetime import date, datetime, timedelta

from sqlalchemy import Column, Date, exists, select
from sqlalchemy.orm import Mapper
from sqlalchemy.orm.exc import StaleDataError

from booking.db import db
from booking.domain import lifecycle
from booking.domain.access import Actor
from booking.domain.days import Slot
from booking.domain.errors import NotFound, Overtaken
from booking.domain.lifecycle import EnquiryState, State, VisitState
from booking.domain.post import MailState
from booking.models import Act, Enquiry, HistoryEntry, Mail, Visit, VisitSlot
from booking.models.base import Instant, Word
from booking.services import history, outbox, slots
from config import settings

Stored = str | int | bool | None
# Never put back: what names the row, and what calendars out there may already have counted on.
_KEPT = {"id", "reference", "created_at", "version", "sequence"}


def record(words: str, *, staff: int, visit: Visit | None = None, enquiry: Enquiry | None = None, now: datetime) -> Act:
    """What can be undone, called before the change; `words` go on the undo bar. A visit takes its enquiry along."""
    if visit is not None and enquiry is None and visit.enquiry_id:
        enquiry = db.session.get_one(Enquiry, visit.enquiry_id)
    snapshot = {
        "visit": _columns(visit) if visit else None,
        "enquiry": _columns(enquiry) if enquiry else None,
        "slots": [[row.trainer_id, row.slot, row.is_proposed] for row in _slots(visit)] if visit else [],
    }
    act = Act(
        staff_id=staff,
        words=words,
        visit_id=visit.id if visit else None,
        enquiry_id=enquiry.id if enquiry else None,
        snapshot=json.dumps(snapshot),
        created_at=now,
        until_at=now + timedelta(minutes=settings().undo_minutes),
    )
    db.session.add(act)
    db.session.flush()
    return act


def latest(staff_id: int, *, now: datetime) -> Act | None:
    """The last act of this colleague, if it can still be undone."""
    last = db.session.scalars(select(Act).filter_by(staff_id=staff_id).order_by(Act.id.desc()).limit(1)).first()
    return last if last and not _why_not(last, now=now) else None


def undo(act_id: int, *, actor: Actor, now: datetime) -> Act:
    """Puts everything back, takes back the act's mails and wins the slots again.

    Raises NotFound for somebody else's act, Overtaken when it is too late or more has happened since, Taken when
    somebody has the slots now.
    """
    act = db.session.scalars(select(Act).filter_by(id=act_id, staff_id=actor.id)).one_or_none()
    if act is None:
        raise NotFound("We cannot find what you want to undo")
    if why_not := _why_not(act, now=now):
        raise Overtaken(why_not)
    outbox.withdraw(act=act)
    snapshot = json.loads(act.snapshot)
    visit = db.session.get_one(Visit, act.visit_id) if act.visit_id else None
    enquiry = db.session.get_one(Enquiry, act.enquiry_id) if act.enquiry_id else None
    if visit is not None:
        _may_go_back(visit.state, VisitState(snapshot["visit"]["state"]))
        _put_back(visit, snapshot["visit"])
        _put_slots_back(visit, snapshot["slots"], now=now)
    if enquiry is not None:
        _may_go_back(enquiry.state, EnquiryState(snapshot["enquiry"]["state"]))
        _put_back(enquiry, snapshot["enquiry"])
    act.undone_at = now
    history.add("undone", actor=actor, now=now, words=f"Undid: {act.words}", visit=visit, enquiry=enquiry)
    return act


def _why_not(act: Act, *, now: datetime) -> str:
    """Why an act can no longer be undone; "" when it can."""
    if act.undone_at:
        return "This has been undone already"
    if now >= act.until_at:
        return "It is too late to undo this"
    if db.session.scalar(
        select(exists().where(Mail.act_id == act.id, Mail.state.in_((MailState.SENDING, MailState.SENT))))
    ):
        return "The email about this has gone out, so it cannot be undone"
    return _changed_since(act)


def _changed_since(act: Act) -> str:
    """Who did what to the visit or enquiry after the act, as a sentence; notes do not count."""
    same = HistoryEntry.visit_id == act.visit_id if act.visit_id else HistoryEntry.enquiry_id == act.enquiry_id
    later = select(HistoryEntry).where(same, HistoryEntry.at > act.created_at, HistoryEntry.act != "noted")
    entry = db.session.scalars(later.order_by(HistoryEntry.id.desc()).limit(1)).first()
    return f"{history.sentence(entry)}, so it cannot be undone" if entry else ""


def _columns(row: Visit | Enquiry) -> dict[str, Stored]:
    mapper: Mapper[Visit | Enquiry] = row.__mapper__
    return {column.key: _stored(getattr(row, column.key)) for column in mapper.columns if column.key not in _KEPT}


def _stored(value: object) -> Stored:
    if isinstance(value, date):  # a datetime is one too
        return value.isoformat()
    assert value is None or isinstance(value, str | int)
    return value


def _restored(column: Column[object], value: Stored) -> object:
    if not isinstance(value, str):
        return value
    if isinstance(column.type, Instant):
        return datetime.fromisoformat(value)
    if isinstance(column.type, Date):
        return date.fromisoformat(value)
    return column.type.kind(value) if isinstance(column.type, Word) else value


def _may_go_back(current: State, before: State) -> None:
    if current is not before:
        lifecycle.undo(current, before)


def _put_back(row: Visit | Enquiry, stored: Mapping[str, Stored]) -> None:
    columns = {column.key: column for column in row.__mapper__.columns}
    for key, value in stored.items():
        setattr(row, key, _restored(columns[key], value))
    try:
        db.session.flush()
    except StaleDataError:
        raise Overtaken("A colleague has just changed this, so it cannot be undone") from None
    db.session.expire(row)  # relations follow their columns


def _slots(visit: Visit) -> list[VisitSlot]:
    return list(
        db.session.scalars(select(VisitSlot).filter_by(visit_id=visit.id).order_by(VisitSlot.slot, VisitSlot.id))
    )


def _put_slots_back(visit: Visit, stored: list[list[int]], *, now: datetime) -> None:
    if [[row.trainer_id, row.slot, row.is_proposed] for row in _slots(visit)] == stored:
        return
    slots.free(visit)
    for is_proposed in (False, True):
        for trainer_id in sorted({row[0] for row in stored if row[2] == is_proposed}):
            run = [Slot.of(row[1]) for row in stored if row[0] == trainer_id and row[2] == is_proposed]
            slots.claim(visit, run, trainer_id=trainer_id, is_proposed=is_proposed, now=now)

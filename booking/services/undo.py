"""Undo: what staff did is put back, mails included, as long as none has left and nothing else has happened since."""

import json
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, TypeAlias

from sqlalchemy import delete, exists, or_, select
from sqlalchemy.exc import DBAPIError, IntegrityError
from sqlalchemy.orm import joinedload
from sqlalchemy.orm.attributes import flag_modified
from sqlalchemy.orm.exc import StaleDataError

from booking.db import db
from booking.domain import lifecycle
from booking.domain.access import Actor, ActorKind
from booking.domain.days import Half, Slot, london_time
from booking.domain.errors import NotFound, Overtaken
from booking.domain.lifecycle import EnquiryState, State, VisitState
from booking.domain.post import MailState
from booking.models import (
    Absence,
    Act,
    Contact,
    Course,
    Enquiry,
    HistoryEntry,
    Mail,
    Trainer,
    TrainerCounty,
    TrainerCourse,
    TrainerHours,
    Visit,
    VisitSlot,
)
from booking.models.snapshots import Columns, columns, restored
from booking.queries.desk import rosters
from booking.services import firms, history, outbox, sign_ins, slots
from config import settings

Target: TypeAlias = Visit | Enquiry | Trainer | Course
TARGETS: Mapping[str, type[Target]] = {"visit": Visit, "enquiry": Enquiry, "trainer": Trainer, "course": Course}
# What is put back with a trainer, row by row.
PARTS: Mapping[str, type[TrainerCounty | TrainerCourse | TrainerHours | Absence]] = {
    each.__tablename__: each for each in (TrainerCounty, TrainerCourse, TrainerHours, Absence)
}
# Never put back: what names the row, and what calendars out there may already have counted on.
_KEPT = frozenset({"id", "reference", "created_at", "version", "sequence"})
NEVER_WAS = "Booked by mistake, and taken back at once"
JUST_CHANGED = "A colleague has just changed this, so it cannot be undone"


def record(
    words: str,
    *,
    actor: Actor,
    visit: Visit | None = None,
    enquiry: Enquiry | None = None,
    trainer: Trainer | None = None,
    course: Course | None = None,
    contact: Contact | None = None,
    is_new: bool = False,
    now: datetime,
) -> Act | None:
    """What can be undone, called before the change; `words` go on the undo bar. None, unless it is staff who act.

    A visit takes its enquiry along, a trainer all that is set of them. What `is_new` has no before.
    """
    if actor.kind is not ActorKind.STAFF:
        return None
    if visit is not None and enquiry is None and visit.enquiry_id:
        enquiry = db.session.get_one(Enquiry, visit.enquiry_id)
    new = {"visit", "trainer", "course"} if is_new else set()
    rows: dict[str, Target | None] = {"visit": visit, "enquiry": enquiry, "trainer": trainer, "course": course}
    snapshot = {
        **{name: columns(row, but=_KEPT) if row and name not in new else None for name, row in rows.items()},
        "slots": _slots(visit) if visit else [],
        "mails": outbox.waiting(visit) if visit else [],
        "parts": _parts(trainer) if trainer and not is_new else {},
        **(_reached(enquiry, contact) if enquiry and contact else {}),
    }
    act = Act(
        staff_id=actor.id,
        words=words[:200],
        snapshot=json.dumps(snapshot),
        created_at=now,
        until_at=now + timedelta(minutes=settings().undo_minutes),
        **{f"{name}_id": row.id if row else None for name, row in rows.items()},
    )
    db.session.add(act)
    db.session.flush()
    return act


def latest(staff_id: int, *, now: datetime) -> Act | None:
    """The last act of this colleague, if it can still be undone."""
    last = db.session.scalars(select(Act).filter_by(staff_id=staff_id).order_by(Act.id.desc()).limit(1)).first()
    return last if last and not _why_not(last, now=now) else None


def undo(act_id: int, *, actor: Actor, now: datetime) -> Act:
    """Puts everything back, takes back the act's mails, lets those wait again that it had stopped, wins the slots back.

    Raises NotFound for somebody else's act, Overtaken when it is too late or more has happened since, Taken when
    somebody has the slots now.
    """
    act = db.session.scalars(select(Act).filter_by(id=act_id, staff_id=actor.id)).one_or_none()
    if act is None:
        raise NotFound("We cannot find what you want to undo")
    # Read before the history: what is not in that yet, the versions of these will tell.
    rows: dict[str, Any] = {
        name: db.session.get_one(kind, wanted) for name, kind in TARGETS.items() if (wanted := _id(act, name))
    }
    if why_not := _why_not(act, now=now):
        raise Overtaken(why_not)
    snapshot = json.loads(act.snapshot)
    try:
        outbox.withdraw(act=act)
        for name, row in rows.items():
            _back(row, snapshot[name], snapshot, now=now)
    except (StaleDataError, IntegrityError):
        raise Overtaken(JUST_CHANGED) from None
    except DBAPIError as error:
        if slots.is_collision(error):
            raise Overtaken(JUST_CHANGED) from None
        raise
    outbox.wait_again(snapshot["mails"])
    act.undone_at = now
    history.add("undone", actor=actor, now=now, words=f"Undid: {act.words}", **rows)
    return act


def _back(row: Target, before: Columns | None, snapshot: Mapping[str, Any], *, now: datetime) -> None:
    """One row, with what hangs on it."""
    match row:
        case Visit() if before is None:
            _call_off(row, now=now)
            return
        case Trainer() | Course() if before is None:
            _close(row, now=now)
            return
        case Visit():
            _may_go_back(row.state, VisitState(str(snapshot["visit"]["state"])))
        case Enquiry():
            _may_go_back(row.state, EnquiryState(str(snapshot["enquiry"]["state"])))
            if "contact" in snapshot:
                flag_modified(row, "is_address_confirmed")  # another version: a colleague may have the page open
                _put_contact_back(row, snapshot["contact"], snapshot["readdressed"])
        case Trainer():
            flag_modified(row, "name")  # another version, also where only parts go back
            _put_parts_back(row, snapshot["parts"])
    for key, value in restored(type(row), before or {}).items():
        setattr(row, key, value)
    db.session.flush()
    db.session.expire(row)  # relations follow their columns
    if isinstance(row, Visit):
        _put_slots_back(row, snapshot["slots"], now=now)


def _call_off(visit: Visit, *, now: datetime) -> None:
    """A visit that was not there before: its history stays, so it ends instead of vanishing."""
    visit.state = lifecycle.move(visit.state, VisitState.CANCELLED)
    slots.free(visit)
    visit.ended_at, visit.cancel_reason = now, NEVER_WAS
    visit.promised_at = visit.answer_due_at = None
    db.session.flush()


def _close(row: Trainer | Course, *, now: datetime) -> None:
    """One who was not there before: with a history they stay, but train for us no more, or are off sale."""
    if isinstance(row, Trainer):
        today = Slot(london_time(now).date(), Half.AM).number
        if rosters.booked_on(row.id, first_slot=today, now=now):
            raise Overtaken(f"{row.name} has been booked since, so it cannot be undone")
        sign_ins.shut_out(row, now=now)
    row.is_active = False
    db.session.flush()


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
    """Who did what to the same things after the act, as a sentence; notes do not count, nor a trainer's visits."""
    same = or_(*(getattr(HistoryEntry, f"{name}_id") == wanted for name in TARGETS if (wanted := _id(act, name))))
    later = select(HistoryEntry).where(same, HistoryEntry.at > act.created_at, HistoryEntry.act != "noted")
    if act.trainer_id or act.course_id:
        later = later.where(HistoryEntry.visit_id.is_(None))
    entry = db.session.scalars(later.order_by(HistoryEntry.id.desc()).limit(1)).first()
    return f"{history.sentence(entry)}, so it cannot be undone" if entry else ""


def _id(act: Act, name: str) -> int | None:
    found: int | None = getattr(act, f"{name}_id")
    return found


def _may_go_back(current: State, before: State) -> None:
    if current is not before:
        lifecycle.undo(current, before)


def _reached(enquiry: Enquiry, contact: Contact) -> dict[str, Any]:
    """How its contact is reached, and the mails that a correction sends elsewhere."""
    told = {name: getattr(contact, name) for name in ("name", "phone", "email")}
    return {"contact": told, "readdressed": outbox.standing(enquiry, contact.email)}


def _put_contact_back(enquiry: Enquiry, stored: Mapping[str, str], readdressed: Sequence[Columns]) -> None:
    whole = select(Contact).filter_by(id=enquiry.contact_id).options(joinedload(Contact.firm))
    contact = db.session.scalars(whole).one()
    outbox.put_back(readdressed, stored["email"], contact.email)
    firms.correct(contact, **stored)


def _parts(trainer: Trainer) -> dict[str, list[Columns]]:
    return {
        name: [columns(row) for row in db.session.scalars(_of(kind, trainer).order_by(*kind.__table__.primary_key))]
        for name, kind in PARTS.items()
    }


def _put_parts_back(trainer: Trainer, stored: Mapping[str, list[Columns]]) -> None:
    now = _parts(trainer)
    for name, kind in PARTS.items():
        if now[name] != stored[name]:
            gone = delete(kind).where(kind.trainer_id == trainer.id)
            db.session.execute(gone, execution_options={"synchronize_session": "fetch"})
            db.session.add_all(kind(**restored(kind, row)) for row in stored[name])


def _of(kind: type[Any], trainer: Trainer) -> Any:
    return select(kind).where(kind.trainer_id == trainer.id).execution_options(populate_existing=True)


def _slots(visit: Visit) -> list[list[int | bool | None]]:
    rows = select(VisitSlot).filter_by(visit_id=visit.id).order_by(VisitSlot.slot, VisitSlot.id)
    return [[row.trainer_id, row.slot, row.is_proposed] for row in db.session.scalars(rows)]


def _put_slots_back(visit: Visit, stored: Sequence[Sequence[int]], *, now: datetime) -> None:
    if _slots(visit) == stored:
        return
    slots.free(visit)
    for is_proposed in (False, True):
        for trainer_id in sorted({row[0] for row in stored if row[2] == is_proposed}):
            run = [Slot.of(row[1]) for row in stored if row[0] == trainer_id and row[2] == is_proposed]
            slots.claim(visit, run, trainer_id=trainer_id, is_proposed=is_proposed, now=now)

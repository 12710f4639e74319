"""A trainer's visits: what to answer, what is ahead, what to report, and the week as it was mailed."""

from collections.abc import Sequence
from datetime import date, timedelta

from sqlalchemy import ColumnElement, and_, or_, select
from sqlalchemy.orm import joinedload

from booking.db import db
from booking.domain.lifecycle import TrainerAnswer, VisitState
from booking.domain.references import parse_reference
from booking.models import Absence, Enquiry, HistoryEntry, Schedule, Trainer, Visit, VisitSlot
from booking.queries.visits import PARTIES, asked_trainer_id

MOST = 200
OLDEST_REPORT = timedelta(days=60)


def trainer(trainer_id: int) -> Trainer:
    """The trainer's own row."""
    return db.session.get_one(Trainer, trainer_id)


def to_answer(trainer_id: int) -> Sequence[Visit]:
    """Visits that wait for this trainer's yes or no, the soonest answer first."""
    return _loaded(_asked(trainer_id), Visit.trainer_answer == TrainerAnswer.ASKED, order=Visit.answer_due_at)


def agreed(trainer_id: int) -> Sequence[Visit]:
    """Requests that this trainer has said yes to and staff have yet to confirm, the next first."""
    return _loaded(
        Visit.state == VisitState.REQUESTED,
        Visit.trainer_id == trainer_id,
        Visit.trainer_answer == TrainerAnswer.ACCEPTED,
    )


def ahead(trainer_id: int, *, today: date) -> Sequence[Visit]:
    """Confirmed visits whose last day is today or later, the next first."""
    days = select(VisitSlot.visit_id).where(
        VisitSlot.trainer_id == trainer_id, ~VisitSlot.is_proposed, VisitSlot.day >= today
    )
    return _loaded(Visit.state == VisitState.CONFIRMED, Visit.trainer_id == trainer_id, Visit.id.in_(days))


def to_report(trainer_id: int, *, today: date) -> Sequence[Visit]:
    """Confirmed visits that began before today, or today, and of which nothing has been reported, the oldest first."""
    begun = Visit.first_day.between(today - OLDEST_REPORT, today)
    return _loaded(
        Visit.state == VisitState.CONFIRMED, Visit.trainer_id == trainer_id, Visit.took_place.is_(None), begun
    )


def one(reference: str, *, trainer_id: int) -> Visit | None:
    """A visit that is this trainer's, or is offered to them, by its reference."""
    known = parse_reference(reference)
    theirs = or_(Visit.trainer_id == trainer_id, _asked(trainer_id))
    found = _loaded(Visit.reference == known, theirs) if known else ()
    return found[0] if found else None


def was_theirs(reference: str, *, trainer_id: int) -> bool:
    """Whether anything is on record between this trainer and the visit of this reference."""
    told = (
        select(HistoryEntry.id)
        .join(Visit, HistoryEntry.visit_id == Visit.id)
        .where(Visit.reference == parse_reference(reference), HistoryEntry.trainer_id == trainer_id)
    )
    return db.session.scalars(told.limit(1)).first() is not None


def has_agreed(visit: Visit, *, trainer_id: int) -> bool:
    """Whether this trainer's yes is there, and the visit waits for staff."""
    return (
        visit.state is VisitState.REQUESTED
        and visit.trainer_id == trainer_id
        and visit.trainer_answer is TrainerAnswer.ACCEPTED
    )


def is_asked(visit: Visit, *, trainer_id: int) -> bool:
    """Whether it is this trainer's answer that the visit waits for."""
    return asked_trainer_id(visit) == trainer_id and visit.trainer_answer is TrainerAnswer.ASKED


def weeks(trainer_id: int, *, today: date) -> Sequence[Schedule]:
    """This week and the next as they were last mailed and not yet read."""
    monday = today - timedelta(days=today.weekday())
    rows = db.session.scalars(
        select(Schedule)
        .where(Schedule.trainer_id == trainer_id, Schedule.monday.between(monday, monday + timedelta(days=7)))
        .order_by(Schedule.monday, Schedule.version.desc(), Schedule.id)
    ).all()
    newest = {row.monday: row for row in reversed(rows)}
    return [row for row in newest.values() if row.seen_at is None]


def absences(trainer_id: int, *, first_slot: int, last_slot: int) -> Sequence[Absence]:
    """Absences that touch these slots."""
    return db.session.scalars(
        select(Absence)
        .where(Absence.trainer_id == trainer_id, Absence.first_slot <= last_slot, Absence.last_slot >= first_slot)
        .order_by(Absence.first_slot, Absence.id)
    ).all()


def booked(trainer_id: int, *, first_slot: int, last_slot: int) -> Sequence[VisitSlot]:
    """Half-days that a visit has a claim on."""
    return db.session.scalars(
        select(VisitSlot)
        .join(Visit, Visit.id == VisitSlot.visit_id)
        .where(VisitSlot.trainer_id == trainer_id, VisitSlot.slot.between(first_slot, last_slot))
        .where(Visit.state.in_((VisitState.REQUESTED, VisitState.OFFERED, VisitState.CONFIRMED)))
        .order_by(VisitSlot.slot, VisitSlot.id)
    ).all()


def feed(trainer_id: int, *, since: date) -> Sequence[Visit]:
    """What the private calendar shows: confirmed and delivered visits from that day on."""
    shown = Visit.state.in_((VisitState.CONFIRMED, VisitState.DELIVERED))
    return _loaded(shown, Visit.trainer_id == trainer_id, Visit.first_day >= since)


def _asked(trainer_id: int) -> ColumnElement[bool]:
    requested = and_(Visit.state == VisitState.REQUESTED, Visit.proposed_day.is_(None), Visit.trainer_id == trainer_id)
    proposed = and_(
        Visit.state == VisitState.CONFIRMED, Visit.proposed_day.is_not(None), Visit.proposed_trainer_id == trainer_id
    )
    return or_(requested, proposed)


def _loaded(*which: ColumnElement[bool], order: object = Visit.first_day) -> Sequence[Visit]:
    rows = (
        select(Visit)
        .where(*which)
        .options(*PARTIES, joinedload(Visit.proposed_trainer), joinedload(Visit.enquiry).joinedload(Enquiry.result))
        .order_by(order, Visit.first_half, Visit.id)  # type: ignore[arg-type]  # a column, whichever
        .limit(MOST)
    )
    return db.session.scalars(rows).all()

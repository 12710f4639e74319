"""Trainers as staff keep them: the list, one with all that is known, what an absence lies over."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import func, select
from sqlalchemy.orm import joinedload, selectinload

from booking.db import db
from booking.domain.access import TRAINER_LONGEST
from booking.domain.availability import Hours
from booking.domain.days import Half, Slot, Week, london_time
from booking.domain.lifecycle import VisitState
from booking.models import Absence, Course, HistoryEntry, SignIn, Trainer, Visit, VisitSlot
from booking.queries.desk.piles import AHEAD
from booking.queries.diaries import live

LONGEST_STORY = 40


@dataclass(frozen=True, slots=True)
class Listed:
    """A trainer on the list, the next day with a visit, and the absence that is now."""

    trainer: Trainer
    next_on: date | None
    absence: Absence | None


@dataclass(frozen=True, slots=True)
class Away:
    """An absence that is not over, its first and last slot, and the visits that it lies over."""

    absence: Absence
    first: Slot
    last: Slot
    over: Sequence[Visit]


def everyone(now: datetime) -> Sequence[Listed]:
    """All trainers, those who have left last. 5 statements."""
    today = london_time(now).date()
    found = select(Trainer).options(selectinload(Trainer.counties), selectinload(Trainer.courses))
    trainers = db.session.scalars(found.order_by(Trainer.is_active.desc(), Trainer.name, Trainer.id)).all()
    following = db.session.execute(
        select(VisitSlot.trainer_id, func.min(VisitSlot.day))
        .join(Visit, Visit.id == VisitSlot.visit_id)
        .where(Visit.state == VisitState.CONFIRMED, VisitSlot.day >= today, ~VisitSlot.is_proposed)
        .group_by(VisitSlot.trainer_id)
    )
    next_on = {row[0]: row[1] for row in following}
    first, last = Slot(today, Half.AM).number, Slot(today, Half.PM).number
    absences = select(Absence).where(Absence.first_slot <= last, Absence.last_slot >= first).order_by(Absence.id)
    away = {row.trainer_id: row for row in db.session.scalars(absences)}
    return [Listed(row, next_on.get(row.id), away.get(row.id)) for row in trainers]


def one(trainer_id: int) -> Trainer | None:
    """A trainer with counties, courses and hours. 4 statements."""
    found = select(Trainer).filter_by(id=trainer_id)
    parts = selectinload(Trainer.counties), selectinload(Trainer.courses), selectinload(Trainer.hours)
    return db.session.scalars(found.options(*parts)).one_or_none()


def by_email(email: str) -> Trainer | None:
    return db.session.scalars(select(Trainer).where(func.lower(Trainer.email) == email.strip().lower())).one_or_none()


def hours(trainer: Trainer) -> list[Hours]:
    """The lines of the weekly pattern, as they are loaded."""
    return [Hours(h.weekday, h.opens, h.closes, Week(h.week), h.valid_from, h.valid_until) for h in trainer.hours]


def courses() -> Mapping[int, str]:
    """Titles of all courses by id, those on sale first."""
    rows = db.session.execute(select(Course.id, Course.title).order_by(Course.is_active.desc(), Course.id))
    return {row.id: row.title for row in rows}


def absences(trainer_id: int, *, now: datetime) -> Sequence[Away]:
    """Absences that are not over, the next first. 2 statements."""
    today = Slot(london_time(now).date(), Half.AM).number
    found = select(Absence).where(Absence.trainer_id == trainer_id, Absence.last_slot >= today)
    rows = db.session.scalars(found.order_by(Absence.first_slot, Absence.id)).all()
    booked = booked_on(trainer_id, first_slot=today, now=now)
    return [
        Away(
            row,
            Slot.of(row.first_slot),
            Slot.of(row.last_slot),
            list(
                {
                    visit.id: visit
                    for number, visit in booked
                    if row.first_slot <= number <= row.last_slot and visit.state in AHEAD
                }.values()
            ),
        )
        for row in rows
    ]


def booked_on(trainer_id: int, *, first_slot: int, now: datetime) -> Sequence[tuple[int, Visit]]:
    """Slot numbers from this one on that are held, each with its visit; holds of visitors too. 1 statement."""
    rows = db.session.execute(
        select(VisitSlot.slot, Visit)
        .join(Visit, Visit.id == VisitSlot.visit_id)
        .where(VisitSlot.trainer_id == trainer_id, VisitSlot.slot >= first_slot, live(now))
        .options(joinedload(Visit.firm), joinedload(Visit.site))
        .order_by(VisitSlot.slot, VisitSlot.id)
    )
    return [(number, visit) for number, visit in rows]


def absence(absence_id: int) -> Absence | None:
    return db.session.get(Absence, absence_id)


def devices(trainer_id: int, *, now: datetime) -> Sequence[datetime]:
    """When each device that is signed in was last seen, the latest first."""
    living = SignIn.ended_at.is_(None), SignIn.created_at > now - TRAINER_LONGEST
    found = select(SignIn.last_seen_at).where(SignIn.trainer_id == trainer_id, *living)
    return db.session.scalars(found.order_by(SignIn.last_seen_at.desc(), SignIn.id)).all()


def story(trainer_id: int) -> Sequence[HistoryEntry]:
    """What was changed of the trainer, not of their visits, the newest first."""
    found = select(HistoryEntry).where(HistoryEntry.trainer_id == trainer_id, HistoryEntry.visit_id.is_(None))
    return db.session.scalars(found.order_by(HistoryEntry.id.desc()).limit(LONGEST_STORY)).all()

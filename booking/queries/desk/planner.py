"""The planner: what every half-day of one week is to each trainer, and the visits that have no trainer yet."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from enum import StrEnum

from sqlalchemy import ColumnElement, func, or_, select
from sqlalchemy.orm import joinedload, selectinload

from booking.db import db
from booking.domain.availability import Window, worked
from booking.domain.days import (
    Half,
    HalfTimes,
    Slot,
    WorkingDays,
    bank_holidays,
    days_between,
    london_time,
    run_of,
)
from booking.domain.desk.paging import turned
from booking.domain.lifecycle import VisitState
from booking.domain.places import County
from booking.models import Absence, Trainer, TrainerCounty, Visit, VisitSlot
from booking.queries import calendar, rules
from booking.queries.desk import piles, rosters
from booking.queries.diaries import live

PAGE = 20  # trainers
FRIDAY, SUNDAY = timedelta(days=4), timedelta(days=6)


class Kind(StrEnum):
    """What a half-day is; of several the first that is true."""

    CLASH = "clash"  # away over a visit
    VISIT = "visit"
    AWAY = "away"
    CLOSED = "closed"
    OFF = "off"  # not in the trainer's pattern
    PAST = "past"
    GAP = "gap"  # free beside a visit: the cheapest to sell
    FREE = "free"


@dataclass(frozen=True, slots=True)
class Piece:
    """One half of a trainer's day, or all of it (`half` None). `beside` is the visit that a gap lies next to."""

    kind: Kind
    half: Half | None = None
    visit: Visit | None = None
    until: datetime | None = None  # of a hold
    is_proposed: bool = False  # of a move that waits for the trainer's yes
    absence: Absence | None = None
    beside: Visit | None = None


@dataclass(frozen=True, slots=True)
class Row:
    """A trainer's week: the half-days held of the weekly limit, and a cell of pieces for each day."""

    trainer: Trainer
    held: int
    cells: Sequence[Sequence[Piece]]


@dataclass(frozen=True, slots=True)
class Clash:
    """A visit ahead whose trainer is away on that day."""

    day: date
    trainer: Trainer
    visit: Visit


@dataclass(frozen=True, slots=True)
class Board:
    """One week of a page of trainers. `closed` names days on which nobody works; `unplaced` has a cell for each day."""

    days: Sequence[date]
    closed: Mapping[date, str]
    unplaced: Sequence[Sequence[Piece]]
    waiting: int
    rows: Sequence[Row]
    page: int  # of the trainers
    last: int
    clashes: Sequence[Clash]  # of all of them


@dataclass(frozen=True, slots=True)
class _Diary:
    """One trainer's slots of the week, by number."""

    works: frozenset[int]
    claims: Mapping[int, Piece]
    away: Mapping[int, Absence]


def week(monday: date, *, county: County | None = None, page: int = 1, now: datetime) -> Board:
    """The week of a Monday; with a county, its trainers and its visits without one. 8 statements."""
    window, working = Window.covering(monday, monday), calendar.working_days()
    which = _which(county, window, now=now)
    height = db.session.scalar(select(func.count(Trainer.id)).where(which)) or 0
    page, last = turned(page, height=height, size=PAGE)
    trainers = _trainers(which, page=page)
    shown = [trainer.id for trainer in trainers]
    claims, away = _claims(window, shown, now=now), _away(window, shown)
    unplaced = _unplaced(monday, county=county)
    days = _days(monday, working, busy={slot for held in claims.values() for slot in held})
    times, today = rules.times(), london_time(now).date()
    ahead = _first_ahead(now, times=times)
    rows = []
    for trainer in trainers:
        works = frozenset(slot.number for slot in window.slots(worked(rosters.hours(trainer), window, times=times)))
        diary = _Diary(works, claims.get(trainer.id, {}), away.get(trainer.id, {}))
        cells = [_cell(day, diary, is_open=working.is_open(day), today=today, ahead=ahead) for day in days]
        rows.append(Row(trainer, len(diary.claims), cells))
    closed = {day: _why_closed(day, working) for day in days if not working.is_open(day)}
    cells = [[piece for visit in unplaced for piece in _wished(visit, day)] for day in days]
    return Board(days, closed, cells, len(unplaced), rows, page, last, _clashes(which, window, today, now=now))


def _which(county: County | None, window: Window, *, now: datetime) -> ColumnElement[bool]:
    """Active trainers; of all counties those too who have left but are still booked."""
    if county:
        serves = select(TrainerCounty).filter_by(county=county).where(TrainerCounty.trainer_id == Trainer.id)
        return Trainer.is_active & serves.exists()
    holding = select(VisitSlot.trainer_id).where(_within(window), live(now))
    return or_(Trainer.is_active, Trainer.id.in_(holding))


def _within(window: Window) -> ColumnElement[bool]:
    return VisitSlot.slot.between(window.base, window.base + window.size - 1)


def _trainers(which: ColumnElement[bool], *, page: int) -> Sequence[Trainer]:
    """One page of them with their patterns. 2 statements."""
    found = select(Trainer).where(which).options(selectinload(Trainer.hours)).order_by(Trainer.name, Trainer.id)
    return db.session.scalars(found.limit(PAGE).offset((page - 1) * PAGE)).all()


def _claims(window: Window, trainers: Sequence[int], *, now: datetime) -> dict[int, dict[int, Piece]]:
    """Held slots as pieces, by trainer and slot number."""
    rows = db.session.execute(
        select(VisitSlot, Visit)
        .join(Visit, Visit.id == VisitSlot.visit_id)
        .where(VisitSlot.trainer_id.in_(trainers), _within(window), live(now))
        .options(joinedload(Visit.firm), joinedload(Visit.site))
        .order_by(VisitSlot.slot, VisitSlot.id)
    )
    found: defaultdict[int, dict[int, Piece]] = defaultdict(dict)
    for slot, visit in rows:
        assert slot.trainer_id, "asked for by it"
        piece = Piece(Kind.VISIT, slot.half, visit, until=slot.expires_at, is_proposed=slot.is_proposed)
        found[slot.trainer_id][slot.slot] = piece
    return found


def _away(window: Window, trainers: Sequence[int]) -> dict[int, dict[int, Absence]]:
    last = window.base + window.size - 1
    within = Absence.first_slot <= last, Absence.last_slot >= window.base
    rows = db.session.scalars(select(Absence).where(Absence.trainer_id.in_(trainers), *within).order_by(Absence.id))
    found: defaultdict[int, dict[int, Absence]] = defaultdict(dict)
    for row in rows:
        slots = range(max(row.first_slot, window.base), min(row.last_slot, last) + 1)
        found[row.trainer_id].update(dict.fromkeys(slots, row))
    return found


def _unplaced(monday: date, *, county: County | None) -> Sequence[Visit]:
    """Requests that nobody is left to ask for: they hold nothing, so that only their wish says when."""
    found = (
        select(Visit)
        .where(Visit.state == VisitState.REQUESTED, Visit.trainer_id.is_(None))
        .where(Visit.first_day.between(monday, monday + SUNDAY))
        .options(joinedload(Visit.firm), joinedload(Visit.site))
        .order_by(Visit.first_day, Visit.first_half, Visit.id)
    )
    return db.session.scalars(found.filter_by(county=county) if county else found).all()


def _days(monday: date, working: WorkingDays, *, busy: set[int]) -> list[date]:
    """Monday to Friday, and a day of the weekend that is open or has a visit."""
    taken = {Slot.of(number).day for number in busy}
    week = days_between(monday, monday + SUNDAY)
    return [day for day in week if day <= monday + FRIDAY or working.is_open(day) or day in taken]


def _why_closed(day: date, working: WorkingDays) -> str:
    """The bank holiday's name, or what the calendar says."""
    is_ours = working.overrides.get(day) is False
    return (not is_ours and bank_holidays(day.year).get(day)) or working.why_closed(day).capitalize()


def _first_ahead(now: datetime, *, times: HalfTimes) -> int:
    """The number of the first half-day that has not begun."""
    local = london_time(now)
    return Slot(local.date(), Half.AM).number + sum(times.starts(half) <= local.time() for half in Half)


def _cell(day: date, diary: _Diary, *, is_open: bool, today: date, ahead: int) -> list[Piece]:
    """A day of one trainer, as one piece where both halves are the same; what is before slot `ahead` is past."""
    am, pm = (_half(Slot(day, half), diary, is_open=is_open, today=today, ahead=ahead) for half in Half)
    whole = replace(am, half=None)
    return [whole] if whole == replace(pm, half=None) else [am, pm]


def _half(at: Slot, diary: _Diary, *, is_open: bool, today: date, ahead: int) -> Piece:
    claim, absence = diary.claims.get(at.number), diary.away.get(at.number)
    if claim and claim.visit:
        is_ahead = claim.visit.state in piles.AHEAD and at.day >= today
        return replace(claim, kind=Kind.CLASH, absence=absence) if absence and is_ahead else claim
    if absence:
        return Piece(Kind.AWAY, at.half, absence=absence)
    if not is_open:
        return Piece(Kind.CLOSED, at.half)
    if at.number not in diary.works:
        return Piece(Kind.OFF, at.half)
    if at.number < ahead:
        return Piece(Kind.PAST, at.half)
    other = diary.claims.get(at.number ^ 1)  # numbers of mornings are even
    return Piece(Kind.GAP, at.half, beside=other.visit) if other else Piece(Kind.FREE, at.half)


def _wished(visit: Visit, day: date) -> Sequence[Piece]:
    """What a visit without a trainer would take of a day."""
    halves = [at.half for at in run_of(visit.first_day, visit.first_half, visit.half_days) if at.day == day]
    return [Piece(Kind.VISIT, None if halves[1:] else halves[0], visit)] if halves else []


def _clashes(which: ColumnElement[bool], window: Window, today: date, *, now: datetime) -> Sequence[Clash]:
    """Each visit once, on the first day its trainer is away. 1 statement."""
    rows = db.session.execute(
        select(VisitSlot.day, Trainer, Visit)
        .join(Absence, piles.over_slot())
        .join(Trainer, Trainer.id == VisitSlot.trainer_id)
        .join(Visit, Visit.id == VisitSlot.visit_id)
        .where(which, live(now), _within(window), VisitSlot.slot >= Slot(today, Half.AM).number)
        .options(joinedload(Visit.firm), joinedload(Visit.site))
        .order_by(VisitSlot.day, Trainer.name, Trainer.id, VisitSlot.slot)
    )
    first: dict[int, Clash] = {}
    for day, trainer, visit in rows:  # asked for its state here: SQLite would read all visits that are in it
        if visit.state in piles.AHEAD:
            first.setdefault(visit.id, Clash(day, trainer, visit))
    return list(first.values())

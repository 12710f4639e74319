"""The planner: what every half-day of one week is to each trainer, and the visits that have no trainer yet."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from functools import cache
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Integer, Select, SQLColumnExpression, bindparam, func, or_, select

from booking.db import Facts
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
from booking.models import Absence, Firm, Site, Trainer, TrainerCounty, Visit, VisitSlot
from booking.queries import calendar, diaries, rules
from booking.queries.desk import piles
from booking.queries.diary_rows import ABSENCES, FIRST, IDS, LAST, rows

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


_BOOKED = (  # what is shown of a visit
    *(Visit.id, Visit.reference, Visit.state, Visit.outcode, Visit.trainer_id, Visit.trainer_answer),
    *(Visit.address_confirmed_at, Visit.proposed_day, Visit.first_day, Visit.first_half, Visit.half_days),
    *(Firm.name.label("firm"), Site.town),
)


class Piece(NamedTuple):
    """One half of a trainer's day, or all of it (`half` None). `beside` is the visit that a gap lies next to."""

    kind: Kind
    half: Half | None = None
    visit: Facts | None = None
    until: datetime | None = None  # of a hold
    is_proposed: bool = False  # of a move that waits for the trainer's yes
    absence: Facts | None = None
    beside: Facts | None = None


@dataclass(frozen=True, slots=True)
class Line:
    """A trainer's week: the half-days held of the weekly limit, and a cell of pieces for each day."""

    trainer: Facts
    held: int
    cells: Sequence[Sequence[Piece]]


@dataclass(frozen=True, slots=True)
class Clash:
    """A visit ahead whose trainer is away on that day."""

    day: date
    trainer: str
    visit: Facts


@dataclass(frozen=True, slots=True)
class Board:
    """One week of a page of trainers. `closed` names days on which nobody works; `unplaced` has a cell for each day."""

    days: Sequence[date]
    closed: Mapping[date, str]
    unplaced: Sequence[Sequence[Piece]]
    waiting: int
    rows: Sequence[Line]
    page: int  # of the trainers
    last: int
    clashes: Sequence[Clash]  # of all of them


@dataclass(frozen=True, slots=True)
class _Diary:
    """One trainer's slots of the week, by number; `works` has a bit for each from the number `base` on."""

    base: int
    works: int
    claims: Mapping[int, Piece]
    away: Mapping[int, Facts]


def week(monday: date, *, county: County | None = None, page: int = 1, now: datetime) -> Board:
    """The week of a Monday; with a county, its trainers and its visits without one. 8 statements."""
    window, working = Window.covering(monday, monday), calendar.working_days()
    times, today = rules.times(), london_time(now).date()
    values = {"first": window.base, "last": window.last, "now": now, "county": county}
    height = rows(_height(bool(county)), values)[0][0]
    page, last = turned(page, height=height, size=PAGE)
    trainers = rows(_trainers(bool(county)), {**values, "skipped": (page - 1) * PAGE})
    values["ids"] = shown = [trainer.id for trainer in trainers]
    hours, claims, away = diaries.hours(shown), _claims(values), _away(window, values)
    unplaced = rows(_unplaced(bool(county)), {**values, "monday": monday, "sunday": monday + SUNDAY})
    days = _days(monday, working, busy={slot for held in claims.values() for slot in held})
    ahead = _first_ahead(now, times=times)
    lines = []
    for trainer in trainers:
        works = worked(hours.get(trainer.id, ()), window, times=times)
        diary = _Diary(window.base, works, claims.get(trainer.id, {}), away.get(trainer.id, {}))
        cells = [_cell(day, diary, is_open=working.is_open(day), today=today, ahead=ahead) for day in days]
        lines.append(Line(trainer, len(diary.claims), cells))
    closed = {day: _why_closed(day, working) for day in days if not working.is_open(day)}
    cells = [[piece for visit in unplaced for piece in _wished(visit, day)] for day in days]
    clashes = _clashes({**values, "first": max(window.base, Slot(today, Half.AM).number)}, by_county=bool(county))
    return Board(days, closed, cells, len(unplaced), lines, page, last, clashes)


_LIVE = diaries.live(bindparam("now", type_=VisitSlot.expires_at.type))


def _which(by_county: bool) -> ColumnElement[bool]:
    """Active trainers; of all counties those too who have left but are still booked."""
    if by_county:
        serves = TrainerCounty.trainer_id == Trainer.id, TrainerCounty.county == bindparam("county")
        return Trainer.is_active & select(TrainerCounty.trainer_id).where(*serves).exists()
    holding = select(VisitSlot.trainer_id).where(VisitSlot.slot.between(FIRST, LAST), _LIVE)
    return or_(Trainer.is_active, Trainer.id.in_(holding))


@cache
def _height(by_county: bool) -> Select[int]:
    return select(func.count(Trainer.id)).where(_which(by_county))


@cache
def _trainers(by_county: bool) -> Select[*tuple[Any, ...]]:
    """One page of them."""
    shown = Trainer.id, Trainer.name, Trainer.home_town, Trainer.weekly_limit, Trainer.is_active
    found = select(*shown).where(_which(by_county)).order_by(Trainer.name, Trainer.id)
    return found.limit(PAGE).offset(bindparam("skipped", type_=Integer))


def _of_visits(*more: SQLColumnExpression[Any]) -> Select[*tuple[Any, ...]]:
    """What is told of visits; of a hold there is neither firm nor site."""
    found = select(*_BOOKED, *more).select_from(Visit)
    return found.outerjoin(Firm, Firm.id == Visit.firm_id).outerjoin(Site, Site.id == Visit.site_id)


_CLAIMS = (
    _of_visits(VisitSlot.trainer_id.label("held_by"), VisitSlot.slot, VisitSlot.expires_at, VisitSlot.is_proposed)
    .join(VisitSlot, VisitSlot.visit_id == Visit.id)
    .where(VisitSlot.trainer_id.in_(IDS), VisitSlot.slot.between(FIRST, LAST), _LIVE)
    .order_by(VisitSlot.slot, VisitSlot.id)
)


def _claims(values: Mapping[str, object]) -> dict[int, dict[int, Piece]]:
    """Held slots as pieces, by trainer and slot number; a visit is its first slot's row on all of them."""
    visits: dict[int, Facts] = {}
    found: defaultdict[int, dict[int, Piece]] = defaultdict(dict)
    for row in rows(_CLAIMS, values):
        visit = visits.setdefault(row.id, row)
        found[row.held_by][row.slot] = Piece(Kind.VISIT, visit=visit, until=row.expires_at, is_proposed=row.is_proposed)
    return found


_AWAY = ABSENCES.add_columns(Absence.note, Absence.created_at)


def _away(window: Window, values: Mapping[str, object]) -> dict[int, dict[int, Facts]]:
    found: defaultdict[int, dict[int, Facts]] = defaultdict(dict)
    for row in rows(_AWAY, values):
        slots = range(max(row.first_slot, window.base), min(row.last_slot, window.last) + 1)
        found[row.trainer_id].update(dict.fromkeys(slots, row))
    return found


@cache
def _unplaced(by_county: bool) -> Select[*tuple[Any, ...]]:
    """Requests that nobody is left to ask for: they hold nothing, so that only their wish says when."""
    in_week = Visit.first_day.between(bindparam("monday"), bindparam("sunday"))
    found = _of_visits().where(Visit.state == VisitState.REQUESTED, Visit.trainer_id.is_(None), in_week)
    found = found.order_by(Visit.first_day, Visit.first_half, Visit.id)
    return found.where(Visit.county == bindparam("county")) if by_county else found


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
    first = Slot(day, Half.AM).number
    am, pm = (
        _half(number, diary, is_open=is_open, is_coming=day >= today, ahead=ahead) for number in (first, first + 1)
    )
    return [am] if am == pm else [am._replace(half=Half.AM), pm._replace(half=Half.PM)]


def _half(number: int, diary: _Diary, *, is_open: bool, is_coming: bool, ahead: int) -> Piece:
    claim, absence = diary.claims.get(number), diary.away.get(number)
    if claim and claim.visit:
        is_clash = absence and is_coming and claim.visit.state in piles.AHEAD
        return claim._replace(kind=Kind.CLASH, absence=absence) if is_clash else claim
    if absence:
        return Piece(Kind.AWAY, absence=absence)
    if not is_open:
        return Piece(Kind.CLOSED)
    if not diary.works >> (number - diary.base) & 1:
        return Piece(Kind.OFF)
    if number < ahead:
        return Piece(Kind.PAST)
    other = diary.claims.get(number ^ 1)  # numbers of mornings are even
    return Piece(Kind.GAP, beside=other.visit) if other else Piece(Kind.FREE)


def _wished(visit: Facts, day: date) -> Sequence[Piece]:
    """What a visit without a trainer would take of a day."""
    halves = [at.half for at in run_of(visit.first_day, visit.first_half, visit.half_days) if at.day == day]
    return [Piece(Kind.VISIT, None if halves[1:] else halves[0], visit)] if halves else []


@cache
def _clashing(by_county: bool) -> Select[*tuple[Any, ...]]:
    """Who holds a slot of the week is on the planner anyhow, unless it is a county's.

    A sum is asked for, not a slot: or SQLite would begin at all slots of the week, not at the absences.
    """
    which = [_which(by_county)] if by_county else []
    return (
        _of_visits(VisitSlot.day, Trainer.name)
        .join(VisitSlot, VisitSlot.visit_id == Visit.id)
        .join(Absence, piles.over_slot())
        .join(Trainer, Trainer.id == VisitSlot.trainer_id)
        .where(*which, _LIVE, (VisitSlot.slot + 0).between(FIRST, LAST), Absence.last_slot >= FIRST)
        .order_by(VisitSlot.day, Trainer.name, Trainer.id, VisitSlot.slot)
    )


def _clashes(values: Mapping[str, object], *, by_county: bool) -> Sequence[Clash]:
    """Each visit once, on the first day its trainer is away. 1 statement."""
    found: dict[int, Clash] = {}
    for row in rows(_clashing(by_county), values):  # asked for its state here: SQLite would read all that are in it
        if row.state in piles.AHEAD:
            found.setdefault(row.id, Clash(row.day, row.name, row))
    return list(found.values())

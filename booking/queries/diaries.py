"""Trainers as matching sees them, read from the database in a constant number of statements."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, TypeVar

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Integer,
    Row,
    SQLColumnExpression,
    cast,
    func,
    or_,
    select,
    true,
    type_coerce,
)

from booking.db import db
from booking.domain.availability import Absence, Hours, Window
from booking.domain.days import Week
from booking.domain.lifecycle import VisitState
from booking.domain.matching.needs import Candidate, HeldVisit, Need, Wish
from booking.domain.places import County, outcodes
from booking.models import Absence as AbsenceRow
from booking.models import Site, Trainer, TrainerBar, TrainerCounty, TrainerCourse, TrainerHours, Visit, VisitSlot

PIECE = 60  # slots whose bits the database adds into one 64-bit integer
_ONE = cast(1, BigInteger)  # a plain 1 would be shifted as 32 bits by PostgreSQL
_WHO = type_coerce(VisitSlot.trainer_id, Integer)  # of slots that are held: never NULL

_Key = TypeVar("_Key")
_Value = TypeVar("_Value")


def live(now: datetime) -> ColumnElement[bool]:
    """Slots that are held at this instant: a hold that has run out is free, whether or not anybody tidied up."""
    return or_(VisitSlot.expires_at.is_(None), VisitSlot.expires_at > now)


@dataclass(frozen=True, slots=True)
class _Read:
    """What was read of some trainers, by their id."""

    counties: Mapping[int, Mapping[County, int]]
    hours: Mapping[int, tuple[Hours, ...]]
    absences: Mapping[int, tuple[Absence, ...]]
    held: Mapping[int, int]
    visits: Mapping[int, tuple[HeldVisit, ...]]


def pool(wish: Wish, *, course_id: int, but_visit: int | None = None) -> list[Candidate]:
    """The trainers who may be free for the public: active, teaching the course, covering the county. 5 statements.

    Of their visits only those close enough to drive to over lunch are read, since the others are all too far.
    """
    rows = db.session.execute(
        select(*_FACTS, TrainerCounty.liking)
        .join(TrainerCounty, (TrainerCounty.trainer_id == Trainer.id) & (TrainerCounty.county == wish.county))
        .join(TrainerCourse, (TrainerCourse.trainer_id == Trainer.id) & (TrainerCourse.course_id == course_id))
        .where(Trainer.is_active)
        .order_by(Trainer.id)
    ).all()
    ids = [row.id for row in rows]
    read = _Read(
        counties={row.id: {wish.county: row.liking} for row in rows},
        hours=_hours(ids),
        absences=_absences(ids, wish.window),
        held=_held(ids, wish.window, now=wish.now, but_visit=but_visit),
        visits=_visits(ids, wish, Visit.outcode.in_(_within_lunch(wish)), but_visit=but_visit),
    )
    return [_candidate(row, read) for row in rows]


def roster(wish: Wish) -> list[tuple[Candidate, frozenset[int]]]:
    """Every active trainer with the ids of the courses taught; no visit's place is read. 6 statements."""
    rows = db.session.execute(select(*_FACTS).where(Trainer.is_active).order_by(Trainer.id)).all()
    taught = _grouped(db.session.execute(select(TrainerCourse.trainer_id, TrainerCourse.course_id)))
    read = _Read(
        counties=_counties(),
        hours=_hours(None),
        absences=_absences(None, wish.window),
        held=_held(None, wish.window, now=wish.now, but_visit=None),
        visits={},
    )
    return [(_candidate(row, read), frozenset(taught.get(row.id, ()))) for row in rows]


def everyone(
    need: Need, *, course_id: int, firm_id: int | None = None, but_visit: int | None = None
) -> list[Candidate]:
    """All trainers, as ranking them for one date needs them. 6 statements."""
    wish = need.wish
    teaches = select(TrainerCourse).filter_by(trainer_id=Trainer.id, course_id=course_id).exists()
    barred = select(TrainerBar.created_at).filter_by(trainer_id=Trainer.id, firm_id=firm_id).scalar_subquery()
    been = select(func.max(Visit.first_day)).filter_by(
        trainer_id=Trainer.id, firm_id=firm_id, state=VisitState.DELIVERED
    )
    rows = db.session.execute(
        select(
            *_FACTS,
            teaches.label("teaches"),
            barred.label("barred_at"),
            been.scalar_subquery().label("taught_on"),
        ).order_by(Trainer.id)
    ).all()
    beside = VisitSlot.slot.between(need.first.number - 3, need.last.number + 3)
    read = _Read(
        counties=_counties(),
        hours=_hours(None),
        absences=_absences(None, wish.window),
        held=_held(None, wish.window, now=wish.now, but_visit=but_visit),
        visits=_visits(None, wish, beside, but_visit=but_visit),
    )
    return [
        _candidate(
            row,
            read,
            teaches=row.teaches,
            barred_on=row.barred_at.date() if row.barred_at else None,
            taught_on=row.taught_on,
        )
        for row in rows
    ]


def own(trainer_id: int, window: Window, *, now: datetime) -> tuple[tuple[Hours, ...], tuple[Absence, ...], int]:
    """One trainer's pattern, absences, and held slots as bits in the window. 3 statements."""
    ids = [trainer_id]
    held = _held(ids, window, now=now, but_visit=None)
    return _hours(ids).get(trainer_id, ()), _absences(ids, window).get(trainer_id, ()), held.get(trainer_id, 0)


_FACTS = (
    Trainer.id,
    Trainer.name,
    Trainer.home_outcode,
    Trainer.is_active,
    Trainer.weekly_limit,
    Trainer.drive_limit_minutes,
)


def _candidate(
    row: Row[*tuple[Any, ...]],
    read: _Read,
    *,
    teaches: bool = True,
    barred_on: date | None = None,
    taught_on: date | None = None,
) -> Candidate:
    return Candidate(
        row.id,
        row.name,
        row.home_outcode,
        counties=read.counties.get(row.id, {}),
        hours=read.hours.get(row.id, ()),
        absences=read.absences.get(row.id, ()),
        held=read.held.get(row.id, 0),
        visits=read.visits.get(row.id, ()),
        is_active=row.is_active,
        teaches=teaches,
        weekly_limit=row.weekly_limit,
        drive_limit=row.drive_limit_minutes,
        barred_on=barred_on,
        taught_on=taught_on,
    )


def _among(column: SQLColumnExpression[int], ids: Collection[int] | None) -> ColumnElement[bool]:
    return true() if ids is None else column.in_(ids)


def _counties() -> dict[int, dict[County, int]]:
    found: defaultdict[int, dict[County, int]] = defaultdict(dict)
    for row in db.session.execute(select(TrainerCounty.trainer_id, TrainerCounty.county, TrainerCounty.liking)):
        found[row.trainer_id][row.county] = row.liking
    return found


def _hours(ids: Collection[int] | None) -> dict[int, tuple[Hours, ...]]:
    h = TrainerHours
    lines = select(h.trainer_id, h.weekday, h.opens, h.closes, h.week, h.valid_from, h.valid_until)
    rows = db.session.execute(lines.where(_among(h.trainer_id, ids)).order_by(h.id))
    return _grouped(
        (trainer_id, Hours(weekday, opens, closes, Week(week), first, last))
        for trainer_id, weekday, opens, closes, week, first, last in rows
    )


def _absences(ids: Collection[int] | None, window: Window) -> dict[int, tuple[Absence, ...]]:
    a = AbsenceRow
    in_window = (a.first_slot < window.base + window.size) & (a.last_slot >= window.base)
    rows = db.session.execute(
        select(a.trainer_id, a.first_slot, a.last_slot, a.kind)
        .where(in_window, _among(a.trainer_id, ids))
        .order_by(a.id)
    )
    return _grouped((trainer_id, Absence(first, last, kind)) for trainer_id, first, last, kind in rows)


def _held(ids: Collection[int] | None, window: Window, *, now: datetime, but_visit: int | None) -> dict[int, int]:
    """Held slots as bits in the window. A slot is held once by a trainer, so the sum of its bits is their union."""
    offset = VisitSlot.slot - window.base
    piece = (offset // PIECE).label("piece")
    rows = db.session.execute(
        select(_WHO, piece, func.sum(_ONE.op("<<")(offset % PIECE)))
        .where(*_in_window(window, now=now, but_visit=but_visit), _among(_WHO, ids))
        .group_by(VisitSlot.trainer_id, piece)
    )
    found: defaultdict[int, int] = defaultdict(int)
    for trainer_id, number, bits in rows:
        found[trainer_id] |= int(bits) << PIECE * number
    return found


def _visits(
    ids: Collection[int] | None, wish: Wish, which: ColumnElement[bool], *, but_visit: int | None
) -> dict[int, tuple[HeldVisit, ...]]:
    """The held slots of some visits with their places."""
    rows = db.session.execute(
        select(_WHO, VisitSlot.slot, Visit.id, Visit.outcode, Visit.state, Visit.reference, Site.town)
        .join(Visit, Visit.id == VisitSlot.visit_id)
        .outerjoin(Site, Site.id == Visit.site_id)
        .where(*_in_window(wish.window, now=wish.now, but_visit=but_visit), _among(_WHO, ids), which)
        .order_by(VisitSlot.trainer_id, VisitSlot.slot)
    )
    bits: defaultdict[tuple[int, int], int] = defaultdict(int)
    places: dict[tuple[int, int], tuple[str, str, str, bool]] = {}
    for trainer_id, slot, visit_id, outcode, state, reference, town in rows:
        bits[trainer_id, visit_id] |= 1 << slot - wish.window.base
        is_sent = state is not VisitState.HELD
        is_confirmed = state is VisitState.CONFIRMED
        places[trainer_id, visit_id] = (outcode, town or "", reference if is_sent else "", is_confirmed)
    return _grouped(
        (trainer_id, HeldVisit(found, *places[trainer_id, visit_id])) for (trainer_id, visit_id), found in bits.items()
    )


def _in_window(window: Window, *, now: datetime, but_visit: int | None) -> list[ColumnElement[bool]]:
    conditions = [
        VisitSlot.slot.between(window.base, window.base + window.size - 1),
        VisitSlot.trainer_id.is_not(None),
        live(now),
    ]
    return conditions if but_visit is None else [*conditions, VisitSlot.visit_id != but_visit]


def _within_lunch(wish: Wish) -> list[str]:
    """The outcodes that a trainer can come from in a lunch break."""
    drives = ((code, wish.travel.minutes(code, wish.outcode)) for code in outcodes())
    return [code for code, minutes in drives if minutes is not None and minutes <= wish.policy.lunch_minutes]


def _grouped(pairs: Iterable[tuple[_Key, _Value]]) -> dict[_Key, tuple[_Value, ...]]:
    found: defaultdict[_Key, list[_Value]] = defaultdict(list)
    for key, value in pairs:
        found[key].append(value)
    return {key: tuple(values) for key, values in found.items()}

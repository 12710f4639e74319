"""Trainers as matching sees them, read from the database in a constant number of statements.

The statements are built once: putting one together costs as much as running it.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from typing import Any, TypeVar

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    CompoundSelect,
    Integer,
    Row,
    bindparam,
    cast,
    func,
    literal,
    or_,
    select,
    type_coerce,
    union_all,
)

from booking.db import db
from booking.domain.availability import Absence, Hours, Window, span
from booking.domain.days import Slot, Week
from booking.domain.lifecycle import LIVE, VisitState
from booking.domain.matching.needs import Candidate, HeldVisit, Need, Wish
from booking.domain.places import County, outcodes
from booking.models import Absence as AbsenceRow
from booking.models import Site, Trainer, TrainerBar, TrainerCounty, TrainerCourse, TrainerHours, Visit, VisitSlot
from booking.models.base import Instant

PIECE = 60  # slots whose bits the database adds into one 64-bit integer

_Key = TypeVar("_Key")
_Value = TypeVar("_Value")


def live(now: datetime) -> ColumnElement[bool]:
    """Slots that are held at this instant: a hold that has run out is free, whether or not anybody tidied up."""
    return or_(VisitSlot.expires_at.is_(None), VisitSlot.expires_at > now)


def pool(wish: Wish, *, course_id: int, but_visit: int | None = None) -> list[Candidate]:
    """The trainers who may be free for the public: active, teaching the course, covering the county. 5 statements.

    Of their visits only those close enough to drive to over lunch are read, since the others are all too far.
    """
    rows = db.session.execute(_POOL, {"county": wish.county, "course_id": course_id}).all()
    ids = [row.id for row in rows]
    read = _read(ids, wish, but_visit=but_visit)
    counties = {row.id: {wish.county: row.liking} for row in rows}
    near = _near(ids, wish)
    return [_candidate(row, read, counties=counties, visits=near) for row in rows]


def roster(wish: Wish) -> list[tuple[Candidate, frozenset[int]]]:
    """Every active trainer with the ids of the courses taught; no visit's place is read. 6 statements."""
    rows = db.session.execute(_ACTIVE).all()
    taught = _grouped(db.session.execute(_TAUGHT))
    read, counties = _read([row.id for row in rows], wish), _counties()
    return [(_candidate(row, read, counties=counties), frozenset(taught.get(row.id, ()))) for row in rows]


def everyone(
    need: Need, *, course_id: int, firm_id: int | None = None, but_visit: int | None = None
) -> list[Candidate]:
    """All trainers, as ranking them for one date needs them. 6 statements."""
    rows = db.session.execute(_EVERYONE, {"course_id": course_id, "firm_id": firm_id}).all()
    read = _read([row.id for row in rows], need.wish, but_visit=but_visit)
    counties, beside = _counties(), _beside(read.values, need)
    return [
        _candidate(
            row,
            read,
            counties=counties,
            visits=beside,
            teaches=row.teaches,
            barred_on=row.barred_at.date() if row.barred_at else None,
            taught_on=row.taught_on,
        )
        for row in rows
    ]


@dataclass(frozen=True, slots=True)
class _Read:
    """What was read of some trainers, by their id; `values` are the parameters it was read with."""

    values: Mapping[str, object]
    hours: Mapping[int, tuple[Hours, ...]]
    absences: Mapping[int, tuple[Absence, ...]]
    held: Mapping[int, int]


def _read(ids: Collection[int], wish: Wish, *, but_visit: int | None = None) -> _Read:
    """Patterns, absences and held slots: 3 statements."""
    values = {
        "ids": list(ids),
        "first": wish.window.base,
        "last": wish.window.base + wish.window.size - 1,
        "now": wish.now,
        "but_visit": but_visit or 0,
    }
    return _Read(values, _hours(values), _absences(values), _held(values, wish.window))


_IDS = bindparam("ids", type_=Integer, expanding=True)
_FIRST, _LAST = bindparam("first", type_=Integer), bindparam("last", type_=Integer)
_WHO = type_coerce(VisitSlot.trainer_id, Integer)  # of slots that are held: never NULL
_HELD = (
    VisitSlot.visit_id != bindparam("but_visit"),
    or_(VisitSlot.expires_at.is_(None), VisitSlot.expires_at > bindparam("now", type_=Instant())),
)


@cache
def _sums(pieces: int) -> CompoundSelect[*tuple[Any, ...]]:
    """Of each trainer and each piece of the window, the held bits added up: a range of the index for each piece."""
    one = cast(1, BigInteger)  # a plain 1 would be shifted as 32 bits by PostgreSQL
    parts = []
    for piece in range(pieces):
        start = _FIRST + PIECE * piece
        bits = func.sum(one.op("<<")(VisitSlot.slot - start))
        there = VisitSlot.trainer_id.in_(_IDS), VisitSlot.slot.between(start, start + PIECE - 1)
        parts.append(select(_WHO, literal(piece), bits).where(*there, *_HELD).group_by(_WHO))
    return union_all(*parts)


_FACTS = select(
    Trainer.id,
    Trainer.name,
    Trainer.home_outcode,
    Trainer.is_active,
    Trainer.weekly_limit,
    Trainer.drive_limit_minutes,
).order_by(Trainer.id)
_ACTIVE = _FACTS.where(Trainer.is_active)
_POOL = (
    _ACTIVE.add_columns(TrainerCounty.liking)
    .join(TrainerCounty, (TrainerCounty.trainer_id == Trainer.id) & (TrainerCounty.county == bindparam("county")))
    .join(TrainerCourse, (TrainerCourse.trainer_id == Trainer.id) & (TrainerCourse.course_id == bindparam("course_id")))
)
_TAUGHT = select(TrainerCourse.trainer_id, TrainerCourse.course_id)
_TEACHES = _TAUGHT.where(TrainerCourse.trainer_id == Trainer.id, TrainerCourse.course_id == bindparam("course_id"))
_BARRED = select(TrainerBar.created_at).where(
    TrainerBar.trainer_id == Trainer.id, TrainerBar.firm_id == bindparam("firm_id", type_=Integer)
)
_BEEN = (
    select(Visit.trainer_id, func.max(Visit.first_day).label("taught_on"))
    .where(Visit.firm_id == bindparam("firm_id", type_=Integer), Visit.state == VisitState.DELIVERED)
    .group_by(Visit.trainer_id)
    .subquery()
)
_EVERYONE = _FACTS.outerjoin(_BEEN, _BEEN.c.trainer_id == Trainer.id).add_columns(
    _TEACHES.exists().label("teaches"), _BARRED.scalar_subquery().label("barred_at"), _BEEN.c.taught_on
)

_LINE = TrainerHours
_HOURS = (
    select(_LINE.trainer_id, _LINE.weekday, _LINE.opens, _LINE.closes, _LINE.week, _LINE.valid_from, _LINE.valid_until)
    .where(_LINE.trainer_id.in_(_IDS))
    .order_by(_LINE.id)
)
_ABSENCES = (
    select(AbsenceRow.trainer_id, AbsenceRow.first_slot, AbsenceRow.last_slot, AbsenceRow.kind)
    .where(AbsenceRow.trainer_id.in_(_IDS), AbsenceRow.first_slot <= _LAST, AbsenceRow.last_slot >= _FIRST)
    .order_by(AbsenceRow.id)
)
_LIKINGS = select(TrainerCounty.trainer_id, TrainerCounty.county, TrainerCounty.liking)

_NEAR = select(Visit.trainer_id, Visit.outcode, Visit.state, Visit.first_day, Visit.first_half, Visit.half_days).where(
    Visit.outcode.in_(bindparam("outcodes", expanding=True)),
    Visit.first_day.between(bindparam("first_day"), bindparam("last_day")),
    (Visit.trainer_id + 0).in_(_IDS),  # a sum: or SQLite would read all that these trainers ever did
)
_SETTLED = LIVE - {VisitState.HELD}
_BESIDE = (
    select(_WHO, Visit.id, VisitSlot.slot, Visit.outcode, Site.town, Visit.reference, Visit.state)
    .select_from(VisitSlot)
    .join(Visit, Visit.id == VisitSlot.visit_id)
    .outerjoin(Site, Site.id == Visit.site_id)
    .where(VisitSlot.slot.between(_FIRST, _LAST), *_HELD)
    .order_by(VisitSlot.slot, VisitSlot.trainer_id)
)
_WEEKS = {week.value: week for week in Week}


def _candidate(
    row: Row[*tuple[Any, ...]],
    read: _Read,
    *,
    counties: Mapping[int, Mapping[County, int]],
    visits: Mapping[int, tuple[HeldVisit, ...]] | None = None,
    teaches: bool = True,
    barred_on: date | None = None,
    taught_on: date | None = None,
) -> Candidate:
    return Candidate(
        row.id,
        row.name,
        row.home_outcode,
        counties=counties.get(row.id, {}),
        hours=read.hours.get(row.id, ()),
        absences=read.absences.get(row.id, ()),
        held=read.held.get(row.id, 0),
        visits=visits.get(row.id, ()) if visits else (),
        is_active=row.is_active,
        teaches=teaches,
        weekly_limit=row.weekly_limit,
        drive_limit=row.drive_limit_minutes,
        barred_on=barred_on,
        taught_on=taught_on,
    )


def _counties() -> dict[int, dict[County, int]]:
    found: defaultdict[int, dict[County, int]] = defaultdict(dict)
    for trainer_id, county, liking in db.session.execute(_LIKINGS):
        found[trainer_id][county] = liking
    return found


def _hours(values: Mapping[str, object]) -> dict[int, tuple[Hours, ...]]:
    return _grouped(
        (trainer_id, Hours(weekday, opens, closes, _WEEKS[week], first, last))
        for trainer_id, weekday, opens, closes, week, first, last in db.session.execute(_HOURS, dict(values))
    )


def _absences(values: Mapping[str, object]) -> dict[int, tuple[Absence, ...]]:
    rows = db.session.execute(_ABSENCES, dict(values))
    return _grouped((trainer_id, Absence(first, last, kind)) for trainer_id, first, last, kind in rows)


def _held(values: Mapping[str, object], window: Window) -> dict[int, int]:
    """Held slots as bits in the window. A slot is held once by a trainer, so the sum of its bits is their union."""
    found: defaultdict[int, int] = defaultdict(int)
    for trainer_id, piece, bits in db.session.execute(_sums(-(-window.size // PIECE)), dict(values)):
        found[trainer_id] |= int(bits) << PIECE * piece
    whole = span(0, window.size)  # the last piece may reach beyond it
    return {trainer_id: bits & whole for trainer_id, bits in found.items()}


def _near(ids: Collection[int], wish: Wish) -> dict[int, tuple[HeldVisit, ...]]:
    """The visits a trainer can come from in a lunch break, where they stand: all that the public's dates need.

    Read from the visits alone. A hold may have run out, so that none is among them.
    """
    first, last = (Slot.of(number).day for number in (wish.window.base, wish.window.base + wish.window.size - 1))
    drives = ((code, wish.travel.minutes(code, wish.outcode)) for code in outcodes())
    near = [code for code, minutes in drives if minutes is not None and minutes <= wish.policy.lunch_minutes]
    rows = db.session.execute(_NEAR, {"ids": list(ids), "outcodes": near, "first_day": first, "last_day": last})
    return _grouped(
        (
            who,
            HeldVisit(
                _run(Slot(day, half).number, length, wish.window),
                outcode,
                is_confirmed=state is VisitState.CONFIRMED,
            ),
        )
        for who, outcode, state, day, half, length in rows
        if who is not None and state in _SETTLED
    )


def _beside(values: Mapping[str, object], need: Need) -> dict[int, tuple[HeldVisit, ...]]:
    """The visits around one date with their places; a hold is nobody's to know."""
    around = {"first": need.first.number - 3, "last": need.last.number + 3}
    bits: defaultdict[tuple[int, int], int] = defaultdict(int)
    places: dict[tuple[int, int], tuple[str, str, str, bool]] = {}
    for who, visit_id, slot, outcode, town, reference, state in db.session.execute(_BESIDE, {**values, **around}):
        bits[who, visit_id] |= _run(slot, 1, need.wish.window)
        known = "" if state is VisitState.HELD else reference
        places[who, visit_id] = outcode, town or "", known, state is VisitState.CONFIRMED
    return _grouped((who, HeldVisit(bits[who, visit], *place)) for (who, visit), place in places.items())


def _run(start: int, size: int, window: Window) -> int:
    return span(start - window.base, start - window.base + size)


def _grouped(pairs: Iterable[tuple[_Key, _Value]]) -> dict[_Key, tuple[_Value, ...]]:
    found: defaultdict[_Key, list[_Value]] = defaultdict(list)
    for key, value in pairs:
        found[key].append(value)
    return {key: tuple(values) for key, values in found.items()}

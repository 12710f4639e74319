"""Trainers as matching sees them, read from the database in a constant number of statements."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, TypeVar

from sqlalchemy import ColumnElement, Row, or_

from booking.domain.availability import Absence, Hours, Window, span
from booking.domain.days import Slot, Week
from booking.domain.lifecycle import LIVE, VisitState
from booking.domain.matching.needs import Candidate, HeldVisit, Need, Wish
from booking.domain.places import County, outcodes
from booking.models import VisitSlot
from booking.queries import diary_rows

_Key = TypeVar("_Key")
_Value = TypeVar("_Value")


def live(now: datetime) -> ColumnElement[bool]:
    """Slots that are held at this instant: a hold that has run out is free, whether or not anybody tidied up."""
    return or_(VisitSlot.expires_at.is_(None), VisitSlot.expires_at > now)


def pool(wish: Wish, *, course_id: int, but_visit: int | None = None) -> list[Candidate]:
    """The trainers who may be free for the public: active, teaching the course, covering the county. 5 statements.

    Of their visits only those close enough to drive to over lunch are read, since the others are all too far.
    """
    rows = diary_rows.rows(diary_rows.POOL, {"county": wish.county, "course_id": course_id}).all()
    ids = [row.id for row in rows]
    read = _read(ids, wish, but_visit=but_visit)
    counties = {row.id: {wish.county: row.liking} for row in rows}
    near = _near(ids, wish)
    return [_candidate(row, read, counties=counties, visits=near) for row in rows]


def roster(wish: Wish) -> list[tuple[Candidate, frozenset[int]]]:
    """Every active trainer with the ids of the courses taught; no visit's place is read. 6 statements."""
    rows = diary_rows.rows(diary_rows.ACTIVE).all()
    taught: dict[int, tuple[int, ...]] = _grouped(diary_rows.rows(diary_rows.TAUGHT))
    read, counties = _read([row.id for row in rows], wish), _counties()
    return [(_candidate(row, read, counties=counties), frozenset(taught.get(row.id, ()))) for row in rows]


def everyone(
    need: Need, *, course_id: int, firm_id: int | None = None, but_visit: int | None = None
) -> list[Candidate]:
    """All trainers, as ranking them for one date needs them. 6 statements."""
    rows = diary_rows.rows(diary_rows.EVERYONE, {"course_id": course_id, "firm_id": firm_id}).all()
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


_SETTLED = LIVE - {VisitState.HELD}
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
    for trainer_id, county, liking in diary_rows.rows(diary_rows.LIKINGS):
        found[trainer_id][county] = liking
    return found


def _hours(values: Mapping[str, object]) -> dict[int, tuple[Hours, ...]]:
    return _grouped(
        (trainer_id, Hours(weekday, opens, closes, _WEEKS[week], first, last))
        for trainer_id, weekday, opens, closes, week, first, last in diary_rows.rows(diary_rows.HOURS, values)
    )


def _absences(values: Mapping[str, object]) -> dict[int, tuple[Absence, ...]]:
    rows = diary_rows.rows(diary_rows.ABSENCES, values)
    return _grouped((trainer_id, Absence(first, last, kind)) for trainer_id, first, last, kind in rows)


def _held(values: Mapping[str, object], window: Window) -> dict[int, int]:
    """Held slots as bits in the window. A slot is held once by a trainer, so the sum of its bits is their union."""
    found: defaultdict[int, int] = defaultdict(int)
    for trainer_id, piece, bits in diary_rows.rows(diary_rows.sums(-(-window.size // diary_rows.PIECE)), values):
        found[trainer_id] |= int(bits) << diary_rows.PIECE * piece
    whole = span(0, window.size)  # the last piece may reach beyond it
    return {trainer_id: bits & whole for trainer_id, bits in found.items()}


def _near(ids: Collection[int], wish: Wish) -> dict[int, tuple[HeldVisit, ...]]:
    """The visits a trainer can come from in a lunch break, where they stand: all that the public's dates need.

    Read from the visits alone. A hold may have run out, so that none is among them.
    """
    first, last = (Slot.of(number).day for number in (wish.window.base, wish.window.base + wish.window.size - 1))
    drives = ((code, wish.travel.minutes(code, wish.outcode)) for code in outcodes())
    near = [code for code, minutes in drives if minutes is not None and minutes <= wish.policy.lunch_minutes]
    rows = diary_rows.rows(diary_rows.NEAR, {"ids": list(ids), "outcodes": near, "first_day": first, "last_day": last})
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
    for who, visit_id, slot, outcode, town, reference, state in diary_rows.rows(
        diary_rows.BESIDE, {**values, **around}
    ):
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

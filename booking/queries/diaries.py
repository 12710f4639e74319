"""Trainers as matching sees them, read in a number of statements that does not grow with them."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any, TypeVar

from sqlalchemy import BindParameter, ColumnElement, Select, or_

from booking.db import Facts
from booking.domain.availability import Absence, Hours, Window, span
from booking.domain.days import Half, Slot, Week
from booking.domain.lifecycle import LIVE, VisitState
from booking.domain.matching.needs import Candidate, HeldVisit, Need, Wish
from booking.domain.places import County
from booking.domain.travel import within
from booking.models import VisitSlot
from booking.queries import diary_rows

_Key = TypeVar("_Key")
_Value = TypeVar("_Value")


def live(now: datetime | BindParameter[datetime]) -> ColumnElement[bool]:
    """Slots that are held at this instant: a hold that has run out is free, whether or not anybody tidied up."""
    return or_(VisitSlot.expires_at.is_(None), VisitSlot.expires_at > now)


def pool(wish: Wish, *, course_id: int) -> list[Candidate]:
    """The trainers who may be free for the public: active, teaching the course, covering the county. 2 statements.

    Without their diaries. Of their visits only those close enough to drive to over lunch are read, since the others are
    all too far.
    """
    found = diary_rows.rows(diary_rows.POOL, {"county": wish.county, "course_id": course_id})
    near = _near([row.id for row in found], wish)
    return [_candidate(row, counties={wish.county: row.liking}, visits=near.get(row.id, ())) for row in found]


def with_diaries(candidates: Sequence[Candidate], wish: Wish, *, but_visit: int | None = None) -> list[Candidate]:
    """The same with their hours, absences and held slots. 3 statements, none for nobody."""
    if not candidates:
        return []
    read = _read(diary_rows.SOME, wish, but_visit=but_visit, ids=[who.trainer_id for who in candidates])
    held = {row.id: _held(row, wish.window) for row in read.trainers}
    return [
        replace(
            who,
            hours=read.hours.get(who.trainer_id, ()),
            absences=read.absences.get(who.trainer_id, ()),
            held=held[who.trainer_id],
        )
        for who in candidates
    ]


def roster(wish: Wish) -> list[tuple[Candidate, frozenset[int]]]:
    """Every active trainer with the ids of the courses taught; no visit's place is read. 5 statements."""
    taught: dict[int, tuple[int, ...]] = _grouped(diary_rows.rows(diary_rows.TAUGHT))
    read, counties = _read(diary_rows.ACTIVE, wish), _counties()
    return [
        (_candidate(row, read, counties=counties.get(row.id, {})), frozenset(taught.get(row.id, ())))
        for row in read.trainers
    ]


def everyone(
    need: Need, *, course_id: int, firm_id: int | None = None, but_visit: int | None = None
) -> list[Candidate]:
    """All trainers, as ranking them for one date needs them. 5 statements."""
    read = _read(diary_rows.EVERYONE, need.wish, but_visit=but_visit, course_id=course_id, firm_id=firm_id)
    counties, beside = _counties(), _beside(read.values, need)
    return [
        _candidate(
            row,
            read,
            counties=counties.get(row.id, {}),
            visits=beside.get(row.id, ()),
            teaches=row.teaches,
            barred_on=row.barred_at.date() if row.barred_at else None,
            taught_on=row.taught_on,
        )
        for row in read.trainers
    ]


def hours(trainers: Sequence[int]) -> dict[int, tuple[Hours, ...]]:
    """The lines of their weekly patterns. 1 statement."""
    return _grouped(
        (int(trainer_id), line)
        for ids, weekday, opens, closes, week, first, last in diary_rows.rows(diary_rows.HOURS, {"ids": trainers})
        for line in [Hours(weekday, opens, closes, _WEEKS[week], first, last)]
        for trainer_id in ids.split(",")
    )


@dataclass(frozen=True, slots=True)
class _Read:
    """What was read of some trainers, by their id where they have many; `values` are the parameters of it."""

    trainers: Sequence[Facts]
    values: Mapping[str, object]
    window: Window
    hours: Mapping[int, tuple[Hours, ...]]
    absences: Mapping[int, tuple[Absence, ...]]


def _read(trainers: Select[*tuple[Any, ...]], wish: Wish, *, but_visit: int | None = None, **which: object) -> _Read:
    """These trainers with what they hold, their patterns and absences: 3 statements."""
    window = wish.window
    values = {
        "first": window.base,
        "last": window.last,
        "now": wish.now,
        "but_visit": but_visit or 0,
    }
    statement = diary_rows.with_held(trainers, _pieces(window))
    found = diary_rows.rows(statement, {**values, **which})
    values["ids"] = ids = [row.id for row in found]
    return _Read(found, values, window, hours(ids), _absences(values))


_SETTLED = frozenset(state.value for state in LIVE - {VisitState.HELD})
_WEEKS = {week.value: week for week in Week}


def _candidate(
    row: Facts,
    read: _Read | None = None,
    *,
    counties: Mapping[County, int],
    visits: tuple[HeldVisit, ...] = (),
    teaches: bool = True,
    barred_on: date | None = None,
    taught_on: date | None = None,
) -> Candidate:
    return Candidate(
        row.id,
        row.name,
        row.home_outcode,
        counties=counties,
        hours=read.hours.get(row.id, ()) if read else (),
        absences=read.absences.get(row.id, ()) if read else (),
        held=_held(row, read.window) if read else 0,
        visits=visits,
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


def _absences(values: Mapping[str, object]) -> dict[int, tuple[Absence, ...]]:
    rows = diary_rows.rows(diary_rows.ABSENCES, values)
    return _grouped((trainer_id, Absence(first, last, kind)) for trainer_id, first, last, kind in rows)


def _held(row: Facts, window: Window) -> int:
    """Held slots as bits in the window. A slot is held once by a trainer, so the sum of its bits is their union."""
    held = 0
    for piece, bits in enumerate(row[-_pieces(window) :]):
        if bits:
            held |= int(bits) << diary_rows.PIECE * piece
    return held & span(0, window.size)  # the last piece may reach beyond it


def _pieces(window: Window) -> int:
    """How many columns of held bits it takes."""
    return -(-window.size // diary_rows.PIECE)


def _near(trainers: Sequence[int], wish: Wish) -> dict[int, tuple[HeldVisit, ...]]:
    """The visits a trainer can come from in a lunch break, where they stand: all that the public's dates need.

    Read from the visits alone. A hold may have run out, so that none is among them.
    """
    first, last = (Slot.of(number).day for number in (wish.window.base, wish.window.last))
    near = within(wish.travel, wish.outcode, wish.policy.lunch_minutes)
    values = {"ids": trainers, "outcodes": near, "first_day": first, "last_day": last}
    return _grouped(
        (who, HeldVisit(span(start, start + length), outcode, is_confirmed=state == VisitState.CONFIRMED))
        for who, outcode, day, half, length, state in diary_rows.rows(diary_rows.NEAR, values)
        if state in _SETTLED
        for start in [2 * (day - first).days + (half == Half.PM)]
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

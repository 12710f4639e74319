"""A diary is one big integer, a bit for each half-day; free runs are found with shifts and ands.

Bit i of a diary is the slot whose number is the window's base + i, so even bits are mornings and 14 bits are a week.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, time
from functools import lru_cache

from booking.domain.days import (
    LONGEST_RUN,
    SLOTS_A_WEEK,
    Half,
    HalfTimes,
    Slot,
    Week,
    WorkingDays,
    bank_holidays,
    monday_of,
)

FORTNIGHT = 2 * SLOTS_A_WEEK


@dataclass(frozen=True, slots=True)
class Hours:
    """A line of a trainer's pattern: when they work on a weekday (0 is Monday), from and until which day inclusive."""

    weekday: int
    opens: time
    closes: time
    week: Week = Week.ANY
    valid_from: date | None = None
    valid_until: date | None = None


@dataclass(frozen=True, slots=True)
class Absence:
    """The slots a trainer is away, first and last included, as slot numbers; kind is leave, sick or other."""

    first_slot: int
    last_slot: int
    kind: str = "other"


@dataclass(frozen=True, slots=True)
class Window:
    """Whole weeks, Monday morning to Sunday afternoon: `size` slots from the slot number `base`."""

    base: int
    size: int

    @classmethod
    def covering(cls, first: date, last: date) -> "Window":
        """The weeks that hold all days from `first` to `last`."""
        base = Slot(monday_of(first), Half.AM).number
        return cls(base, Slot(monday_of(last), Half.AM).number + SLOTS_A_WEEK - base)

    @property
    def last(self) -> int:
        """The number of the last slot."""
        return self.base + self.size - 1

    def bit(self, slot: Slot) -> int:
        """The slot as a diary with this one bit; 0 outside the window."""
        offset = slot.number - self.base
        return 1 << offset if 0 <= offset < self.size else 0

    def between(self, first_slot: int, last_slot: int) -> int:
        """All slots from one number to another, both included, as far as they lie in the window."""
        low, high = max(first_slot - self.base, 0), min(last_slot + 1 - self.base, self.size)
        return span(low, high) if low < high else 0

    def days(self, first: date, last: date) -> int:
        """Both halves of all days from `first` to `last`."""
        return self.between(Slot(first, Half.AM).number, Slot(last, Half.PM).number)

    def slots(self, bits: int) -> Iterator[Slot]:
        """The slots of a diary, in order."""
        while bits:
            low = bits & -bits
            yield Slot.of(self.base + low.bit_length() - 1)
            bits ^= low

    @property
    def am(self) -> int:
        """Every morning."""
        return tiled(1, 2, base=self.base, size=self.size)

    def ends_by_sunday(self, length: int) -> int:
        """Every slot from which `length` half-days end in the same week."""
        return tiled(span(0, max(0, SLOTS_A_WEEK + 1 - length)), SLOTS_A_WEEK, base=self.base, size=self.size)

    def weeks(self, bits: int) -> int:
        """Every slot of the weeks that have one of these: all are folded onto their Mondays at once."""
        found = any_within(bits | bits >> 1, 0, 6)
        mondays = found & tiled(1, SLOTS_A_WEEK, base=self.base, size=self.size)
        return (mondays << SLOTS_A_WEEK) - mondays


def span(low: int, high: int) -> int:
    """Bits low to high - 1."""
    return (1 << high) - (1 << low)


@lru_cache(maxsize=1024)
def tiled(unit: int, width: int, *, base: int, size: int) -> int:
    """A pattern of `width` bits that starts at slot number 0, repeated and cut to a window."""
    many = unit * (((1 << width * (size // width + 2)) - 1) // ((1 << width) - 1))
    return (many >> base % width) & ((1 << size) - 1)


def worked(hours: Iterable[Hours], window: Window, *, times: HalfTimes) -> int:
    """The half-days that a pattern covers; a half is worked when it lies within one line's hours."""
    bits = 0
    fortnights: dict[tuple[date | None, date | None], int] = {}
    for line in hours:
        valid = (line.valid_from, line.valid_until)
        fortnights[valid] = fortnights.get(valid, 0) | _fortnight(line, times)
    for (first, last), fortnight in fortnights.items():
        found = tiled(fortnight, FORTNIGHT, base=window.base, size=window.size)
        if first or last:
            found &= window.days(first or date.min, last or date.max)
        bits |= found
    return bits


def _fortnight(line: Hours, times: HalfTimes) -> int:
    am = line.opens <= times.am_starts and line.closes >= times.am_ends
    pm = line.opens <= times.pm_starts and line.closes >= times.pm_ends
    day = (am | pm << 1) << 2 * line.weekday
    return (day if line.week is not Week.B else 0) | (day << SLOTS_A_WEEK if line.week is not Week.A else 0)


def absent(absences: Iterable[Absence], window: Window) -> int:
    """The half-days a trainer is away."""
    bits = 0
    for absence in absences:
        bits |= window.between(absence.first_slot, absence.last_slot)
    return bits


def open_days(window: Window, working: WorkingDays) -> int:
    """Both halves of every working day."""
    bits = tiled(span(0, 10), SLOTS_A_WEEK, base=window.base, size=window.size)  # Monday to Friday
    years = range(Slot.of(window.base).day.year, Slot.of(window.last).day.year + 1)
    for day in {day for year in years for day in bank_holidays(year)} | {*working.overrides}:
        there = window.days(day, day)
        bits = bits | there if working.is_open(day) else bits & ~there
    return bits


def runs(free: int, length: int) -> int:
    """Every slot from which `length` half-days are free without a break."""
    have = 1
    while have < length:
        step = min(have, length - have)
        free &= free >> step
        have += step
    return free


def starts(free: int, length: int, window: Window) -> int:
    """Every slot where a visit of `length` half-days can start: from two on in the morning, and over by Sunday."""
    if not 1 <= length <= LONGEST_RUN:
        raise ValueError(f"a visit takes 1 to {LONGEST_RUN} half-days, not {length}")
    found = runs(free, length) & window.ends_by_sunday(length)
    return found if length == 1 else found & window.am


def any_within(days: int, low: int, high: int) -> int:
    """Every slot d with a slot of `days` between d + low and d + high days later."""
    have, need = 1, high - low + 1
    while have < need:
        step = min(have, need - have)
        days |= days >> 2 * step
        have += step
    return days >> 2 * low


def linked(parts: Sequence[int], window: Window, *, low: int = 7, high: int = 21) -> int:
    """The starts of the first part of a course in several parts, `low` to `high` days apart, that can be completed.

    `parts` has the possible starts of each part, in order.
    """
    days = -1
    found = 0
    for part in reversed(parts):
        found = part & days
        following = any_within((found | found >> 1) & window.am, low, high)
        days = following | following << 1
    return found


def within_limit(found: int, length: int, held: int, *, limit: int, window: Window) -> int:
    """The starts that leave a trainer at or under `limit` half-days held in that week."""
    return found & ~_weeks_over(limit - length, held, window)


def _weeks_over(most: int, held: int, window: Window) -> int:
    """Every slot of the weeks with more than `most` half-days held; all weeks are counted at once.

    The bits of each day are added up, then the days of each week in its lowest bits. Enough is added to a week's number
    for its highest bit to say whether it is over.
    """
    monday, highest = tiled(1, SLOTS_A_WEEK, base=window.base, size=window.size), SLOTS_A_WEEK - 1
    days = (held & window.am) + (held >> 1 & window.am)
    weeks = sum(days >> shift & 3 * monday for shift in range(0, SLOTS_A_WEEK, 2))
    over = (weeks + monday * ((1 << highest) - 1 - most)) >> highest & monday
    return (over << SLOTS_A_WEEK) - over


def beside(held: int, window: Window) -> int:
    """The other half of each held half-day: what a visit too far away for the lunch break closes."""
    return (held & window.am) << 1 | (held >> 1) & window.am

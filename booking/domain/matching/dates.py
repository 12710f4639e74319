"""The dates the public may choose: a county's pool of diaries merged, and never a trainer."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from heapq import nsmallest
from itertools import groupby, islice
from operator import attrgetter

from booking.domain.availability import Window, absent, beside, open_days, starts, within_limit, worked
from booking.domain.days import Half, Slot, earliest
from booking.domain.matching.needs import Candidate, Wish

NEAR_YOU = "A trainer is already near you that week"
ENOUGH = 64  # trainers: so many leave two free on nearly every day


@dataclass(frozen=True, slots=True)
class DayDates:
    """A day on which a visit can start, and in which halves."""

    day: date
    halves: tuple[Half, ...]
    length: int  # half-days
    is_near: bool  # a trainer who could come is confirmed nearby in that week

    @property
    def words(self) -> str:
        """ "morning", "afternoon", "morning or afternoon", "all day", "2 days"."""
        if self.length == 1:
            return " or ".join("morning" if half is Half.AM else "afternoon" for half in self.halves)
        return "all day" if self.length == 2 else f"{(self.length + 1) // 2} days"


@dataclass(frozen=True, slots=True)
class Openings:
    """The starts open to the public, as diaries: with one trainer or more, with two or more, near a confirmed visit."""

    window: Window
    length: int  # half-days
    one: int
    two: int
    near: int

    def has(self, slot: Slot) -> bool:
        return bool(self.one & self.window.bit(slot))

    def is_near(self, slot: Slot) -> bool:
        return bool(self.near & self.window.bit(slot))

    def soonest(self, count: int = 5) -> tuple[Slot, ...]:
        """The earliest start of each of the next `count` days that have one."""
        by_day = groupby(self.window.slots(self.one), key=attrgetter("day"))
        return tuple(next(slots) for _, slots in islice(by_day, count))

    def days(self, first: date, last: date) -> tuple[DayDates, ...]:
        """The days from `first` to `last` on which a visit can start, in order: the links of a month."""
        slots = self.window.slots(self.one & self.window.days(first, last))
        return tuple(self._day(day, tuple(there)) for day, there in groupby(slots, key=attrgetter("day")))

    def nearest(self, slot: Slot, count: int = 5) -> tuple[Slot, ...]:
        """Other starts, the fewest days away first, of two as far the earlier."""
        others = (other for other in self.window.slots(self.one) if other != slot)
        return tuple(nsmallest(count, others, key=lambda other: (abs((other.day - slot.day).days), other)))

    def _day(self, day: date, slots: tuple[Slot, ...]) -> DayDates:
        near = any(self.is_near(slot) for slot in slots)
        return DayDates(day, tuple(slot.half for slot in slots), self.length, near)


def openings(
    candidates: Iterable[Candidate],
    wish: Wish,
    *,
    read: Callable[[Sequence[Candidate]], Iterable[Candidate]] = iter,
) -> Openings:
    """Every start for which at least one trainer breaks no rule at all; what `for_the_public` will then find.

    `read` gives candidates their diaries: hours, absences and what is held. It is asked for the first ones, and then
    for those who could still add something: of hundreds few, once every start of the calendar has two trainers.
    """
    window, times = wish.window, wish.policy.times
    first = earliest(wish.today, wish.policy.notice_days, wish.working)
    allowed = open_days(window, wish.working) & window.days(first, wish.horizon)
    every = starts(allowed, wish.length, window)
    minutes = cache(lambda outcode: wish.travel.minutes(outcode, wish.outcode))
    open_hours = cache(lambda hours: worked(hours, window, times=times) & allowed)  # most patterns are alike
    able = [(who, *_nearby(who, wish, minutes)) for who in candidates if _may_come(who, wish, minutes(who.home))]
    able.sort(key=lambda each: -each[2].bit_count())  # who makes most weeks near comes first
    one = two = near = 0
    for part in (able[:ENOUGH], able[ENOUGH:]):
        useful = [each for each in part if two != every or each[2] & every & ~near]
        for who, (_, close, weeks) in zip(read([who for who, _, _ in useful]), useful, strict=True):
            free = open_hours(who.hours) & ~(absent(who.absences, window) | who.held)
            found = starts(free & ~beside(who.held & ~close, window), wish.length, window)
            found = within_limit(found, wish.length, who.held, limit=who.weekly_limit, window=window)
            one, two, near = one | found, two | one & found, near | found & weeks
    return Openings(window, wish.length, one, two, near)


def _nearby(who: Candidate, wish: Wish, minutes: Callable[[str], int | None]) -> tuple[int, int]:
    """The slots of visits so near that a lunch break is enough for the drive, and the weeks of those confirmed."""
    close = sure = 0
    for visit in who.visits:
        drive = minutes(visit.outcode)
        if drive is not None and drive <= wish.policy.lunch_minutes:
            close |= visit.bits
            if visit.is_confirmed:
                sure |= visit.bits
    return close, wish.window.weeks(sure)


def _may_come(who: Candidate, wish: Wish, drive: int | None) -> bool:
    """Whether the rules that do not depend on the date let this trainer come."""
    is_able = who.is_active and who.teaches and not who.barred_on and wish.county in who.counties
    return is_able and drive is not None and drive <= who.drive_limit

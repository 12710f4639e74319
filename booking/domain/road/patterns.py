"""A trainer's weekly pattern as staff choose it: how much of each weekday is worked in weeks A and B."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import time
from enum import StrEnum
from typing import TypeAlias

from booking.domain.availability import FORTNIGHT, Hours, Window, worked
from booking.domain.days import SLOTS_A_WEEK, Half, HalfTimes, Week


class Part(StrEnum):
    """How much of a day is worked."""

    NO = "no"
    DAY = "day"
    AM = "am"
    PM = "pm"


# By weekday (0 is Monday) and week (A or B).
Pattern: TypeAlias = Mapping[tuple[int, Week], Part]

WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
KEYS = tuple((weekday, week) for weekday in range(len(WEEKDAYS)) for week in (Week.A, Week.B))
_PARTS = (Part.NO, Part.AM, Part.PM, Part.DAY)  # by the two bits of a day


def is_lasting(hours: Hours) -> bool:
    """Whether a line holds without beginning or end: only such lines are a pattern."""
    return hours.valid_from is None and hours.valid_until is None


def read(hours: Iterable[Hours], *, times: HalfTimes) -> Pattern:
    """What the lasting lines come to."""
    bits = worked(filter(is_lasting, hours), Window(0, FORTNIGHT), times=times)
    return {(day, week): _PARTS[bits >> 2 * day + (week is Week.B) * SLOTS_A_WEEK & 3] for day, week in KEYS}


def lines(pattern: Pattern, weekday: int, *, times: HalfTimes) -> Iterator[Hours]:
    """The lines that a weekday is stored as: none, one for every week, or one for each week of the fortnight."""
    a, b = pattern[weekday, Week.A], pattern[weekday, Week.B]
    for week, part in ((Week.ANY, a),) if a is b else ((Week.A, a), (Week.B, b)):
        if part is not Part.NO:
            yield Hours(weekday, *_hours(part, times), week)


def words(pattern: Pattern) -> str:
    """ "Monday all day, Tuesday morning in week A": for the history."""
    said = {Part.DAY: "all day", Part.AM: "morning", Part.PM: "afternoon"}
    told = []
    for day, name in enumerate(WEEKDAYS):
        a, b = pattern[day, Week.A], pattern[day, Week.B]
        for ending, part in (("", a),) if a is b else ((" in week A", a), (" in week B", b)):
            told += [f"{name} {said[part]}{ending}"] if part is not Part.NO else []
    return ", ".join(told)


def _hours(part: Part, times: HalfTimes) -> tuple[time, time]:
    first, last = {Part.AM: (Half.AM, Half.AM), Part.PM: (Half.PM, Half.PM)}.get(part, (Half.AM, Half.PM))
    return times.starts(first), times.ends(last)

"""What a trainer's week has besides visits: free time and leave, in words."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import groupby
from operator import attrgetter

from booking.domain.availability import Window, absent, open_days, worked
from booking.domain.days import Half, HalfTimes
from booking.domain.words import clock_words
from booking.models import Trainer
from booking.queries import calendar, rules
from booking.queries.timetable import diary


@dataclass(frozen=True, slots=True)
class Spare:
    """ "Tuesday", "Wednesday from 1:30pm"."""

    free: tuple[str, ...]
    leave: tuple[str, ...]


def spare(trainer: Trainer, monday: date, *, now: datetime) -> Spare:
    """The working hours of a week that no visit takes, by whether the trainer is there."""
    window, times = Window.covering(monday, monday + timedelta(days=6)), rules.times()
    works = worked(diary.hours(trainer.id), window, times=times) & open_days(window, calendar.working_days())
    away = absent(diary.absences(trainer.id, window), window)
    free = works & ~away & ~diary.held(trainer.id, window, now=now)
    return Spare(_words(window, free, times), _words(window, works & away, times))


def _words(window: Window, bits: int, times: HalfTimes) -> tuple[str, ...]:
    days = groupby(window.slots(bits), key=attrgetter("day"))
    return tuple(f"{day:%A}{_part([slot.half for slot in slots], times)}" for day, slots in days)


def _part(halves: list[Half], times: HalfTimes) -> str:
    if len(halves) > 1:
        return ""
    return f" until {clock_words(times.am_ends)}" if halves == [Half.AM] else f" from {clock_words(times.pm_starts)}"

"""A month as a page shows it: which days are free, what the others are, where the neighbours lead."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Self

from booking.domain.days import bank_holidays, days_between
from booking.domain.matching.dates import DayDates, Openings

DECEMBER = 12


@dataclass(frozen=True, slots=True)
class Cell:
    """A day of the month: the dates it offers, or None, and the name of a bank holiday, or ""."""

    day: date
    free: DayDates | None
    holiday: str


@dataclass(frozen=True, slots=True)
class Month:
    """All days of a month; `earlier` and `later` are the first days of its neighbours, None beyond what is shown."""

    first: date
    cells: tuple[Cell, ...]
    earlier: date | None
    later: date | None

    @property
    def blanks(self) -> int:
        """How many days of the week are left free before the 1st, weeks starting on Monday."""
        return self.first.weekday()

    @property
    def holidays(self) -> tuple[Cell, ...]:
        """The bank holidays that fall on a weekday: somebody will wonder about those."""
        return tuple(cell for cell in self.cells if cell.holiday and cell.day.weekday() < 5)

    @classmethod
    def of(cls, openings: Openings, wanted: date, *, first: date, last: date) -> Self:
        """The month that holds `wanted`, or the nearest one between those of `first` and `last`."""
        starts = min(max(wanted, first), last).replace(day=1)
        ends = after(starts) - timedelta(days=1)
        free = {found.day: found for found in openings.days(starts, ends)}
        named = bank_holidays(starts.year)
        return cls(
            starts,
            tuple(Cell(day, free.get(day), _name(named.get(day, ""))) for day in days_between(starts, ends)),
            earlier=(starts - timedelta(days=1)).replace(day=1) if starts > first else None,
            later=after(starts) if ends < last else None,
        )


def after(first: date) -> date:
    """The first day of the month after the one that starts on `first`."""
    return date(first.year + 1, 1, 1) if first.month == DECEMBER else date(first.year, first.month + 1, 1)


def _name(holiday: str) -> str:
    """The substitute of a holiday at a weekend is the holiday to everybody who is off."""
    return holiday.removesuffix(" (observed)")

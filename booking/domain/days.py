"""Days and halves of days, the only units a visit is measured in; working days; London and UTC."""

from calendar import monthrange
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from functools import cache
from itertools import groupby
from operator import attrgetter
from typing import Self
from zoneinfo import ZoneInfo

from booking.domain.words import span_words

ORIGIN = date(2024, 1, 1)  # a Monday: slot 0, and the first day of a week A
SLOTS_A_WEEK = 14
LONGEST_RUN = 10  # half-days: a working week

DAY_ENDS = time(17)  # "by 5pm"
DESK_OPENS, DESK_CLOSES = time(8, 30), time(17, 30)  # the hours in which staff answer enquiries

BAND_MARGIN = timedelta(hours=1)  # a call cannot be promised for the last minutes of a time band

LONDON = ZoneInfo("Europe/London")


class Half(StrEnum):
    """Half of a working day; `am` sorts before `pm`."""

    AM = "am"
    PM = "pm"


@dataclass(frozen=True, slots=True, order=True)
class Slot:
    """A London date and a half: what a trainer can be booked for. Never an instant."""

    day: date
    half: Half

    @property
    def number(self) -> int:
        """Half-days since the morning of ORIGIN: the slot's bit in a diary, and the stored integer."""
        return 2 * (self.day - ORIGIN).days + (self.half is Half.PM)

    @classmethod
    def of(cls, number: int) -> Self:
        """The slot with this number."""
        return cls(ORIGIN + timedelta(days=number >> 1), Half.PM if number & 1 else Half.AM)


class Week(StrEnum):
    """The weeks in which a line of a trainer's pattern holds: every week, or one of a fortnight."""

    ANY = "any"
    A = "A"
    B = "B"


@dataclass(frozen=True, slots=True)
class HalfTimes:
    """When the two halves of a day start and end, in London."""

    am_starts: time = time(9, 30)
    am_ends: time = time(12, 30)
    pm_starts: time = time(13, 30)
    pm_ends: time = time(16, 30)

    def starts(self, half: Half) -> time:
        return self.am_starts if half is Half.AM else self.pm_starts

    def ends(self, half: Half) -> time:
        return self.am_ends if half is Half.AM else self.pm_ends


@cache
def bank_holidays(year: int) -> Mapping[date, str]:
    """England's bank holidays of one year with their names, substitute days included."""
    import holidays  # here, not above: only pages with dates pay for loading it

    return dict(holidays.country_holidays("GB", subdiv="ENG", years=year))


@dataclass(frozen=True, slots=True)
class WorkingDays:
    """The firm's working days: Monday to Friday without bank holidays, except where `overrides` says open or closed."""

    overrides: Mapping[date, bool] = field(default_factory=dict)

    def is_open(self, day: date) -> bool:
        override = self.overrides.get(day)
        if override is not None:
            return override
        return day.weekday() < 5 and day not in bank_holidays(day.year)

    def why_closed(self, day: date) -> str:
        """What a closed day is: "a bank holiday"."""
        if self.overrides.get(day) is False:
            return "a day we are closed"
        return "a bank holiday" if day in bank_holidays(day.year) else "not a working day"

    def after(self, day: date, count: int) -> date:
        """The `count`-th working day after `day`, whatever `day` is; with 0, `day` itself."""
        return self._walk(day, count, timedelta(days=1))

    def before(self, day: date, count: int) -> date:
        """The `count`-th working day before `day`."""
        return self._walk(day, count, timedelta(days=-1))

    def between(self, day: date, later: date) -> int:
        """How many working days there are after `day` up to and including `later`; 0 if it is not later."""
        return sum(self.is_open(day + timedelta(days=n + 1)) for n in range((later - day).days))

    def promised_by(self, instant: datetime, count: int) -> datetime:
        """5pm, in London, of the `count`-th working day after an instant; aware UTC."""
        return london(self.after(london_time(instant).date(), count), DAY_ENDS)

    def hours_after(self, instant: datetime, hours: int) -> datetime:
        """The instant by which `hours` of desk time (8:30am to 5:30pm of working days) have passed; aware UTC."""
        left = timedelta(hours=hours)
        now = london_time(instant).replace(tzinfo=None)
        day = now.date()
        while True:
            starts, closes = max(now, datetime.combine(day, DESK_OPENS)), datetime.combine(day, DESK_CLOSES)
            if self.is_open(day) and starts < closes:
                if left <= closes - starts:
                    return london(day, (starts + left).time())
                left -= closes - starts
            day += timedelta(days=1)

    def end_of_band(self, instant: datetime, ends: time) -> datetime:
        """The next working day's time `ends` (aware UTC) that is at least an hour away: when a call was promised by."""
        now = london_time(instant).replace(tzinfo=None)
        day = now.date()
        if not self.is_open(day) or now + BAND_MARGIN > datetime.combine(day, ends):
            day = self.after(day, 1)
        return london(day, ends)

    def reminder_days(self, day: date) -> tuple[date, date]:
        """When the firm is reminded of a visit that starts on `day`: 7 days and 1 working day before."""
        return day - timedelta(days=7), self.before(day, 1)

    def _walk(self, day: date, count: int, step: timedelta) -> date:
        while count > 0:
            day += step
            count -= self.is_open(day)
        return day


def earliest(today: date, notice: int, working: WorkingDays) -> date:
    """The first day that can be booked on line: the `notice`-th working day after today, whatever the hour."""
    return working.after(today, notice)


def london(day: date, at: time) -> datetime:
    """The instant (aware UTC) of a time on a London date: the one place where UTC is derived.

    Of the two instants of a repeated hour (the last Sunday of October, 1am to 2am) it is the earlier.
    """
    return datetime.combine(day, at, LONDON).astimezone(UTC)


def london_time(instant: datetime) -> datetime:
    """What a London clock shows at an instant; a naive instant is a bug and a ValueError."""
    if instant.tzinfo is None:
        raise ValueError("an instant must be aware")
    return instant.astimezone(LONDON)


def monday_of(day: date) -> date:
    """The Monday of the day's week."""
    return day - timedelta(days=day.weekday())


def week_of(day: date) -> Week:
    """A or B: weeks are counted from ORIGIN, since an ISO year may have 53."""
    return Week.B if (day - ORIGIN).days // 7 % 2 else Week.A


def run_of(day: date, half: Half, length: int) -> tuple[Slot, ...]:
    """`length` unbroken half-days from this one on; a night does not break a run."""
    first = Slot(day, half).number
    return tuple(Slot.of(number) for number in range(first, first + length))


def run_words(run: Sequence[Slot], times: HalfTimes) -> str:
    """The hours of a run, day by day: "9:30am to 4:30pm", or "2 days, 9:30am to 4:30pm each"."""
    spans = [
        span_words(times.starts(halves[0].half), times.ends(halves[-1].half))
        for halves in (list(slots) for _, slots in groupby(run, key=attrgetter("day")))
    ]
    if len(spans) == 1:
        return spans[0]
    if len(set(spans)) == 1:
        return f"{len(spans)} days, {spans[0]} each"
    return f"{len(spans)} days: {', then '.join(spans)}"


def days_between(first: date, last: date) -> Iterator[date]:
    """Every day from `first` to `last`, both included."""
    return (first + timedelta(days=n) for n in range((last - first).days + 1))


def months_before(instant: datetime, months: int) -> datetime:
    """The same day of an earlier month, or that month's last."""
    year, month = divmod(instant.year * 12 + instant.month - 1 - months, 12)
    last = monthrange(year, month + 1)[1]
    return instant.replace(year=year, month=month + 1, day=min(instant.day, last))

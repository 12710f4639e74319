"""Choosing a date, for a first visit or a move: the soonest as radios, a month of links, the day's slots as radios."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Self

from wtforms import Field, RadioField
from wtforms.validators import StopValidation

from booking import clock
from booking.domain.days import Half, HalfTimes, Slot, london_time, run_of, run_words
from booking.domain.errors import Refused
from booking.domain.matching.dates import NEAR_YOU, Openings
from booking.domain.matching.months import Month
from booking.domain.places import outcodes
from booking.domain.words import day_words, near_day
from booking.queries import rules
from booking.web.fields import Form
from config import settings

GONE_ALONE = "That date has just been booked, and no other is on line"


class SlotForm(Form):
    """One date of those the page shows, or of those it showed a while ago."""

    slot = RadioField("Date", validate_choice=False, choices=())

    def validate_slot(self, field: Field) -> None:
        if read_slot(field.data) is None:
            raise StopValidation("Select a date")

    @property
    def at(self) -> Slot:
        """The date that was chosen, once `sent`."""
        at = read_slot(self.slot.data)
        if at is None:
            raise Refused("Select a date", field="slot")
        return at


def read_slot(code: str | None) -> Slot | None:
    """The date of a radio's value or an address, "2027-03-24-am"; None beyond what can be booked on line at all."""
    day, _, half = (code or "").rpartition("-")
    read, today = read_day(day), clock.today()
    if half not in set(Half) or read is None or not today <= read <= today + timedelta(days=settings().horizon_days):
        return None
    return Slot(read, Half(half))


def read_day(text: str | None) -> date | None:
    """2027-03-24; None for anything else."""
    try:
        return date.fromisoformat(text or "")
    except ValueError:
        return None


def code_of(slot: Slot) -> str:
    return f"{slot.day:%Y-%m-%d}-{slot.half}"


@dataclass(frozen=True, slots=True)
class Option:
    """One radio."""

    value: str
    label: str
    note: str
    is_chosen: bool


@dataclass(frozen=True, slots=True)
class Picker:
    """What a page to choose a date on shows. `soonest` are the nearest instead when a date was lost."""

    soonest: tuple[Option, ...]
    month: Month
    day: date | None  # whose slots are shown
    halves: tuple[Option, ...]
    full_day: date | None  # asked for, and not free
    is_lost: bool

    @classmethod
    def of(
        cls,
        openings: Openings,
        *,
        asked: Mapping[str, str],
        chosen: Slot | None = None,
        lost: Slot | None = None,
        now: datetime,
    ) -> Self:
        """`asked` may say a month and a day; what cannot be read or shown is passed over.

        `chosen` is checked, `lost` was wanted and is gone.
        """
        today = london_time(now).date()
        first = openings.nearest(lost) if lost else openings.soonest()
        month_asked, day_asked = read_day(f"{asked.get('month', '')}-01"), read_day(asked.get("day"))
        default = chosen or lost or next(iter(first), None)
        wanted = day_asked or month_asked or (default.day if default else today)
        last = today + timedelta(days=settings().horizon_days)
        month = Month.of(openings, wanted, first=today, last=last)
        shown = day_asked or (chosen.day if chosen and not month_asked else None)
        free = next((cell.free for cell in month.cells if cell.day == shown), None)
        say = _Saying(openings, rules.times(), today, chosen)
        halves = tuple(say.half(Slot(free.day, half)) for half in free.halves) if free else ()
        has_chosen = any(option.is_chosen for option in halves)
        return cls(
            tuple(say.day(slot, is_checkable=not has_chosen) for slot in first),
            month,
            day=free.day if free else None,
            halves=halves,
            full_day=day_asked if day_asked and not free and today <= day_asked <= last else None,
            is_lost=lost is not None,
        )


@dataclass(frozen=True, slots=True)
class _Saying:
    """How a date reads on its radio."""

    openings: Openings
    times: HalfTimes
    today: date
    chosen: Slot | None

    def day(self, slot: Slot, *, is_checkable: bool) -> Option:
        label = run_days(slot, self.openings.length, today=self.today)
        return Option(code_of(slot), label, self._note(slot), is_checkable and slot == self.chosen)

    def half(self, slot: Slot) -> Option:
        length = self.openings.length
        single = "Morning" if slot.half is Half.AM else "Afternoon"
        label = single if length == 1 else "All day" if length == 2 else run_days(slot, length, today=self.today)
        return Option(code_of(slot), label, self._note(slot), slot == self.chosen)

    def _note(self, slot: Slot) -> str:
        hours = run_words(run_of(slot.day, slot.half, self.openings.length), self.times)
        return f"{hours}. {NEAR_YOU}" if self.openings.is_near(slot) else hours


def run_days(slot: Slot, length: int, *, today: date) -> str:
    """The days of a visit: "Tuesday 16 March", "Tuesday 16 and Wednesday 17 March"; with the year if it is another."""
    first, last = slot.day, run_of(slot.day, slot.half, length)[-1].day
    ends = near_day(last) if last.year == today.year else day_words(last)
    if first == last:
        return ends
    starts = f"{first:%A} {first.day}" if first.month == last.month else near_day(first)
    return f"{starts} {'and' if last - first == timedelta(days=1) else 'to'} {ends}"


def spot(outcode: str) -> tuple[int, int, str] | None:
    """Where on the map (components/scenery.html) an outcode lies, in its units, and the words beside it."""
    found = outcodes().get(outcode)
    if found is None:
        return None
    return round(559.8 + 97 * found.longitude), round(73 + 154 * (51.08 - found.latitude)), "Your site"

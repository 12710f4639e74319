"""What is asked and who could answer: the values that matching works on, filled by queries."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import NamedTuple

from booking.domain.availability import Absence, Hours, Window
from booking.domain.days import HalfTimes, Slot, WorkingDays, london_time, run_of
from booking.domain.places import County
from booking.domain.travel import LUNCH_MINUTES, STARTING_TRAVEL, Travel

FAIR_BACK, FAIR_AHEAD = timedelta(weeks=4), timedelta(weeks=8)  # around a visit, for fair shares


@dataclass(frozen=True, slots=True)
class Policy:
    """The firm's settings for dates."""

    notice_days: int = 5  # working days
    horizon_days: int = 180
    lunch_minutes: int = LUNCH_MINUTES
    times: HalfTimes = field(default_factory=HalfTimes)

    def __post_init__(self) -> None:
        if self.notice_days < 1:
            raise ValueError("notice_days must be 1 or more: today is never open to the public")


@dataclass(frozen=True, slots=True)
class Wish:
    """A visit without a date: a course of `length` half-days at an outcode; and what all trainers share.

    `county` is the one the person chose, whatever the outcode says.
    """

    county: County
    outcode: str
    length: int
    course: str  # title
    now: datetime
    window: Window
    firm: str = "the firm"
    working: WorkingDays = field(default_factory=WorkingDays)
    travel: Travel = STARTING_TRAVEL
    policy: Policy = field(default_factory=Policy)

    @property
    def today(self) -> date:
        return london_time(self.now).date()

    @property
    def horizon(self) -> date:
        """The last day that can be booked on line."""
        return self.today + timedelta(days=self.policy.horizon_days)

    def at(self, first: Slot) -> "Need":
        """The same wish on a date; a ValueError when the window does not hold all of it."""
        run = run_of(first.day, first.half, self.length)
        bits = sum(self.window.bit(slot) for slot in run)
        if bits.bit_count() != self.length:
            raise ValueError(f"{first} and {self.length} half-days are not all in the window that was read")
        return Need(self, run, bits, self.working.between(self.today, first.day))


@dataclass(frozen=True, slots=True)
class Need:
    """A visit on a date, made by `Wish.at`: its slots, as bits in the wish's window too, and working days until it."""

    wish: Wish
    slots: tuple[Slot, ...]
    bits: int
    away: int

    @property
    def first(self) -> Slot:
        return self.slots[0]

    @property
    def last(self) -> Slot:
        return self.slots[-1]

    @property
    def days(self) -> int:
        return (self.last.day - self.first.day).days + 1

    @property
    def fair_bits(self) -> int:
        """The twelve weeks over which trainers' loads are compared, as far as they were read."""
        return self.wish.window.days(self.first.day - FAIR_BACK, self.first.day + FAIR_AHEAD)


def fair_window(day: date) -> Window:
    """What has to be read to rank trainers for a visit that starts on this day."""
    return Window.covering(day - FAIR_BACK, day + FAIR_AHEAD)


class HeldVisit(NamedTuple):  # quick to make: a month of dates takes thousands
    """A visit in a diary: its slots (bits in the window) and where it is. A hold is one too, without a reference."""

    bits: int
    outcode: str
    place: str = ""  # the town
    reference: str = ""
    is_confirmed: bool = False


@dataclass(frozen=True, slots=True)
class Candidate:
    """A trainer as matching sees one.

    `held` are all slots that no other visit may take, `visits` the same slots by place, both in the wish's window and
    without the visit that is being placed. A held slot that no visit explains counts as too far away for a lunch break.
    `counties` has each county covered and the trainer's liking for it: 1 likes it, -1 rather not, 0 neither.
    """

    trainer_id: int
    name: str
    home: str  # outcode
    counties: Mapping[County, int]
    hours: tuple[Hours, ...]
    absences: tuple[Absence, ...] = ()
    held: int = 0
    visits: tuple[HeldVisit, ...] = ()
    is_active: bool = True
    teaches: bool = True  # the course that is asked for
    weekly_limit: int = 8  # half-days
    drive_limit: int = 150  # minutes, one way
    barred_on: date | None = None  # when the firm asked for another trainer
    taught_on: date | None = None  # the last visit to the firm

    def visit_at(self, bit: int) -> HeldVisit | None:
        """The visit that holds this slot, if its row was read."""
        return next((visit for visit in self.visits if visit.bits & bit), None)

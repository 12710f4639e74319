"""The next real dates, remembered for a few minutes: the start page is opened far more often than a date is taken."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import TypeAlias, TypeVar

from flask import current_app
from sqlalchemy import func, select

from booking.db import db
from booking.domain.days import london_time
from booking.domain.matching.dates import DayDates
from booking.domain.places import County
from booking.models import Absence, Course, VisitSlot
from booking.queries import catalogue, dates

LIFE = timedelta(minutes=3)  # so long a freed day may stay unseen; a day just taken never shows, since the mark changes
AHEAD, MOST_DAYS = timedelta(weeks=8), 5  # on a county's page

# Changes as soon as a slot is taken, an absence entered, or a course added, edited or retired.
_MARK = select(
    select(func.max(VisitSlot.id)).scalar_subquery(),
    select(func.max(Absence.id)).scalar_subquery(),
    select(func.sum(Course.version)).scalar_subquery(),
)

Soonest: TypeAlias = Mapping[County, date | None]
Found = TypeVar("Found")


@dataclass(frozen=True, slots=True)
class Front:
    """What the start page says of the course that stands for all, with its next day in each county."""

    title: str
    half_days: int
    group_max: int
    price_pence: int
    days: Soonest


def front(*, now: datetime) -> Front | None:
    """The start page's facts, None when nothing is on sale. One statement, if they are remembered."""
    return _remembered("front", _front, now=now)


def by_county(course: Course, *, now: datetime) -> Soonest:
    """The next day on which this course can start in each county, None where there is none. One statement if known."""
    return _remembered(f"course {course.id}", lambda now: _days(course, now=now), now=now)


def in_county(course: Course, county: County, *, now: datetime) -> Sequence[DayDates]:
    """The next days on which this course can start there, five at most and within eight weeks; read afresh."""
    today = london_time(now).date()
    found = dates.openings(course=course, county=county, outcode=dates.CENTRES[county], now=now)
    return found.days(today, today + AHEAD)[:MOST_DAYS]


def _front(now: datetime) -> Front | None:
    course = catalogue.typical(catalogue.active())
    if course is None:
        return None
    days = _days(course, now=now)
    return Front(course.title, course.half_days, course.group_max, course.price_pence, days)


def _days(course: Course, *, now: datetime) -> Soonest:
    slots = dates.next_dates(courses=[course], counties=list(County), now=now)
    return {county: slot.day if (slot := slots[course.id, county]) else None for county in County}


def _remembered(name: str, find: Callable[[datetime], Found], *, now: datetime) -> Found:
    """What `find` found last time, as long as the mark stands and it is not too old; else what it finds now."""
    known = current_app.extensions.setdefault("soonest", {})
    mark = tuple(db.session.connection().execute(_MARK).one())
    was, until, kept = known.get(name, (None, now, None))
    if was == mark and now < until:
        found: Found = kept
        return found
    found = find(now)
    known[name] = mark, now + LIFE, found
    return found

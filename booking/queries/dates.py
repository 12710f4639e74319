"""Dates for the public: what a county's trainers have free, never whose it is."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial

from booking.domain.availability import Window
from booking.domain.days import Slot, london_time
from booking.domain.matching import dates
from booking.domain.matching.dates import Openings
from booking.domain.matching.needs import Wish
from booking.domain.places import County
from booking.models import Course
from booking.queries import diaries, rules
from booking.queries.calendar import working_days

# Where a county's dates are looked for before anybody has said where in it: a town that most of it can reach.
CENTRES: Mapping[County, str] = {
    County.CORNWALL: "PL31",
    County.DEVON: "EX1",
    County.DORSET: "DT1",
    County.SOMERSET: "TA1",
}


def openings(*, course: Course, county: County, outcode: str, now: datetime, but_visit: int | None = None) -> Openings:
    """Every date open to the public up to the horizon, read once: five soonest, a month, the nearest to one.

    `but_visit` is a visit whose own slots count as free: the one moved, or the visitor's own hold. 7 statements, 4
    where nobody may come, and 10 where the diaries of the first trainers are not enough.
    """
    wish = wish_for(course, county=county, outcode=outcode, now=now)
    read = partial(diaries.with_diaries, wish=wish, but_visit=but_visit)
    return dates.openings(diaries.pool(wish, course_id=course.id), wish, read=read)


def next_dates(
    *, courses: Sequence[Course], counties: Sequence[County] = tuple(County), now: datetime
) -> dict[tuple[int, County], Slot | None]:
    """The next open date of each course in each county, by (course id, county), wherever in it. 7 statements."""
    if not courses:
        return {}
    wish = wish_for(courses[0], county=counties[0], outcode=CENTRES[counties[0]], now=now)
    roster = diaries.roster(wish)
    found: dict[tuple[int, County], Slot | None] = {}
    for course in courses:
        able = [who for who, taught in roster if course.id in taught]
        for county in counties:
            asked = replace(wish, county=county, outcode=CENTRES[county], length=course.half_days)
            found[course.id, county] = next(iter(dates.openings(able, asked).soonest(1)), None)
    return found


def wish_for(course: Course, *, county: County, outcode: str, now: datetime) -> Wish:
    """What a visitor wants, with everything between today and the horizon in its window. 2 statements."""
    policy, today = rules.policy(), london_time(now).date()
    return Wish(
        county,
        outcode,
        course.half_days,
        course.title,
        now=now,
        window=Window.covering(today, today + timedelta(days=policy.horizon_days)),
        working=working_days(),
        travel=rules.travel(),
        policy=policy,
    )

"""Today: what needs a person now, the visits ahead, the week's numbers."""

from datetime import datetime, timedelta

from flask import render_template

from booking import clock
from booking.domain.days import london_time, monday_of
from booking.domain.words import near_day
from booking.queries import catalogue
from booking.queries.desk import agenda, week
from booking.queries.desk import today as queries
from booking.web.staff import frame, pages

NOON, EVENING = 12, 18


@pages.get("", strict_slashes=False)  # people type it both ways
def today() -> str:
    now = clock.now()
    day, coming = london_time(now).date(), week.coming(now)
    return render_template(
        "staff/today.html",
        heading=near_day(day),
        greeting=greeting(now),
        today=queries.today(frame.desk(), now=now),
        total=frame.desk().total,
        coming=coming,
        start="" if coming else missing(),
        numbers=week.numbers(now),
        now=now,
        day=day,
        tomorrow=day + timedelta(days=1),
        monday=monday_of(day),
    )


def missing() -> str:
    """What a new house has none of, and needs first; "" once it has both."""
    return "courses" if not catalogue.active() else "trainers" if not agenda.trainers() else ""


def greeting(now: datetime) -> str:
    hour = london_time(now).hour
    return f"Good {'morning' if hour < NOON else 'afternoon' if hour < EVENING else 'evening'}"

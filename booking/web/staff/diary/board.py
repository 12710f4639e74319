"""The planner: trainer by day for a week; on a phone one day, chosen by links."""

from collections.abc import Mapping
from datetime import date, timedelta

from flask import render_template, request

from booking import clock
from booking.domain.days import ORIGIN, monday_of
from booking.domain.places import County
from booking.domain.words import near_day, range_words
from booking.queries.desk import planner as queries
from booking.web.staff import pages
from booking.web.staff.lists import member, number

FURTHEST = timedelta(days=3 * 365)


@pages.get("/planner")
def planner() -> str:
    today = clock.today()
    monday, on = chosen(request.args, today)
    county = member(County, request.args.get("county"))
    board = queries.week(monday, county=county, page=number("page") or 1, now=clock.now())
    year = f" {board.days[-1].year}" if board.days[-1].year != today.year else ""
    return render_template(
        "staff/planner.html",
        heading=f"Planner: {range_words(board.days[0], board.days[-1])}{year}",
        board=board,
        said={day: near_day(day) for day in board.days},
        monday=monday,
        on=on if on in board.days else board.days[0],
        this_monday=monday_of(today),
        earlier=monday - timedelta(days=7),
        later=monday + timedelta(days=7),
        county=county,
        counties=County,
    )


def chosen(args: Mapping[str, str], today: date) -> tuple[date, date]:
    """The Monday of the week to show, and its day that a phone shows: today when nothing better was asked for."""
    day, week = (_day(args.get(name, ""), today) for name in ("day", "week"))
    monday = monday_of(week or day or today)
    on = next((each for each in (day, today) if each and monday_of(each) == monday), monday)
    return monday, on


def _day(text: str, today: date) -> date | None:
    """A day that visits can be on; None for anything else."""
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return None
    return day if ORIGIN + timedelta(days=7) <= day <= today + FURTHEST else None

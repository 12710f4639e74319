"""My days off, a month at a time."""

from dataclasses import dataclass
from datetime import date, timedelta
from http import HTTPStatus

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from booking import clock
from booking.db import transaction
from booking.domain.availability import Window, worked
from booking.domain.days import Half, Slot, days_between, monday_of
from booking.domain.road.leave import Off, halves, read
from booking.domain.words import near_day
from booking.queries import calendar, rules
from booking.queries.road import mine
from booking.queries.timetable import diary
from booking.services.road import leave
from booking.web.fields import Form
from booking.web.trainer import pages
from booking.web.trainer.access import actor, current_trainer

MONTHS_AHEAD = 12
CHOICES = {Off.NO: "Can work", Off.DAY: "Off all day", Off.AM: "Off in the morning", Off.PM: "Off in the afternoon"}


@dataclass(frozen=True, slots=True)
class Row:
    """One day of the month. `why_closed` names a bank holiday; `booked` is where a visit takes the trainer."""

    day: date
    off: Off
    works: bool
    why_closed: str
    is_booked: bool


@pages.route("/days", methods=["GET", "POST"])
def days() -> ResponseReturnValue:
    me, form = mine.trainer(current_trainer().id), Form()
    first, last = span_of(request.args.get("month", ""))
    slots = Slot(first, Half.AM).number, Slot(last, Half.PM).number
    if form.sent():
        off = {Slot(day, Half.AM).number + half for day in days_between(first, last) for half in halves(said(day))}
        with transaction():
            leave.set_days(me, first_slot=slots[0], last_slot=slots[1], off=off, actor=actor(), now=clock.now())
        warn(
            sorted({row.day for row in mine.booked(me.id, first_slot=slots[0], last_slot=slots[1]) if row.slot in off})
        )
        return redirect(url_for(".days", month=first.strftime("%Y-%m")), HTTPStatus.SEE_OTHER)
    page = render_template(
        "trainer/days.html",
        form=form,
        heading=f"Your days off in {first:%B %Y}",
        rows=rows_of(me.id, first, last, slots=slots),
        choices=CHOICES,
        earlier=first - timedelta(days=1) if first > clock.today() else None,
        later=last + timedelta(days=1) if last < clock.today() + timedelta(days=30 * MONTHS_AHEAD) else None,
    )
    return page, form.status


def span_of(month: str) -> tuple[date, date]:
    """The days of a month that can still be changed: from today on; this month's for anything that is no month."""
    today = clock.today()
    try:
        first = date.fromisoformat(f"{month}-01")
    except ValueError:
        first = today.replace(day=1)
    if not today.replace(day=1) <= first <= today + timedelta(days=31 * MONTHS_AHEAD):
        first = today.replace(day=1)
    last = (first + timedelta(days=31)).replace(day=1) - timedelta(days=1)
    return max(first, today), last


def said(day: date) -> Off:
    """What the form says of a day; nothing, or nothing of ours, is a day that can be worked."""
    typed = request.form.get(f"off-{day}", Off.NO)
    return Off(typed) if typed in set(Off) else Off.NO


def rows_of(trainer_id: int, first: date, last: date, *, slots: tuple[int, int]) -> list[Row]:
    """The month's days. 4 statements."""
    window, working = Window.covering(monday_of(first), last), calendar.working_days()
    works = {slot.day for slot in window.slots(worked(diary.hours(trainer_id), window, times=rules.times()))}
    absences = mine.absences(trainer_id, first_slot=slots[0], last_slot=slots[1])
    away = {slot for row in absences for slot in range(row.first_slot, row.last_slot + 1)}
    booked = {row.day for row in mine.booked(trainer_id, first_slot=slots[0], last_slot=slots[1])}
    return [
        Row(
            day,
            said(day) if request.method == "POST" else read(away, Slot(day, Half.AM).number),
            day in works,
            "" if day.weekday() > 4 or working.is_open(day) else working.why_closed(day),
            day in booked,
        )
        for day in days_between(first, last)
        if day.weekday() < 5 or day in works or day in booked or Slot(day, Half.AM).number in away
    ]


def warn(booked: list[date]) -> None:
    """Off over a visit is allowed; the visit stands until the office has found another way."""
    if booked:
        days = ", ".join(near_day(day) for day in booked)
        flash(
            f"Saved. You are booked on {days}: the office sees it now and finds another way. "
            "Until you hear from us the visit stands",
            "wait",
        )
    else:
        flash("Saved. We offer you nothing on the days that are off")

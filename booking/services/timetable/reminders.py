"""Mails that a date brings on: reminders to the firm, the day before to the trainer, a question afterwards."""

from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from itertools import groupby

from booking.domain.days import london, london_time
from booking.domain.lifecycle import VisitState
from booking.emails import business
from booking.emails import trainer as trainer_mails
from booking.emails.trainer import Stop
from booking.emails.visits import sessions
from booking.models import Trainer, Visit
from booking.queries import calendar
from booking.queries.timetable import going
from booking.services import addresses, briefings, outbox
from booking.services.timetable.drives import drives
from booking.services.timetable.turns import each

MORNING = time(9)
DAY_BEFORE = time(16)
AFTERWARDS = time(10)
DAY, WEEK = timedelta(days=1), timedelta(days=7)


def remind_firms(now: datetime) -> None:
    """7 days and 1 working day before, at 9am; not what a visit confirmed since then has said anyway."""
    due = {f"visit:{v.id}:reminder-{which}-{v.first_day}:business": v for v, which in _to_remind(now)}

    def remind(key: str) -> None:
        visit = due[key]
        message = business.reminder(visit, manage_url=addresses.of_visit(visit, now=now), now=now)
        still = (VisitState.CONFIRMED,)
        outbox.put(message, key=key, now=now, visit=visit, true_while=still, until=sessions(visit)[0].starts_at)

    each(outbox.unwritten(due), remind)


def _to_remind(now: datetime) -> Iterator[tuple[Visit, str]]:
    today, working = london_time(now).date(), calendar.working_days()
    for visit in going.confirmed(today, today + WEEK):
        week_before, day_before = (london(day, MORNING) for day in working.reminder_days(visit.first_day))
        which, moment = ("week", week_before) if now < day_before else ("day", day_before)
        if moment <= now < sessions(visit)[0].starts_at and visit.confirmed_at and visit.confirmed_at < moment:
            yield visit, which


def tell_trainers(now: datetime) -> None:
    """From 4pm the day before until the day's first visit begins: all that the day needs, in one mail."""
    today = london_time(now).date()
    rows = going.between(today, today + DAY)
    days = [(who, day, list(group)) for (who, day), group in groupby(rows, key=lambda row: (row.trainer, row.day))]
    each(days, lambda of: _tell_of_day(of[0], of[1], visits=[row.visit for row in of[2]], now=now))


def _tell_of_day(trainer: Trainer, day: date, *, visits: list[Visit], now: datetime) -> None:
    key = f"trainer:{trainer.id}:tomorrow-{day}:trainer"
    begins = next(session.starts_at for session in sessions(visits[0]) if session.day == day)
    if not london(day - DAY, DAY_BEFORE) <= now < begins or not outbox.unwritten([key]):
        return
    stops = []
    for visit, drive in zip(visits, drives(trainer, visits, day=day), strict=True):
        url = addresses.of_trainer(trainer, now=now, page=f"/t/visits/{visit.reference}")
        stops.append(Stop(visit, url, day, drive, answers=briefings.answers(visit)))
    message = trainer_mails.tomorrow(trainer, stops=stops, is_today=london_time(now).date() == day)
    alone = visits[0] if len(visits) == 1 else None
    still = (VisitState.CONFIRMED,) if alone else ()
    outbox.put(message, key=key, now=now, visit=alone, trainer=trainer, true_while=still, until=begins)


def ask_how_it_was(now: datetime) -> None:
    """10am the day after the last day; for a week, then the question is stale."""
    today = london_time(now).date()
    due = {}
    for visit in going.past(today - 2 * WEEK, today - DAY):
        moment = london(sessions(visit)[-1].day + DAY, AFTERWARDS)
        if moment <= now < moment + WEEK:
            due[f"visit:{visit.id}:after_visit:business"] = visit, moment + WEEK

    def ask(key: str) -> None:
        visit, until = due[key]
        message = business.after_visit(visit, feedback_url=addresses.of_visit(visit, now=now, page="feedback"))
        still = (VisitState.CONFIRMED, VisitState.DELIVERED)
        outbox.put(message, key=key, now=now, visit=visit, true_while=still, until=until)

    each(outbox.unwritten(due), ask)

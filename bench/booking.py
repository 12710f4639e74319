"""Booking with a database: a month of dates, a hold, a request; CPU time and statements, on a temporary SQLite file."""

import gc
import random
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date, datetime, timedelta
from datetime import time as clock
from pathlib import Path
from statistics import median
from typing import Any

from flask import Flask
from sqlalchemy import insert

from booking import create_app
from booking.db import db, transaction
from booking.domain.days import Half, run_of
from booking.domain.lifecycle import VisitState
from booking.domain.places import County, outcodes
from booking.domain.references import reference
from booking.models import Course, Draft, Trainer, TrainerCounty, TrainerCourse, TrainerHours, Visit, VisitSlot
from booking.queries import dates
from booking.queries.journey import drafts
from booking.services import visits
from config import MailServer, Settings
from tests import counting

NOW = datetime.fromisoformat("2026-11-24T10:00:00+00:00")
# Trainers, visits, milliseconds allowed for a month of dates.
SIZES = ((20, 5_000, 5), (200, 20_000, 8), (1_000, 200_000, 25))
MOST_STATEMENTS = "8, or 11 where many trainers must be looked at"
REQUEST_MS = 8
MARCH = date(2027, 3, 1), date(2027, 3, 31)
WORKDAYS = [day for n in range(-380, 180) if (day := NOW.date() + timedelta(days=n)).weekday() < 5]
SERVED = [code for code, place in outcodes().items() if place.county and not code.startswith("TR2")]
REPEATS = 25


def report() -> None:
    """Prints each figure beside its target."""
    print(f"Booking with a database (SQLite): CPU time, medians of {REPEATS}")
    for trainers, booked, allowed in SIZES:
        with made_up(trainers=trainers, booked=booked) as app, app.app_context():
            size = f"{trainers} trainers, {booked:,} visits"
            dates_ms, statements = cpu_ms([month_of_dates] * REPEATS), counted(month_of_dates)
            line(f"month of dates, {size}", dates_ms, f"of {allowed}, {statements} statements of {MOST_STATEMENTS}")
            visitors: list[str] = []
            line(f"holding a date, {size}", cpu_ms(holds(visitors)))
            line(f"sending a booking, {size}", cpu_ms([sending(visitor) for visitor in visitors]), f"of {REQUEST_MS}")


def line(name: str, spent: float, target: str = "") -> None:
    print(f"  {name:<48}{spent:>6.1f} ms {target}")


def month_of_dates() -> None:
    """What the date page reads: the five soonest and the days of a month."""
    course = db.session.get_one(Course, 1)
    found = dates.openings(course=course, county=County.DEVON, outcode="EX2", now=NOW)
    found.soonest()
    found.days(*MARCH)
    db.session.remove()


def holds(visitors: list[str]) -> list[Callable[[], None]]:
    """Visitors who each hold a free date, and have filled in the rest; each is added to the list."""
    course = db.session.get_one(Course, 1)
    found = dates.openings(course=course, county=County.DEVON, outcode="EX2", now=NOW)
    free = [next(found.window.slots(found.one & found.window.days(day, day)), None) for day in WORKDAYS]
    chosen = [slot for slot in free if slot][:REPEATS]

    def holding(number: int) -> Callable[[], None]:
        def hold() -> None:
            visitor = f"visitor {number}"
            with transaction():
                visit = visits.hold(
                    visitor=visitor,
                    network=visitor,
                    course=db.session.get_one(Course, 1),
                    county=County.DEVON,
                    outcode="EX2",
                    at=chosen[number],
                    now=NOW,
                )
                db.session.add(draft_of(visit))
            visitors.append(visitor)
            db.session.remove()

        return hold

    return [holding(number) for number in range(len(chosen))]


def sending(visitor: str) -> Callable[[], None]:
    """The check page is sent: firm, site, contact, enquiry, visit, history, links and two mails."""

    def send() -> None:
        with transaction():
            begun = drafts.of(visitor, now=NOW)
            assert begun
            visits.request(begun.draft, network="network", now=NOW)
        db.session.remove()

    return send


def cpu_ms(acts: list[Callable[[], None]]) -> float:
    """The median of one act's CPU time in milliseconds; the first three warm up.

    What stands before it is left alone by the collector, as the server leaves what it has when it starts to serve.
    """
    gc.collect()
    gc.freeze()
    spent = []
    for act in acts:
        begun = time.process_time()
        act()
        spent.append((time.process_time() - begun) * 1_000)
    return median(spent[3:])


def counted(act: Callable[[], None]) -> int:
    """How many statements an act runs."""
    with counting.counted() as statements:
        act()
    return len(statements)


@contextmanager
def made_up(*, trainers: int, booked: int, mail: MailServer | None = None) -> Iterator[Flask]:
    """An application with so many trainers, and visits spread over a year back and half a year ahead."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        settings = Settings(
            secret_key="bench",
            database_url=f"sqlite:///{folder / 'bench.db'}",
            instance=folder,
            mail=mail or MailServer(folder=folder / "mail"),
            rate_limits=False,
        )
        app = create_app(settings)
        with app.app_context(), transaction():
            db.create_all()
            write(trainers, booked)
        yield app
        with app.app_context():
            db.engine.dispose()


def write(trainers: int, booked: int) -> None:
    """Courses, trainers and visits, the same ones each time."""
    chance = random.Random(booked)
    write_courses()
    write_trainers(trainers, chance)
    write_visits(trainers, booked, chance)


def write_courses() -> None:
    db.session.add_all(
        Course(
            slug=f"course-{number}",
            title=f"Course {number}",
            summary="A day on leading.",
            half_days=2,
            group_min=4,
            group_max=12,
            price_pence=1_150_00,
            need="leading",
        )
        for number in range(1, 11)
    )


def write_trainers(count: int, chance: random.Random) -> None:
    """Each lives in one of the counties, works in it and maybe another, teaches half the courses, four days a week."""
    for number in range(1, count + 1):
        home = chance.choice(SERVED)
        county = outcodes()[home].county or County.DEVON
        trainer = Trainer(
            name=f"Trainer {number}",
            email=f"trainer{number}@trainers.example",
            home_outcode=home,
            home_town="Town",
            created_at=NOW,
        )
        trainer.counties = [TrainerCounty(county=each) for each in {county, chance.choice(list(County))}]
        trainer.courses = [TrainerCourse(course_id=n) for n in range(1, 11) if n == 1 or chance.random() < 0.5]
        days = chance.sample(range(5), 4)
        trainer.hours = [TrainerHours(weekday=day, opens=clock(9), closes=clock(17)) for day in days]
        db.session.add(trainer)
    db.session.flush()


def write_visits(trainers: int, booked: int, chance: random.Random) -> None:
    """Whole days, none of them twice for a trainer."""
    rows: list[dict[str, Any]] = []
    slots: list[dict[str, Any]] = []
    for trainer_id in range(1, trainers + 1):
        for day in chance.sample(WORKDAYS, booked // trainers):
            number = len(rows) + 1
            rows.append(visit_row(number, trainer_id, day, chance))
            slots += [
                {
                    "visit_id": number,
                    "trainer_id": trainer_id,
                    "slot": slot.number,
                    "day": slot.day,
                    "half": slot.half,
                }
                for slot in run_of(day, Half.AM, 2)
            ]
    db.session.execute(insert(Visit), rows)
    db.session.execute(insert(VisitSlot), slots)


def visit_row(number: int, trainer_id: int, day: date, chance: random.Random) -> dict[str, Any]:
    return {
        "id": number,
        "reference": reference(number),
        "state": VisitState.CONFIRMED if day > NOW.date() else VisitState.DELIVERED,
        "course_id": 1,
        "county": County.DEVON,
        "outcode": chance.choice(SERVED),
        "first_day": day,
        "first_half": Half.AM,
        "half_days": 2,
        "trainer_id": trainer_id,
        "price_pence": 1_150_00,
        "vat_percent": 20,
        "created_at": NOW,
    }


def draft_of(visit: Visit) -> Draft:
    """Everything filled in."""
    return Draft(
        visitor=visit.visitor,
        course_id=visit.course_id,
        county=visit.county,
        postcode="EX2 8AA",
        outcode=visit.outcode,
        day=visit.first_day,
        half=visit.first_half,
        visit_id=visit.id,
        firm_name="Acme Joinery",
        contact_name="Maya Reed",
        email="maya@acme.example",
        phone="+441632960111",
        address="Unit 4, Marsh Lane",
        town="Exeter",
        people=8,
        updated_at=NOW,
    )

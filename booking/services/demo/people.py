"""The made-up colleagues and trainers, and the catalogue they sell and teach."""

from collections.abc import Mapping, Sequence
from datetime import datetime, time, timedelta
from typing import Any

from sqlalchemy import update

from booking.db import db
from booking.domain.access import WORKER, Purpose, Role
from booking.domain.catalogue import parse_catalogue
from booking.domain.days import Half, Slot, Week, london_time, monday_of
from booking.domain.places import County
from booking.models import Absence, Course, Schedule, Staff, Trainer, TrainerCounty, TrainerCourse, TrainerHours
from booking.services import links, staff

HOURS = {"all": (time(9), time(17)), "am": (time(9), time(13)), "pm": (time(13), time(17))}


def add_courses(toml: str) -> list[Course]:
    """The catalogue as it is written down."""
    courses = [
        Course(
            slug=entry.course.slug,
            title=entry.course.title,
            summary=entry.summary,
            for_whom=entry.for_whom,
            outcomes="\n".join(entry.outcomes),
            outline="\n\n".join("\n".join(block) for block in entry.outline),
            site_needs="\n".join(entry.site_needs),
            kit="\n".join(entry.kit),
            half_days=entry.course.half_days,
            group_min=entry.course.group_min,
            group_max=entry.course.group_max,
            price_pence=entry.course.price_pence,
            need=entry.course.need,
            starts_with=entry.course.starts_with,
            is_first_time=entry.course.is_first_time,
        )
        for entry in parse_catalogue(toml)
    ]
    db.session.add_all(courses)
    db.session.flush()
    return courses


def add_colleague(told: Mapping[str, str], *, now: datetime) -> Staff:
    colleague, _ = staff.add(told["email"], told["name"], Role(told["role"]), now=now, actor=WORKER)
    return colleague


def add_trainer(told: Mapping[str, Any], courses: Sequence[Course], *, now: datetime) -> Trainer:
    """A trainer who teaches everything but what stands under `except`."""
    trainer = Trainer(
        name=told["name"],
        email=told["email"],
        phone=told["phone"],
        home_outcode=told["outcode"],
        home_town=told["town"],
        wants_feed=told.get("feed", False),
        created_at=now,
        counties=[TrainerCounty(county=County(name), liking=liking) for name, liking in told["counties"].items()],
        courses=[TrainerCourse(course_id=each.id) for each in courses if each.slug not in told.get("except", ())],
        hours=[_hours(line) for line in told["works"]],
    )
    db.session.add(trainer)
    db.session.flush()
    if trainer.wants_feed:
        links.keep(Purpose.FEED, now=now, trainer_id=trainer.id)
    return trainer


def _hours(line: str) -> TrainerHours:
    weekday, part, *week = line.split()
    opens, closes = HOURS[part]
    return TrainerHours(weekday=int(weekday), week=Week(week[0]) if week else Week.ANY, opens=opens, closes=closes)


def add_absences(trainers: Sequence[Trainer], *, now: datetime) -> None:
    """A week's leave for one next month, a day off for another, an afternoon for a third."""
    monday = monday_of(london_time(now).date()) + timedelta(weeks=4)
    for trainer, first, last, kind in (
        (trainers[1], Slot(monday, Half.AM), Slot(monday + timedelta(days=4), Half.PM), "leave"),
        (trainers[0], Slot(monday - timedelta(days=11), Half.AM), Slot(monday - timedelta(days=11), Half.PM), "leave"),
        (trainers[2], Slot(monday - timedelta(days=19), Half.PM), Slot(monday - timedelta(days=19), Half.PM), "other"),
    ):
        absence = Absence(
            trainer_id=trainer.id, first_slot=first.number, last_slot=last.number, kind=kind, created_at=now
        )
        db.session.add(absence)
    db.session.flush()


def read_weeks(*, but: Trainer) -> None:
    """Every trainer but one has pressed "Got it" for each week that was mailed, the evening it came."""
    evening = Schedule.queued_at
    db.session.execute(update(Schedule).where(Schedule.trainer_id != but.id).values(seen_at=evening))

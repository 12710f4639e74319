"""Trainers: taken on, changed, away, gone."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm.attributes import flag_modified
from sqlalchemy.orm.exc import StaleDataError

from booking.db import db
from booking.domain.access import Actor, Purpose
from booking.domain.days import Half, HalfTimes, Slot, london_time
from booking.domain.errors import Overtaken, Refused
from booking.domain.places import County
from booking.domain.road import patterns
from booking.domain.road.patterns import Pattern
from booking.domain.words import date_words
from booking.emails import trainer as emails
from booking.models import Absence, Trainer, TrainerCounty, TrainerCourse, TrainerHours
from booking.queries.desk import rosters as queries
from booking.services import addresses, history, links, outbox, sign_ins, trainer_links, undo

KNOWN = "A trainer with this email address is already here, or was and can train for us again"
JUST_CHANGED = "A colleague has just changed this trainer. Look at the page again"
FACTS = ("name", "email", "phone", "home_outcode", "home_town", "weekly_limit", "drive_limit_minutes")


@dataclass(frozen=True, slots=True)
class Told:
    """All that staff say of a trainer: counties with the liking (1 likes going there, -1 rather not), course titles by
    id, the weekly pattern; the weekly limit in half-days, the drive one way."""

    name: str
    email: str
    phone: str
    home_outcode: str
    home_town: str
    weekly_limit: int
    drive_limit_minutes: int
    counties: Mapping[County, int]
    courses: Mapping[int, str]
    pattern: Pattern

    def facts(self) -> dict[str, history.Value]:
        """The same as the history keeps it."""
        likings = {1: " (likes it)", -1: " (rather not)"}
        return {
            **{name: getattr(self, name) for name in FACTS},
            "counties": ", ".join(f"{c.label}{likings.get(self.counties[c], '')}" for c in sorted(self.counties)),
            "courses": ", ".join(self.courses[each] for each in sorted(self.courses)),
            "pattern": patterns.words(self.pattern),
        }


def told(trainer: Trainer, *, titles: Mapping[int, str], times: HalfTimes) -> Told:
    """How a trainer stands now."""
    return Told(
        **{name: getattr(trainer, name) for name in FACTS},
        counties={row.county: row.liking for row in trainer.counties},
        courses={row.course_id: titles[row.course_id] for row in trainer.courses},
        pattern=patterns.read(queries.hours(trainer), times=times),
    )


def add(said: Told, *, times: HalfTimes, actor: Actor, now: datetime) -> Trainer:
    """A new trainer, who is welcomed with the first link. Refused beside email when the address is known."""
    trainer = Trainer(**{name: getattr(said, name) for name in FACTS}, created_at=now)
    trainer.counties = [TrainerCounty(county=county, liking=liking) for county, liking in said.counties.items()]
    trainer.courses = [TrainerCourse(course_id=course_id) for course_id in said.courses]
    trainer.hours = [row for day in range(len(patterns.WEEKDAYS)) for row in _rows(said.pattern, day, times=times)]
    with _alone(said.email):
        db.session.add(trainer)
    words = f"Took {said.name} on"
    act = undo.record(words, actor=actor, trainer=trainer, is_new=True, now=now)
    history.add("added", actor=actor, now=now, trainer=trainer, words=words, after=said.facts())
    message = emails.welcome(
        trainer,
        visits_url=addresses.of_trainer(trainer, now=now),
        days_url=addresses.of_trainer(trainer, now=now, page="/t/days"),
        calendar_url=addresses.of_trainer(trainer, now=now, page="/t/calendar"),
    )
    key = f"trainer:{trainer.id}:welcome:trainer"
    outbox.put(message, key=key, trainer=trainer, act=act, delay=act is not None, now=now)
    return trainer


def same(trainer: Trainer, seen: int | None) -> None:
    """Raises Overtaken, saying who did what when, when the trainer has changed since version `seen`."""
    if seen is not None and seen != trainer.version:
        raise _overtaken(trainer)


def change(
    trainer: Trainer,
    said: Told,
    *,
    was: Told,
    times: HalfTimes,
    seen: int | None = None,
    actor: Actor,
    now: datetime,
) -> None:
    """The trainer, with all parts loaded, as they are told of now. Lines that hold for a while only stay.

    Raises Refused beside `email`, Overtaken when a colleague has changed them since version `seen`.
    """
    same(trainer, seen)
    before, after = was.facts(), said.facts()
    changed = [name for name in after if before[name] != after[name]]
    if not changed:
        return
    undo.record(f"Changed {trainer.name}", actor=actor, trainer=trainer, now=now)
    with _alone(said.email, but=trainer.id):
        flag_modified(trainer, "name")  # another version, also where only counties, courses or days change
        for name in FACTS:
            setattr(trainer, name, getattr(said, name))
        _set_counties(trainer, said.counties)
        _set_courses(trainer, said.courses)
        _set_pattern(trainer, said.pattern, was=was.pattern, times=times)
    db.session.expire(trainer, ["counties", "courses", "hours"])
    named = ", ".join(name.removesuffix("_minutes").replace("_", " ") for name in changed)
    history.add(
        "changed",
        actor=actor,
        now=now,
        trainer=trainer,
        words=f"Changed of {said.name}: {named}",
        before={name: before[name] for name in changed},
        after={name: after[name] for name in changed},
    )


def add_absence(
    trainer: Trainer, *, first: Slot, last: Slot, kind: str, note: str, actor: Actor, now: datetime
) -> Absence:
    """Away from one half-day to another. Allowed over a visit: it stands, and Today gets it. Refused beside last when
    the order is wrong."""
    if last < first:
        raise Refused("The last day must not be before the first", field="last")
    undo.record(f"Put in an absence of {trainer.name}", actor=actor, trainer=trainer, now=now)
    row = Absence(trainer_id=trainer.id, first_slot=first.number, last_slot=last.number, kind=kind, note=note)
    row.created_at = now
    db.session.add(row)
    db.session.flush()
    words = f"{trainer.name} is away {_span(row)}"
    history.add("put in an absence", actor=actor, now=now, trainer=trainer, words=words, after=_facts(row))
    return row


def remove_absence(trainer: Trainer, row: Absence | None, *, actor: Actor, now: datetime) -> None:
    """They can come after all. Raises Overtaken, saying who did what when, where it has been taken out already."""
    if row is None:
        raise _overtaken(trainer)
    words, before = f"{trainer.name} is not away {_span(row)}", _facts(row)
    undo.record(f"Took out an absence of {trainer.name}", actor=actor, trainer=trainer, now=now)
    db.session.delete(row)
    db.session.flush()
    history.add("took out an absence", actor=actor, now=now, trainer=trainer, words=words, before=before)


def deactivate(trainer: Trainer, *, actor: Actor, now: datetime) -> None:
    """No longer trains for us: no offers, no pages, no feed. Refused while a visit ahead is theirs."""
    first = Slot(london_time(now).date(), Half.AM).number
    booked = queries.booked_on(trainer.id, first_slot=first, now=now)
    if booked:
        days = dict.fromkeys((visit.reference, Slot.of(number).day) for number, visit in booked)
        named = ", ".join(f"{reference} on {date_words(day)}" for reference, day in days)
        raise Refused(f"{trainer.name} is still booked. Give these visits to somebody else first: {named}")
    with _alone():
        trainer.is_active = False
    sign_ins.shut_out(trainer, now=now)
    history.add("deactivated", actor=actor, now=now, trainer=trainer, words=f"{trainer.name} no longer trains for us")


def reactivate(trainer: Trainer, *, actor: Actor, now: datetime) -> None:
    with _alone():
        trainer.is_active = True
    if trainer.wants_feed:
        links.keep(Purpose.FEED, now=now, trainer_id=trainer.id)
    history.add("activated", actor=actor, now=now, trainer=trainer, words=f"{trainer.name} trains for us again")


def send_link(trainer: Trainer, *, actor: Actor, now: datetime) -> None:
    """Mails a new link to their pages."""
    trainer_links.send_new(trainer.email, now=now)
    history.add("sent a link", actor=actor, now=now, trainer=trainer, words=f"Sent {trainer.name} a new link")


def _overtaken(trainer: Trainer) -> Overtaken:
    story = queries.story(trainer.id)
    return Overtaken(history.sentence(story[0]) if story else JUST_CHANGED)


@contextmanager
def _alone(email: str = "", *, but: int = 0) -> Iterator[None]:
    """A savepoint around a change. Refused when another trainer has the address, whatever its capitals; Overtaken when
    a colleague changes the same trainer at this very moment."""
    if _is_known(email, but=but):
        raise Refused(KNOWN, field="email")
    try:
        with db.session.begin_nested():
            yield
    except StaleDataError:
        raise Overtaken(JUST_CHANGED) from None
    except IntegrityError:
        if _is_known(email, but=but):
            raise Refused(KNOWN, field="email") from None
        raise Overtaken(JUST_CHANGED) from None


def _is_known(email: str, *, but: int) -> bool:
    other = queries.by_email(email)
    return other is not None and other.id != but


def _set_counties(trainer: Trainer, wanted: Mapping[County, int]) -> None:
    known = {row.county: row for row in trainer.counties}
    for county, row in known.items():
        if county in wanted:
            row.liking = wanted[county]
        else:
            db.session.delete(row)
    new = [each for each in wanted if each not in known]
    db.session.add_all(TrainerCounty(trainer_id=trainer.id, county=each, liking=wanted[each]) for each in new)


def _set_courses(trainer: Trainer, wanted: Mapping[int, str]) -> None:
    known = {row.course_id: row for row in trainer.courses}
    for course_id in known.keys() - wanted.keys():
        db.session.delete(known[course_id])
    new = sorted(wanted.keys() - known.keys())
    db.session.add_all(TrainerCourse(trainer_id=trainer.id, course_id=course_id) for course_id in new)


def _set_pattern(trainer: Trainer, wanted: Pattern, *, was: Pattern, times: HalfTimes) -> None:
    """Only weekdays that change are written anew: the others keep the hours they were given."""
    days = {day for day, week in patterns.KEYS if wanted[day, week] is not was[day, week]}
    for row in trainer.hours:
        if row.weekday in days and row.valid_from is None and row.valid_until is None:
            db.session.delete(row)
    for day in sorted(days):
        for row in _rows(wanted, day, times=times):
            row.trainer_id = trainer.id
            db.session.add(row)


def _rows(pattern: Pattern, weekday: int, *, times: HalfTimes) -> list[TrainerHours]:
    return [
        TrainerHours(weekday=line.weekday, week=line.week, opens=line.opens, closes=line.closes)
        for line in patterns.lines(pattern, weekday, times=times)
    ]


def _span(row: Absence) -> str:
    first, last = Slot.of(row.first_slot), Slot.of(row.last_slot)
    if first.day == last.day:
        part = {(Half.AM, Half.AM): "morning", (Half.PM, Half.PM): "afternoon"}.get((first.half, last.half), "all day")
        return f"on {date_words(first.day)}, {part}"
    return f"from {date_words(first.day)} ({first.half}) to {date_words(last.day)} ({last.half})"


def _facts(row: Absence) -> dict[str, history.Value]:
    return {"first_slot": row.first_slot, "last_slot": row.last_slot, "kind": row.kind, "note": row.note}

"""Courses: written, changed, retired. What was offered before keeps its price: visits and results store their own."""

import re
import unicodedata
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import datetime

from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm.exc import StaleDataError

from booking.db import db
from booking.domain.access import Actor
from booking.domain.courses import CourseNeed
from booking.domain.errors import Overtaken, Refused
from booking.domain.money import Pence, pounds
from booking.models import Course
from booking.queries import catalogue
from booking.queries.desk import courses as queries
from booking.services import history, undo

KNOWN = "A course with this title is already here, on sale or retired"
JUST_CHANGED = "A colleague has just changed this course. Check it before you save again"


@dataclass(frozen=True, slots=True)
class Told:
    """All that staff say of a course; lists are a line each, `outline` a block for each half-day, an empty line
    between."""

    title: str
    summary: str
    for_whom: str
    outcomes: str
    outline: str
    site_needs: str
    kit: str
    need: str
    starts_with: str | None
    is_first_time: bool
    half_days: int
    group_min: int
    group_max: int
    price_pence: Pence


def add(told: Told, *, actor: Actor, now: datetime) -> Course:
    """A course on sale. Refused beside the field that breaks a rule."""
    _check(told)
    course = Course(slug=_slug(told.title), **asdict(told))
    if catalogue.by_slug(course.slug):
        raise Refused(KNOWN, field="title")
    with _alone():
        db.session.add(course)
    words, after = f"Added {told.title}", asdict(told)
    undo.record(words, actor=actor, course=course, is_new=True, now=now)
    history.add("added", actor=actor, now=now, course=course, words=words, after=after)
    return course


def change(course: Course, told: Told, *, seen: int | None, actor: Actor, now: datetime) -> None:
    """The course as it is told of now; its address stays. Overtaken, saying who did what, when somebody has changed it
    since version `seen`."""
    _check(told)
    _same(course, seen)
    after = {name: value for name, value in asdict(told).items() if getattr(course, name) != value}
    if not after:
        return
    before = {name: getattr(course, name) for name in after}
    undo.record(f"Changed {course.title}", actor=actor, course=course, now=now)
    with _alone():
        for name, value in after.items():
            setattr(course, name, value)
    words = f"Changed {told.title}: {', '.join(_named(name, before[name], after[name]) for name in after)}"
    history.add("changed", actor=actor, now=now, course=course, words=words[:400], before=before, after=after)


def retire(course: Course, *, seen: int | None = None, actor: Actor, now: datetime) -> None:
    """No longer on sale; visits that are booked take place."""
    _put(course, f"Took {course.title} off sale", act="retired", seen=seen, actor=actor, now=now)


def restore(course: Course, *, seen: int | None = None, actor: Actor, now: datetime) -> None:
    _put(course, f"Put {course.title} on sale again", act="restored", seen=seen, actor=actor, now=now)


def _put(course: Course, words: str, *, act: str, seen: int | None, actor: Actor, now: datetime) -> None:
    _same(course, seen)
    undo.record(words, actor=actor, course=course, now=now)
    with _alone():
        course.is_active = act == "restored"
    history.add(act, actor=actor, now=now, course=course, words=words)


def _check(told: Told) -> None:
    """What no single field can know."""
    if told.group_max < told.group_min:
        raise Refused(f"Largest group must be {told.group_min} or more", field="group_max")
    if told.starts_with and told.need != CourseNeed.BOTH:
        raise Refused("Only a course for both starts with one of them", field="starts_with")
    blocks = len(told.outline.split("\n\n"))
    if blocks != told.half_days:
        parts = "1 block" if told.half_days == 1 else f"{told.half_days} blocks, one for each half-day"
        raise Refused(f"Outline must have {parts}, with an empty line between blocks; it has {blocks}", field="outline")


def _same(course: Course, seen: int | None) -> None:
    if seen is not None and seen != course.version:
        story = queries.story(course.id)
        raise Overtaken(f"{history.sentence(story[0])}. What you typed is below" if story else JUST_CHANGED)


@contextmanager
def _alone() -> Iterator[None]:
    """A savepoint around a change: of two at the same moment the second is Overtaken."""
    try:
        with db.session.begin_nested():
            yield
    except StaleDataError:
        raise Overtaken(JUST_CHANGED) from None
    except IntegrityError:
        raise Refused(KNOWN, field="title") from None


def _named(name: str, before: object, after: object) -> str:
    if name == "price_pence":
        return f"price from {pounds(int(str(before)))} to {pounds(int(str(after)))}"
    return name.removeprefix("is_").replace("_", " ")


def _slug(title: str) -> str:
    """The end of the course's address: "managing-first-then-leading"."""
    plain = unicodedata.normalize("NFKD", title).encode("ascii", "ignore").decode().lower()
    slug = re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:60].rstrip("-")
    if not slug:
        raise Refused("Title must have letters from A to Z in it", field="title")
    return slug

"""What we sell as staff keep it: all courses with who teaches them and what is booked; what was changed."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import func, select

from booking.db import db
from booking.models import Course, HistoryEntry, Trainer, TrainerCourse, Visit
from booking.queries.desk.piles import AHEAD

LONGEST_STORY = 40


@dataclass(frozen=True, slots=True)
class Listed:
    """A course, how many active trainers teach it, and how many visits with it are ahead."""

    course: Course
    trainers: int
    visits: int


def everything() -> Sequence[Listed]:
    """All courses, retired ones last. 3 statements."""
    courses = db.session.scalars(select(Course).order_by(Course.is_active.desc(), Course.id)).all()
    taught = (
        select(TrainerCourse.course_id, func.count())
        .join(Trainer, Trainer.id == TrainerCourse.trainer_id)
        .where(Trainer.is_active)
        .group_by(TrainerCourse.course_id)
    )
    booked = select(Visit.course_id, func.count()).where(Visit.state.in_(AHEAD)).group_by(Visit.course_id)
    trainers, visits = ({row[0]: row[1] for row in db.session.execute(each)} for each in (taught, booked))
    return [Listed(row, trainers.get(row.id, 0), visits.get(row.id, 0)) for row in courses]


def story(course_id: int) -> Sequence[HistoryEntry]:
    """What was changed of a course, the newest first."""
    found = select(HistoryEntry).where(HistoryEntry.course_id == course_id, HistoryEntry.visit_id.is_(None))
    return db.session.scalars(found.order_by(HistoryEntry.id.desc()).limit(LONGEST_STORY)).all()

"""What we sell, as pages show it."""

from collections.abc import Sequence

from sqlalchemy import bindparam, select
from sqlalchemy.orm import defer

from booking.db import db
from booking.models import Course

ONE_DAY = 2  # half-days
LONG_TEXTS = (Course.for_whom, Course.outcomes, Course.outline, Course.site_needs, Course.kit)

_ACTIVE = (
    select(Course)
    .filter_by(is_active=True)
    .order_by(Course.id)
    .options(*(defer(text, raiseload=True) for text in LONG_TEXTS))
)
_BY_SLUG = select(Course).where(Course.slug == bindparam("slug"))


def active() -> Sequence[Course]:
    """The courses on sale, in the order in which they were written down; their longer texts are not loaded."""
    return db.session.scalars(_ACTIVE).all()


def by_slug(slug: str) -> Course | None:
    """One course, on sale or retired."""
    return db.session.scalars(_BY_SLUG, {"slug": slug}).one_or_none()


def typical(courses: Sequence[Course]) -> Course | None:
    """The course that stands for all where one price or date must do: the first whole day for a group, or any."""
    days = (course for course in courses if course.half_days == ONE_DAY and course.group_max > 1)
    return next(days, courses[0] if courses else None)

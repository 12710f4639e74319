"""A database at its beginning: empty, or with the people of the demo data, whose addresses nobody can have."""

from sqlalchemy import exists, select

from booking.db import db
from booking.domain.access import Role
from booking.models import Course, Staff, Trainer

MADE_UP = "%.example"  # a top-level domain that is never given out (RFC 2606)


def is_empty() -> bool:
    """Neither a colleague nor a course is there."""
    return not db.session.scalar(select(exists(select(Staff.id)) | exists(select(Course.id))))


def made_up_admin() -> Staff | None:
    """The first admin of the demo data."""
    admins = select(Staff).where(Staff.active, Staff.role == Role.ADMIN, Staff.email.like(MADE_UP))
    return db.session.scalars(admins.order_by(Staff.id)).first()


def made_up_trainer() -> Trainer | None:
    """The first trainer of the demo data."""
    trainers = select(Trainer).where(Trainer.is_active, Trainer.email.like(MADE_UP))
    return db.session.scalars(trainers.order_by(Trainer.id)).first()

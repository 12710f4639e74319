"""Colleagues: one by id or address, and the list."""

from collections.abc import Sequence

from sqlalchemy import func, select

from booking.db import db
from booking.domain.access import Role
from booking.domain.errors import NotFound
from booking.models import Staff


def one(staff_id: int) -> Staff:
    """Raises NotFound."""
    found = db.session.get(Staff, staff_id)
    if found is None:
        raise NotFound("We cannot find that colleague")
    return found


def by_email(email: str) -> Staff | None:
    """The colleague with this address, in whatever case it is typed."""
    return db.session.scalars(select(Staff).where(func.lower(Staff.email) == email.strip().lower())).one_or_none()


def by_session(fs_uniquifier: str) -> Staff | None:
    """The colleague a half-finished sign-in is about: dead as soon as their password changes."""
    return db.session.scalars(select(Staff).filter_by(fs_uniquifier=fs_uniquifier, active=True)).one_or_none()


def everyone() -> Sequence[Staff]:
    """All colleagues: those who can sign in first, then by name."""
    return db.session.scalars(select(Staff).order_by(Staff.active.desc(), Staff.name, Staff.id)).all()


def other_admins(staff_id: int) -> int:
    """How many others can sign in as admin."""
    others = select(func.count()).select_from(Staff).where(Staff.id != staff_id, Staff.active, Staff.role == Role.ADMIN)
    return db.session.scalar(others.where(Staff.password.is_not(None))) or 0

"""Who is signed in: the row behind a cookie, and where else."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from booking.db import db
from booking.domain.access import STAFF_IDLE, STAFF_LONGEST, TRAINER_LONGEST, Member
from booking.models import SignIn, Staff, Trainer


@dataclass(frozen=True, slots=True)
class Elsewhere:
    """A living sign-in of a colleague, as their account page lists it."""

    id: int
    created_at: datetime
    last_seen_at: datetime


def staff_member(token_hash: str, *, now: datetime) -> Member | None:
    """The colleague whose cookie holds this secret, if it still lets them in."""
    row = db.session.execute(
        select(*(Staff.id, Staff.name, Staff.email, Staff.role, SignIn.id, SignIn.last_seen_at))
        .add_columns(Staff.tf_totp_secret.is_not(None))
        .join(SignIn, SignIn.staff_id == Staff.id)
        .where(SignIn.token_hash == token_hash, SignIn.ended_at.is_(None), Staff.active)
        .where(SignIn.created_at > now - STAFF_LONGEST, SignIn.last_seen_at > now - STAFF_IDLE)
    ).one_or_none()
    return Member(*row) if row else None


def trainer_member(token_hash: str, *, now: datetime) -> Member | None:
    """The trainer whose device holds this secret, if it still lets them in."""
    row = db.session.execute(
        select(Trainer.id, Trainer.name, Trainer.email, SignIn.id, SignIn.last_seen_at)
        .join(SignIn, SignIn.trainer_id == Trainer.id)
        .where(SignIn.token_hash == token_hash, SignIn.ended_at.is_(None), Trainer.is_active)
        .where(SignIn.created_at > now - TRAINER_LONGEST)
    ).one_or_none()
    return Member(row[0], row[1], row[2], None, row[3], row[4]) if row else None


def of_staff(staff_id: int, *, now: datetime) -> list[Elsewhere]:
    """Where this colleague is signed in, the one used last first."""
    rows = db.session.execute(
        select(SignIn.id, SignIn.created_at, SignIn.last_seen_at)
        .where(SignIn.staff_id == staff_id, SignIn.ended_at.is_(None))
        .where(SignIn.created_at > now - STAFF_LONGEST, SignIn.last_seen_at > now - STAFF_IDLE)
        .order_by(SignIn.last_seen_at.desc(), SignIn.id)
    )
    return [Elsewhere(*row) for row in rows]

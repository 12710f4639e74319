"""Who is signed in: the row behind a cookie, and where else."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import bindparam, select

from booking.db import db
from booking.domain.access import STAFF_IDLE, STAFF_LONGEST, TRAINER_LONGEST, Member
from booking.models import SignIn, Staff, Trainer


@dataclass(frozen=True, slots=True)
class Elsewhere:
    """A living sign-in of a colleague, as their account page lists it."""

    id: int
    created_at: datetime
    last_seen_at: datetime


# Asked with every page behind a sign-in, so they are built once.
_ALIVE = (
    SignIn.token_hash == bindparam("token_hash"),
    SignIn.ended_at.is_(None),
    SignIn.created_at > bindparam("began_after"),
)
_STAFF = (
    select(*(Staff.id, Staff.name, Staff.email, Staff.role, SignIn.id, SignIn.last_seen_at))
    .add_columns(Staff.tf_totp_secret.is_not(None))
    .join(SignIn, SignIn.staff_id == Staff.id)
    .where(*_ALIVE, SignIn.last_seen_at > bindparam("seen_after"), Staff.active)
)
_TRAINER = (
    select(Trainer.id, Trainer.name, Trainer.email, SignIn.id, SignIn.last_seen_at)
    .join(SignIn, SignIn.trainer_id == Trainer.id)
    .where(*_ALIVE, Trainer.is_active)
)


def staff_member(token_hash: str, *, now: datetime) -> Member | None:
    """The colleague whose cookie holds this secret, if it still lets them in."""
    when = {"began_after": now - STAFF_LONGEST, "seen_after": now - STAFF_IDLE}
    row = db.session.execute(_STAFF, {"token_hash": token_hash, **when}).one_or_none()
    return Member(*row) if row else None


def trainer_member(token_hash: str, *, now: datetime) -> Member | None:
    """The trainer whose device holds this secret, if it still lets them in."""
    found = {"token_hash": token_hash, "began_after": now - TRAINER_LONGEST}
    row = db.session.execute(_TRAINER, found).one_or_none()
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

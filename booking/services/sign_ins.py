"""Sign-ins: every browser that is let in is a row, and dies with it."""

import secrets
from datetime import datetime

from sqlalchemy import Update, update

from booking.db import db
from booking.domain.access import SEEN_EVERY, Actor, Member, Purpose
from booking.models import SignIn, Trainer
from booking.services import history, links


def start(*, now: datetime, staff_id: int | None = None, trainer_id: int | None = None) -> str:
    """Lets a browser in; what is returned goes into its cookie, and only its hash is stored."""
    secret = secrets.token_urlsafe(16)
    db.session.add(
        SignIn(
            token_hash=links.hashed(secret), staff_id=staff_id, trainer_id=trainer_id, created_at=now, last_seen_at=now
        )
    )
    db.session.flush()
    return secret


def end(sign_in: int, *, now: datetime) -> None:
    """Signs one browser out; a cookie kept from before is dead."""
    db.session.execute(update(SignIn).filter_by(id=sign_in, ended_at=None).values(ended_at=now))


def end_all(*, now: datetime, but: int = 0, **of: int) -> None:
    """Signs out every browser of a person (staff_id=… or trainer_id=…), except the row `but`."""
    db.session.execute(update(SignIn).filter_by(ended_at=None, **of).where(SignIn.id != but).values(ended_at=now))


def end_devices(trainer: Trainer, *, actor: Actor, now: datetime) -> None:
    """A phone was lost: this trainer's devices are signed out, and links mailed until now open nothing."""
    end_all(now=now, trainer_id=trainer.id)
    links.revoke(Purpose.TRAINER, now=now, trainer_id=trainer.id)
    history.add("signed_out", actor=actor, now=now, trainer=trainer, words=f"Signed out {trainer.name}'s devices")


def shut_out(trainer: Trainer, *, now: datetime) -> None:
    """Who does not train for us: no device, link or feed of theirs opens anything."""
    end_all(now=now, trainer_id=trainer.id)
    for purpose in (Purpose.TRAINER, Purpose.FEED):
        links.revoke(purpose, now=now, trainer_id=trainer.id)


def seen(member: Member, *, now: datetime) -> Update | None:
    """What to store so that the sign-in is not idle (db.touch), at most every five minutes."""
    if now - member.seen_at < SEEN_EVERY:
        return None
    return update(SignIn).where(SignIn.id == member.sign_in).values(last_seen_at=now)

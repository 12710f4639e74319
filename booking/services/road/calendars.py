"""How a trainer's visits reach their calendar: by invitation, or by a private feed; and "Got it" for a mailed week."""

from datetime import datetime

from sqlalchemy import update

from booking.db import db
from booking.domain.access import Actor, Purpose
from booking.domain.errors import NotFound
from booking.models import Link, Schedule, Trainer
from booking.services import history, links


def choose(trainer: Trainer, *, feed: bool, actor: Actor, now: datetime) -> None:
    """Invitations by mail, or the private feed: never both, or each visit would show twice."""
    if trainer.wants_feed == feed:
        return
    chosen = update(Trainer).where(Trainer.id == trainer.id).values(wants_feed=feed)
    db.session.execute(chosen)  # not through the row: its version is for staff who change the trainer
    if feed:
        links.keep(Purpose.FEED, now=now, trainer_id=trainer.id)
    else:
        links.revoke(Purpose.FEED, now=now, trainer_id=trainer.id)
    words = f"{trainer.name} chose {'the private calendar' if feed else 'invitations'}"
    history.add("chose a calendar", actor=actor, now=now, words=words, trainer=trainer)


def reset(trainer: Trainer, *, actor: Actor, now: datetime) -> None:
    """A new secret address; the old one is dead."""
    links.revoke(Purpose.FEED, now=now, trainer_id=trainer.id)
    links.make(Purpose.FEED, now=now, trainer_id=trainer.id)
    words = f"{trainer.name} reset the address of the private calendar"
    history.add("reset the feed", actor=actor, now=now, words=words, trainer=trainer)


def of_feed(token: str, *, now: datetime) -> Trainer:
    """Whose feed this is. Raises NotFound, or links.Expired after a reset."""
    link: Link = links.open_link(token, Purpose.FEED, now=now)
    trainer = db.session.get_one(Trainer, link.trainer_id)
    if not (trainer.is_active and trainer.wants_feed):
        raise NotFound("We cannot find that calendar")
    return trainer


def read_week(trainer: Trainer, schedule_id: int, *, now: datetime) -> None:
    """The trainer has read this week. Pressed twice, nothing happens."""
    row = db.session.get(Schedule, schedule_id)
    if row is None or row.trainer_id != trainer.id:
        raise NotFound("We cannot find that week")
    if row.seen_at is None:
        row.seen_at = now
        db.session.flush()

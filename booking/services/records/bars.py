"""A firm's wish for another trainer: noted with its reason, or taken away. Nobody is moved by it."""

from datetime import datetime

from sqlalchemy import insert
from sqlalchemy.exc import IntegrityError

from booking.db import db
from booking.domain.access import Actor
from booking.domain.errors import Overtaken, Refused
from booking.models import Trainer, TrainerBar, Visit
from booking.queries.desk.bars import BARRED, UNBARRED
from booking.services import history


def add(visit: Visit, trainer_id: int, *, reason: str, actor: Actor, now: datetime) -> Trainer:
    """From now on this trainer is not sent to the visit's firm again; visits they have stay theirs.

    Raises Refused beside `trainer`, Overtaken when it is noted already.
    """
    trainer = db.session.get(Trainer, trainer_id)
    if trainer is None:
        raise Refused("Select a trainer", field="trainer")
    assert visit.firm is not None, "it was sent"
    row = {"firm_id": visit.firm.id, "trainer_id": trainer.id, "reason": reason, "created_at": now}
    try:
        with db.session.begin_nested():
            db.session.execute(insert(TrainerBar).values(row))
    except IntegrityError:
        words = f"A colleague has noted already that {visit.firm.name} is not sent {trainer.name}"
        raise Overtaken(words, field="trainer") from None
    words = f"{visit.firm.name} asked for another trainer than {trainer.name}"
    history.add(BARRED, actor=actor, now=now, words=words, visit=visit, trainer=trainer, reason=reason)
    return trainer


def remove(visit: Visit, trainer_id: int, *, actor: Actor, now: datetime) -> None:
    """They may be sent there again. Raises Overtaken when that has been noted already."""
    bar = db.session.get(TrainerBar, (visit.firm_id, trainer_id))
    if bar is None:
        raise Overtaken("A colleague has just taken this away")
    assert visit.firm is not None, "it was sent"
    trainer = db.session.get_one(Trainer, trainer_id)
    db.session.delete(bar)
    db.session.flush()
    words = f"{trainer.name} may be sent to {visit.firm.name} again"
    history.add(UNBARRED, actor=actor, now=now, words=words, visit=visit, trainer=trainer)

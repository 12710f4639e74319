"""A trainer's days off."""

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import select

from booking.db import db
from booking.domain.access import Actor
from booking.domain.road import leave
from booking.domain.road.leave import Run
from booking.models import Absence, Trainer
from booking.queries.road import mine
from booking.services import history


def set_days(
    trainer: Trainer, *, first_slot: int, last_slot: int, off: Collection[int], actor: Actor, now: datetime
) -> None:
    """The slots from first to last are away where they are in `off`, and free elsewhere. Allowed over a visit: Today
    gets it, and the visit stands until somebody has found another way."""
    # Of two presses at once the second reads what the first has stored.
    db.session.execute(select(Trainer.id).filter_by(id=trainer.id).with_for_update())
    rows = mine.absences(trainer.id, first_slot=first_slot, last_slot=last_slot)
    known = {Run(row.first_slot, row.last_slot, row.kind): row for row in rows}
    wanted = set(leave.repainted(known, first_slot=first_slot, last_slot=last_slot, off=off, kind="leave"))
    if wanted == set(known):
        return
    for run, row in known.items():
        if run not in wanted:
            db.session.delete(row)
    db.session.add_all(
        Absence(
            trainer_id=trainer.id, first_slot=run.first_slot, last_slot=run.last_slot, kind=run.kind, created_at=now
        )
        for run in sorted(wanted - set(known), key=lambda run: run.first_slot)
    )
    db.session.flush()
    history.add("changed days off", actor=actor, now=now, words=f"{trainer.name} changed days off", trainer=trainer)

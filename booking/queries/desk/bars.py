"""Trainers whom a firm does not want again, and what was noted about it."""

from collections.abc import Sequence

from sqlalchemy import select

from booking.db import db
from booking.models import HistoryEntry, Trainer, TrainerBar, Visit

BARRED, UNBARRED = "barred", "unbarred"
LONGEST_STORY = 40


def of_firm(visit: Visit) -> Sequence[tuple[TrainerBar, Trainer]]:
    """Of the visit's firm, each with the trainer, by name. 1 statement."""
    rows = (
        select(TrainerBar, Trainer)
        .join(Trainer, Trainer.id == TrainerBar.trainer_id)
        .where(TrainerBar.firm_id == visit.firm_id)
        .order_by(Trainer.name, Trainer.id)
    )
    return [(bar, trainer) for bar, trainer in db.session.execute(rows)]


def story(visit: Visit) -> Sequence[HistoryEntry]:
    """Who noted it or took it away, the newest first. 1 statement."""
    rows = (
        select(HistoryEntry)
        .join(Visit, Visit.id == HistoryEntry.visit_id)
        .where(Visit.firm_id == visit.firm_id, HistoryEntry.act.in_((BARRED, UNBARRED)))
    )
    return db.session.scalars(rows.order_by(HistoryEntry.id.desc()).limit(LONGEST_STORY)).all()

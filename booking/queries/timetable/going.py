"""Who goes where: confirmed visits by trainer and day, and firms whose visit is near or just over."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import ColumnElement, Select, func, select
from sqlalchemy.orm import joinedload

from booking.db import db
from booking.domain.lifecycle import VisitState
from booking.models import Enquiry, Trainer, Visit, VisitSlot
from booking.queries.visits import PARTIES


@dataclass(frozen=True, slots=True)
class Going:
    """A trainer, and one day of a visit they go to."""

    trainer: Trainer
    day: date
    visit: Visit


def between(first: date, last: date) -> list[Going]:
    """Every day of every confirmed visit, by trainer, then in the order of the day. 3 statements."""
    days = db.session.execute(
        select(VisitSlot.trainer_id, VisitSlot.day, VisitSlot.visit_id)
        .join(Visit, Visit.id == VisitSlot.visit_id)
        .where(Visit.state == VisitState.CONFIRMED, ~VisitSlot.is_proposed, VisitSlot.day.between(first, last))
        .group_by(VisitSlot.trainer_id, VisitSlot.day, VisitSlot.visit_id)
        .order_by(VisitSlot.trainer_id, func.min(VisitSlot.slot), VisitSlot.visit_id)
    ).all()
    trainers = {row.id: row for row in db.session.scalars(select(Trainer).where(Trainer.id.in_({d[0] for d in days})))}
    visits = {row.id: row for row in _in_full(Visit.id.in_({d.visit_id for d in days}))}
    return [Going(trainers[d[0]], d.day, visits[d.visit_id]) for d in days if d[0] is not None]


def confirmed(first: date, last: date) -> Sequence[Visit]:
    """Confirmed visits that start on one of these days."""
    return _in_full(Visit.state == VisitState.CONFIRMED, Visit.first_day.between(first, last))


def past(first: date, last: date) -> Sequence[Visit]:
    """Visits that started on one of these days, but for those of which we know that they did not take place."""
    took_place = Visit.state.in_((VisitState.CONFIRMED, VisitState.DELIVERED)) & Visit.took_place.is_not(False)
    return _in_full(took_place, Visit.first_day.between(first, last))


def _in_full(*which: ColumnElement[bool]) -> Sequence[Visit]:
    rows: Select[Visit] = (
        select(Visit)
        .where(*which)
        .options(*PARTIES, joinedload(Visit.enquiry).joinedload(Enquiry.result))
        .order_by(Visit.id)
    )
    return db.session.scalars(rows).all()

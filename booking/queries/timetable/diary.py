"""One trainer's week: what the pattern says, the absences, what is held."""

from datetime import datetime

from sqlalchemy import select

from booking.db import db
from booking.domain.availability import Absence, Hours, Window
from booking.domain.days import Slot
from booking.models import Absence as AbsenceRow
from booking.models import VisitSlot
from booking.queries import diaries
from booking.queries.diaries import live


def hours(trainer_id: int) -> tuple[Hours, ...]:
    """The lines of the weekly pattern."""
    return diaries.hours([trainer_id]).get(trainer_id, ())


def absences(trainer_id: int, window: Window) -> list[Absence]:
    """Every absence that touches the window."""
    a = AbsenceRow
    touches = (a.first_slot < window.base + window.size) & (a.last_slot >= window.base)
    rows = db.session.scalars(select(a).filter_by(trainer_id=trainer_id).where(touches).order_by(a.id))
    return [Absence(row.first_slot, row.last_slot, row.kind) for row in rows]


def held(trainer_id: int, window: Window, *, now: datetime) -> int:
    """The slots that no other visit may take, as bits in the window."""
    in_window = VisitSlot.slot.between(window.base, window.last)
    slots = select(VisitSlot.slot).where(VisitSlot.trainer_id == trainer_id, in_window, live(now))
    return sum(window.bit(Slot.of(number)) for number in db.session.scalars(slots))

"""The only writers of visit_slots. A unique row is the whole of the promise that nobody is booked twice."""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime

from sqlalchemy import delete, insert, or_, select, update
from sqlalchemy.exc import DBAPIError, IntegrityError

from booking.db import db
from booking.domain.days import Slot
from booking.domain.errors import Taken
from booking.models import Visit, VisitSlot

TAKEN = "That date has just been booked. These are the nearest"
_DEADLOCK, _SERIALISATION = "40P01", "40001"  # PostgreSQL's words for: somebody else was there at the same time


def claim(
    visit: Visit,
    run: Sequence[Slot],
    *,
    trainer_id: int,
    now: datetime,
    expires_at: datetime | None = None,
    is_proposed: bool = False,
) -> None:
    """Takes a trainer's half-days for a visit, all or none; expired holds on them give way.

    A half that the visit has with this trainer already stays one row. Raises Taken beside `slot`.
    """
    own = select(VisitSlot.slot).filter_by(visit_id=visit.id, trainer_id=trainer_id)
    wanted = sorted(set(run) - {Slot.of(number) for number in db.session.scalars(own)})
    lapsed = delete(VisitSlot).where(
        VisitSlot.trainer_id == trainer_id,
        VisitSlot.slot.in_(slot.number for slot in wanted),
        VisitSlot.expires_at <= now,
    )
    rows = [
        {
            "visit_id": visit.id,
            "trainer_id": trainer_id,
            "slot": slot.number,
            "day": slot.day,
            "half": slot.half,
            "expires_at": expires_at,
            "is_proposed": is_proposed,
        }
        for slot in wanted
    ]
    if not rows:
        return
    with _or_taken(), db.session.begin_nested():
        db.session.execute(lapsed, execution_options={"synchronize_session": False})
        db.session.execute(insert(VisitSlot).values(rows))


def free(visit: Visit, *, only_proposed: bool = False) -> None:
    """Gives back what a visit holds, or only what it proposes."""
    rows = delete(VisitSlot).where(VisitSlot.visit_id == visit.id)
    if only_proposed:
        rows = rows.where(VisitSlot.is_proposed)
    db.session.execute(rows, execution_options={"synchronize_session": False})


def swap(visit: Visit, run: Iterable[Slot], *, trainer_id: int) -> None:
    """What was proposed stands; whatever the visit holds beside this run of this trainer is given back."""
    numbers = [slot.number for slot in run]
    other = or_(VisitSlot.trainer_id != trainer_id, VisitSlot.slot.not_in(numbers))
    mine = VisitSlot.visit_id == visit.id
    db.session.execute(delete(VisitSlot).where(mine, other), execution_options={"synchronize_session": False})
    stand = update(VisitSlot).where(mine).values(is_proposed=False)
    db.session.execute(stand, execution_options={"synchronize_session": False})


def keep(visit: Visit, *, until: datetime | None, now: datetime) -> bool:
    """A hold that still lasts does so until then, None: for good. False: some of it has run out, or is gone."""
    mine = VisitSlot.visit_id == visit.id, or_(VisitSlot.expires_at.is_(None), VisitSlot.expires_at > now)
    rows = update(VisitSlot).where(*mine).values(expires_at=until).returning(VisitSlot.id)
    kept = db.session.execute(rows, execution_options={"synchronize_session": False}).all()
    return len(kept) == visit.half_days


def is_collision(error: DBAPIError) -> bool:
    """Whether PostgreSQL stopped this transaction in favour of another one."""
    return getattr(error.orig, "sqlstate", None) in (_DEADLOCK, _SERIALISATION)


@contextmanager
def _or_taken() -> Iterator[None]:
    """Whoever comes second, or meets somebody half-way, hears Taken: to them it is the same."""
    try:
        yield
    except IntegrityError:
        raise Taken(TAKEN, field="slot") from None
    except DBAPIError as error:
        if is_collision(error):
            raise Taken(TAKEN, field="slot") from None
        raise

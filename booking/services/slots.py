"""The only writers of visit_slots. A unique row is the whole of the promise that nobody is booked twice."""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime

from sqlalchemy import BindParameter, bindparam, delete, insert, or_, select, update
from sqlalchemy.exc import DBAPIError, IntegrityError

from booking.db import db
from booking.domain.days import Slot
from booking.domain.errors import Taken
from booking.models import Visit, VisitSlot, table

TAKEN = "That date has just been booked. These are the nearest"
_DEADLOCK, _SERIALISATION = "40P01", "40001"  # PostgreSQL's words for: somebody else was there at the same time

# Built once, for every hold and every request run them: putting one together costs more than running it.
_SLOTS = table(VisitSlot)
_MINE = _SLOTS.c.visit_id == bindparam("mine")
_THERE = _SLOTS.c.trainer_id == bindparam("who")
_NUMBERS: BindParameter[list[int]] = bindparam("numbers", expanding=True)
_LASTS = or_(_SLOTS.c.expires_at.is_(None), _SLOTS.c.expires_at > bindparam("now"))
_OWN = select(_SLOTS.c.slot).where(_MINE, _THERE)
_LAPSED = delete(_SLOTS).where(_THERE, _SLOTS.c.slot.in_(_NUMBERS), _SLOTS.c.expires_at <= bindparam("now"))
_FREE = delete(_SLOTS).where(_MINE)
_FREE_PROPOSED = _FREE.where(_SLOTS.c.is_proposed)
_FREE_OTHER = _FREE.where(or_(_SLOTS.c.trainer_id != bindparam("who"), _SLOTS.c.slot.not_in(_NUMBERS)))
_STAND = update(_SLOTS).where(_MINE).values(is_proposed=False)
_KEEP = update(_SLOTS).where(_MINE, _LASTS).values(expires_at=bindparam("until")).returning(_SLOTS.c.id)


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
    own = db.session.scalars(_OWN, {"mine": visit.id, "who": trainer_id})
    wanted = sorted(set(run) - {Slot.of(number) for number in own})
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
        db.session.execute(_LAPSED, {"who": trainer_id, "numbers": [slot.number for slot in wanted], "now": now})
        db.session.execute(insert(_SLOTS).values(rows))


def free(visit: Visit, *, only_proposed: bool = False) -> None:
    """Gives back what a visit holds, or only what it proposes."""
    db.session.execute(_FREE_PROPOSED if only_proposed else _FREE, {"mine": visit.id})


def swap(visit: Visit, run: Iterable[Slot], *, trainer_id: int) -> None:
    """What was proposed stands; whatever the visit holds beside this run of this trainer is given back."""
    db.session.execute(_FREE_OTHER, {"mine": visit.id, "who": trainer_id, "numbers": [slot.number for slot in run]})
    db.session.execute(_STAND, {"mine": visit.id})


def keep(visit: Visit, *, until: datetime | None, now: datetime) -> bool:
    """A hold that still lasts does so until then, None: for good. False: some of it has run out, or is gone."""
    return len(db.session.execute(_KEEP, {"mine": visit.id, "until": until, "now": now}).all()) == visit.half_days


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

"""How every act on a visit goes: all or nothing, one at a time, and the second is told who was first."""

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm.exc import StaleDataError

from booking.db import db
from booking.domain import lifecycle
from booking.domain.access import Actor, ActorKind
from booking.domain.days import Slot, run_of
from booking.domain.errors import NotFound, Overtaken
from booking.domain.lifecycle import TrainerAnswer, VisitState
from booking.models import Trainer, Visit
from booking.queries import visits
from booking.services import history, slots

FIRM = Actor(ActorKind.BUSINESS, 0, "The firm")
JUST_CHANGED = "This visit has just changed. Look at it again before you go on"


@contextmanager
def alone(visit: Visit, *, actor: Actor, seen: int | None = None) -> Iterator[Visit]:
    """The visit as it is now, for one act: either all of it happens, or, when anything is refused, nothing.

    Raises Overtaken when it has changed since version `seen`, or is being changed at this very moment.
    """
    visit_id = visit.id
    with all_or_nothing(visit_id, actor=actor):
        fresh = visits.complete(visit_id)
        if fresh is None:
            raise NotFound("We cannot find that visit")
        if seen is not None and seen != fresh.version:
            raise Overtaken(_told(JUST_CHANGED, visit_id, actor))
        yield fresh


@contextmanager
def all_or_nothing(visit_id: int | None, *, actor: Actor) -> Iterator[None]:
    """A savepoint around an act. Somebody else's at the same moment is Overtaken, not a fault."""
    try:
        with db.session.begin_nested():
            yield
    except StaleDataError:
        raise Overtaken(_told(JUST_CHANGED, visit_id, actor)) from None
    except DBAPIError as error:
        if slots.is_collision(error):
            raise Overtaken(_told(JUST_CHANGED, visit_id, actor)) from None
        raise


def step(visit: Visit, target: VisitState, *, actor: Actor) -> None:
    """The visit is in `target` now. Raises Overtaken, for staff with who did what, when it cannot be."""
    try:
        visit.state = lifecycle.move(visit.state, target)
    except Overtaken as why:
        raise Overtaken(_told(str(why), visit.id, actor)) from None


def answer(visit: Visit, target: TrainerAnswer) -> None:
    """The trainer's answer is `target` now. Raises Overtaken when it cannot be."""
    visit.trainer_answer = lifecycle.move(visit.trainer_answer, target)


def start(visit: Visit) -> Slot:
    """Where the visit stands."""
    return Slot(visit.first_day, visit.first_half)


def asked_start(visit: Visit) -> Slot:
    """The date the trainer is asked about: the proposed one while there is one."""
    return Slot(visit.proposed_day, visit.proposed_half) if visit.proposed_day and visit.proposed_half else start(visit)


def asked_trainer(visit: Visit) -> Trainer | None:
    """Whose answer that date waits for, or has; None when nobody is left to ask."""
    return visit.proposed_trainer if visit.proposed_day else visit.trainer


def run(visit: Visit, at: Slot) -> tuple[Slot, ...]:
    """The half-days the visit takes when it starts there."""
    return run_of(at.day, at.half, visit.half_days)


def firm_of(visit: Visit) -> Actor:
    """The firm as the one who acts, by the name of its contact, which must be loaded."""
    return Actor(ActorKind.BUSINESS, 0, visit.contact.name) if visit.contact else FIRM


def _told(why: str, visit_id: int | None, actor: Actor) -> str:
    """For staff with the name of whoever was first: no firm and no trainer needs to know that."""
    last = visits.last_change(visit_id) if visit_id and actor.kind is ActorKind.STAFF else None
    return f"{why.rstrip('.')}. {history.sentence(last)}" if last else why

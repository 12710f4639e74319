"""What must be true of every database at every moment, as questions that have no answer when all is well."""

from collections.abc import Iterator

from sqlalchemy import Connection, and_, func, select

from booking.domain.lifecycle import SLOT_KEEPERS, VisitState
from booking.models import Mail, Visit, VisitSlot

PLACED = SLOT_KEEPERS - {VisitState.HELD}  # a hold may run out, and its rows with it


def broken(connection: Connection) -> list[str]:
    """A sentence for each promise that the rows do not keep; none when they all do."""
    return [
        *_claimed_twice(connection),
        *_mailed_twice(connection),
        *_claims_of_the_ended(connection),
        *_short_of_claims(connection),
    ]


def _claimed_twice(connection: Connection) -> Iterator[str]:
    half_day = (VisitSlot.trainer_id, VisitSlot.day, VisitSlot.half)
    twice = select(*half_day).where(VisitSlot.trainer_id.is_not(None)).group_by(*half_day).having(func.count() > 1)
    for trainer_id, day, half in connection.execute(twice):
        yield f"trainer {trainer_id} is claimed twice on {day} {half}"


def _mailed_twice(connection: Connection) -> Iterator[str]:
    for (key,) in connection.execute(select(Mail.key).group_by(Mail.key).having(func.count() > 1)):
        yield f"mail {key} is there twice"


def _claims_of_the_ended(connection: Connection) -> Iterator[str]:
    ended = select(Visit.reference, Visit.state).where(
        Visit.state.not_in(SLOT_KEEPERS), select(VisitSlot.id).where(VisitSlot.visit_id == Visit.id).exists()
    )
    for reference, state in connection.execute(ended):
        yield f"visit {reference} is {state} and still claims half-days"


def _short_of_claims(connection: Connection) -> Iterator[str]:
    own = and_(VisitSlot.visit_id == Visit.id, VisitSlot.trainer_id == Visit.trainer_id, ~VisitSlot.is_proposed)
    claims = select(func.count()).where(own).correlate(Visit).scalar_subquery()
    short = select(Visit.reference, Visit.state, claims, Visit.half_days).where(
        Visit.state.in_(PLACED), Visit.trainer_id.is_not(None), claims != Visit.half_days
    )
    for reference, state, claimed, half_days in connection.execute(short):
        yield f"visit {reference} is {state} and claims {claimed} of {half_days} half-days"

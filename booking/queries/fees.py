"""What moving or cancelling a visit costs at this moment: shown before the button, and stored by it."""

from datetime import datetime

from booking.domain.days import london_time
from booking.domain.lifecycle import VisitState
from booking.domain.money import Pence, Price
from booking.domain.terms import Fee, Standing, cancel_fee, move_fee
from booking.models import Visit
from booking.queries import rules
from booking.queries.calendar import working_days


def to_cancel(visit: Visit, *, now: datetime) -> Fee:
    """The fee for cancelling, and whether the firm may do it on line."""
    return cancel_fee(rules.terms(), _standing(visit, now), working=working_days())


def to_move(visit: Visit, *, now: datetime) -> Fee:
    """The fee for moving, and whether the firm may do it on line."""
    late = visit.free_moves_used
    return move_fee(rules.terms(), _standing(visit, now), late_moves=late, working=working_days())


def is_late(visit: Visit, *, now: datetime) -> bool:
    """Whether a move uses up the one that is free after the free days."""
    today = london_time(now).date()
    return visit.state is VisitState.CONFIRMED and today > rules.terms().free_until(visit.first_day)


def _standing(visit: Visit, now: datetime) -> Standing:
    return Standing(
        Price(Pence(visit.price_pence), visit.vat_percent),
        visit.first_day,
        london_time(now).date(),
        is_confirmed=visit.state is VisitState.CONFIRMED,
    )

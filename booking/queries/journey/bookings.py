"""A visit as its firm sees it: how it stands, and what may be done with it at this moment."""

from dataclasses import dataclass
from datetime import datetime

from booking.domain.days import Slot, london, run_of
from booking.domain.lifecycle import VisitState
from booking.domain.terms import Fee
from booking.models import Visit
from booking.queries import fees, rules, visits
from booking.queries.calendar import working_days

CHANGEABLE = (VisitState.REQUESTED, VisitState.CONFIRMED)


@dataclass(frozen=True, slots=True)
class Booking:
    """A visit that was requested, loaded as queries.visits.complete does; fees are those of this moment."""

    visit: Visit
    to_move: Fee
    to_cancel: Fee
    confirm_by: datetime | None  # the address; None once it is confirmed
    is_over: bool

    @property
    def is_suspect(self) -> bool:
        """A person looks at it before anything is mailed."""
        return self.visit.enquiry is not None and bool(self.visit.enquiry.suspicion)

    @property
    def is_late(self) -> bool:
        """Too late to change on line: by telephone."""
        return self.visit.state is VisitState.CONFIRMED and not self.is_over and not self.to_cancel.is_online

    @property
    def can_cancel(self) -> bool:
        return self.visit.state in CHANGEABLE and not self.is_over and not self.is_late

    @property
    def can_move(self) -> bool:
        """A request that ran out may be moved to another date once its address is known to be good."""
        has_run_out = self.visit.state is VisitState.EXPIRED and self.visit.address_confirmed_at is not None
        return self.can_cancel or has_run_out

    @property
    def at(self) -> Slot:
        return Slot(self.visit.first_day, self.visit.first_half)

    @property
    def proposed(self) -> Slot | None:
        """The date that waits for a trainer's yes."""
        day, half = self.visit.proposed_day, self.visit.proposed_half
        return Slot(day, half) if day and half and Slot(day, half) != self.at else None


def of(visit_id: int, *, now: datetime) -> Booking | None:
    """None for a visit that is not there, or that nobody has sent."""
    visit = visits.complete(visit_id)
    if visit is None or visit.requested_at is None:
        return None
    confirm_by = visit.confirm_by_at or working_days().promised_by(visit.requested_at, 1)
    return Booking(
        visit,
        to_move=fees.to_move(visit, now=now),
        to_cancel=fees.to_cancel(visit, now=now),
        confirm_by=None if visit.address_confirmed_at else confirm_by,
        is_over=is_over(visit, now=now),
    )


def is_over(visit: Visit, *, now: datetime) -> bool:
    """Its last half-day has ended, and nobody has said that it did not take place."""
    last = run_of(visit.first_day, visit.first_half, visit.half_days)[-1]
    has_ended = now >= london(last.day, rules.times().ends(last.half))
    return visit.state is VisitState.DELIVERED or (
        visit.state is VisitState.CONFIRMED and has_ended and visit.took_place is not False
    )

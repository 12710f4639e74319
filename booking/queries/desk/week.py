"""The facts beside the list: the visits of the next days, the week's numbers, the outbox."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import cache
from typing import Any

from sqlalchemy import Select, bindparam, func, select

from booking.db import Facts, db
from booking.domain.days import Half, Slot, london, london_time, monday_of
from booking.domain.lifecycle import EnquiryState, VisitState
from booking.domain.post import MailState
from booking.models import Enquiry, Firm, Mail, Site, Trainer, Visit, VisitSlot
from booking.queries.desk import piles

ON = (VisitState.CONFIRMED, VisitState.DELIVERED)
MOST = 12


@dataclass(frozen=True, slots=True)
class Coming:
    """One day of a visit, and the half it begins with that day; of the visit what _VISITS names."""

    day: date
    half: Half
    visit: Facts


@dataclass(frozen=True, slots=True)
class Numbers:
    """What the week's links count, and how the outbox stands; `next_at` is when waiting mail goes."""

    new: int
    to_confirm: int
    visits: int
    without_report: int
    failed: int
    waiting: int
    sent_today: int
    next_at: datetime | None


def coming(now: datetime) -> Sequence[Coming]:
    """Today's and tomorrow's visits and those of the next day that has any, in the order of the day. 2 statements."""
    today = london_time(now).date()
    slots = db.session.execute(_SLOTS, {"first": Slot(today, Half.AM).number})
    begins: dict[tuple[int, date], Half] = {}
    for visit_id, day, half in slots:
        begins.setdefault((visit_id, day), half)
    days = [(visit_id, day, half) for (visit_id, day), half in begins.items()][:MOST]
    ids = list({visit_id for visit_id, _, _ in days})
    visits = {row.id: row for row in db.session.execute(_VISITS, {"ids": ids})}
    later = min((day for _, day, _ in days if day > today + timedelta(days=1)), default=None)
    near = {today, today + timedelta(days=1), later}
    return [Coming(day, half, visits[visit_id]) for visit_id, day, half in days if day in near]


def numbers(now: datetime) -> Numbers:
    """1 statement."""
    today = london_time(now).date()
    monday = monday_of(today)
    values = {"monday": monday, "sunday": monday + timedelta(days=6), "midnight": london(today, time.min)}
    return Numbers(**db.session.execute(_numbers(), values | piles.at(now)).mappings().one())


_IS_ON = select(Visit.id).where(Visit.id == VisitSlot.visit_id, Visit.state.in_(ON)).exists()
_SLOTS = (
    select(VisitSlot.visit_id, VisitSlot.day, VisitSlot.half)
    .where(_IS_ON, ~VisitSlot.is_proposed, VisitSlot.slot >= bindparam("first"))
    .order_by(VisitSlot.slot, VisitSlot.visit_id)
    .limit(len(Half) * MOST)
)
_VISITS = (
    select(
        *(Visit.id, Visit.reference, Visit.people),
        *(Firm.name.label("firm"), Site.town, Trainer.name.label("trainer")),
    )
    .outerjoin(Firm, Firm.id == Visit.firm_id)
    .outerjoin(Site, Site.id == Visit.site_id)
    .outerjoin(Trainer, Trainer.id == Visit.trainer_id)
    .where(Visit.id.in_(bindparam("ids", expanding=True)))
)


@cache
def _numbers() -> Select[*tuple[Any, ...]]:
    week = Visit.first_day.between(bindparam("monday"), bindparam("sunday"))
    counted = {
        "new": select(Enquiry.id).where(Enquiry.state == EnquiryState.NEW),
        "to_confirm": select(Visit.id).where(piles.to_confirm()),
        "visits": select(Visit.id).where(Visit.state.in_(ON), week),
        "without_report": select(Visit.id).where(piles.without_report()),
        "failed": select(Mail.id).where(Mail.state == MailState.FAILED),
        "waiting": select(Mail.id).where(Mail.state == MailState.WAITING),
        "sent_today": select(Mail.id).where(Mail.sent_at >= bindparam("midnight")),
    }
    heights = [
        select(func.count()).select_from(each.subquery()).scalar_subquery().label(name)
        for name, each in counted.items()
    ]
    next_at = select(func.min(Mail.due_at)).where(Mail.state == MailState.WAITING).scalar_subquery()
    return select(*heights, next_at.label("next_at"))

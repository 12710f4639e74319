"""The facts beside the list: the visits of the next days, the week's numbers, the outbox."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from sqlalchemy import func, select

from booking.db import db
from booking.domain.days import Half, Slot, london, london_time, monday_of
from booking.domain.lifecycle import EnquiryState, VisitState
from booking.domain.post import MailState
from booking.models import Enquiry, Mail, Visit, VisitSlot
from booking.queries.desk import piles
from booking.queries.desk.today import in_words

ON = (VisitState.CONFIRMED, VisitState.DELIVERED)
MOST = 12


@dataclass(frozen=True, slots=True)
class Coming:
    """One day of a visit, and the half it begins with that day."""

    day: date
    half: Half
    visit: Visit


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
    is_on = select(Visit.id).where(Visit.id == VisitSlot.visit_id, Visit.state.in_(ON)).exists()
    slots = db.session.execute(
        select(VisitSlot.visit_id, VisitSlot.day, VisitSlot.half)
        .where(is_on, ~VisitSlot.is_proposed, VisitSlot.slot >= Slot(today, Half.AM).number)
        .order_by(VisitSlot.slot, VisitSlot.visit_id)
        .limit(len(Half) * MOST)
    )
    begins: dict[tuple[int, date], Half] = {}
    for visit_id, day, half in slots:
        begins.setdefault((visit_id, day), half)
    days = [(visit_id, day, half) for (visit_id, day), half in begins.items()][:MOST]
    ids = {visit_id for visit_id, _, _ in days}
    visits = {row.id: row for row in db.session.scalars(in_words(select(Visit).where(Visit.id.in_(ids))))}
    later = min((day for _, day, _ in days if day > today + timedelta(days=1)), default=None)
    near = {today, today + timedelta(days=1), later}
    return [Coming(day, half, visits[visit_id]) for visit_id, day, half in days if day in near]


def numbers(now: datetime) -> Numbers:
    """1 statement."""
    today = london_time(now).date()
    monday, midnight = monday_of(today), london(today, time.min)
    of_week = select(Visit.id).where(Visit.state.in_(ON), Visit.first_day.between(monday, monday + timedelta(days=6)))
    counted = {
        "new": select(Enquiry.id).where(Enquiry.state == EnquiryState.NEW),
        "to_confirm": select(Visit.id).where(piles.to_confirm()),
        "visits": of_week,
        "without_report": select(Visit.id).where(piles.without_report(today)),
        "failed": select(Mail.id).where(Mail.state == MailState.FAILED),
        "waiting": select(Mail.id).where(Mail.state == MailState.WAITING),
        "sent_today": select(Mail.id).where(Mail.sent_at >= midnight),
    }
    heights = [
        select(func.count()).select_from(each.subquery()).scalar_subquery().label(name)
        for name, each in counted.items()
    ]
    next_at = select(func.min(Mail.due_at)).where(Mail.state == MailState.WAITING).scalar_subquery()
    return Numbers(**db.session.execute(select(*heights, next_at.label("next_at"))).mappings().one())

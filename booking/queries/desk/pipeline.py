"""The pipeline: enquiries by state, filtered, searched and sorted; page and file show the same."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, Select, SQLColumnExpression, and_, func, or_, select
from sqlalchemy.orm import contains_eager, joinedload

from booking.db import Facts, db
from booking.domain.days import london, london_time
from booking.domain.desk.finding import sought
from booking.domain.lifecycle import OPEN_ENQUIRIES, EnquiryReason, EnquiryState
from booking.domain.places import County
from booking.models import Contact, Course, Enquiry, Firm, Staff
from booking.queries.desk.counting import by_state
from booking.queries.desk.finding import of_enquiry

PAGE = 50
NOBODY = 0
_LINES = (  # what the list on screen shows, and no more
    select(
        *(Enquiry.id, Enquiry.reference, Enquiry.state, Enquiry.reason, Enquiry.lost_reason, Enquiry.suspicion),
        *(Enquiry.by_phone, Enquiry.place, Enquiry.county, Enquiry.due_at, Enquiry.answered_at, Enquiry.next_on),
        *(Enquiry.next_step, Enquiry.created_at, Firm.name.label("firm"), Contact.name.label("contact")),
        *(Course.title.label("course"), Staff.name.label("owner")),
    )
    .join(Firm, Firm.id == Enquiry.firm_id)
    .join(Contact, Contact.id == Enquiry.contact_id)
    .outerjoin(Course, Course.id == Enquiry.course_id)
    .outerjoin(Staff, Staff.id == Enquiry.owner_id)
)


class Due(StrEnum):
    """Which promises and plans to show."""

    LATE = "late"
    TODAY = "today"
    STEP = "step"


class Sort(StrEnum):
    """What comes first: what is due, the newest, or firms by name."""

    DUE = "due"
    NEWEST = "newest"
    FIRM = "firm"


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which enquiries: without a state those that are open. `owner` is a colleague's id or NOBODY."""

    state: EnquiryState | None = None
    is_all: bool = False
    owner: int | None = None
    county: County | None = None
    reason: EnquiryReason | None = None
    due: Due | None = None
    is_held: bool = False
    text: str = ""
    sort: Sort = Sort.DUE


def counts(wanted: Wanted, *, now: datetime) -> Mapping[EnquiryState, int]:
    """How many are in each state, with all other filters. 1 statement, one more for several words."""
    filters = _filters(wanted, now)
    if not filters:
        return by_state(Enquiry, EnquiryState.WON)
    rows = select(Enquiry.state, func.count()).where(*filters).group_by(Enquiry.state)
    return dict.fromkeys(EnquiryState, 0) | {row[0]: row[1] for row in db.session.execute(rows)}


def listed(wanted: Wanted, *, page: int, now: datetime) -> Sequence[Facts]:
    """One page of the list. 1 statement, one more for several words."""
    order = _order(wanted.sort)
    ids = _ids(wanted, now).order_by(*order).limit(PAGE).offset((page - 1) * PAGE)
    return db.session.execute(_LINES.where(Enquiry.id.in_(ids)).order_by(*order)).all()


def everything(wanted: Wanted, *, now: datetime) -> Sequence[Enquiry]:
    """All pages of the list, whole, with firm, contact, course and owner. 1 statement, one more for several words."""
    rows = select(Enquiry).join(Firm, Firm.id == Enquiry.firm_id).where(Enquiry.id.in_(_ids(wanted, now)))
    with_firm = contains_eager(Enquiry.firm), joinedload(Enquiry.contact, innerjoin=True)
    rows = rows.options(*with_firm, joinedload(Enquiry.course), joinedload(Enquiry.owner))
    return db.session.scalars(rows.order_by(*_order(wanted.sort))).all()


def height(wanted: Wanted, found: Mapping[EnquiryState, int]) -> int:
    """How long the list is, from the counts."""
    return sum(count for state, count in found.items() if state in states(wanted))


def states(wanted: Wanted) -> frozenset[EnquiryState]:
    if wanted.is_all:
        return frozenset(EnquiryState)
    return frozenset({wanted.state}) if wanted.state else OPEN_ENQUIRIES


def _ids(wanted: Wanted, now: datetime) -> Select[int]:
    """Which enquiries, with all that they are put in order by: nothing else is read of those on other pages."""
    ids = select(Enquiry.id).where(Enquiry.state.in_(states(wanted)), *_filters(wanted, now))
    return ids.join(Firm, Firm.id == Enquiry.firm_id) if wanted.sort is Sort.FIRM else ids


def _filters(wanted: Wanted, now: datetime) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = []
    if wanted.owner is not None:
        found.append(Enquiry.owner_id == wanted.owner if wanted.owner else Enquiry.owner_id.is_(None))
    if wanted.county:
        found.append(Enquiry.county == wanted.county)
    if wanted.reason:
        found.append(Enquiry.reason == wanted.reason)
    if wanted.due:
        found.append(_due(wanted.due, now))
    if wanted.is_held:
        found.append(Enquiry.suspicion != "")
    what = sought(wanted.text)
    return [*found, of_enquiry(what)] if what.text else found


def _due(due: Due, now: datetime) -> ColumnElement[bool]:
    today = london_time(now).date()
    unanswered = and_(Enquiry.state.in_(OPEN_ENQUIRIES), Enquiry.answered_at.is_(None))
    match due:
        case Due.LATE:
            return and_(unanswered, Enquiry.due_at < now)
        case Due.TODAY:
            midnight = london(today + timedelta(days=1), time.min)
            return or_(and_(unanswered, Enquiry.due_at < midnight), and_(_is_open(), Enquiry.next_on == today))
        case Due.STEP:
            return and_(_is_open(), Enquiry.next_on <= today)


def _is_open() -> ColumnElement[bool]:
    return Enquiry.state.in_(OPEN_ENQUIRIES)


def _order(sort: Sort) -> tuple[SQLColumnExpression[Any], ...]:
    match sort:
        case Sort.DUE:
            first = Enquiry.answered_at.is_not(None), Enquiry.due_at.nulls_last(), Enquiry.next_on.nulls_last()
            return *first, Enquiry.id.desc()
        case Sort.NEWEST:
            return Enquiry.created_at.desc(), Enquiry.id.desc()
        case Sort.FIRM:
            return func.lower(Firm.name), Enquiry.id.desc()

"""Visits as a list: filtered, a page at a time or whole."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Select, case, func, select, union_all

from booking.db import Facts, db
from booking.domain.days import london_time
from booking.domain.desk.finding import sought
from booking.domain.lifecycle import TrainerAnswer, VisitState
from booking.domain.places import County
from booking.models import Course, Firm, Site, Trainer, Visit
from booking.queries.desk import piles
from booking.queries.desk.finding import of_visit
from booking.queries.visits import PARTIES

PAGE = 50
NOBODY = 0
_LINES = (  # what the list on screen shows, and no more
    select(
        *(Visit.reference, Visit.state, Visit.first_day, Visit.first_half, Visit.half_days, Visit.people),
        *(Visit.trainer_answer, Firm.name.label("firm"), Site.town, Course.title.label("course")),
        Trainer.name.label("trainer"),
    )
    .join(Course, Course.id == Visit.course_id)
    .join(Firm, Firm.id == Visit.firm_id)
    .join(Site, Site.id == Visit.site_id)
    .outerjoin(Trainer, Trainer.id == Visit.trainer_id)
)
SENT = Visit.requested_at.is_not(None)  # a hold that nobody has sent is no visit yet


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a list shows; None and False let everything through. `trainer` NOBODY: without one."""

    state: VisitState | None = None
    answer: TrainerAnswer | None = None
    trainer: int | None = None
    county: County | None = None
    monday: date | None = None
    no_report: bool = False
    text: str = ""


def counts() -> Mapping[VisitState, int]:
    """How many visits are in each state. 1 statement."""
    found = db.session.execute(select(Visit.state, func.count()).where(SENT).group_by(Visit.state))
    return dict.fromkeys(VisitState, 0) | {row[0]: row[1] for row in found}


def height(wanted: Wanted, found: Mapping[VisitState, int], *, now: datetime) -> int:
    """How many visits the list has, of so many in each state. 1 statement where more is asked for, one more for several
    words."""
    if wanted == Wanted(state=wanted.state):
        return found[wanted.state] if wanted.state else sum(found.values())
    return db.session.scalar(select(func.count(Visit.id)).where(*_which(wanted, now))) or 0


def listed(wanted: Wanted, *, now: datetime, page: int) -> Sequence[Facts]:
    """One page of the list: what is ahead by its day, then what is over the latest first. 1 statement, one more for
    several words."""
    lines = _LINES.order_by(*_order(wanted, london_time(now).date()), Visit.id)
    is_wanted = [Visit.id.in_(_nearest(wanted, now, page * PAGE))] if _is_mixed(wanted) else _which(wanted, now)
    return db.session.execute(lines.where(*is_wanted).limit(PAGE).offset((page - 1) * PAGE)).all()


def everything(wanted: Wanted, *, now: datetime) -> Sequence[Visit]:
    """All pages of the list, whole. 1 statement, one more for several words."""
    rows = select(Visit).options(*PARTIES).where(*_which(wanted, now))
    return db.session.scalars(rows.order_by(*_order(wanted, london_time(now).date()), Visit.id)).all()


def trainers() -> Sequence[tuple[int, str]]:
    """Every trainer, for the filter. 1 statement."""
    return [(row[0], row[1]) for row in db.session.execute(select(Trainer.id, Trainer.name).order_by(Trainer.name))]


def _is_mixed(wanted: Wanted) -> bool:
    """Whether the list has visits on both sides of today."""
    return not (wanted.state or wanted.monday or wanted.no_report)


def _nearest(wanted: Wanted, now: datetime, most: int) -> Select[int]:
    """The ids of so many to either side of today: by index, where to put all of them in order is a long work."""
    today, rows = london_time(now).date(), select(Visit.id).where(*_which(wanted, now)).limit(most)
    ahead = rows.where(Visit.first_day >= today).order_by(Visit.first_day, Visit.id)
    over = rows.where(Visit.first_day < today).order_by(Visit.first_day.desc(), Visit.id)
    return select(union_all(select(ahead.subquery()), select(over.subquery())).subquery().c.id)


def _order(wanted: Wanted, today: date) -> Sequence[ColumnElement[Any]]:
    if wanted.state in (VisitState.DELIVERED, VisitState.CANCELLED, VisitState.EXPIRED):
        return [Visit.first_day.desc()]
    if not _is_mixed(wanted):
        return [Visit.first_day.asc()]
    is_over = Visit.first_day < today
    return [is_over, case((is_over, None), else_=Visit.first_day), Visit.first_day.desc()]


def _which(wanted: Wanted, now: datetime) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = [SENT]
    if wanted.state:
        found.append(Visit.state == wanted.state)
    if wanted.answer:
        found.append(Visit.trainer_answer == wanted.answer)
    if wanted.trainer is not None:
        found.append(Visit.trainer_id == wanted.trainer if wanted.trainer else Visit.trainer_id.is_(None))
    if wanted.county:
        found.append(Visit.county == wanted.county)
    if wanted.monday:
        found.append(Visit.first_day.between(wanted.monday, wanted.monday + timedelta(days=6)))
    if wanted.no_report:
        found.append(piles.without_report(london_time(now).date()))
    what = sought(wanted.text)
    return [*found, of_visit(what)] if what.text else found

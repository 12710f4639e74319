"""The piles on staff's desk: which rows need a person, as conditions; and how high each pile is, in one statement.

The statements are built once and run with `at`: to put the large one together costs more than to run it.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from functools import cache
from typing import Any

from sqlalchemy import BindParameter, ColumnElement, Select, and_, bindparam, func, or_, select

from booking.db import db
from booking.domain.days import Half, Slot, london, london_time
from booking.domain.desk.needs import is_worker_silent
from booking.domain.lifecycle import OPEN_ENQUIRIES, EnquiryState, TrainerAnswer, VisitState
from booking.domain.post import MailState
from booking.models import Absence, Enquiry, Heartbeat, Mail, Schedule, Visit, VisitSlot

SILENCE = timedelta(hours=48)  # so long a trainer may leave what we mailed unread
SILENT_SINCE = bindparam("silent_since", type_=Mail.sent_at.type)
TODAY = bindparam("today", type_=Visit.first_day.type)
FIRST_SLOT = bindparam("first_slot", type_=VisitSlot.slot.type)  # today's
ANNOUNCING = ("new_visit", "changed_visit")  # the mails that a trainer's "Got it" answers
AHEAD = (VisitState.REQUESTED, VisitState.OFFERED, VisitState.CONFIRMED)


class Pile(StrEnum):
    """Rows of one kind, each pile with a list of its own somewhere."""

    UNSETTLED = "unsettled"  # visits whose trainer is not settled
    ADDRESSES = "addresses"
    SUSPECTS = "suspects"
    ENQUIRIES = "enquiries"
    STEPS = "steps"
    MAILS = "mails"
    ABSENCES = "absences"
    OVER = "over"  # visits without a report, or that did not happen
    UNREAD = "unread"
    WEEKS = "weeks"


@dataclass(frozen=True, slots=True)
class Desk:
    """How high each pile is, and whether anybody sends mail. `beat_at`: when the worker last showed itself."""

    piles: Mapping[Pile, int]
    beat_at: datetime | None
    is_worker_silent: bool

    @property
    def total(self) -> int:
        return sum(self.piles.values()) + self.is_worker_silent


def desk(now: datetime) -> Desk:
    """1 statement, however much there is."""
    *found, beat, waiting = db.session.execute(_heights(), at(now)).one()
    silent = is_worker_silent(beat, waiting_since=waiting, now=now)
    return Desk(dict(zip(Pile, found, strict=True)), beat, silent)


def at(now: datetime) -> dict[str, date | datetime | int]:
    """What the statements of this module are to be run with."""
    today = london_time(now).date()
    return {
        "today": today,
        "first_slot": Slot(today, Half.AM).number,
        "tomorrow": london(today + timedelta(days=1), time.min),
        "week_before": today - timedelta(days=7),
        "silent_since": now - SILENCE,
    }


@cache
def _heights() -> Select[*tuple[Any, ...]]:
    """Built once, since every page of staff's asks it."""
    waiting_since = select(func.min(Mail.due_at)).where(Mail.state == MailState.WAITING).scalar_subquery()
    beat_at = select(func.max(Heartbeat.beat_at)).scalar_subquery()
    heights = [select(func.count()).select_from(ids(pile).subquery()).scalar_subquery() for pile in Pile]
    return select(*heights, beat_at, waiting_since)


@cache
def ids(pile: Pile) -> Select[int]:
    """The ids of what lies on a pile: of visits, enquiries, mails, or weeks. To be run with `at`."""
    match pile:
        case Pile.UNSETTLED:
            return select(Visit.id).where(unsettled())
        case Pile.ADDRESSES:
            return select(Visit.id).join(Enquiry, Enquiry.id == Visit.enquiry_id).where(*_to_ring())
        case Pile.SUSPECTS:
            return select(Enquiry.id).where(Enquiry.suspicion != "", Enquiry.state == EnquiryState.NEW)
        case Pile.ENQUIRIES:
            return select(Enquiry.id).where(*_to_answer())
        case Pile.STEPS:
            return select(Enquiry.id).where(*_planned())
        case Pile.MAILS:
            return select(Mail.id).where(Mail.state == MailState.FAILED)
        case Pile.ABSENCES:
            return absent()
        case Pile.OVER:
            return select(Visit.id).where(*_over())
        case Pile.UNREAD:
            return select(Visit.id).where(*_unread())
        case Pile.WEEKS:
            return _unread_weeks()


def unsettled() -> ColumnElement[bool]:
    """A trainer's yes to confirm, nobody to ask, a no or a silence, or no answer yet though the promise is due."""
    requested = and_(Visit.state == VisitState.REQUESTED, Visit.address_confirmed_at.is_not(None))
    proposed = and_(Visit.state == VisitState.CONFIRMED, Visit.proposed_day.is_not(None))
    asked = and_(or_(requested, proposed), Visit.trainer_answer == TrainerAnswer.ASKED)
    return or_(
        to_confirm(),
        and_(requested, Visit.trainer_id.is_(None)),
        and_(proposed, Visit.proposed_trainer_id.is_(None)),
        and_(asked, or_(Visit.passed_over != "", Visit.promised_at < bindparam("tomorrow"))),
    )


def to_confirm() -> ColumnElement[bool]:
    """A request with its trainer's yes."""
    return and_(
        Visit.state == VisitState.REQUESTED,
        Visit.address_confirmed_at.is_not(None),
        Visit.trainer_id.is_not(None),
        Visit.trainer_answer == TrainerAnswer.ACCEPTED,
    )


def absent() -> Select[int]:
    """Visits from today on whose trainer is away on one of their half-days: from the few clashes to their visits."""
    clashes = (
        select(VisitSlot.visit_id)
        .distinct()
        .join(Absence, over_slot())
        .where(VisitSlot.slot >= FIRST_SLOT, Absence.last_slot >= FIRST_SLOT)
        .subquery()
    )
    return select(Visit.id).join(clashes, clashes.c.visit_id == Visit.id).where(Visit.state.in_(AHEAD))


def over_slot() -> ColumnElement[bool]:
    """An absence that covers a slot of its trainer."""
    return and_(
        Absence.trainer_id == VisitSlot.trainer_id,
        Absence.first_slot <= VisitSlot.slot,
        Absence.last_slot >= VisitSlot.slot,
    )


def without_report(today: date | BindParameter[date] = TODAY) -> ColumnElement[bool]:
    """A confirmed visit whose last day has passed, and of which nobody has told how it went."""
    to_come = select(VisitSlot.id).where(VisitSlot.visit_id == Visit.id, VisitSlot.day >= today)
    return and_(
        Visit.state == VisitState.CONFIRMED,
        Visit.took_place.is_(None),
        Visit.first_day < today,
        ~to_come.exists(),
    )


def _over() -> tuple[ColumnElement[bool], ...]:
    begun = Visit.state == VisitState.CONFIRMED, Visit.first_day <= TODAY
    return *begun, or_(Visit.took_place.is_(False), without_report())


def _to_ring() -> tuple[ColumnElement[bool], ...]:
    """Requests that ran out because nobody confirmed the address, until somebody has spoken to the firm."""
    unanswered = and_(Enquiry.state.in_(OPEN_ENQUIRIES), Enquiry.answered_at.is_(None), Enquiry.suspicion == "")
    never = Visit.requested_at.is_not(None) & Visit.address_confirmed_at.is_(None)
    return unanswered, never, Visit.state == VisitState.EXPIRED


def _to_answer() -> tuple[ColumnElement[bool], ...]:
    """New enquiries that no visit stands for: a booking request is answered through its visit."""
    to_ring = and_(Visit.state == VisitState.EXPIRED, Visit.address_confirmed_at.is_(None))
    standing = select(Visit.id).where(Visit.enquiry_id == Enquiry.id, or_(Visit.state.in_(AHEAD), to_ring))
    new = Enquiry.state == EnquiryState.NEW, Enquiry.suspicion == "", Enquiry.answered_at.is_(None)
    return *new, ~standing.exists()


def _planned() -> tuple[ColumnElement[bool], ...]:
    return Enquiry.state.in_(OPEN_ENQUIRIES), Enquiry.suspicion == "", Enquiry.next_on <= TODAY


def _unread() -> tuple[ColumnElement[bool], ...]:
    """Confirmed visits ahead that their trainer was told of 48 hours ago and has not read."""
    told = select(func.max(Mail.sent_at)).where(
        Mail.visit_id == Visit.id, Mail.trainer_id == Visit.trainer_id, Mail.kind.in_(ANNOUNCING)
    )
    return (
        Visit.state == VisitState.CONFIRMED,
        Visit.first_day >= TODAY,
        Visit.seen_at.is_(None),
        told.scalar_subquery() <= SILENT_SINCE,
    )


def _unread_weeks() -> Select[int]:
    """Weeks that were mailed 48 hours ago and more, are not over, and to which nobody has said "Got it"."""
    newest = (
        select(func.max(Schedule.id))
        .join(Mail, Mail.id == Schedule.mail_id)
        .where(Mail.state == MailState.SENT)
        .group_by(Schedule.trainer_id, Schedule.monday)
    )
    return (
        select(Schedule.id)
        .join(Mail, Mail.id == Schedule.mail_id)
        .where(Schedule.id.in_(newest), Schedule.seen_at.is_(None), Mail.sent_at <= SILENT_SINCE)
        .where(Schedule.monday > bindparam("week_before"))
    )

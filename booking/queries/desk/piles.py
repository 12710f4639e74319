"""The piles on staff's desk: which rows need a person, as conditions; and how high each pile is, in one statement."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum

from sqlalchemy import ColumnElement, Select, and_, func, or_, select

from booking.db import db
from booking.domain.days import london, london_time
from booking.domain.desk.needs import is_worker_silent
from booking.domain.lifecycle import OPEN_ENQUIRIES, EnquiryState, TrainerAnswer, VisitState
from booking.domain.post import MailState
from booking.models import Absence, Enquiry, Heartbeat, Mail, Visit, VisitSlot
from booking.queries.timetable.weeks import SILENCE, unread_ids

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
    waiting_since = select(func.min(Mail.due_at)).where(Mail.state == MailState.WAITING).scalar_subquery()
    beat_at = select(func.max(Heartbeat.beat_at)).scalar_subquery()
    heights = [select(func.count()).select_from(ids(pile, now).subquery()).scalar_subquery() for pile in Pile]
    *found, beat, waiting = db.session.execute(select(*heights, beat_at, waiting_since)).one()
    silent = is_worker_silent(beat, waiting_since=waiting, now=now)
    return Desk(dict(zip(Pile, found, strict=True)), beat, silent)


def ids(pile: Pile, now: datetime) -> Select[int]:
    """The ids of what lies on a pile: of visits, enquiries, mails, or weeks."""
    match pile:
        case Pile.UNSETTLED:
            return select(Visit.id).where(unsettled(now))
        case Pile.ADDRESSES:
            return select(Visit.id).join(Enquiry, Enquiry.id == Visit.enquiry_id).where(*_to_ring())
        case Pile.SUSPECTS:
            return select(Enquiry.id).where(Enquiry.suspicion != "", Enquiry.state == EnquiryState.NEW)
        case Pile.ENQUIRIES:
            return select(Enquiry.id).where(*_to_answer())
        case Pile.STEPS:
            return select(Enquiry.id).where(*_planned(now))
        case Pile.MAILS:
            return select(Mail.id).where(Mail.state == MailState.FAILED)
        case Pile.ABSENCES:
            return absent(now)
        case Pile.OVER:
            return select(Visit.id).where(*_over(now))
        case Pile.UNREAD:
            return select(Visit.id).where(*_unread(now))
        case Pile.WEEKS:
            return unread_ids(now)


def unsettled(now: datetime) -> ColumnElement[bool]:
    """A trainer's yes to confirm, nobody to ask, a no or a silence, or no answer yet though the promise is due."""
    requested = and_(Visit.state == VisitState.REQUESTED, Visit.address_confirmed_at.is_not(None))
    proposed = and_(Visit.state == VisitState.CONFIRMED, Visit.proposed_day.is_not(None))
    asked = and_(or_(requested, proposed), Visit.trainer_answer == TrainerAnswer.ASKED)
    return or_(
        to_confirm(),
        and_(requested, Visit.trainer_id.is_(None)),
        and_(proposed, Visit.proposed_trainer_id.is_(None)),
        and_(asked, or_(Visit.passed_over != "", Visit.promised_at < _tomorrow(now))),
    )


def to_confirm() -> ColumnElement[bool]:
    """A request with its trainer's yes."""
    return and_(
        Visit.state == VisitState.REQUESTED,
        Visit.address_confirmed_at.is_not(None),
        Visit.trainer_id.is_not(None),
        Visit.trainer_answer == TrainerAnswer.ACCEPTED,
    )


def absent(now: datetime) -> Select[int]:
    """Visits from today on whose trainer is away on one of their half-days."""
    return (
        select(Visit.id)
        .join(VisitSlot, VisitSlot.visit_id == Visit.id)
        .join(Absence, over_slot())
        .where(Visit.state.in_(AHEAD), VisitSlot.day >= _today(now))
        .distinct()
    )


def over_slot() -> ColumnElement[bool]:
    """An absence that covers a slot of its trainer."""
    return and_(
        Absence.trainer_id == VisitSlot.trainer_id,
        Absence.first_slot <= VisitSlot.slot,
        Absence.last_slot >= VisitSlot.slot,
    )


def without_report(now: datetime) -> ColumnElement[bool]:
    """A confirmed visit whose last day has passed, and of which nobody has told how it went."""
    to_come = select(VisitSlot.id).where(VisitSlot.visit_id == Visit.id, VisitSlot.day >= _today(now))
    return and_(
        Visit.state == VisitState.CONFIRMED,
        Visit.took_place.is_(None),
        Visit.first_day < _today(now),
        ~to_come.exists(),
    )


def _over(now: datetime) -> tuple[ColumnElement[bool], ...]:
    missed = and_(Visit.state == VisitState.CONFIRMED, Visit.took_place.is_(False))
    return (or_(missed, without_report(now)),)


def _to_ring() -> tuple[ColumnElement[bool], ...]:
    """Requests that ran out because nobody confirmed the address, until somebody has spoken to the firm."""
    unanswered = and_(Enquiry.state.in_(OPEN_ENQUIRIES), Enquiry.answered_at.is_(None), Enquiry.suspicion == "")
    never = Visit.requested_at.is_not(None) & Visit.address_confirmed_at.is_(None)
    return unanswered, never, Visit.state == VisitState.EXPIRED


def _to_answer() -> tuple[ColumnElement[bool], ...]:
    """New enquiries that no visit stands for: a booking request is answered through its visit."""
    underway = select(Visit.id).where(Visit.enquiry_id == Enquiry.id, Visit.state.in_(AHEAD))
    to_ring = select(Visit.id).where(
        Visit.enquiry_id == Enquiry.id, Visit.state == VisitState.EXPIRED, Visit.address_confirmed_at.is_(None)
    )
    new = Enquiry.state == EnquiryState.NEW, Enquiry.suspicion == "", Enquiry.answered_at.is_(None)
    return *new, ~underway.exists(), ~to_ring.exists()


def _planned(now: datetime) -> tuple[ColumnElement[bool], ...]:
    return Enquiry.state.in_(OPEN_ENQUIRIES), Enquiry.suspicion == "", Enquiry.next_on <= _today(now)


def _unread(now: datetime) -> tuple[ColumnElement[bool], ...]:
    """Confirmed visits ahead that their trainer was told of 48 hours ago and has not read."""
    told = select(func.max(Mail.sent_at)).where(
        Mail.visit_id == Visit.id, Mail.trainer_id == Visit.trainer_id, Mail.kind.in_(ANNOUNCING)
    )
    return (
        Visit.state == VisitState.CONFIRMED,
        Visit.first_day >= _today(now),
        Visit.seen_at.is_(None),
        told.scalar_subquery() <= now - SILENCE,
    )


def _today(now: datetime) -> date:
    return london_time(now).date()


def _tomorrow(now: datetime) -> datetime:
    return london(london_time(now).date() + timedelta(days=1), time.min)

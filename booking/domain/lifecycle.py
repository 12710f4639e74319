"""The states of a visit, a trainer's answer and an enquiry, and what may follow what: tables, not ifs."""

from collections.abc import Mapping
from datetime import time
from enum import StrEnum
from typing import TypeVar

from booking.domain.errors import Overtaken, Refused


class VisitState(StrEnum):
    """How far a visit is."""

    HELD = "held"
    REQUESTED = "requested"
    OFFERED = "offered"
    CONFIRMED = "confirmed"
    DELIVERED = "delivered"
    CANCELLED = "cancelled"
    EXPIRED = "expired"


class TrainerAnswer(StrEnum):
    """What the visit's present trainer has said; a visit without a trainer is unasked."""

    UNASKED = "unasked"
    ASKED = "asked"
    ACCEPTED = "accepted"
    DECLINED = "declined"
    SILENT = "silent"


class EnquiryState(StrEnum):
    """How far an enquiry is."""

    NEW = "new"
    TALKING = "talking"
    QUOTED = "quoted"
    WON = "won"
    LOST = "lost"
    SPAM = "spam"


class EnquiryReason(StrEnum):
    """Why a firm writes to us; a booking request has the reason `course`."""

    COURSE = "course"
    CALL = "call"
    DATE = "date"
    OUTSIDE = "outside"
    COMPLAINT = "complaint"
    OTHER = "other"


class CallBand(StrEnum):
    """When a firm would like to be rung, in the words that pages and mails use."""

    ANY = "any time"
    MORNING = "8:30am to 11am"
    MIDDAY = "11am to 2pm"
    AFTERNOON = "2pm to 5:30pm"

    @property
    def ends(self) -> time | None:
        """When it ends in London; None: with the desk's hours."""
        return {self.MORNING: time(11), self.MIDDAY: time(14), self.AFTERNOON: time(17, 30)}.get(self)


class LostReason(StrEnum):
    """Why a person closed an enquiry without a visit."""

    PRICE = "price"
    DATES = "dates"
    OUTSIDE = "outside"
    NO_FIT = "no_fit"
    ELSEWHERE = "elsewhere"
    NOT_NOW = "not_now"
    NO_REPLY = "no_reply"
    DUPLICATE = "duplicate"
    OTHER = "other"


V, A, E = VisitState, TrainerAnswer, EnquiryState

# An expired hold or request may come back: the visitor's next Continue, or a late press of "confirm your email".
# A confirmed visit whose trainer can no longer come is requested again: confirmed means that a trainer has said yes.
VISIT_MOVES: Mapping[VisitState, frozenset[VisitState]] = {
    V.HELD: frozenset({V.REQUESTED, V.EXPIRED, V.CANCELLED}),
    V.REQUESTED: frozenset({V.CONFIRMED, V.EXPIRED, V.CANCELLED}),
    V.OFFERED: frozenset({V.CONFIRMED, V.EXPIRED, V.CANCELLED}),
    V.CONFIRMED: frozenset({V.DELIVERED, V.CANCELLED, V.REQUESTED}),
    V.DELIVERED: frozenset(),
    V.CANCELLED: frozenset(),
    V.EXPIRED: frozenset({V.HELD, V.REQUESTED, V.CANCELLED}),
}
# Undo puts back what staff did while the mails still wait; out of `cancelled` the slots must be won again first.
VISIT_UNDO: Mapping[VisitState, frozenset[VisitState]] = {
    V.REQUESTED: frozenset({V.CONFIRMED, V.EXPIRED}),
    V.CONFIRMED: frozenset({V.REQUESTED, V.OFFERED}),
    V.CANCELLED: frozenset({V.REQUESTED, V.OFFERED, V.CONFIRMED, V.EXPIRED}),
    V.DELIVERED: frozenset({V.CONFIRMED}),
}
# Any answer may become `asked` (the next trainer) or `unasked` (nobody is left); a late yes counts while it is theirs.
ANSWER_MOVES: Mapping[TrainerAnswer, frozenset[TrainerAnswer]] = {
    A.UNASKED: frozenset({A.ASKED, A.ACCEPTED}),
    A.ASKED: frozenset({A.ACCEPTED, A.DECLINED, A.SILENT, A.ASKED, A.UNASKED}),
    A.ACCEPTED: frozenset({A.DECLINED, A.ASKED, A.UNASKED}),
    A.DECLINED: frozenset({A.ASKED, A.UNASKED}),
    A.SILENT: frozenset({A.ACCEPTED, A.DECLINED, A.ASKED, A.UNASKED}),
}
ENQUIRY_MOVES: Mapping[EnquiryState, frozenset[EnquiryState]] = {
    E.NEW: frozenset({E.TALKING, E.QUOTED, E.WON, E.LOST, E.SPAM}),
    E.TALKING: frozenset({E.QUOTED, E.WON, E.LOST, E.SPAM}),
    E.QUOTED: frozenset({E.TALKING, E.WON, E.LOST, E.SPAM}),
    E.WON: frozenset({E.TALKING, E.LOST}),
    E.LOST: frozenset({E.TALKING}),
    E.SPAM: frozenset({E.NEW}),
}
ENQUIRY_UNDO: Mapping[EnquiryState, frozenset[EnquiryState]] = {
    state: frozenset(before for before, after in ENQUIRY_MOVES.items() if state in after) for state in EnquiryState
}

# Rows in visit_slots exist for exactly these; cancelling and expiring delete them. Delivered keeps its own, as history.
SLOT_KEEPERS = frozenset({V.HELD, V.REQUESTED, V.OFFERED, V.CONFIRMED, V.DELIVERED})
# Visits that still lie ahead of somebody: what a date page, a planner or a reminder must reckon with.
LIVE = SLOT_KEEPERS - {V.DELIVERED}
OPEN_ENQUIRIES = frozenset({E.NEW, E.TALKING, E.QUOTED})

_STANDING: Mapping[StrEnum, str] = {
    V.HELD: "This date is held, and nothing has been sent yet",
    V.REQUESTED: "This visit has been requested",
    V.OFFERED: "This visit has been offered",
    V.CONFIRMED: "This visit is confirmed",
    V.DELIVERED: "This visit has taken place",
    V.CANCELLED: "This visit has been cancelled",
    V.EXPIRED: "This visit has expired and its date is free again",
    A.UNASKED: "No trainer has been asked",
    A.ASKED: "The trainer has been asked",
    A.ACCEPTED: "The trainer has said yes",
    A.DECLINED: "The trainer has said no",
    A.SILENT: "The trainer has not answered in time",
    E.NEW: "This enquiry is new",
    E.TALKING: "We are talking about this enquiry",
    E.QUOTED: "This enquiry has been quoted",
    E.WON: "This enquiry has been won",
    E.LOST: "This enquiry has been closed as lost",
    E.SPAM: "This enquiry has been marked as spam",
}
_WISHED: Mapping[StrEnum, str] = {
    V.HELD: "it cannot be held",
    V.REQUESTED: "it cannot be requested",
    V.OFFERED: "it cannot be offered",
    V.CONFIRMED: "it cannot be confirmed",
    V.DELIVERED: "it cannot be marked as delivered",
    V.CANCELLED: "it cannot be cancelled",
    V.EXPIRED: "it cannot expire",
    A.UNASKED: "this cannot be taken back",
    A.ASKED: "nobody can be asked",
    A.ACCEPTED: "it cannot be accepted",
    A.DECLINED: "it cannot be declined",
    A.SILENT: "it is not waiting for an answer",
    E.NEW: "it cannot be new again",
    E.TALKING: "it cannot go back to talking",
    E.QUOTED: "it cannot be quoted",
    E.WON: "it cannot be won",
    E.LOST: "it cannot be closed as lost",
    E.SPAM: "it cannot be marked as spam",
}

State = TypeVar("State", VisitState, TrainerAnswer, EnquiryState)
# One table each: no two states of the three lists share a value, which a test holds.
_MOVES = dict[StrEnum, frozenset[StrEnum]](
    [*VISIT_MOVES.items(), *ANSWER_MOVES.items(), *ENQUIRY_MOVES.items()],
)
_UNDO = dict[StrEnum, frozenset[StrEnum]]([*VISIT_UNDO.items(), *ENQUIRY_UNDO.items()])


def move(current: State, target: State) -> State:
    """`target`, when it may follow `current`; otherwise Overtaken, with how things stand."""
    return _follow(_MOVES, current, target)


def undo(current: State, before: State) -> State:
    """`before`, the state to go back to, when the step from it may be undone; otherwise Overtaken."""
    return _follow(_UNDO, current, before)


def lose(current: EnquiryState, reason: LostReason | None) -> EnquiryState:
    """LOST: a person closes an enquiry, and says why. No machine calls this. Raises Refused without a reason."""
    if reason is None:
        raise Refused("Select why this enquiry was lost", field="reason")
    return move(current, EnquiryState.LOST)


def after_confirmation(current: EnquiryState) -> EnquiryState:
    """Confirming a visit makes its enquiry won from any open state."""
    return EnquiryState.WON if current in OPEN_ENQUIRIES else current


def _follow(table: Mapping[StrEnum, frozenset[StrEnum]], current: State, target: State) -> State:
    if target in table.get(current, frozenset()):
        return target
    if target == current:
        raise Overtaken(f"{_STANDING[current]} already")
    raise Overtaken(f"{_STANDING[current]}, so {_WISHED[target]}")

"""Asking trainers: the best one first, the next after a no or a silence, whoever staff pick."""

from datetime import datetime, time, timedelta

from booking.db import db
from booking.domain.access import WORKER, Actor
from booking.domain.days import Slot, london
from booking.domain.errors import Overtaken, Refused, Taken
from booking.domain.lifecycle import TrainerAnswer, VisitState
from booking.domain.words import near_day
from booking.models import Act, Trainer, Visit
from booking.queries import shortlist
from booking.queries.calendar import working_days
from booking.services import history, slots, undo
from booking.services.visits import mails
from booking.services.visits.acting import (
    FIRM,
    alone,
    answer,
    asked_start,
    asked_trainer,
    firm_of,
    run,
    start,
    step,
)
from booking.services.visits.seating import able, chosen, seat, seat_for_public

PROMISE_DAYS, ANSWER_DAYS = 2, 1  # working days, until 5pm of the last
EVE_ENDS, AT_LEAST = time(20), timedelta(hours=1)  # a trainer's time to answer when the day is near
UNCONFIRMED = "The firm has not confirmed its address. Confirm it by phone first, then ask a trainer"


def confirm_address(visit: Visit, *, at: Slot | None = None, actor: Actor | None = None, now: datetime) -> Visit:
    """The firm's address is good; from here on its promise runs, and the best trainer is asked.

    By the firm's button, or, with an actor, by staff on the phone. Pressed twice, nothing happens. Pressed late, the
    date is tried again, or `at` instead: when it is gone the visit stays expired, with its address confirmed.
    """
    with alone(visit, actor=actor or FIRM) as visit:
        who = actor or firm_of(visit)
        if visit.address_confirmed_at and visit.state is not VisitState.EXPIRED:
            return visit
        if visit.state not in (VisitState.REQUESTED, VisitState.EXPIRED, VisitState.CONFIRMED):
            step(visit, VisitState.REQUESTED, actor=who)  # says how things stand
        act = undo.record(f"Confirmed the address of {visit.reference} by phone", actor=who, visit=visit, now=now)
        _note_address(visit, who=who, by_phone=actor is not None, now=now)
        if visit.state is VisitState.CONFIRMED:  # its trainer's yes came first
            return visit
        if visit.state is VisitState.EXPIRED and not _revived(visit, at or start(visit), now=now):
            return visit
        promise(visit, now=now)
        ask_next(visit, act=act, now=now)
    return visit


def ask(
    visit: Visit, trainer_id: int, *, actor: Actor, reason: str = "", seen: int | None = None, now: datetime
) -> None:
    """Staff pick a trainer, who is held and asked. A confirmed visit keeps its present one until the yes.

    Raises Refused beside `trainer` (a hard rule) or `reason` (soft rules without one), Taken beside `slot`, Overtaken.
    """
    with alone(visit, actor=actor, seen=seen) as visit:
        if visit.state not in (VisitState.REQUESTED, VisitState.CONFIRMED):
            step(visit, VisitState.CONFIRMED, actor=actor)  # says how things stand
        if visit.state is VisitState.REQUESTED and not visit.address_confirmed_at:
            raise Refused(UNCONFIRMED)
        match = chosen(visit, trainer_id, at=asked_start(visit), is_settled=True, reason=reason, now=now)
        act = undo.record(f"Asked {match.name} for {visit.reference}", actor=actor, visit=visit, now=now)
        why = "We have asked another trainer."
        if visit.state is VisitState.CONFIRMED:
            if trainer_id == visit.trainer_id and asked_start(visit) == start(visit):
                raise Overtaken(f"{match.name} has this visit already")
            take_back(visit, why=why, act=act, now=now)
            propose(visit, asked_start(visit), trainer_id, now=now)
        elif trainer_id != visit.trainer_id:
            take_back(visit, why=why, act=act, now=now)
            if not seat(visit, start(visit), [match], now=now):
                raise Taken(slots.TAKEN, field="slot")
        put_to(visit, db.session.get_one(Trainer, trainer_id), actor=actor, reason=reason, act=act, now=now)


def ask_next(visit: Visit, *, act: Act | None = None, now: datetime) -> bool:
    """Holds and asks the best trainer who has not been passed over; False when nobody is left."""
    at, passed = asked_start(visit), passed_over(visit)
    if visit.proposed_day and visit.trainer_id and at == start(visit):  # another trainer was asked for, not this one
        passed |= {visit.trainer_id}
    everyone, need = shortlist.asked(visit, at=at, now=now)
    for match in able(everyone, need, but=passed, first=visit.trainer_id):
        if visit.proposed_day:
            try:
                propose(visit, at, match.trainer_id, now=now)
            except Taken:
                continue
        elif not seat(visit, at, [match], now=now):
            continue
        put_to(visit, db.session.get_one(Trainer, match.trainer_id), actor=WORKER, act=act, now=now)
        return True
    nobody_left(visit, act=act, now=now)
    return False


def put_to(
    visit: Visit, trainer: Trainer, *, actor: Actor, reason: str = "", act: Act | None = None, now: datetime
) -> None:
    """The trainer, whose half-days are held, is asked, and has one working day to answer, less when the day is near."""
    answer(visit, TrainerAnswer.ASKED)
    visit.asked_at, visit.answered_at = now, None
    visit.answer_due_at = _answer_by(asked_start(visit), now=now)
    visit.answer_note = ""
    db.session.flush()
    words = f"Asked {trainer.name} for {near_day(asked_start(visit).day)}"
    history.add("asked", actor=actor, now=now, words=words, visit=visit, trainer=trainer, reason=reason)
    mails.offered(visit, trainer, act=act, now=now)


def propose(visit: Visit, at: Slot, trainer_id: int, *, now: datetime) -> None:
    """Holds another date or trainer for a confirmed visit beside the one that stands. Raises Taken."""
    slots.free(visit, only_proposed=True)
    slots.claim(visit, run(visit, at), trainer_id=trainer_id, is_proposed=True, now=now)
    visit.proposed_day, visit.proposed_half = at.day, at.half
    visit.proposed_trainer = db.session.get_one(Trainer, trainer_id)


def take_back(visit: Visit, *, why: str, act: Act | None = None, now: datetime) -> None:
    """Whoever has been asked, and is not asked any more, need not answer."""
    trainer = asked_trainer(visit)
    if trainer and (visit.proposed_day or visit.state is VisitState.REQUESTED):
        mails.taken_back(visit, trainer, why=why, act=act, now=now)


def passed_over(visit: Visit) -> frozenset[int]:
    """The trainers who have said no to this date, or nothing."""
    return frozenset(int(number) for number in visit.passed_over.split(",") if number)


def pass_over(visit: Visit, trainer: Trainer) -> None:
    """Not asked again unless the date moves."""
    visit.passed_over = ",".join(str(number) for number in sorted(passed_over(visit) | {trainer.id}))


def nobody_left(visit: Visit, *, act: Act | None = None, now: datetime) -> None:
    """The date is only a wish now, with a new promise to the firm; staff decide. What was confirmed stands."""
    slots.free(visit, only_proposed=visit.proposed_day is not None)
    if visit.trainer_answer is not TrainerAnswer.UNASKED:
        answer(visit, TrainerAnswer.UNASKED)
    visit.asked_at = visit.answer_due_at = visit.answered_at = None
    if visit.proposed_day:
        visit.proposed_trainer = None
    else:
        visit.trainer = None
    promise(visit, now=now)
    db.session.flush()
    words = f"Nobody is left to ask for {near_day(asked_start(visit).day)}"
    history.add("unplaced", actor=WORKER, now=now, words=words, visit=visit)
    mails.still_looking(visit, is_held=False, act=act, now=now)


def promise(visit: Visit, *, now: datetime) -> None:
    """The firm hears from us by 5pm of the second working day."""
    visit.promised_at = working_days().promised_by(now, PROMISE_DAYS)
    if visit.enquiry and visit.enquiry.answered_at is None:
        visit.enquiry.due_at = visit.promised_at


def _answer_by(at: Slot, *, now: datetime) -> datetime:
    """5pm of the next working day, but while somebody else can still be found: by 8pm of the eve, or in an hour."""
    eve = london(at.day - timedelta(days=1), EVE_ENDS)
    return min(working_days().promised_by(now, ANSWER_DAYS), max(eve, now + AT_LEAST))


def _note_address(visit: Visit, *, who: Actor, by_phone: bool, now: datetime) -> None:
    if visit.address_confirmed_at:
        return
    visit.address_confirmed_at = now
    if visit.enquiry:
        visit.enquiry.is_address_confirmed = True
    db.session.flush()
    words = "Confirmed the address by phone" if by_phone else "Confirmed the address"
    history.add("address confirmed", actor=who, now=now, words=words, visit=visit)


def _revived(visit: Visit, at: Slot, *, now: datetime) -> bool:
    """An expired request is one again, if its date can still be had."""
    try:
        seat_for_public(visit, at, now=now)
    except Taken:
        return False
    step(visit, VisitState.REQUESTED, actor=WORKER)
    visit.ended_at, visit.passed_over, visit.cancel_reason = None, "", ""
    words = f"The date was free again: {near_day(visit.first_day)}"
    db.session.flush()
    history.add("revived", actor=WORKER, now=now, words=words, visit=visit)
    return True

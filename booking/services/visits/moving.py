"""Moving: the new half-days are held first, the old ones kept until the trainer agrees, then they are swapped."""

from collections.abc import Sequence
from datetime import datetime

from booking.db import db
from booking.domain.access import Actor
from booking.domain.days import Slot
from booking.domain.errors import Overtaken, Refused, Taken
from booking.domain.lifecycle import TrainerAnswer, VisitState
from booking.domain.matching.shortlist import Match, for_the_public
from booking.domain.terms import Fee
from booking.domain.terms import waive as waived
from booking.domain.words import near_day
from booking.models import Act, Visit
from booking.queries import fees, shortlist
from booking.services import history, slots, undo
from booking.services.visits import mails
from booking.services.visits.acting import FIRM, alone, answer, asked_start, firm_of, run, start, step
from booking.services.visits.asking import promise, propose, put_to, take_back
from booking.services.visits.mails import Was
from booking.services.visits.seating import picked, seat, seat_for_public
from config import settings

SAME_DATE = "Select another date than the one you have"
BY_PHONE = "It is too late to change this visit on line. Call us on {phone}"
AS_IT_WAS = "The visit stays as it was."
MOVED = "It has moved to another date."


def move_by_firm(visit: Visit, *, at: Slot, now: datetime) -> None:
    """The firm wants another date: at once while nothing is confirmed, otherwise as soon as a trainer agrees.

    Back to the date that still stands drops the other. Raises Taken beside `slot` when nobody can come then, Refused
    when it is the same date, or too late to do on line.
    """
    with alone(visit, actor=FIRM) as visit:
        actor = firm_of(visit)
        if visit.proposed_day and at == start(visit):
            keep(visit, why=AS_IT_WAS, actor=actor, act=None, now=now)
            return
        fee = _check(visit, at, actor=actor, now=now)
        if visit.state is not VisitState.CONFIRMED:
            _move_now(visit, at, None, actor=actor, now=now)
            return
        if not fee.is_online:
            raise Refused(BY_PHONE.format(phone=settings().company.phone))
        matches = for_the_public(*shortlist.asked(visit, at=at, now=now))
        _propose(visit, at, matches, fee=fee, actor=actor, now=now)


def move_by_staff(
    visit: Visit,
    *,
    at: Slot,
    trainer_id: int | None = None,
    reason: str = "",
    waive: str = "",
    actor: Actor,
    seen: int | None = None,
    now: datetime,
) -> None:
    """Staff move it, to this trainer or to the best who breaks no rule; the terms' fee is due unless they say why not.

    Raises Refused beside `trainer`, `reason` or `slot`, Taken beside `slot`, Overtaken.
    """
    with alone(visit, actor=actor, seen=seen) as visit:
        fee = _check(visit, at, actor=actor, now=now)
        done = "Asked to move" if visit.state is VisitState.CONFIRMED else "Moved"
        act = undo.record(f"{done} {visit.reference}", actor=actor, visit=visit, now=now)
        if waive and not fee.is_free:
            fee, visit.fee_waived = waived(fee, why=waive), waive[:200]
        matches = picked(visit, at, trainer_id, reason=reason, now=now)
        if visit.state is VisitState.CONFIRMED:
            _propose(visit, at, matches, fee=fee, actor=actor, reason=reason, act=act, now=now)
        else:
            _move_now(visit, at, matches, actor=actor, reason=reason, act=act, now=now)


def keep_date(visit: Visit, *, actor: Actor, seen: int | None = None, now: datetime) -> None:
    """What was proposed is dropped, and the old date and trainer stand. Raises Overtaken when nothing is proposed."""
    with alone(visit, actor=actor, seen=seen) as visit:
        if visit.proposed_day is None:
            raise Overtaken("There is no other date to drop")
        act = undo.record(f"Kept {visit.reference} as it was", actor=actor, visit=visit, now=now)
        keep(visit, why=AS_IT_WAS, actor=actor, act=act, now=now)


def stand(visit: Visit, *, actor: Actor, act: Act | None = None, now: datetime) -> None:
    """What was proposed stands from here on, the old half-days are free, and everybody is told."""
    at, trainer = asked_start(visit), visit.proposed_trainer
    assert trainer is not None, "somebody has said yes"
    was = Was(visit.first_day, visit.first_half, visit.trainer)
    slots.swap(visit, run(visit, at), trainer_id=trainer.id)
    visit.first_day, visit.first_half, visit.trainer = at.day, at.half, trainer
    visit.fee_pence += visit.proposed_fee_pence
    visit.free_moves_used += visit.proposed_is_late
    visit.took_place = visit.people_came = visit.reported_at = None
    visit.report = ""  # the history has it
    _drop_proposal(visit)
    _moved(visit, was, actor=actor, act=act, now=now)


def _check(visit: Visit, at: Slot, *, actor: Actor, now: datetime) -> Fee:
    """What moving costs, when it can be moved at all."""
    if visit.state not in (VisitState.REQUESTED, VisitState.CONFIRMED, VisitState.EXPIRED) or not visit.requested_at:
        step(visit, VisitState.REQUESTED, actor=actor)  # says how things stand
    if at == start(visit) and visit.trainer_id and visit.state is not VisitState.EXPIRED:
        raise Refused(SAME_DATE, field="slot")
    return fees.to_move(visit, now=now)


def _propose(
    visit: Visit,
    at: Slot,
    matches: Sequence[Match],
    *,
    fee: Fee,
    actor: Actor,
    reason: str = "",
    act: Act | None = None,
    now: datetime,
) -> None:
    """The date is held with the trainer who has the visit already, or else the best who can, and they are asked."""
    take_back(visit, why=MOVED, act=act, now=now)
    visit.passed_over = ""
    for match in sorted(matches, key=lambda match: match.trainer_id != visit.trainer_id):
        try:
            propose(visit, at, match.trainer_id, now=now)
            break
        except Taken:
            continue
    else:
        raise Taken(slots.TAKEN, field="slot")
    visit.proposed_fee_pence, visit.proposed_is_late = fee.price.net_pence, fees.is_late(visit, now=now)
    promise(visit, now=now)
    db.session.flush()
    words = f"Asked to move it to {near_day(at.day)}"
    history.add("move asked", actor=actor, now=now, words=words, visit=visit, reason=reason)
    assert visit.proposed_trainer is not None, "one was just found"
    put_to(visit, visit.proposed_trainer, actor=actor, reason=reason, act=act, now=now)


def _move_now(
    visit: Visit,
    at: Slot,
    matches: Sequence[Match] | None,
    *,
    actor: Actor,
    reason: str = "",
    act: Act | None = None,
    now: datetime,
) -> None:
    """Nothing was confirmed, so the new date takes the place of the old. No matches: whoever the public may have."""
    was = Was(visit.first_day, visit.first_half, visit.trainer)
    take_back(visit, why=MOVED, act=act, now=now)
    if matches is None:
        seat_for_public(visit, at, now=now)
    elif not seat(visit, at, matches, now=now):
        raise Taken(slots.TAKEN, field="slot")
    if visit.state is VisitState.EXPIRED:
        step(visit, VisitState.REQUESTED, actor=actor)
        visit.ended_at = None
    if visit.trainer_answer is not TrainerAnswer.UNASKED:
        answer(visit, TrainerAnswer.UNASKED)
    visit.passed_over, visit.answer_due_at = "", None
    _moved(visit, was, actor=actor, reason=reason, act=act, now=now)
    if visit.address_confirmed_at and visit.trainer:
        promise(visit, now=now)
        put_to(visit, visit.trainer, actor=actor, reason=reason, act=act, now=now)


def _moved(visit: Visit, was: Was, *, actor: Actor, reason: str = "", act: Act | None = None, now: datetime) -> None:
    visit.sequence += 1
    visit.promised_at = visit.seen_at = None
    db.session.flush()
    history.add(
        "moved",
        actor=actor,
        now=now,
        words=f"Moved from {near_day(was.day)} to {near_day(visit.first_day)}",
        visit=visit,
        reason=reason,
        before={"first_day": was.day, "first_half": was.half, "trainer_id": was.trainer.id if was.trainer else None},
        after={"first_day": visit.first_day, "first_half": visit.first_half, "trainer_id": visit.trainer_id},
    )
    mails.moved(visit, was, act=act, now=now)


def keep(visit: Visit, *, why: str, actor: Actor, act: Act | None, now: datetime) -> None:
    """What was proposed is dropped, part of an act on the visit."""
    take_back(visit, why=why, act=act, now=now)
    slots.free(visit, only_proposed=True)
    answer(visit, TrainerAnswer.ACCEPTED)
    visit.promised_at = visit.answer_due_at = None
    _drop_proposal(visit)
    db.session.flush()
    history.add("kept", actor=actor, now=now, words=f"Kept {near_day(visit.first_day)}", visit=visit)


def _drop_proposal(visit: Visit) -> None:
    visit.proposed_day = visit.proposed_half = visit.proposed_trainer = None
    visit.proposed_fee_pence, visit.proposed_is_late, visit.passed_over = 0, False, ""

"""Trainers' answers: yes, no, and "got it"."""

from datetime import datetime

from booking.db import db
from booking.domain.access import WORKER, Actor, ActorKind
from booking.domain.days import Slot
from booking.domain.errors import Overtaken
from booking.domain.lifecycle import TrainerAnswer, VisitState
from booking.domain.words import near_day
from booking.models import Trainer, Visit
from booking.queries.visits import asked_trainer_id
from booking.services import history, outbox, undo
from booking.services.visits import mails, moving
from booking.services.visits.acting import alone, answer, asked_start, asked_trainer, start, step
from booking.services.visits.asking import ask_next, pass_over, promise
from booking.services.visits.confirming import confirm
from config import settings

QUESTION = "offer"  # a mail; one that has not left when the answer is there asks nobody any more
STILL_YOURS = (
    "Another date or trainer is being asked for, and until that is answered {day} stands with you. "
    "If you cannot make it, call us on {phone}"
)
GIVEN_AWAY = "This visit has been given to another trainer meanwhile, so there is nothing for you to do"
OVER = "This visit is not going ahead on that date any more, so there is nothing for you to do"


def accept(
    visit: Visit,
    trainer: Trainer,
    *,
    at: Slot | None = None,
    actor: Actor | None = None,
    seen: int | None = None,
    now: datetime,
) -> None:
    """The trainer's yes, or, with an actor, staff's note of it. A proposed date or trainer stands from here on.

    Raises Overtaken when it was answered, moved (`at` is the date the trainer saw) or given away meanwhile.
    """
    who = actor or actor_of(trainer)
    with alone(visit, actor=who, seen=seen) as visit:
        _check_asked(visit, trainer, at)
        act = undo.record(f"Noted for {visit.reference}: {trainer.name} said yes", actor=who, visit=visit, now=now)
        answer(visit, TrainerAnswer.ACCEPTED)
        outbox.withdraw(visit=visit, kind=QUESTION)
        visit.answered_at, visit.answer_due_at = now, None
        db.session.flush()
        words = f"{trainer.name} said yes to {near_day(asked_start(visit).day)}"
        history.add("accepted", actor=who, now=now, words=words, visit=visit, trainer=trainer)
        if visit.proposed_day:
            moving.stand(visit, actor=who, act=act, now=now)
        elif settings().auto_confirm:
            confirm(visit, actor=WORKER, act=act, now=now)


def decline(
    visit: Visit,
    trainer: Trainer,
    *,
    note: str = "",
    other_date: str = "",
    at: Slot | None = None,
    actor: Actor | None = None,
    seen: int | None = None,
    now: datetime,
) -> None:
    """The trainer's no, even after a yes: the next one is held and asked, and staff hear of it.

    A confirmed visit is requested again, and its firm told that we are looking. Raises Overtaken like `accept`.
    """
    who = actor or actor_of(trainer)
    with alone(visit, actor=who, seen=seen) as visit:
        _check_asked(visit, trainer, at)
        act = undo.record(f"Noted for {visit.reference}: {trainer.name} said no", actor=who, visit=visit, now=now)
        was_confirmed = visit.state is VisitState.CONFIRMED and not visit.proposed_day
        answer(visit, TrainerAnswer.DECLINED)
        outbox.withdraw(visit=visit, kind=QUESTION)
        visit.answered_at, visit.answer_due_at, visit.seen_at = now, None, None
        visit.answer_note = "; ".join(part for part in (note, other_date and f"could do {other_date}") if part)[:400]
        pass_over(visit, trainer)
        if was_confirmed:
            step(visit, VisitState.REQUESTED, actor=who)
            visit.sequence += 1
            visit.confirmed_at = None
        db.session.flush()
        words = f"{trainer.name} said no to {near_day(asked_start(visit).day)}"
        history.add("declined", actor=who, now=now, words=words, visit=visit, trainer=trainer, reason=visit.answer_note)
        if was_confirmed:
            mails.lost(visit, trainer, why="You told us that you cannot come.", act=act, now=now)
        is_placed = ask_next(visit, act=act, now=now)
        if was_confirmed and is_placed:
            promise(visit, now=now)
            mails.still_looking(visit, is_held=True, act=act, now=now)
        told = {"note": note, "other_date": other_date, "next_name": next_name(visit)}
        mails.declined(visit, trainer, **told, act=act, now=now)


def got_it(visit: Visit, trainer: Trainer, *, actor: Actor | None = None, now: datetime) -> None:
    """The trainer knows this state of a confirmed visit; with an actor, staff heard so. Pressed twice, nothing happens.

    Raises Overtaken when it is not theirs, or not on, any more.
    """
    who = actor or actor_of(trainer)
    with alone(visit, actor=who) as visit:
        if visit.trainer_id != trainer.id:
            raise Overtaken(GIVEN_AWAY)
        if visit.state is not VisitState.CONFIRMED:
            raise Overtaken(OVER)
        if visit.seen_at is None:
            undo.record(f"Noted: {trainer.name} knows of {visit.reference}", actor=who, visit=visit, now=now)
            visit.seen_at = now
            db.session.flush()
            history.add("seen", actor=who, now=now, words=f"{trainer.name} has read it", visit=visit)


def actor_of(trainer: Trainer) -> Actor:
    """A trainer as the one who acts."""
    return Actor(ActorKind.TRAINER, trainer.id, trainer.name)


def next_name(visit: Visit) -> str:
    """Who is asked now; "" when nobody is left."""
    trainer = asked_trainer(visit)
    return trainer.name if trainer else ""


def _check_asked(visit: Visit, trainer: Trainer, at: Slot | None) -> None:
    """It is this trainer's to answer, and for the date they saw."""
    if visit.state not in (VisitState.REQUESTED, VisitState.CONFIRMED):
        raise Overtaken(OVER)
    is_theirs = asked_trainer_id(visit) == trainer.id
    if visit.proposed_day and visit.trainer_id == trainer.id and (not is_theirs or at == start(visit)):
        raise Overtaken(STILL_YOURS.format(day=near_day(visit.first_day), phone=settings().company.phone))
    if not is_theirs:
        raise Overtaken(GIVEN_AWAY)
    if at is not None and at != asked_start(visit):
        day = near_day(asked_start(visit).day)
        raise Overtaken(f"This visit has moved to {day} meanwhile. Look at the new date, then answer")

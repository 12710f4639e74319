"""What falls due with visits, found as "due and not done": it may run late, twice, or in two workers at once."""

from collections.abc import Callable
from datetime import datetime

from sqlalchemy import ColumnElement, select

from booking.db import db
from booking.domain.access import WORKER
from booking.domain.errors import Overtaken
from booking.domain.lifecycle import TrainerAnswer, VisitState
from booking.domain.words import near_day
from booking.models import Visit, VisitSlot
from booking.queries.calendar import working_days
from booking.queries.diaries import live
from booking.services import history, slots
from booking.services.visits import mails
from booking.services.visits.acting import alone, answer, asked_start, asked_trainer, step
from booking.services.visits.answers import next_name
from booking.services.visits.asking import ask_next, pass_over, promise

RING_HOURS = 4  # of desk time, in which staff ring a firm that has not confirmed its address
TOO_LATE = "We did not hear from you in time and have asked another trainer."


def expire_due(now: datetime) -> int:
    """Holds that have run out, and requests whose address nobody confirmed: their dates are free; how many."""
    lasting = select(VisitSlot.id).where(VisitSlot.visit_id == Visit.id, live(now)).exists()
    holds = _each((Visit.state == VisitState.HELD, ~lasting), lambda visit: _let_go(visit, now=now))
    unconfirmed = Visit.address_confirmed_at.is_(None), Visit.confirm_by_at <= now
    return holds + _each((Visit.state == VisitState.REQUESTED, *unconfirmed), lambda visit: _expire(visit, now=now))


def pass_over_silent(now: datetime) -> int:
    """Trainers who have not answered in time: the next one is asked, and staff hear of it; how many."""
    open_states = Visit.state.in_((VisitState.REQUESTED, VisitState.CONFIRMED))
    silent = Visit.trainer_answer == TrainerAnswer.ASKED, Visit.answer_due_at <= now
    return _each((open_states, *silent), lambda visit: _pass_over(visit, now=now))


def promise_again(now: datetime) -> int:
    """Promises to firms that are one working day late: an apology and a new promise; how many.

    That day belongs to staff, who see the late one on Today before the firm hears of it.
    """
    working = working_days()
    due = Visit.state.in_((VisitState.REQUESTED, VisitState.CONFIRMED)), Visit.promised_at <= now

    def renew(visit: Visit) -> None:
        if visit.promised_at and working.promised_by(visit.promised_at, 1) <= now:
            _apologise(visit, now=now)

    return _each(due, renew)


def _each(which: tuple[ColumnElement[bool], ...], act: Callable[[Visit], None]) -> int:
    """Does it to each of them by itself; one that somebody else has just changed is left to them."""
    done = 0
    for visit in db.session.scalars(select(Visit).where(*which).order_by(Visit.id)).all():
        try:
            with alone(visit, actor=WORKER) as fresh:
                before = fresh.version
                act(fresh)
                db.session.flush()
                done += fresh.version != before
        except Overtaken:
            continue
    return done


def _let_go(visit: Visit, *, now: datetime) -> None:
    step(visit, VisitState.EXPIRED, actor=WORKER)
    slots.free(visit)
    visit.ended_at = now


def _expire(visit: Visit, *, now: datetime) -> None:
    """The enquiry is not lost: somebody rings."""
    step(visit, VisitState.EXPIRED, actor=WORKER)
    slots.free(visit)
    visit.ended_at = now
    if visit.enquiry:
        visit.enquiry.due_at = working_days().hours_after(now, RING_HOURS)
        visit.enquiry.next_step = "Ring them: the address was not confirmed"
    db.session.flush()
    words = f"The address was not confirmed in time, so {near_day(visit.first_day)} is free again"
    history.add("expired", actor=WORKER, now=now, words=words, visit=visit)


def _pass_over(visit: Visit, *, now: datetime) -> None:
    trainer = asked_trainer(visit)
    if trainer is None:
        return
    answer(visit, TrainerAnswer.SILENT)
    pass_over(visit, trainer)
    db.session.flush()
    words = f"{trainer.name} did not answer about {near_day(asked_start(visit).day)}"
    history.add("no answer", actor=WORKER, now=now, words=words, visit=visit, trainer=trainer)
    mails.taken_back(visit, trainer, why=TOO_LATE, now=now)
    ask_next(visit, now=now)
    mails.no_answer(visit, trainer, next_name=next_name(visit), now=now)


def _apologise(visit: Visit, *, now: datetime) -> None:
    promise(visit, now=now)
    db.session.flush()
    history.add("promised", actor=WORKER, now=now, words="Late, so the firm got a new promise", visit=visit)
    has_trainer = visit.proposed_trainer_id if visit.proposed_day else visit.trainer_id
    mails.still_looking(visit, is_held=has_trainer is not None, now=now)

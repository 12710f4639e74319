"""Confirming: the trainer has said yes, and from here on the firm and the calendars know."""

from datetime import datetime

from booking.db import db
from booking.domain import lifecycle
from booking.domain.access import Actor
from booking.domain.errors import Refused
from booking.domain.lifecycle import TrainerAnswer, VisitState
from booking.domain.words import near_day
from booking.models import Act, Visit
from booking.services import history, undo
from booking.services.visits import mails
from booking.services.visits.acting import alone, step

NO_YES = "Confirm it once a trainer has said yes"


def confirm(visit: Visit, *, actor: Actor, seen: int | None = None, act: Act | None = None, now: datetime) -> None:
    """The visit is on, and its enquiry won; it is part of `act`, if another act brings it about.

    Raises Refused without a trainer's yes, Overtaken when it is further.
    """
    with alone(visit, actor=actor, seen=seen) as visit:
        before = visit.state
        act = act or undo.record(f"Confirmed {visit.reference}", actor=actor, visit=visit, now=now)
        step(visit, VisitState.CONFIRMED, actor=actor)
        if visit.trainer is None or visit.trainer_answer is not TrainerAnswer.ACCEPTED:
            raise Refused(NO_YES)
        visit.confirmed_at, visit.promised_at, visit.seen_at = now, None, None
        visit.sequence += 1
        if visit.enquiry:
            visit.enquiry.state = lifecycle.after_confirmation(visit.enquiry.state)
            visit.enquiry.answered_at = visit.enquiry.answered_at or now
        db.session.flush()
        words = f"Confirmed {near_day(visit.first_day)} with {visit.trainer.name}"
        history.add(
            "confirmed",
            actor=actor,
            now=now,
            words=words,
            visit=visit,
            before={"state": before},
            after={"state": visit.state},
        )
        mails.confirmed(visit, act=act, now=now)

"""Whose half-days a visit takes: the best trainer who is free, in one attempt after the other."""

from collections.abc import Collection, Iterable, Iterator
from dataclasses import replace
from datetime import datetime

from sqlalchemy import select

from booking.db import db
from booking.domain.days import Slot
from booking.domain.errors import Refused, Taken
from booking.domain.lifecycle import VisitState
from booking.domain.matching.needs import Candidate, Need
from booking.domain.matching.rules import check_reason
from booking.domain.matching.shortlist import ABOUT_THE_DATE, Exclusion, Match, for_the_public, rank
from booking.models import Trainer, Visit, VisitSlot
from booking.queries import shortlist
from booking.queries.diaries import live
from booking.services import slots
from booking.services.visits.acting import run, start

NOBODY = "Nobody can come then without breaking a rule. Select a trainer and say why"
RESEATS = 5  # held visits that are tried elsewhere before a visitor hears that a date is gone


def seat(
    visit: Visit, at: Slot, matches: Iterable[Match], *, now: datetime, expires_at: datetime | None = None
) -> bool:
    """The first of these trainers who is really free has the visit from now on; False, and nothing changed: nobody is.

    What the visit held before is given back in the same transaction. The date is stored with it.
    """
    for match in matches:
        try:
            slots.claim(
                visit, run(visit, at), trainer_id=match.trainer_id, expires_at=expires_at, is_proposed=True, now=now
            )
        except Taken:
            continue
        slots.swap(visit, run(visit, at), trainer_id=match.trainer_id)
        visit.first_day, visit.first_half = at.day, at.half
        visit.trainer = db.session.get_one(Trainer, match.trainer_id)
        return True
    return False


def seat_for_public(visit: Visit, at: Slot, *, now: datetime, expires_at: datetime | None = None) -> None:
    """A date as a visitor or a firm chooses it: no rule may be broken.

    If nobody is free, a date that another visitor only holds moves over to another trainer: nobody was promised that
    one. Raises Taken beside `slot`.
    """
    everyone, need = shortlist.asked(visit, at=at, now=now)
    if seat(visit, at, for_the_public(everyone, need), now=now, expires_at=expires_at):
        return
    for other in _in_the_way(visit, need, now=now):
        try:
            with db.session.begin_nested():
                _reseat(other, now=now)
                again, need = shortlist.asked(visit, at=at, now=now)
                if seat(visit, at, for_the_public(again, need), now=now, expires_at=expires_at):
                    return
                raise Taken(slots.TAKEN, field="slot")
        except Taken:
            continue
    raise Taken(slots.TAKEN, field="slot")


def able(
    everyone: Iterable[Candidate], need: Need, *, but: Collection[int] = (), first: int | None = None
) -> list[Match]:
    """Who can be asked for a date that is settled, best first; `first` is the one who has it, or had it, already."""
    matches = [
        match
        for match in rank(everyone, need, settled=ABOUT_THE_DATE).matches
        if match.trainer_id not in but and not match.needs_override
    ]
    return sorted(matches, key=lambda match: match.trainer_id != first)


def chosen(visit: Visit, trainer_id: int, *, at: Slot, is_settled: bool = False, reason: str, now: datetime) -> Match:
    """The trainer staff picked, for a new date or one that is settled.

    Refused beside `trainer` by a hard rule, beside `reason` by soft ones without one.
    """
    found = shortlist.for_visit(visit, at=at, is_settled=is_settled, now=now).find(trainer_id)
    if found is None:
        raise Refused("Select a trainer", field="trainer")
    if isinstance(found, Exclusion):
        raise Refused(found.failure.sentence, field="trainer")
    check_reason(found.failures, reason)
    return found


def picked(visit: Visit, at: Slot, trainer_id: int | None, *, reason: str, now: datetime) -> list[Match]:
    """Whom staff pick, or, without a trainer, everybody who breaks no rule but those about the date, best first."""
    if trainer_id is not None:
        return [chosen(visit, trainer_id, at=at, reason=reason, now=now)]
    matches = able(*shortlist.asked(visit, at=at, now=now))
    if not matches:
        raise Refused(NOBODY, field="trainer")
    return matches


def _in_the_way(visit: Visit, need: Need, *, now: datetime) -> Iterator[Visit]:
    """Visits that are only held on these slots, the oldest first."""
    numbers = [slot.number for slot in need.slots]
    yield from db.session.scalars(
        select(Visit)
        .join(VisitSlot, VisitSlot.visit_id == Visit.id)
        .where(VisitSlot.slot.in_(numbers), live(now), Visit.state == VisitState.HELD, Visit.id != visit.id)
        .distinct()
        .order_by(Visit.id)
        .limit(RESEATS)
    ).all()


def _reseat(held: Visit, *, now: datetime) -> None:
    """Moves a hold to another trainer on the same date. Raises Taken when there is none."""
    everyone, need = shortlist.asked(held, at=start(held), now=now)
    others = [replace(who, teaches=who.teaches and who.trainer_id != held.trainer_id) for who in everyone]
    until = db.session.scalar(select(VisitSlot.expires_at).filter_by(visit_id=held.id).limit(1))
    if not seat(held, start(held), for_the_public(others, need), now=now, expires_at=until):
        raise Taken(slots.TAKEN, field="slot")

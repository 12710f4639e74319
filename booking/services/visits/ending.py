"""How a visit ends: cancelled by the firm or by staff, or reported by its trainer."""

from datetime import datetime

from booking.db import db
from booking.domain.access import Actor
from booking.domain.days import london
from booking.domain.errors import Refused
from booking.domain.lifecycle import VisitState
from booking.domain.terms import Fee
from booking.domain.terms import waive as waived
from booking.domain.words import near_day
from booking.models import Act, Visit
from booking.queries import fees, rules
from booking.services import history, slots, undo
from booking.services.visits import mails, moving
from booking.services.visits.acting import FIRM, alone, firm_of, step
from booking.services.visits.asking import take_back
from booking.services.visits.moving import BY_PHONE
from config import settings

REPORT = ("took_place", "people_came", "report", "reported_at")
BY_FIRM = "The firm has cancelled."
TOOK_PLACE = "It has taken place on its old date."
BY_STAFF = "We have had to cancel it."


def cancel_by_firm(visit: Visit, *, reason: str = "", now: datetime) -> None:
    """The firm cancels; the fee it was shown is stored. Raises Refused when it is too late to do on line, Overtaken."""
    with alone(visit, actor=FIRM) as visit:
        fee = fees.to_cancel(visit, now=now)
        if visit.state is VisitState.CONFIRMED and not fee.is_online:
            raise Refused(BY_PHONE.format(phone=settings().company.phone))
        _cancel(visit, fee, why=BY_FIRM, reason=reason, actor=firm_of(visit), act=None, now=now)


def cancel_by_staff(
    visit: Visit, *, reason: str, waive: str = "", actor: Actor, seen: int | None = None, now: datetime
) -> None:
    """Staff cancel, with a reason that the firm reads; the terms' fee is due unless they say why not.

    Raises Refused beside `reason`, Overtaken.
    """
    with alone(visit, actor=actor, seen=seen) as visit:
        if not reason.strip():
            raise Refused("Enter why the visit is cancelled", field="reason")
        act = undo.record(f"Cancelled {visit.reference}", actor=actor, visit=visit, now=now)
        fee = fees.to_cancel(visit, now=now)
        if waive and not fee.is_free:
            fee, visit.fee_waived = waived(fee, why=waive), waive[:200]
        _cancel(visit, fee, why=BY_STAFF, reason=reason, actor=actor, act=act, now=now)


def deliver(
    visit: Visit,
    *,
    took_place: bool,
    people: int | None,
    report: str = "",
    actor: Actor,
    seen: int | None = None,
    now: datetime,
) -> None:
    """The report. A visit that did not take place stays confirmed, and is for staff to move or cancel.

    Another report takes the place of the first, which the history keeps; the same one again changes nothing. Raises
    Refused beside `took_place` before it has begun, Overtaken when it is not confirmed or has changed since `seen`.
    """
    said = took_place, people, report
    if visit.state is VisitState.CONFIRMED and said == (visit.took_place, visit.people_came, visit.report):
        return
    with alone(visit, actor=actor, seen=seen) as visit:
        pressed = undo.record(f"Report of {visit.reference}", actor=actor, visit=visit, now=now)
        if visit.state is not VisitState.CONFIRMED or took_place:
            step(visit, VisitState.DELIVERED, actor=actor)
        if now < london(visit.first_day, rules.times().starts(visit.first_half)):
            raise Refused("The visit has not begun yet", field="took_place")
        if took_place and visit.proposed_day:
            moving.keep(visit, why=TOOK_PLACE, actor=actor, act=pressed, now=now)
        before = _reported(visit)
        (visit.took_place, visit.people_came, visit.report), visit.reported_at = said, now
        visit.ended_at = now if took_place else None
        db.session.flush()
        act, words = ("delivered", "It took place") if took_place else ("missed", "It did not take place")
        after, reason = _reported(visit), report[:400]
        history.add(act, actor=actor, now=now, words=words, visit=visit, reason=reason, before=before, after=after)


def _reported(visit: Visit) -> dict[str, history.Value]:
    return {name: getattr(visit, name) for name in REPORT} if visit.reported_at else {}


def _cancel(visit: Visit, fee: Fee, *, why: str, reason: str, actor: Actor, act: Act | None, now: datetime) -> None:
    before, was_confirmed = visit.state, visit.state is VisitState.CONFIRMED
    step(visit, VisitState.CANCELLED, actor=actor)
    if visit.proposed_day:
        take_back(visit, why=why, act=act, now=now)
    slots.free(visit)
    visit.fee_pence += fee.price.net_pence
    visit.ended_at, visit.cancel_reason = now, reason[:400]
    visit.proposed_day = visit.proposed_half = visit.proposed_trainer = None
    visit.promised_at = visit.answer_due_at = visit.seen_at = None
    visit.sequence += 1
    if visit.enquiry:  # nobody waits for an answer any more
        visit.enquiry.answered_at = visit.enquiry.answered_at or now
    db.session.flush()
    history.add(
        "cancelled",
        actor=actor,
        now=now,
        words=f"Cancelled {near_day(visit.first_day)}",
        visit=visit,
        reason=reason,
        before={"state": before},
        after={"state": visit.state, "fee_pence": visit.fee_pence},
    )
    mails.cancelled(visit, why=why, was_confirmed=was_confirmed, act=act, now=now)

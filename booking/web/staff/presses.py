"""Lone buttons about one visit or one enquiry: on Today, and wherever else the same thing needs somebody."""

from collections.abc import Callable
from http import HTTPStatus
from typing import TypeAlias, TypeVar

from flask import abort, flash, redirect, request
from flask.typing import ResponseReturnValue

from booking import clock
from booking.db import transaction
from booking.domain.errors import NotFound, Overtaken, Refused
from booking.domain.lifecycle import EnquiryState, VisitState
from booking.domain.text import whole_number
from booking.queries import enquiries as enquiry_queries
from booking.queries import staff as staff_queries
from booking.queries import visits as visit_queries
from booking.services import enquiries, visits
from booking.web.staff import pages
from booking.web.staff.access import actor, current_staff
from booking.web.staff.undoing import back

# What a press did, in words; "" where the undo bar says it.
Press: TypeAlias = Callable[[int], str]
Row = TypeVar("Row")


def confirm(visit_id: int) -> str:
    visits.confirm(found(visit_queries.complete(visit_id)), actor=actor(), seen=seen(), now=clock.now())
    return ""


def ask(visit_id: int) -> str:
    visits.ask(found(visit_queries.complete(visit_id)), number("trainer"), actor=actor(), seen=seen(), now=clock.now())
    return ""


def said_yes(visit_id: int) -> str:
    """A trainer's yes by phone."""
    visit = found(visit_queries.complete(visit_id))
    trainer = visits.asked_trainer(visit)
    if trainer is None or trainer.id != number("trainer"):
        raise Overtaken("Somebody else is asked now. Look at the visit again")
    visits.accept(visit, trainer, actor=actor(), seen=seen(), now=clock.now())
    return ""


def address(visit_id: int) -> str:
    """The firm's address, confirmed on the phone."""
    visit = visits.confirm_address(found(visit_queries.complete(visit_id)), actor=actor(), now=clock.now())
    if visit.state is VisitState.REQUESTED:
        asked = f"and {visit.trainer.name} is asked" if visit.trainer else "but nobody is free"
        return f"{visit.reference} is confirmed by phone: the date was still free, {asked}"
    return f"{visit.reference} is confirmed by phone, but its date has gone. Offer them another"


def took_place(visit_id: int) -> str:
    visits.deliver(
        found(visit_queries.complete(visit_id)), took_place=True, people=None, actor=actor(), now=clock.now()
    )
    return ""


def knows(visit_id: int) -> str:
    """A trainer who has said on the phone that they know."""
    visit = found(visit_queries.complete(visit_id))
    if visit.trainer is None:
        raise Overtaken("This visit has no trainer now")
    visits.got_it(visit, visit.trainer, actor=actor(), now=clock.now())
    return ""


def take(enquiry_id: int) -> str:
    me = staff_queries.one(current_staff().id)
    enquiries.assign_owner(found(enquiry_queries.complete(enquiry_id)), me, actor=actor(), seen=seen(), now=clock.now())
    return ""


def answered(enquiry_id: int) -> str:
    enquiry = found(enquiry_queries.complete(enquiry_id))
    enquiries.move_state(enquiry, EnquiryState.TALKING, actor=actor(), seen=seen(), now=clock.now())
    return ""


def done(enquiry_id: int) -> str:
    """The next step is behind us."""
    enquiries.set_next_step(
        found(enquiry_queries.complete(enquiry_id)), "", None, actor=actor(), seen=seen(), now=clock.now()
    )
    return ""


def release(enquiry_id: int) -> str:
    visits.release(found(enquiry_queries.complete(enquiry_id)), actor=actor(), seen=seen(), now=clock.now())
    return ""


def spam(enquiry_id: int) -> str:
    enquiries.mark_spam(found(enquiry_queries.complete(enquiry_id)), actor=actor(), seen=seen(), now=clock.now())
    return ""


ON_VISITS: dict[str, Press] = {each.__name__: each for each in (confirm, ask, said_yes, address, took_place, knows)}
ON_ENQUIRIES: dict[str, Press] = {each.__name__: each for each in (take, answered, done, release, spam)}


@pages.post(f"/today/visits/<int:visit_id>/<any({','.join(ON_VISITS)}):press>")
def visit_press(visit_id: int, press: str) -> ResponseReturnValue:
    return pressed(ON_VISITS[press], visit_id)


@pages.post(f"/today/enquiries/<int:enquiry_id>/<any({','.join(ON_ENQUIRIES)}):step>")
def enquiry_press(enquiry_id: int, step: str) -> ResponseReturnValue:
    return pressed(ON_ENQUIRIES[step], enquiry_id)


def pressed(press: Press, target_id: int) -> ResponseReturnValue:
    """Does it, and goes back to the page with the button; who comes second is told who was first."""
    try:
        with transaction():
            words = press(target_id)
    except NotFound:
        raise
    except Refused as refusal:
        flash(str(refusal), "stop")
    else:
        if words:
            flash(words)
    return redirect(back(), HTTPStatus.SEE_OTHER)


def found(row: Row | None) -> Row:
    return row or abort(HTTPStatus.NOT_FOUND)


def seen() -> int | None:
    """The version of the thing that the page with the button showed."""
    return number("seen") or None


def number(name: str) -> int:
    """A whole number that came with the button; 0 for anything else."""
    return whole_number(request.form.get(name), digits=9) or 0

"""A firm moves or cancels its visit: what it costs stands above the button."""

from dataclasses import replace

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from booking import clock
from booking.db import transaction
from booking.domain.days import london_time, run_of, run_words
from booking.domain.errors import Overtaken, Refused, Taken
from booking.emails import visits as say
from booking.queries import dates, rules
from booking.queries.journey.bookings import Booking
from booking.services import visits
from booking.services.visits.moving import SAME_DATE
from booking.web.business import pages
from booking.web.business.picking import Picker, SlotForm, code_of, read_slot, run_days, spot
from booking.web.business.visits.opening import opened
from booking.web.fields import Form, Paragraph

MOVED = "Moved. We have written to you about it"
ASKING = "We are asking the trainer about the new date. Until they agree, the old one stands"


class CancelForm(Form):
    reason = Paragraph("Why you cancel (optional)", limit=400)


@pages.route("/b/<token>/move", methods=["GET", "POST"])
def move(token: str) -> ResponseReturnValue:
    """Which date instead; the next page compares and acts. `lost` is one that somebody else has just taken."""
    booking = opened(token)
    if not booking.can_move:
        return too_late(booking, token)
    form = SlotForm()
    if form.sent():
        if form.at != booking.at or booking.proposed:
            return redirect(url_for(".move_to", token=token, slot=code_of(form.at)), 303)
        form.refuse(Refused(SAME_DATE, field="slot"))
    return render_template(
        "business/move.html",
        form=form,
        booking=booking,
        visit=booking.visit,
        token=token,
        picker=picker_of(booking),
        place=spot(booking.visit.outcode),
        say=say,
    ), form.status


@pages.route("/b/<token>/move/<slot>", methods=["GET", "POST"])
def move_to(token: str, slot: str) -> ResponseReturnValue:
    """The old date beside the new one, the fee, and the button."""
    booking, at, form = opened(token), read_slot(slot), Form()
    if not booking.can_move:
        return too_late(booking, token)
    if at is None:
        return redirect(url_for(".move", token=token), 303)
    if form.sent():
        try:
            with transaction():
                visits.move_by_firm(booking.visit, at=at, now=clock.now())
            flash(ASKING if opened(token).proposed else MOVED)
            return redirect(url_for(".manage", token=token), 303)
        except Taken:
            return redirect(url_for(".move", token=token, lost=slot), 303)
        except Refused as refusal:
            form.refuse(refusal)
            booking = opened(token)
    length, today = booking.visit.half_days, london_time(clock.now()).date()
    return render_template(
        "business/move_to.html",
        form=form,
        booking=booking,
        visit=booking.visit,
        token=token,
        new_days=run_days(at, length, today=today),
        new_hours=run_words(run_of(at.day, at.half, length), rules.times()),
        say=say,
    ), form.status


@pages.route("/b/<token>/cancel", methods=["GET", "POST"])
def cancel(token: str) -> ResponseReturnValue:
    booking, form = opened(token), CancelForm()
    if not booking.can_cancel:
        return too_late(booking, token)
    if form.sent():
        try:
            with transaction():
                visits.cancel_by_firm(booking.visit, reason=form.reason.data, now=clock.now())
            flash("Cancelled. We have written to you about it")
            return redirect(url_for(".manage", token=token), 303)
        except Overtaken as overtaken:
            flash(str(overtaken), "wait")
            return redirect(url_for(".manage", token=token), 303)
        except Refused as refusal:
            form.refuse(refusal)
            booking = opened(token)
    return render_template(
        "business/cancel.html", form=form, booking=booking, visit=booking.visit, token=token, say=say
    ), form.status


def too_late(booking: Booking, token: str) -> ResponseReturnValue:
    """By telephone from here on; what is over or cancelled says so on its own page."""
    if not booking.is_late:
        return redirect(url_for(".manage", token=token), 303)
    return render_template("business/too_late.html", booking=booking, visit=booking.visit, token=token, say=say)


def picker_of(booking: Booking) -> Picker:
    """All dates but the one it has, or is about to have."""
    visit, now, lost = booking.visit, clock.now(), read_slot(request.args.get("lost"))
    found = dates.openings(course=visit.course, county=visit.county, outcode=visit.outcode, now=now, but_visit=visit.id)
    present = found.window.bit(booking.proposed or booking.at)
    others = replace(found, one=found.one & ~present)
    return Picker.of(others, asked=request.args, lost=lost if lost and not found.has(lost) else None, now=now)

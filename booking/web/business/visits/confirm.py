"""The button that proves an address: opened from the first mail, pressed by a person."""

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from booking import clock
from booking.db import transaction
from booking.domain.access import Purpose
from booking.domain.days import Slot
from booking.domain.errors import Refused
from booking.domain.lifecycle import VisitState
from booking.emails import visits as say
from booking.queries import dates
from booking.queries.journey.bookings import Booking
from booking.services import links, visits
from booking.services.slots import TAKEN
from booking.web.business import pages
from booking.web.business.picking import GONE_ALONE, Picker, SlotForm
from booking.web.business.visits.opening import opened
from booking.web.fields import Form


@pages.route("/confirm/<token>", methods=["GET", "POST"])
def confirm(token: str) -> ResponseReturnValue:
    """A late press tries the date again; when it is gone, the same page offers others."""
    booking = opened(token, Purpose.CONFIRM)
    is_gone = needs_date(booking)
    form = SlotForm() if is_gone else Form()
    if form.sent():
        try:
            booking = press(booking, form.at if isinstance(form, SlotForm) else None)
            if not (is_gone and needs_date(booking)):
                return redirect(url_for(".confirm", token=token), 303)
            form.refuse(Refused(TAKEN, field="slot"))
        except Refused as refusal:
            form.refuse(refusal)
            booking = opened(token, Purpose.CONFIRM)
    picker = picker_of(booking) if needs_date(booking) else None
    if picker and not picker.soonest and form.errors:
        form.form_errors, form.slot.errors = [GONE_ALONE], []
    manage = links.living(Purpose.MANAGE, now=clock.now(), visit_id=booking.visit.id)
    return render_template(
        "business/confirm.html",
        form=form,
        booking=booking,
        visit=booking.visit,
        picker=picker,
        manage_token=links.token(manage) if manage else "",
        say=say,
    ), form.status


def press(booking: Booking, at: Slot | None) -> Booking:
    """The address is good, and the date, or another one, is asked for. Raises Overtaken when the visit is over."""
    with transaction():
        visits.confirm_address(booking.visit, at=at, now=clock.now())
    return opened(str((request.view_args or {})["token"]), Purpose.CONFIRM)


def needs_date(booking: Booking) -> bool:
    """The address was confirmed too late, and the date has gone to somebody else."""
    return booking.visit.state is VisitState.EXPIRED and booking.visit.address_confirmed_at is not None


def picker_of(booking: Booking) -> Picker:
    visit, now = booking.visit, clock.now()
    found = dates.openings(course=visit.course, county=visit.county, outcode=visit.outcode, now=now, but_visit=visit.id)
    return Picker.of(found, asked=request.args, lost=booking.at, now=now)

"""A firm's page of its visit: how it stands, what has happened, what may be done; its calendar file; a new link."""

from flask import Response, abort, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from booking import clock
from booking.db import transaction
from booking.domain.access import Purpose
from booking.domain.days import london_time
from booking.domain.lifecycle import VisitState
from booking.emails import calendar
from booking.emails import visits as say
from booking.queries.journey import bookings, timeline
from booking.services import links, visits
from booking.web import limits
from booking.web.business import pages
from booking.web.business.visits.opening import opened
from booking.web.visitor import network
from config import settings

IN_CALENDARS = (VisitState.REQUESTED, VisitState.CONFIRMED, VisitState.DELIVERED)


@pages.get("/b/<token>")
def manage(token: str) -> str:
    booking = opened(token)
    return render_template(
        "business/manage.html",
        booking=booking,
        visit=booking.visit,
        token=token,
        happened=timeline.of_visit(booking.visit.id),
        terms=say.terms(booking.visit, today=london_time(clock.now()).date()),
        has_file=booking.visit.state in IN_CALENDARS,
        say=say,
    )


@pages.get("/b/<token>/visit.ics")
def visit_file(token: str) -> Response:
    """The visit for a calendar: tentative until it is confirmed, and replaced by the invitation that comes then."""
    booking = opened(token)
    if booking.visit.state not in IN_CALENDARS:
        abort(404)
    text = calendar.download(booking.visit, url=f"{settings().base_url}/b/{token}")
    name = f"attachment; filename={booking.visit.reference}.ics"
    return Response(text, content_type="text/calendar; charset=utf-8", headers={"Content-Disposition": name})


@pages.post("/b/<token>/new-link")
def new_link(token: str) -> ResponseReturnValue:
    """To whoever holds an old link: the new one goes to the address we have, and nowhere else."""
    try:
        links.open_link(token, Purpose.MANAGE, now=clock.now())
        return redirect(url_for(".manage", token=token), 303)
    except links.Expired as expired:
        visit_id = expired.link.visit_id if expired.link else None
    limits.spend("ask for a new link", limit="3 per hour", of=network())
    booking = bookings.of(visit_id or 0, now=clock.now()) or abort(404)
    with transaction():
        visits.send_link(booking.visit, now=clock.now())
    flash("We have sent a new link to the address we have for this booking")
    return redirect(url_for(".start"), 303)

"""My calendar: invitations, or a private feed with an address that can be reset."""

from datetime import timedelta
from hashlib import sha256
from http import HTTPStatus

from flask import Response, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from booking import clock
from booking.db import transaction
from booking.domain.access import Purpose
from booking.emails import calendar as entries
from booking.queries.road import mine
from booking.services import links
from booking.services.road import calendars
from booking.web.fields import Choice, Form
from booking.web.trainer import pages
from booking.web.trainer.access import actor, current_trainer
from config import settings

KEPT = timedelta(days=90)  # how far back the feed shows
WAYS = {"invitations": "Invitations by email, one for each visit", "feed": "A private calendar that I subscribe to"}


class WayForm(Form):
    way = Choice("How should visits reach your calendar?", missing="Select how visits reach you", choices=WAYS)


@pages.route("/calendar", methods=["GET", "POST"])
def calendar() -> ResponseReturnValue:
    me = mine.trainer(current_trainer().id)
    form = WayForm(way="feed" if me.wants_feed else "invitations")
    if form.sent():
        with transaction():
            calendars.choose(me, feed=form.way.data == "feed", actor=actor(), now=clock.now())
        flash("Saved")
        return redirect(url_for(".calendar"), HTTPStatus.SEE_OTHER)
    link = links.living(Purpose.FEED, now=clock.now(), trainer_id=me.id) if me.wants_feed else None
    path = url_for(".feed", token=links.token(link)) if link else ""
    return render_template("trainer/calendar.html", form=form, base=settings().base_url, path=path), form.status


@pages.post("/calendar/reset")
def calendar_reset() -> ResponseReturnValue:
    with transaction():
        calendars.reset(mine.trainer(current_trainer().id), actor=actor(), now=clock.now())
    flash("The old address is dead. Subscribe to the new one below")
    return redirect(url_for(".calendar"), HTTPStatus.SEE_OTHER)


@pages.get("/feed/<token>.ics")
def feed(token: str) -> Response:
    """Open to whoever has the address. A calendar that asks again and finds nothing new is told so in a line."""
    trainer = calendars.of_feed(token, now=clock.now())
    rows = mine.feed(trainer.id, since=clock.today() - KEPT)
    text = entries.feed(trainer, rows, url_of=lambda visit: f"{settings().base_url}/t/visits/{visit.reference}")
    response = Response(text, content_type="text/calendar; charset=utf-8")
    response.set_etag(sha256(text.encode()).hexdigest()[:32])
    response.headers["Cache-Control"] = "private, max-age=0, must-revalidate"
    response.make_conditional(request)
    return response

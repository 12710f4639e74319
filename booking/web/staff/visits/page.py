"""One visit: how it stands, what it needs, everything about it."""

from http import HTTPStatus

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from booking import clock
from booking.db import transaction
from booking.domain.errors import NotFound, Refused
from booking.domain.lifecycle import VisitState
from booking.emails import visits as say
from booking.queries import outbox
from booking.queries.desk import visit as queries
from booking.services import briefings, visits
from booking.web.staff import pages
from booking.web.staff.access import actor
from booking.web.staff.presses import seen


@pages.get("/visits/<reference>")
def visit(reference: str) -> str:
    now = clock.now()
    found = queries.page(reference, now=now)
    return render_template(
        "staff/visit.html",
        visit=found.visit,
        need=found.need,
        say=say,
        answers=briefings.answers(found.visit),
        timeline=queries.timeline(found.visit),
        mails=outbox.of_visit(found.visit.id),
        is_open=found.visit.state in (VisitState.REQUESTED, VisitState.CONFIRMED),
        has_begun=say.sessions(found.visit)[0].starts_at <= now,
        now=now,
    )


@pages.post("/visits/<reference>/keep")
def keep_date(reference: str) -> ResponseReturnValue:
    """Drops a proposed date or trainer; the old one stands."""
    row = queries.page(reference, now=clock.now()).visit
    try:
        with transaction():
            visits.keep_date(row, actor=actor(), seen=seen(), now=clock.now())
    except NotFound:
        raise
    except Refused as refusal:
        flash(str(refusal), "stop")
    return redirect(url_for(".visit", reference=reference), HTTPStatus.SEE_OTHER)

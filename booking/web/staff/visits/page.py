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
    now, row = clock.now(), queries.one(reference)
    return render_template(
        "staff/visit.html",
        visit=row,
        need=queries.need(row, now=now),
        say=say,
        answers=briefings.answers(row),
        timeline=queries.timeline(row),
        mails=outbox.of_visit(row.id),
        asked=visits.asked_trainer(row),
        is_open=row.state in (VisitState.REQUESTED, VisitState.CONFIRMED),
        has_begun=say.sessions(row)[0].starts_at <= now,
        now=now,
    )


@pages.post("/visits/<reference>/keep")
def keep_date(reference: str) -> ResponseReturnValue:
    """Drops a proposed date or trainer; the old one stands."""
    row = queries.one(reference)
    try:
        with transaction():
            visits.keep_date(row, actor=actor(), seen=seen(), now=clock.now())
    except NotFound:
        raise
    except Refused as refusal:
        flash(str(refusal), "stop")
    return redirect(url_for(".visit", reference=reference), HTTPStatus.SEE_OTHER)

"""A date for the visit: real ones only; choosing one holds it."""

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from booking import clock
from booking.db import transaction
from booking.domain.days import Slot
from booking.domain.errors import Refused, Taken
from booking.queries import dates as queries
from booking.queries.journey.drafts import Begun
from booking.services import drafts
from booking.web.business import pages
from booking.web.business.journey import is_change, mine, placed
from booking.web.business.picking import Picker, SlotForm, spot
from booking.web.visitor import network, visitor


@pages.route("/book/date", methods=["GET", "POST"])
@placed
def dates(begun: Begun) -> ResponseReturnValue:
    form, lost = SlotForm(), None
    if form.sent():
        try:
            with transaction():
                drafts.set_date(visitor(), network=network(), at=form.at, now=clock.now())
            return redirect(url_for(".check") if is_change() else url_for(".details"), 303)
        except Refused as refusal:
            form.refuse(refusal)
            lost = form.at if isinstance(refusal, Taken) else None
            begun = mine() or begun
    return render_template(
        "business/dates.html",
        form=form,
        begun=begun,
        picker=picker(begun, lost=lost),
        place=spot(begun.draft.outcode),
    ), form.status


def picker(begun: Begun, *, lost: Slot | None = None) -> Picker:
    """The dates there are now; what the visitor holds counts as free, and what they wanted and is gone as lost."""
    now, draft = clock.now(), begun.draft
    assert draft.course is not None, "the page needs it"
    assert draft.county is not None, "the page needs it"
    found = queries.openings(
        course=draft.course, county=draft.county, outcode=draft.outcode, now=now, but_visit=draft.visit_id
    )
    if lost is None and begun.at and not found.has(begun.at):
        lost = begun.at
    chosen = begun.at if lost is None else None
    return Picker.of(found, asked=request.args, chosen=chosen, lost=lost, now=now)

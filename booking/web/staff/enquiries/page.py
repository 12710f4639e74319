"""One enquiry: everything about it on one page, and what can be done with it."""

from http import HTTPStatus

from flask import abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from booking import clock
from booking.db import transaction
from booking.domain.errors import Refused
from booking.domain.lifecycle import ENQUIRY_MOVES, EnquiryState
from booking.queries import enquiries as rows
from booking.queries import outbox
from booking.queries.desk import enquiry as queries
from booking.services import firms
from booking.web.staff import pages
from booking.web.staff.access import actor
from booking.web.staff.enquiries import acts, words
from booking.web.staff.enquiries.acts import Act
from booking.web.staff.presses import found, number


@pages.route("/enquiries/<int:enquiry_id>", methods=["GET", "POST"])
def enquiry(enquiry_id: int) -> ResponseReturnValue:
    forms, sent = acts.opened(found(rows.complete(enquiry_id)))
    if sent is None and request.method == "POST":
        abort(HTTPStatus.BAD_REQUEST)
    if sent is not None and sent.sent():
        try:
            with transaction():
                sent.do(found(rows.complete(enquiry_id)), actor=actor())
            return redirect(url_for(".enquiry", enquiry_id=enquiry_id), HTTPStatus.SEE_OTHER)
        except Refused as refusal:
            sent.refuse(refusal)
    return show(enquiry_id, forms=forms, sent=sent), sent.status if sent else HTTPStatus.OK


def show(enquiry_id: int, *, forms: object, sent: Act | None) -> str:
    """The page; a form that was refused stands there as it was typed, beside how the enquiry stands now."""
    now, row = clock.now(), queries.page(enquiry_id)
    likely = firms.likely(row.firm)
    visits = queries.visits(row, now=now)
    return render_template(
        "staff/enquiry.html",
        enquiry=row,
        forms=forms,
        form=sent,
        told=queries.told(row),
        visits=visits,
        need=queries.need(row, visits),
        mails=outbox.of_enquiry(row.id),
        timeline=queries.timeline(row),
        earlier=queries.earlier([row.firm_id, *(firm.id for firm in likely)], but=row.id),
        twins=queries.twins(likely),
        targets=acts.targets(row.state),
        may_lose=EnquiryState.LOST in ENQUIRY_MOVES[row.state],
        words=words,
        now=now,
    )


@pages.post("/enquiries/<int:enquiry_id>/join")
def enquiry_join(enquiry_id: int) -> ResponseReturnValue:
    """The firm of this enquiry is another that we know: everything goes under that one's name."""
    row, into = found(rows.complete(enquiry_id)), number("into")
    other = next((firm for firm in firms.likely(row.firm) if firm.id == into), None)
    if other is None:
        abort(HTTPStatus.NOT_FOUND)
    names = row.firm.name, other.name
    with transaction():
        firms.join(row.firm, into=other, actor=actor(), now=clock.now())
    flash(f"{names[0]} is one with {names[1]} now")
    return redirect(url_for(".enquiry", enquiry_id=enquiry_id), HTTPStatus.SEE_OTHER)

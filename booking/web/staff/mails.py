"""The outbox: every mail with its state; one mail as its reader sees it; send now, stop, mend the address."""

from http import HTTPStatus
from typing import Any

from flask import Response, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from booking import clock
from booking.db import transaction
from booking.domain.desk.paging import turned
from booking.domain.errors import Refused
from booking.domain.post import Audience, MailState
from booking.domain.text import whole_number
from booking.queries import enquiries
from booking.queries import outbox as queries
from booking.services import links
from booking.services import outbox as services
from booking.services.enquiries import correct_contact
from booking.web.contacts import Email
from booking.web.fields import Form
from booking.web.guards import CSP
from booking.web.staff import pages
from booking.web.staff.access import actor
from booking.web.staff.lists import member
from booking.web.staff.presses import found
from booking.web.staff.undoing import back
from config import settings

FRAMING = CSP.replace("default-src 'none'", "default-src 'none'; frame-src 'self'")
# A mail is a document of its own, with the inline styles that mail programs ask for: shown apart, able to do nothing.
LETTER = (
    "sandbox allow-popups allow-popups-to-escape-sandbox; "
    "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; frame-ancestors 'self'"
)


class AddressForm(Form):
    email = Email("Send it to", missing="Enter an email address")


@pages.get("/outbox")
def outbox() -> str:
    state = member(MailState, request.args.get("state"))
    counts = queries.counts()
    height = counts[state] if state else sum(counts.values())
    page, last = turned(whole_number(request.args.get("page"), digits=6), height=height, size=queries.PAGE)
    return render_template(
        "staff/outbox.html",
        rows=queries.page(state, number=page),
        counts=counts,
        state=state,
        page=page,
        last=last,
        beat_at=queries.last_beat(),
    )


@pages.route("/outbox/<int:mail_id>", methods=["GET", "POST"])
def mail(mail_id: int) -> ResponseReturnValue:
    row = found(queries.one(mail_id))
    form = AddressForm(email=row.to_address)
    if form.sent():
        try:
            with transaction():
                send_again(row, to=form.email.data)
            flash(f"It goes to {form.email.data} within a minute")
            return redirect(url_for(".mail", mail_id=mail_id), HTTPStatus.SEE_OTHER)
        except Refused as refusal:
            form.refuse(refusal)
    text, calendar = readable(row.text, row.calendar or "")
    page = render_template(
        "staff/mail.html", mail=row, form=form, text=text, calendar=calendar, is_open=is_open(), sender=settings().mail
    )
    return page, form.status, {"Content-Security-Policy": FRAMING}


def send_again(row: Any, *, to: str) -> None:
    """One mail; another address for a firm's is its contact's from now on, so that no other goes astray. Overtaken."""
    was, by, now = row.to_address, actor(), clock.now()
    services.resend(row, actor=by, address=to, now=now)
    theirs = enquiries.complete(row.enquiry_id) if row.audience is Audience.BUSINESS and row.enquiry_id else None
    if theirs and theirs.contact.email == was != to:
        who = theirs.contact
        correct_contact(theirs, name=who.name, phone=who.phone, email=to, actor=by, now=now)


@pages.get("/outbox/<int:mail_id>/letter")
def letter(mail_id: int) -> Response:
    """The HTML part alone, for the frame on the mail's page."""
    (html,) = readable(found(queries.one(mail_id)).html)
    headers = {"Content-Security-Policy": LETTER}
    return Response(html, content_type="text/html; charset=utf-8", headers=headers)


@pages.post("/outbox/<int:mail_id>/<any(now,stop):press>")
def mail_press(mail_id: int, press: str) -> ResponseReturnValue:
    row = found(queries.one(mail_id))
    act = services.send_now if press == "now" else services.stop
    try:
        with transaction():
            act(row, actor=actor(), now=clock.now())
    except Refused as refusal:
        flash(str(refusal), "stop")
    else:
        flash("It goes within a minute" if press == "now" else "Stopped: it will not go out")
    return redirect(back(), HTTPStatus.SEE_OTHER)


def is_open() -> bool:
    """Whether secret links may be read here: on one's own machine with no mail server, this page is the mailbox."""
    return settings().is_loopback and not settings().mail.host


def readable(*texts: str) -> list[str]:
    """Parts of a mail with their links filled in where that is allowed, else blacked out."""
    return links.filled(*texts) if is_open() else [queries.hidden(text) for text in texts]

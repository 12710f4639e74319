"""The enquiry form: a front door of its own; what is sent is kept, a suspect too."""

from flask import abort, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from booking import clock
from booking.db import transaction
from booking.domain.access import Purpose
from booking.domain.desk.spam import Sending, suspicion
from booking.domain.errors import Refused
from booking.queries import catalogue
from booking.queries import enquiries as queries
from booking.services import enquiries, forms, links
from booking.web import limits
from booking.web.business import pages
from booking.web.business.enquiry_form import EnquiryForm
from booking.web.visitor import network, visitor

LIMITS = {"enquire from one network": "5 per hour", "enquire from one address": "3 per day"}


@pages.route("/enquire", methods=["GET", "POST"])
def enquire() -> ResponseReturnValue:
    courses = catalogue.active()
    result = queries.result_of(visitor())
    form = EnquiryForm.opened(courses, asked=request.args)
    if form.sent():
        try:
            return redirect(url_for(".enquiry_sent", token=receive(form, result_id=result)), 303)
        except Refused as refusal:
            form.refuse(refusal)
    return render_template("business/enquire.html", form=form, has_result=result is not None), form.status


def receive(form: EnquiryForm, *, result_id: int | None) -> str:
    """Stores what the form says, once; the token of the page that says so. A repeat gives the first one's.

    Raises TooMany, or Overtaken for a form that was sent before with other answers. Only what was stored counts
    towards the limits.
    """
    now = clock.now()
    limited = dict(zip(LIMITS.items(), (network(), form.email.data.lower() or form.phone.e164), strict=True))
    try:
        with transaction():
            first = forms.first_time(form.key.data, form.fields(), now=now)
            for (act, limit), whose in limited.items():
                limits.check(act, limit=limit, of=whose)
            enquiry = enquiries.receive(form.told(result_id=result_id), suspicion=suspect(form), now=now)
            link = links.make(Purpose.ENQUIRY, now=now, enquiry_id=enquiry.id)
            first.answer, token = links.marker(link), links.token(link)
    except forms.Repeated as repeated:
        return links.filled(repeated.answer)[0]
    for (act, limit), whose in limited.items():
        limits.spend(act, limit=limit, of=whose)
    return token


def suspect(form: EnquiryForm) -> str:
    """Why this form looks like a machine's, "" when it does not."""
    return suspicion(
        Sending(
            seconds=form.seconds,
            trap=form.website.data or "",
            lines=(form.firm.data, form.contact.data, form.place.data),
            text=form.message.data,
            texts_of_others=queries.recent_texts(but_of=form.email.data),
            is_flood=limits.is_flood("enquire by anybody"),
        )
    )


@pages.get("/enquire/sent/<token>")
def enquiry_sent(token: str) -> str:
    """What we were told, and what happens next: good for a reload and a bookmark."""
    try:
        link = links.open_link(token, Purpose.ENQUIRY, now=clock.now())
    except links.Expired:
        abort(410)
    return render_template("business/enquiry_sent.html", enquiry=queries.complete(link.enquiry_id or 0))

"""The result page: shown from what was stored, mailed, printed; the way on to a date."""

from flask import abort, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from booking import clock
from booking.db import transaction
from booking.domain.access import Purpose
from booking.queries import catalogue
from booking.queries import responses as queries
from booking.queries.offer import soonest
from booking.queries.responses import Shown
from booking.services import links, responses
from booking.web import limits
from booking.web.business import pages
from booking.web.contacts import Email
from booking.web.fields import Form
from booking.web.visitor import network, visitor


class MailForm(Form):
    email = Email("Your email", missing="Enter your email")


@pages.get("/find/result/<token>")
def result(token: str) -> str:
    shown, now = opened(token), clock.now()
    best = next(iter(shown.advice.courses), None)
    course = catalogue.by_slug(best.slug) if best else None
    on_sale = course if course and course.is_active else None
    return render_template(
        "business/result.html",
        shown=shown,
        best=best,
        days=soonest.by_county(on_sale, now=now) if on_sale else {},
        is_mine=shown.visitor == visitor(),
        numbers=queries.numbers(shown.story),
        token=token,
    )


@pages.route("/find/result/<token>/email", methods=["GET", "POST"])
def result_email(token: str) -> ResponseReturnValue:
    shown, form = opened(token), MailForm()
    if form.sent():
        try:
            limits.spend("mail a result", limit="5 per hour", of=network())
            limits.mail_to(form.email.data)
            with transaction():
                responses.mail_result(shown, form.email.data, now=clock.now())
            flash(f"We have sent your result to {form.email.data}")
            return redirect(url_for(".result", token=token), 303)
        except limits.TooMany as refusal:
            form.refuse(refusal)
    return render_template("business/result_email.html", form=form, token=token), form.status


def opened(token: str) -> Shown:
    """The result behind a link. What it cannot open is a 404."""
    return queries.shown(links.open_link(token, Purpose.RESULT, now=clock.now()).result_id or abort(404))

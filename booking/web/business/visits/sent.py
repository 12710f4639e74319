"""After sending: the reference, what happens next and by when; and the way to correct a wrong address."""

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from booking import clock
from booking.db import transaction
from booking.domain.access import Purpose
from booking.domain.errors import Overtaken
from booking.domain.lifecycle import VisitState
from booking.emails import visits as say
from booking.services import links, visits
from booking.web import limits
from booking.web.business import pages
from booking.web.business.visits.opening import opened
from booking.web.contacts import Email
from booking.web.fields import Form
from booking.web.visitor import network


class EmailForm(Form):
    email = Email("The right work email")


@pages.get("/book/sent/<token>")
def sent(token: str) -> ResponseReturnValue:
    """Good for a reload and a bookmark; once the request has an answer, the visit's own page says more."""
    booking = opened(token)
    if booking.visit.state is not VisitState.REQUESTED:
        return redirect(url_for(".manage", token=token), 303)
    return render_template("business/sent.html", booking=booking, visit=booking.visit, token=token, say=say)


@pages.route("/book/sent/<token>/email", methods=["GET", "POST"])
def correct_email(token: str) -> ResponseReturnValue:
    booking = opened(token)
    if booking.visit.address_confirmed_at:
        flash("Your address is confirmed already. Call us to change it")
        return redirect(url_for(".manage", token=token), 303)
    form = EmailForm()
    if form.sent():
        try:
            limits.spend("correct an address", limit="3 per hour", of=network())
            limits.mail_to(form.email.data)
            with transaction():
                visit = visits.change_email(booking.visit, form.email.data, now=clock.now())
                new = links.keep(Purpose.MANAGE, now=clock.now(), visit_id=visit.id)
                new_token = links.token(new)
            flash(f"Corrected. The links in our first email no longer work: the new ones go to {form.email.data}")
            return redirect(url_for(".sent", token=new_token), 303)
        except Overtaken as overtaken:
            flash(str(overtaken), "wait")
            return redirect(url_for(".manage", token=token), 303)
        except limits.TooMany as refusal:
            form.refuse(refusal)
    return render_template("business/correct_email.html", form=form, visit=booking.visit, token=token), form.status

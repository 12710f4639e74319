"""How the visit was: three questions, once."""

from flask import redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from wtforms.fields.choices import SelectChoice

from booking import clock
from booking.db import transaction
from booking.domain.errors import Refused
from booking.emails import visits as say
from booking.services import visits
from booking.web.business import pages
from booking.web.business.visits.opening import opened
from booking.web.fields import Choice, Form, Paragraph

RATINGS = ("Of little use", "Of some use", "Useful", "Very useful", "It has changed how we work")


class FeedbackForm(Form):
    rating = Choice(
        "How useful was the visit?",
        missing="Select how useful the visit was",
        choices=[SelectChoice(str(5 - n), words) for n, words in enumerate(reversed(RATINGS))],
    )
    differently = Paragraph("What do people do differently now? (optional)", limit=1000)
    better = Paragraph("What should we do better next time? (optional)", limit=1000)
    comment = Paragraph("Anything else (optional)", limit=1000)

    @property
    def words(self) -> str:
        """The answers in one text, each under its question."""
        asked = (("Done differently", self.differently), ("To do better", self.better), ("Else", self.comment))
        return "\n".join(f"{label}: {field.data}" for label, field in asked if field.data)


@pages.route("/b/<token>/feedback", methods=["GET", "POST"])
def feedback(token: str) -> ResponseReturnValue:
    booking, form = opened(token), FeedbackForm()
    if form.sent():
        try:
            with transaction():
                visits.rate(booking.visit, rating=int(form.rating.data or 0), comment=form.words, now=clock.now())
            return redirect(url_for(".feedback", token=token), 303)
        except Refused as refusal:
            form.refuse(refusal)
            booking = opened(token)
    return render_template(
        "business/feedback.html", form=form, booking=booking, visit=booking.visit, token=token, say=say
    ), form.status

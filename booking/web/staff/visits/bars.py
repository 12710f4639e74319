"""Trainers whom a visit's firm does not want again."""

from http import HTTPStatus

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from wtforms import SelectField
from wtforms.fields.choices import SelectChoice

from booking import clock
from booking.db import transaction
from booking.domain.errors import Refused
from booking.domain.text import whole_number
from booking.queries.desk import agenda
from booking.queries.desk import bars as queries
from booking.queries.desk import visit as visits
from booking.services.records import bars
from booking.web.fields import Form, Line
from booking.web.staff import pages
from booking.web.staff.access import actor


class BarForm(Form):
    trainer = SelectField("Trainer", validate_choice=False)
    reason = Line("Why", limit=200, missing="Enter why, in a few words")


@pages.route("/visits/<reference>/bars", methods=["GET", "POST"])
def visit_bars(reference: str) -> ResponseReturnValue:
    row, form = visits.one(reference), BarForm()
    barred, trainers = queries.of_firm(row), agenda.trainers()
    known = {trainer.id for _, trainer in barred}
    form.trainer.choices = [
        SelectChoice("", "Select"),
        *(SelectChoice(str(each), name) for each, name in trainers if each not in known),
    ]
    if form.sent():
        try:
            with transaction():
                wanted = whole_number(form.trainer.data, digits=9) or 0
                trainer = bars.add(row, wanted, reason=form.reason.data, actor=actor(), now=clock.now())
                name = trainer.name
            flash(f"{name} is not sent there again. Visits they have there stay theirs")
            return redirect(url_for(".visit_bars", reference=reference), HTTPStatus.SEE_OTHER)
        except Refused as refusal:
            form.refuse(refusal)
    page = render_template("staff/visit_bars.html", form=form, visit=row, barred=barred, story=queries.story(row))
    return page, form.status


@pages.post("/visits/<reference>/bars/<int:trainer_id>/remove")
def bar_remove(reference: str, trainer_id: int) -> ResponseReturnValue:
    try:
        with transaction():
            bars.remove(visits.one(reference), trainer_id, actor=actor(), now=clock.now())
    except Refused as refusal:
        flash(str(refusal), "stop")
    return redirect(url_for(".visit_bars", reference=reference), HTTPStatus.SEE_OTHER)

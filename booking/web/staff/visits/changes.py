"""What staff change about a visit with something typed: who goes, when it is, that it is off, how it went."""

from datetime import date
from http import HTTPStatus

from flask import redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from wtforms import SelectField

from booking import clock
from booking.db import transaction
from booking.domain.days import Half, Slot
from booking.domain.errors import Refused
from booking.domain.words import parse_span
from booking.queries import dates, fees, shortlist
from booking.queries.desk import visit as queries
from booking.services import visits
from booking.web.fields import Carried, Choice, Form, Line, Number, Paragraph
from booking.web.staff import pages
from booking.web.staff.access import actor

YES, NO = "yes", "no"
HALVES = {Half.AM.value: "Morning, from 9:30am", Half.PM.value: "Afternoon, from 1:30pm"}


class Change(Form):
    """A change of a visit. `seen` is the version that was on the screen."""

    seen = Carried()

    @property
    def version(self) -> int | None:
        return self.seen.number


class AssignForm(Change):
    trainer = Carried()
    reason = Line("Why them, against the rule (10 letters or more)", limit=200)


class MoveForm(Change):
    day = Line("New day", limit=30, missing="Enter a day, like 12 January")
    half = SelectField("Starts in the", choices=HALVES, validate_choice=False)
    reason = Line("Why, where a rule speaks against it (optional)", limit=200)
    waive = Line("Why there is no fee (optional)", limit=200)


class CancelForm(Change):
    reason = Paragraph("Why it is cancelled: the firm reads this", limit=400)
    waive = Line("Why there is no fee (optional)", limit=200)


class ReportForm(Change):
    took_place = Choice(
        "Did it take place?", missing="Select whether it took place", choices={YES: "Yes, it took place", NO: "No"}
    )
    people = Number("Number of people who came (optional)", least=0, most=500, is_optional=True)
    report = Paragraph("Report (optional)", limit=4000)


@pages.route("/visits/<reference>/assign", methods=["GET", "POST"])
def assign(reference: str) -> ResponseReturnValue:
    row, form = queries.one(reference), AssignForm()
    if form.sent():
        try:
            with transaction():
                visits.ask(
                    row,
                    form.trainer.number or 0,
                    actor=actor(),
                    reason=form.reason.data,
                    seen=form.version,
                    now=clock.now(),
                )
            return back_to(reference)
        except Refused as refusal:
            form.refuse(refusal)
            row = queries.one(reference)  # as a colleague may have left it
    return render_template(
        "staff/assign.html", form=form, visit=row, shortlist=shortlist.for_visit(row, now=clock.now())
    ), form.status


@pages.route("/visits/<reference>/move", methods=["GET", "POST"])
def visit_move(reference: str) -> ResponseReturnValue:
    row, form = queries.one(reference), MoveForm()
    if form.sent():
        try:
            with transaction():
                visits.move_by_staff(
                    row,
                    at=Slot(
                        typed_day(form.day.data or ""), Half(form.half.data) if form.half.data in set(Half) else Half.AM
                    ),
                    reason=form.reason.data,
                    waive=form.waive.data,
                    actor=actor(),
                    seen=form.version,
                    now=clock.now(),
                )
            return back_to(reference)
        except Refused as refusal:
            form.refuse(moved_to_field(refusal))
            row = queries.one(reference)  # as a colleague may have left it
    now = clock.now()
    openings = dates.openings(course=row.course, county=row.county, outcode=row.outcode, now=now, but_visit=row.id)
    return render_template(
        "staff/visit_move.html", form=form, visit=row, due=fees.to_move(row, now=now), soonest=openings.soonest(8)
    ), form.status


@pages.route("/visits/<reference>/cancel", methods=["GET", "POST"])
def visit_cancel(reference: str) -> ResponseReturnValue:
    row, form = queries.one(reference), CancelForm()
    if form.sent():
        try:
            with transaction():
                visits.cancel_by_staff(
                    row,
                    reason=form.reason.data,
                    waive=form.waive.data,
                    actor=actor(),
                    seen=form.version,
                    now=clock.now(),
                )
            return back_to(reference)
        except Refused as refusal:
            form.refuse(refusal)
            row = queries.one(reference)  # as a colleague may have left it
    due = fees.to_cancel(row, now=clock.now())
    return render_template("staff/visit_cancel.html", form=form, visit=row, due=due), form.status


@pages.route("/visits/<reference>/report", methods=["GET", "POST"])
def visit_report(reference: str) -> ResponseReturnValue:
    row, form = queries.one(reference), ReportForm()
    if form.sent():
        try:
            with transaction():
                visits.deliver(
                    row,
                    took_place=form.took_place.data == YES,
                    people=form.people.given,
                    report=form.report.data,
                    actor=actor(),
                    now=clock.now(),
                )
            return back_to(reference)
        except Refused as refusal:
            form.refuse(refusal)
            row = queries.one(reference)  # as a colleague may have left it
    return render_template("staff/visit_report.html", form=form, visit=row), form.status


def back_to(reference: str) -> ResponseReturnValue:
    return redirect(url_for(".visit", reference=reference), HTTPStatus.SEE_OTHER)


def typed_day(typed: str) -> date:
    """A day as staff type it, from today to 18 months ahead. Raises Refused beside `day`."""
    span = parse_span(typed, "", today=clock.today(), fields=("day", "day"))
    if span is None:
        raise Refused("Enter a day, like 12 January", field="day")
    return span.first_on


def moved_to_field(refusal: Refused) -> Refused:
    """What is said of a slot or a trainer stands beside the day: that is what the form asks for."""
    return Refused(str(refusal), field="day") if refusal.field in ("slot", "trainer") else refusal

"""What staff change about a visit with something typed: who goes, when it is, that it is off, how it went."""

from http import HTTPStatus

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from booking import clock
from booking.db import transaction
from booking.domain.errors import Refused, Taken
from booking.queries import dates, fees, shortlist
from booking.queries.desk import visit as queries
from booking.services import visits
from booking.web.fields import Carried, Choice, Form, Line, Number, Paragraph
from booking.web.staff import pages
from booking.web.staff.access import actor
from booking.web.staff.visits.dating import Dated

YES, NO = "yes", "no"


class Change(Form):
    """A change of a visit. `seen` is the version that was on the screen."""

    seen = Carried()

    @property
    def version(self) -> int | None:
        return self.seen.number


class AssignForm(Change):
    trainer = Carried()
    reason = Line("Why them, against the rule (10 letters or more)", limit=200)


class MoveForm(Dated, Change):
    waive = Line("Why there is no fee (optional)", limit=200)


class NoForm(Change):
    note = Line("Why not (optional)", limit=200)
    other_date = Line("A day they could do instead (optional)", limit=100)


class CancelForm(Change):
    reason = Paragraph("Why it is cancelled: the firm reads this", limit=400)
    waive = Line("Why there is no fee (optional)", limit=200)


class ReportForm(Change):
    took_place = Choice(
        "Did it take place?", missing="Select whether it took place", choices={YES: "Yes, it took place", NO: "No"}
    )
    people = Number("Number of people who came (optional)", least=0, most=500, is_optional=True)
    report = Paragraph("Report (optional)", limit=4000)


@pages.route("/visits/<reference>/no", methods=["GET", "POST"])
def visit_no(reference: str) -> ResponseReturnValue:
    """A trainer's no by phone."""
    row, form = queries.one(reference), NoForm()
    trainer = visits.asked_trainer(row)
    if trainer is None:
        flash("Nobody is asked about this visit now", "stop")
        return back_to(reference)
    if form.sent():
        try:
            with transaction():
                visits.decline(
                    row,
                    trainer,
                    note=form.note.data,
                    other_date=form.other_date.data,
                    actor=actor(),
                    seen=form.version,
                    now=clock.now(),
                )
            return back_to(reference)
        except Refused as refusal:
            form.refuse(refusal)
            row = queries.one(reference)  # as a colleague may have left it
    at, trainer = visits.asked_start(row), visits.asked_trainer(row) or trainer
    return render_template("staff/visit_no.html", form=form, visit=row, trainer=trainer, at=at), form.status


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
    at = visits.asked_start(row)
    found, passed = shortlist.for_visit(row, at=at, is_settled=True, now=clock.now()), visits.passed_over(row)
    return render_template(
        "staff/assign.html",
        form=form,
        visit=row,
        at=at,
        matches=sorted(found.matches, key=lambda match: (match.needs_override, match.trainer_id in passed)),
        excluded=found.excluded,
        passed=passed,
    ), form.status


@pages.route("/visits/<reference>/move", methods=["GET", "POST"])
def visit_move(reference: str) -> ResponseReturnValue:
    row, form, lost = queries.one(reference), MoveForm(), None
    if form.sent():
        try:
            with transaction():
                visits.move_by_staff(
                    row,
                    at=form.at,
                    trainer_id=form.trainer_id,
                    reason=form.reason.data,
                    waive=form.waive.data,
                    actor=actor(),
                    seen=form.version,
                    now=clock.now(),
                )
            return back_to(reference)
        except Refused as refusal:
            lost = form.at if isinstance(refusal, Taken) else None
            form.refuse(refusal)
            row = queries.one(reference)  # as a colleague may have left it
    now = clock.now()
    openings = dates.openings(course=row.course, county=row.county, outcode=row.outcode, now=now, but_visit=row.id)
    form.offer(openings, near=lost, half_days=row.half_days)
    return render_template("staff/visit_move.html", form=form, visit=row, due=fees.to_move(row, now=now)), form.status


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
                    seen=form.version,
                    now=clock.now(),
                )
            return back_to(reference)
        except Refused as refusal:
            form.refuse(refusal)
            row = queries.one(reference)  # as a colleague may have left it
    return render_template("staff/visit_report.html", form=form, visit=row), form.status


def back_to(reference: str) -> ResponseReturnValue:
    return redirect(url_for(".visit", reference=reference), HTTPStatus.SEE_OTHER)

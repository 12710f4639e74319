"""My visits, and one visit with everything that the day needs."""

from dataclasses import dataclass
from datetime import date, timedelta
from http import HTTPStatus
from typing import Any

from flask import abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from booking import clock
from booking.db import transaction
from booking.domain.days import Half, Slot
from booking.domain.errors import NotFound, Refused
from booking.domain.lifecycle import VisitState
from booking.emails import calendar
from booking.emails.visits import Session, map_url, sessions, span
from booking.queries.road import mine
from booking.services import briefings
from booking.services import visits as services
from booking.services.road import calendars
from booking.services.timetable.drives import drives
from booking.services.timetable.spare import spare
from booking.web.fields import Carried, Choice, Form, Line, Number, Paragraph
from booking.web.trainer import pages
from booking.web.trainer.access import actor, current_trainer
from config import settings

YES, NO = "yes", "no"


class AnswerForm(Form):
    note = Line("Why not (optional)", limit=200)
    other_date = Line("A date you could do instead (optional)", limit=100)


class DropForm(Form):
    note = Line("What has come up", limit=200, missing="Enter what has come up, in a few words")


class ReportForm(Form):
    seen = Carried()
    took_place = Choice(
        "Did it take place?", missing="Select whether it took place", choices={YES: "Yes, it took place", NO: "No"}
    )
    people = Number("Number of people who came (optional)", least=0, most=500, is_optional=True)
    report = Paragraph("Anything the office should know (optional)", limit=4000)


@dataclass(frozen=True, slots=True)
class Stop:
    """One day of a visit on the trainer's list."""

    session: Session
    visit: Any

    @property
    def day(self) -> date:
        return self.session.day

    @property
    def words(self) -> str:
        return span(self.session)


@pages.get("/")
def visits() -> str:
    me, today = mine.trainer(current_trainer().id), clock.today()
    monday = today - timedelta(days=today.weekday())
    rows = mine.ahead(me.id, today=today)
    stops = [Stop(session, row) for row in rows for session in sessions(row) if session.ends_at > clock.now()]
    stops.sort(key=lambda stop: stop.session.starts_at)
    return render_template(
        "trainer/visits.html",
        heading=f"Your visits, {me.name.partition(' ')[0]}",
        offers=mine.to_answer(me.id),
        agreed=mine.agreed(me.id),
        stops=stops,
        this_week=[stop for stop in stops if stop.day < monday + timedelta(days=7)],
        later=[stop for stop in stops if stop.day >= monday + timedelta(days=7)],
        spare=spare(me, monday, now=clock.now()),
        weeks=mine.weeks(me.id, today=today),
        reports=[row for row in mine.to_report(me.id, today=today) if is_over(row)],
        drive=first_drive(me, stops),
        map_url=map_url,
        today=today,
    )


@pages.post("/weeks/<int:schedule_id>")
def got_week(schedule_id: int) -> ResponseReturnValue:
    with transaction():
        calendars.read_week(mine.trainer(current_trainer().id), schedule_id, now=clock.now())
    flash("Thank you. The office knows that you have read it")
    return redirect(url_for(".visits"), HTTPStatus.SEE_OTHER)


@pages.route("/offers/<reference>", methods=["GET", "POST"])
def offer(reference: str) -> ResponseReturnValue:
    row, form, me = found(reference), AnswerForm(), mine.trainer(current_trainer().id)
    if form.sent():
        said = request.form.get("answer")
        if said in (YES, NO):
            return answered(row, me, form, is_yes=said == YES)
        form.form_errors.append("Press “I can do it” or “I cannot do it”")
    page = render_template(
        "trainer/offer.html",
        form=form,
        visit=row,
        is_open=mine.is_asked(row, trainer_id=me.id),
        has_agreed=mine.has_agreed(row, trainer_id=me.id),
        at=services.asked_start(row),
        drive=drives(me, [row], day=row.first_day)[0] if not row.proposed_day else None,
        answers=briefings.answers(row),
    )
    return page, form.status


def answered(row: Any, me: Any, form: AnswerForm, *, is_yes: bool) -> ResponseReturnValue:
    """Their yes or no is stored; what has changed meanwhile is said kindly."""
    try:
        with transaction():
            if is_yes:
                services.accept(row, me, at=seen(), now=clock.now())
            else:
                services.decline(
                    row, me, note=form.note.data, other_date=form.other_date.data, at=seen(), now=clock.now()
                )
    except Refused as refusal:
        flash(str(refusal), "wait")
    else:
        flash(
            "Yes it is. We confirm with the firm, and then you get all the details"
            if is_yes
            else "Noted. We ask somebody else; there is nothing more for you to do"
        )
    return redirect(url_for(".visits"), HTTPStatus.SEE_OTHER)


@pages.get("/visits/<reference>")
def visit(reference: str) -> str:
    row, me = found(reference), mine.trainer(current_trainer().id)
    if row.state not in (VisitState.CONFIRMED, VisitState.DELIVERED) or row.trainer_id != me.id:
        return render_template("trainer/waiting.html", visit=row)
    days = sessions(row)
    told = [each for each in mine.ahead(me.id, today=days[0].day) if stop_on(each, days[0].day)]
    way = dict(zip([each.id for each in told], drives(me, told, day=days[0].day), strict=True)).get(row.id)
    return render_template(
        "trainer/visit.html",
        visit=row,
        days=days,
        drive=way.sentence(days[0]) if way else "",
        answers=briefings.answers(row),
        map_url=map_url(row.site),
        may_report=is_over(row) and row.took_place is None,
        is_ahead=not is_over(row),
        is_asked=mine.is_asked(row, trainer_id=me.id),
    )


@pages.post("/visits/<reference>/got-it")
def got_it(reference: str) -> ResponseReturnValue:
    try:
        with transaction():
            services.got_it(found(reference), mine.trainer(current_trainer().id), now=clock.now())
    except NotFound:
        raise
    except Refused as refusal:
        flash(str(refusal), "wait")
    return redirect(url_for(".visit", reference=reference), HTTPStatus.SEE_OTHER)


@pages.route("/visits/<reference>/cannot", methods=["GET", "POST"])
def cannot(reference: str) -> ResponseReturnValue:
    row, form = found(reference), DropForm()
    if form.sent():
        try:
            with transaction():
                me = mine.trainer(current_trainer().id)
                services.decline(row, me, note=form.note.data, at=seen(), now=clock.now())
            flash("Noted. The office knows, and somebody else is asked. There is nothing more for you to do")
            return redirect(url_for(".visits"), HTTPStatus.SEE_OTHER)
        except Refused as refusal:
            form.refuse(refusal)
            row = found(reference)  # as the office may have left it
    return render_template("trainer/cannot.html", form=form, visit=row), form.status


@pages.route("/visits/<reference>/after", methods=["GET", "POST"])
def after(reference: str) -> ResponseReturnValue:
    row, form = theirs(reference), ReportForm()
    if form.sent():
        try:
            with transaction():
                services.deliver(
                    row,
                    took_place=form.took_place.data == YES,
                    people=form.people.given,
                    report=form.report.data,
                    actor=actor(),
                    seen=form.seen.number,
                    now=clock.now(),
                )
            flash("Thank you for the report")
            return redirect(url_for(".visits"), HTTPStatus.SEE_OTHER)
        except Refused as refusal:
            form.refuse(refusal)
            row = found(reference)  # as the office may have left it
    return render_template("trainer/after.html", form=form, visit=row), form.status


@pages.get("/visits/<reference>/visit.ics")
def visit_ics(reference: str) -> ResponseReturnValue:
    row = theirs(reference)
    if row.state is not VisitState.CONFIRMED:
        abort(HTTPStatus.NOT_FOUND)
    text = calendar.download(row, url=f"{settings().base_url}/t/visits/{row.reference}")
    headers = {"Content-Disposition": f"attachment; filename={row.reference}.ics"}
    return text, HTTPStatus.OK, {"Content-Type": "text/calendar; charset=utf-8", **headers}


def found(reference: str) -> Any:
    """The visit of this reference, if it is theirs or offered to them; a stranger's is not there.

    Who has said no, or was asked in vain, is told so: the link in their mail still leads here.
    """
    me = current_trainer().id
    if (row := mine.one(reference, trainer_id=me)) is not None:
        return row
    if mine.was_theirs(reference, trainer_id=me):
        flash("That visit is with somebody else now, so there is nothing for you to do", "wait")
        abort(redirect(url_for(".visits"), HTTPStatus.SEE_OTHER))
    abort(HTTPStatus.NOT_FOUND)


def theirs(reference: str) -> Any:
    """The visit of this reference, if it is theirs: one that they are only asked about is somebody else's still."""
    row = found(reference)
    return row if row.trainer_id == current_trainer().id else abort(HTTPStatus.NOT_FOUND)


def first_drive(me: Any, stops: list[Stop]) -> str:
    """When to leave for the next visit, as a sentence; "" where that is not known."""
    if not stops:
        return ""
    (drive,) = drives(me, [stops[0].visit], day=stops[0].day)
    return drive.sentence(stops[0].session) if drive else ""


def stop_on(row: Any, day: date) -> bool:
    return any(each.day == day for each in sessions(row))


def is_over(row: Any) -> bool:
    return sessions(row)[-1].ends_at <= clock.now()


def seen() -> Slot | None:
    """The date that stood on the page when the button was pressed; None for none, or none of ours."""
    day, _, half = request.form.get("at", "").partition(" ")
    try:
        return Slot(date.fromisoformat(day), Half(half))
    except ValueError:
        return None

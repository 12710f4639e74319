"""A visit that staff enter by hand, for an enquiry: everything it told is filled in."""

from collections.abc import Mapping
from datetime import date
from http import HTTPStatus
from typing import Any

from flask import abort, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from wtforms import SelectField
from wtforms.fields.choices import SelectChoice

from booking import clock
from booking.db import transaction
from booking.domain.days import Half, Slot
from booking.domain.errors import Refused
from booking.domain.places import County, parse_postcode, split_place
from booking.domain.words import day_words, near_day, parse_day
from booking.queries import catalogue, enquiries
from booking.queries.desk import agenda
from booking.services import forms, visits
from booking.services.visits import OnTheDay, Place
from booking.web.fields import KeyedForm, Line, Number, Paragraph
from booking.web.staff import pages
from booking.web.staff.access import actor
from booking.web.staff.lists import number
from booking.web.staff.visits.changes import HALVES, typed_day

BEST = "0"
CELL = ("day", "half", "trainer")  # what a cell of the planner hands on


class AddForm(KeyedForm):
    course = SelectField("Course", validate_choice=False)
    day = Line("Day", limit=30, missing="Enter a day, like 12 January")
    half = SelectField("Starts in the", choices=HALVES, validate_choice=False)
    trainer = SelectField("Trainer", validate_choice=False)
    reason = Line("Why, where a rule speaks against it (optional)", limit=200)
    address = Line("Address", limit=250, missing="Enter the address")
    town = Line("Town", limit=60, missing="Enter the town")
    postcode = Line("Postcode", limit=20, missing="Enter a full postcode, like EX1 1AA")
    county = SelectField("County", choices={each.value: each.label for each in County}, validate_choice=False)
    people = Number("Number of people", least=1, most=500, missing="Enter how many people will take part")
    room = Line("Room (optional)", limit=200)
    parking = Line("Parking (optional)", limit=200)
    access_needs = Paragraph("Access needs (optional)", limit=400)
    notes = Paragraph("Anything else for the trainer (optional)", limit=2000)

    @classmethod
    def opened(cls, enquiry: Any, *, asked: Mapping[str, str]) -> "AddForm":
        """With what the enquiry told, and the day and trainer of the planner's cell."""
        day, (town, postcode) = asked_day(asked), split_place(enquiry.place)
        form = cls(
            data={
                "course": str(enquiry.course_id or ""),
                "day": day_words(day) if day else "",
                "half": asked.get("half", Half.AM),
                "trainer": asked.get("trainer", BEST),
                "town": town,
                "postcode": postcode,
                "county": enquiry.county,
                "people": str(enquiry.people or ""),
            }
        )
        undecided = [] if enquiry.course_id else [SelectChoice("", "Not decided yet")]
        form.course.choices = [*undecided, *(SelectChoice(str(each.id), each.title) for each in catalogue.active())]
        best = SelectChoice(BEST, "Whoever is best")
        form.trainer.choices = [best, *(SelectChoice(str(each), name) for each, name in agenda.trainers())]
        return form

    def booked(self, enquiry: Any) -> Any:
        """The visit, booked. Raises Refused beside its field."""
        postcode = parse_postcode(self.postcode.data)
        course = next((each for each in catalogue.active() if str(each.id) == self.course.data), None)
        if course is None:
            raise Refused("Select a course", field="course")
        if self.county.data not in set(County):
            raise Refused("Select a county", field="county")
        trainer_id = next((each for each, _ in agenda.trainers() if str(each) == self.trainer.data), None)
        if trainer_id is None and self.trainer.data != BEST:
            raise Refused("Select a trainer, or whoever is best", field="trainer")
        place = Place(self.address.data, self.town.data, str(postcode), postcode.outcode, County(self.county.data))
        half = Half(self.half.data) if self.half.data in set(Half) and course.half_days == 1 else Half.AM
        on_the_day = OnTheDay(
            self.people.number, self.room.data, self.parking.data, self.access_needs.data, self.notes.data
        )
        return visits.book(
            enquiry,
            course=course,
            place=place,
            on_the_day=on_the_day,
            at=Slot(typed_day(self.day.data or ""), half),
            trainer_id=trainer_id,
            reason=self.reason.data,
            actor=actor(),
            now=clock.now(),
        )


@pages.route("/visits/add", methods=["GET", "POST"])
def visit_add() -> ResponseReturnValue:
    wanted = number("enquiry")
    if wanted is None:  # from a cell of the planner: whose visit is it?
        rows, kept = enquiries.open_ones(), {name: request.args.get(name) for name in CELL}
        return render_template("staff/visit_whose.html", asked=kept, cell=cell_words(request.args), rows=rows)
    enquiry = enquiries.complete(wanted) or abort(HTTPStatus.NOT_FOUND)
    form = AddForm.opened(enquiry, asked=request.args)
    if form.sent():
        try:
            with transaction():
                first = forms.first_time(form.key.data, form.fields(), now=clock.now())
                visit = form.booked(enquiry)
                first.answer = url_for(".visit", reference=visit.reference)
            return redirect(first.answer, HTTPStatus.SEE_OTHER)
        except forms.Repeated as repeated:
            return redirect(repeated.answer, HTTPStatus.SEE_OTHER)
        except Refused as refusal:
            form.refuse(Refused(str(refusal), field="day") if refusal.field == "slot" else refusal)
    return render_template("staff/visit_add.html", form=form, enquiry=enquiry), form.status


def asked_day(asked: Mapping[str, str]) -> date | None:
    """The day of the planner's cell; None for none, or none that can be read."""
    try:
        return parse_day(asked.get("day", ""), today=clock.today())
    except Refused:
        return None


def cell_words(asked: Mapping[str, str]) -> str:
    """ "Asha Pollard, Monday 7 December": whose cell was pressed, as far as it is known."""
    names, day = {str(each): name for each, name in agenda.trainers()}, asked_day(asked)
    return ", ".join(part for part in (names.get(asked.get("trainer", "")), near_day(day) if day else "") if part)

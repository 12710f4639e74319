"""A visit that staff enter by hand, for an enquiry: everything it told is filled in."""

from collections.abc import Mapping, Sequence
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
from booking.domain.errors import Refused, Taken
from booking.domain.places import County, outcode_in, parse_postcode, split_place
from booking.domain.words import day_words, near_day, parse_day
from booking.queries import catalogue, dates, enquiries
from booking.queries.desk import agenda
from booking.services import forms, visits
from booking.services.visits import OnTheDay, Place
from booking.web.fields import KeyedForm, Line, Number, Paragraph
from booking.web.staff import pages
from booking.web.staff.access import actor
from booking.web.staff.lists import number
from booking.web.staff.visits.dating import TYPED, Dated

CELL = ("day", "half", "trainer")  # what a cell of the planner hands on


class AddForm(Dated, KeyedForm):
    course = SelectField("Course", validate_choice=False)
    address = Line("Address", limit=250, missing="Enter the address")
    town = Line("Town", limit=60, missing="Enter the town")
    postcode = Line("Postcode", limit=20, missing="Enter a full postcode, like EX1 1AA")
    county = SelectField("County", choices={each.value: each.label for each in County}, validate_choice=False)
    people = Number("Number of people", least=1, most=500, missing="Enter how many people will take part")
    room = Line("Room (optional)", limit=200)
    parking = Line("Parking (optional)", limit=200)
    access_needs = Paragraph("Access needs (optional)", limit=400)
    courses: Sequence[Any] = ()
    notes = Paragraph("Anything else for the trainer (optional)", limit=2000)

    @classmethod
    def opened(cls, enquiry: Any, *, asked: Mapping[str, str]) -> "AddForm":
        """With what the enquiry told, and the day and trainer of the planner's cell."""
        day, (town, postcode) = asked_day(asked), split_place(enquiry.place)
        form = cls(
            data={
                "course": str(enquiry.course_id or ""),
                "slot": TYPED if day else None,
                "day": day_words(day) if day else "",
                "half": asked.get("half", Half.AM),
                "trainer": asked.get("trainer", ""),
                "town": town,
                "postcode": postcode,
                "county": enquiry.county,
                "people": str(enquiry.people or ""),
            }
        )
        form.courses = catalogue.active()
        undecided = [] if enquiry.course_id else [SelectChoice("", "Not decided yet")]
        form.course.choices = [*undecided, *(SelectChoice(str(each.id), each.title) for each in form.courses)]
        return form

    @property
    def chosen(self) -> Any:
        """The course, of those we give now; None for none."""
        return next((each for each in self.courses if str(each.id) == self.course.data), None)

    def offer_days(self, *, near: Slot | None) -> None:
        """The free days of the course in the county; none as long as either is open."""
        course, county = self.chosen, self.county.data
        if course is None or county not in set(County):
            return self.offer(None, half_days=0)
        outcode = outcode_in(self.postcode.data) or dates.CENTRES[County(county)]
        found = dates.openings(course=course, county=County(county), outcode=outcode, now=clock.now())
        return self.offer(found, half_days=course.half_days, near=near)

    def booked(self, enquiry: Any) -> Any:
        """The visit, booked. Raises Refused beside its field."""
        postcode = parse_postcode(self.postcode.data)
        course = self.chosen
        if course is None:
            raise Refused("Select a course", field="course")
        if self.county.data not in set(County):
            raise Refused("Select a county", field="county")
        place = Place(self.address.data, self.town.data, str(postcode), postcode.outcode, County(self.county.data))
        at = self.at if course.half_days == 1 else Slot(self.at.day, Half.AM)  # longer ones start in the morning
        on_the_day = OnTheDay(
            self.people.number, self.room.data, self.parking.data, self.access_needs.data, self.notes.data
        )
        return visits.book(
            enquiry,
            course=course,
            place=place,
            on_the_day=on_the_day,
            at=at,
            trainer_id=self.trainer_id,
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
    form, lost = AddForm.opened(enquiry, asked=request.args), None
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
            lost = form.at if isinstance(refusal, Taken) else None
            form.refuse(refusal)
    form.offer_days(near=lost)
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

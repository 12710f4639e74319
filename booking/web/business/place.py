"""Which course, and where: a postcode in any spacing settles the county, or asks which."""

from collections.abc import Mapping, Sequence
from typing import Protocol, Self

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from wtforms import Field, HiddenField, RadioField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import StopValidation

from booking import clock
from booking.db import transaction
from booking.domain.errors import Refused
from booking.domain.places import County, Postcode, Reach, county_of, parse_postcode
from booking.queries import catalogue
from booking.queries.journey.drafts import Begun, answers_of
from booking.services import drafts
from booking.web.business import pages
from booking.web.business.journey import is_change, mine
from booking.web.fields import Choice, Form, Line
from booking.web.visitor import remember, visitor

MISSING = "Enter a full postcode, like EX1 1AA"
ANOTHER = "another"


class OnSale(Protocol):
    """A course that can be booked."""

    slug: str
    title: str


class PlaceForm(Form):
    """After a good `validate` the place is outside, or its county is settled, or still to be asked (`choices`)."""

    course = Choice("Which course?", missing="Select a course", choices=())
    postcode = Line("Postcode of your site", limit=20, missing=MISSING)
    asked = HiddenField()  # the outcode of which the county was asked already
    county = RadioField("Which county is your site in?", validate_choice=False, choices=())

    code: Postcode | None = None
    settled: County | None = None
    is_outside = False
    is_unknown = False

    @classmethod
    def opened(cls, courses: Sequence[OnSale], begun: Begun | None, *, asked: Mapping[str, str]) -> Self:
        """The form with what a link says, or what was told before, filled in."""
        draft = begun.draft if begun else None
        known = draft.course.slug if draft and draft.course else ""
        county = asked.get("county") or (draft.county if draft else None)
        form = cls(
            data={
                "course": asked.get("course", known),
                "postcode": draft.postcode if draft else "",
                "county": county if county in set(County) else None,
            }
        )
        form.course.choices = [SelectChoice(course.slug, course.title) for course in courses]
        return form

    def validate_postcode(self, field: Field) -> None:
        try:
            self.code = parse_postcode(field.data)
        except Refused as refusal:
            raise StopValidation(str(refusal)) from None

    def validate(self, extra_validators: Mapping[str, Sequence[object]] | None = None) -> bool:
        valid = bool(super().validate(extra_validators))
        return self.settle(self.code.outcode) and valid if self.code else valid

    def settle(self, outcode: str) -> bool:
        """Finds the county of an outcode; False when it was asked for and nothing was chosen."""
        where = county_of(outcode)
        self.is_unknown = where.reach is Reach.UNKNOWN
        if not where.must_ask:
            self.settled, self.is_outside = where.county, where.reach is not Reach.SERVED
            return True
        others = SelectChoice(ANOTHER, "Another county")
        self.county.choices = [*(SelectChoice(county, county.label) for county in where.choices), others]
        chosen = self.county.data if self.asked.data == outcode else None
        self.asked.data, was_asked = outcode, self.asked.data == outcode
        if chosen in where.choices:
            self.settled = County(chosen)
        self.is_outside = chosen == ANOTHER
        if was_asked and not (self.settled or self.is_outside):
            self.county.errors = ["Select which county your site is in"]
            return False
        return True


@pages.route("/book/place", methods=["GET", "POST"])
def place() -> ResponseReturnValue:
    courses, begun = catalogue.active(), mine()
    form = PlaceForm.opened(courses, begun, asked=request.args)
    if form.sent() and form.code:
        if form.is_outside:
            return redirect(url_for(".outside", outcode=form.code.outcode), 303)
        if form.settled:
            store(form, form.code, form.settled)
            return redirect(url_for(".check") if is_unchanged(begun) else url_for(".dates"), 303)
    course = next((each for each in courses if each.slug == form.course.data), None)
    _, group = answers_of(visitor())
    return render_template(
        "business/place.html", form=form, course=course, courses=courses, group=group
    ), form.status if form.errors else 200


def store(form: PlaceForm, code: Postcode, county: County) -> None:
    remember()
    course = catalogue.by_slug(form.course.data or "")
    if course is None:
        raise Refused("Select a course", field="course")
    result_id, _ = answers_of(visitor())
    with transaction():
        drafts.set_place(visitor(), course=course, county=county, postcode=code, result_id=result_id, now=clock.now())


def is_unchanged(before: Begun | None) -> bool:
    """Whether a Change from the check page has kept the date that was chosen."""
    after = mine() if is_change() and before else None
    return after is not None and after.at is not None

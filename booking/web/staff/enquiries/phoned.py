"""Someone phoned: what they said, typed in while they speak; on to a visit from there."""

from collections.abc import Callable, Mapping, Sequence
from http import HTTPStatus
from typing import Any, Self

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from wtforms import SelectField
from wtforms.fields.choices import SelectChoice

from booking import clock
from booking.db import transaction
from booking.domain.errors import Overtaken, Refused
from booking.domain.lifecycle import EnquiryReason
from booking.domain.places import read_place
from booking.domain.words import Span, parse_span
from booking.queries import catalogue
from booking.services import enquiries, forms
from booking.services.enquiries import Told
from booking.web.contacts import Email, Phone
from booking.web.fields import KeyedForm, Line, Paragraph, People
from booking.web.staff import lists, pages
from booking.web.staff.access import actor
from booking.web.staff.enquiries.words import REASONS
from booking.web.staff.visits.adding import CELL

ON_TO_A_VISIT = "visit"


class PhonedForm(KeyedForm):
    """What a caller said. Only the firm, a name, and one way to reach them must be there."""

    firm = Line("Firm or organisation", limit=120, missing="Enter the name of the firm or organisation")
    contact = Line("Who phoned", limit=80, missing="Enter who phoned")
    phone = Phone("Phone")
    email = Email("Email", missing="")
    reason = SelectField(
        "What they want",
        validate_choice=False,
        choices=[SelectChoice(each.value, said) for each, said in REASONS.items()],
    )
    message = Paragraph("What they said", limit=2000)
    course = SelectField("Course", validate_choice=False)
    place = Line("Where it would be", limit=60)
    people = People("How many people", limit=10)
    first = Line("First day that would suit", limit=30)
    last = Line("Last day", limit=30)

    courses: Mapping[str, int]
    span: Span | None = None

    @classmethod
    def opened(cls) -> Self:
        form, on_sale = cls(), catalogue.active()
        form.course.choices = [SelectChoice("", "Not decided yet"), *(SelectChoice(c.slug, c.title) for c in on_sale)]
        form.courses = {course.slug: course.id for course in on_sale}
        return form

    def validate(self, extra_validators: Mapping[str, Sequence[Any]] | None = None) -> bool:
        valid = bool(super().validate(extra_validators))
        readers: tuple[Callable[[], None], ...] = (self.read_reach, self.read_days)
        for read in readers:
            try:
                read()
            except Refused as refusal:
                self.refuse(refusal)
                valid = False
        return valid

    def read_reach(self) -> None:
        if not (self.phone.data or self.email.data or self.phone.errors or self.email.errors):
            raise Refused("Enter a phone number or an email address, so that we can answer", field="phone")

    def read_days(self) -> None:
        if not (self.first.errors or self.last.errors):
            today = clock.today()
            self.span = parse_span(self.first.data, self.last.data, today=today, fields=("first", "last"))

    def told(self) -> Told:
        """What the firm has told us."""
        county, place = read_place(self.place.data)
        return Told(
            reason=EnquiryReason(self.reason.data) if self.reason.data in set(EnquiryReason) else EnquiryReason.OTHER,
            firm_name=self.firm.data,
            contact_name=self.contact.data,
            email=self.email.data,
            phone=self.phone.e164,
            message=self.message.data,
            county=county,
            place=place,
            people=self.people.number,
            windows=(self.span,) if self.span else (),
            course_id=self.courses.get(self.course.data or ""),
        )


@pages.route("/enquiries/new", methods=["GET", "POST"])
def phoned() -> ResponseReturnValue:
    form = PhonedForm.opened()
    if form.sent():
        try:
            answer = store(form)
        except forms.Repeated as repeated:
            return redirect(repeated.answer, HTTPStatus.SEE_OTHER)
        except Overtaken as overtaken:
            form.refuse(overtaken)
        else:
            flash(f"Written down{f', and {form.email.data} has our answer' if form.email.data else ''}. It is yours")
            return redirect(answer, HTTPStatus.SEE_OTHER)
    return render_template("staff/phoned.html", form=form), form.status


def store(form: PhonedForm) -> str:
    """Stores the enquiry, once; the address to go on to. Raises Repeated, Overtaken."""
    with transaction():
        first = forms.first_time(form.key.data, form.fields(), now=clock.now())
        enquiry = enquiries.by_phone(form.told(), actor=actor(), now=clock.now())
        wants_visit = request.form.get("next") == ON_TO_A_VISIT
        if wants_visit:
            answer = lists.address(".visit_add", CELL, enquiry=enquiry.id)
        else:
            answer = url_for(".enquiry", enquiry_id=enquiry.id)
        first.answer = answer
    return answer

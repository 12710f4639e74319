"""Who, where exactly, how many: what the trainer needs, and how we reach the firm."""

from collections.abc import Mapping
from typing import Self

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from wtforms import BooleanField, Field
from wtforms.validators import StopValidation

from booking import clock
from booking.db import transaction
from booking.domain.errors import Refused
from booking.domain.places import Postcode, parse_postcode
from booking.domain.text import people_told
from booking.queries import dates
from booking.queries.journey.drafts import Begun
from booking.services import drafts
from booking.services.drafts import Details
from booking.web.business import pages
from booking.web.business.journey import hours_of, mine, sent_page
from booking.web.contacts import Email, Phone
from booking.web.fields import MOST_PEOPLE, Form, Line, Paragraph
from booking.web.filters import phone_words
from booking.web.visitor import network, remember, visitor

# What a request cannot do without, by the draft's own names: said beside an empty field, and as a link on the check.
MISSING: Mapping[str, str] = {
    "contact_name": "Enter your name",
    "email": "Enter your work email",
    "phone": "Enter a phone number",
    "firm_name": "Enter the name of your organisation",
    "address": "Enter the address of your site",
    "town": "Enter the town or village",
    "people": "Enter how many people will take part",
}


class DetailsForm(Form):
    contact_name = Line("Your name", limit=80, missing=MISSING["contact_name"])
    email = Email(missing=MISSING["email"])
    phone = Phone(missing=MISSING["phone"])
    firm_name = Line("Organisation", limit=120, missing=MISSING["firm_name"])
    address = Paragraph("Address", limit=250, missing=MISSING["address"])
    town = Line("Town or village", limit=60, missing=MISSING["town"])
    postcode = Line("Postcode", limit=20, missing="Enter a full postcode, like EX1 1AA")
    people = Line("People taking part", limit=20, missing=MISSING["people"])
    room = Line("Room (optional)", limit=200)
    parking = Line("Parking (optional)", limit=200)
    access_needs = Paragraph("Access needs (optional)", limit=400)
    notes = Paragraph("Anything else (optional)", limit=2000)
    wants_marketing = BooleanField("Send me news of courses a few times a year")

    most: int = MOST_PEOPLE
    count = 0
    is_too_many = False
    code: Postcode | None = None

    @classmethod
    def opened(cls, begun: Begun | None) -> Self:
        """The form with what was told before."""
        if begun is None:
            return cls()
        told = {name: getattr(begun.draft, name) for name in Details.__dataclass_fields__}
        told["phone"] = phone_words(begun.draft.phone)
        form = cls(data=told)
        form.most = begun.draft.course.group_max if begun.draft.course else MOST_PEOPLE
        return form

    def validate_people(self, field: Field) -> None:
        self.count = people_told(field.data) or 0
        if self.count < 1:
            raise StopValidation("Number of people must be a whole number, like 8")
        if self.count > self.most:
            self.is_too_many = True
            raise StopValidation(f"Number of people must be {self.most} or fewer: a larger group is a second visit")

    def validate_postcode(self, field: Field) -> None:
        try:
            self.code = parse_postcode(field.data)
        except Refused as refusal:
            raise StopValidation(str(refusal)) from None

    def told(self) -> Details:
        """What was typed, after a good `validate`."""
        assert self.code is not None, "the form is valid"
        return Details(
            contact_name=self.contact_name.data,
            email=self.email.data,
            phone=self.phone.e164,
            firm_name=self.firm_name.data,
            address=self.address.data,
            town=self.town.data,
            postcode=self.code,
            people=self.count,
            room=self.room.data,
            parking=self.parking.data,
            access_needs=self.access_needs.data,
            notes=self.notes.data,
            wants_marketing=bool(self.wants_marketing.data),
        )


@pages.route("/book/details", methods=["GET", "POST"])
def details() -> ResponseReturnValue:
    """Also takes what was typed before a booking was lost with its cookie: it waits until the place is told again."""
    begun = mine()
    if begun and begun.is_sent:
        return redirect(sent_page(begun.draft.visit_id or 0), 303)
    if request.method == "GET" and (begun is None or begun.at is None):
        return redirect(url_for(".dates"), 303)
    form = DetailsForm.opened(begun)
    if form.sent():
        try:
            return redirect(store(form), 303)
        except Refused as refusal:
            form.refuse(refusal)
            begun = mine()
    hours, is_free = hours_of(begun) if begun else "", is_still_free(begun)
    return render_template("business/details.html", form=form, begun=begun, hours=hours, is_free=is_free), form.status


def store(form: DetailsForm) -> str:
    """Keeps the details and holds the date for longer; the address of the next page."""
    remember()
    with transaction():
        is_held = drafts.set_details(visitor(), form.told(), network=network(), now=clock.now())
    begun = mine()
    if begun is None or not begun.is_placed:
        return url_for(".place")
    return url_for(".check") if is_held and begun.at else url_for(".dates")


def is_still_free(begun: Begun | None) -> bool:
    """Whether a date whose hold has run out can still be had; read only when it has."""
    if begun is None or begun.at is None or begun.held_until:
        return True
    draft = begun.draft
    if draft.course is None or draft.county is None:
        return True
    found = dates.openings(
        course=draft.course, county=draft.county, outcode=draft.outcode, now=clock.now(), but_visit=draft.visit_id
    )
    return found.has(begun.at)

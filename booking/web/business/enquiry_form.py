"""What the enquiry form asks, and how it becomes what a firm has told us."""

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Protocol, Self

from wtforms import BooleanField, SelectField

from booking import clock
from booking.domain.errors import Refused
from booking.domain.lifecycle import CallBand, EnquiryReason
from booking.domain.places import County, read_place
from booking.domain.words import Span, parse_span
from booking.services.enquiries import Told
from booking.web.contacts import Email, Phone
from booking.web.fields import Choice, Line, Paragraph, People
from booking.web.screening import ScreenedForm

REASONS = {
    EnquiryReason.COURSE.value: "Training for our people",
    EnquiryReason.CALL.value: "A call, to talk it through",
    EnquiryReason.DATE.value: "A date you do not show",
    EnquiryReason.OUTSIDE.value: "A place outside the four counties",
    EnquiryReason.COMPLAINT.value: "A complaint, so that we put it right",
    EnquiryReason.OTHER.value: "Something else",
}
TO_A_PLACE = {EnquiryReason.COURSE, EnquiryReason.DATE, EnquiryReason.OUTSIDE}
BANDS = {band.value: band.capitalize() for band in CallBand}


class OnSale(Protocol):
    """A course that can be asked about."""

    id: int
    slug: str
    title: str


class EnquiryForm(ScreenedForm):
    """One page; after a good `validate`, `told` has everything read."""

    reason = Choice("What can we do for you?", missing="Select what we can do for you", choices=REASONS)
    call_band = SelectField("When to call", choices=BANDS, validate_choice=False)
    message = Paragraph("What you need, in your own words", limit=2000)
    course = SelectField("Course", validate_choice=False)
    place = Line("Where it would be", limit=60)
    people = People("How many people would take part (optional)", limit=40)
    first_1, last_1 = Line("First day", limit=30), Line("Last day", limit=30)
    first_2, last_2 = Line("First day", limit=30), Line("Last day", limit=30)
    first_3, last_3 = Line("First day", limit=30), Line("Last day", limit=30)
    firm = Line("Firm or organisation", limit=120, missing="Enter the name of your firm or organisation")
    contact = Line("Your name", limit=80, missing="Enter your name")
    phone = Phone("Phone (optional, unless you want a call)")
    email = Email("Work email (optional if you want a call)")
    wants_marketing = BooleanField("Send me news of courses a few times a year")

    @classmethod
    def opened(cls, courses: Sequence[OnSale], *, asked: Mapping[str, str]) -> Self:
        """The form with what the link to it says filled in: reason, course, county or place."""
        county = asked.get("county")
        form = cls(
            data={
                "reason": asked.get("reason"),
                "course": asked.get("course"),
                "place": County(county).label if county in set(County) else asked.get("place", "")[:60],
            }
        )
        named = {course.slug: course.title for course in courses if course.slug == form.course.data}
        form.course.choices = {"": "Not decided yet", **named}
        form.ids = {course.slug: course.id for course in courses}
        return form

    ids: dict[str, int]
    spans: tuple[Span, ...] = ()

    @property
    def windows(self) -> tuple[tuple[Line, Line], ...]:
        """The three pairs of days that would suit."""
        return (self.first_1, self.last_1), (self.first_2, self.last_2), (self.first_3, self.last_3)

    def validate(self, extra_validators: Mapping[str, Sequence[object]] | None = None) -> bool:
        if self.reason.data == EnquiryReason.CALL:
            self.email.missing = ""
        valid = bool(super().validate(extra_validators))
        spans = [partial(self.read_span, *pair) for pair in self.windows]
        readers: list[Callable[[], None]] = [self.read_needs, self.read_where, *spans]
        for read in readers:
            try:
                read()
            except Refused as refusal:
                self.refuse(refusal)
                valid = False
        return valid

    def read_span(self, first: Line, last: Line) -> None:
        if not (first.errors or last.errors):
            span = parse_span(first.data, last.data, today=clock.today(), fields=(first.name, last.name))
            self.spans = (*self.spans, span) if span else self.spans

    def read_needs(self) -> None:
        """What one reason needs and another does not."""
        if self.reason.data == EnquiryReason.CALL:
            if not (self.phone.data or self.phone.errors):
                raise Refused("Enter the number we should call", field="phone")
        elif self.reason.data == EnquiryReason.DATE:
            if not (self.message.data or self.message.errors or any(first.data for first, _ in self.windows)):
                raise Refused("Enter which days would suit, in your own words or below", field="message")
        elif not (self.message.data or self.message.errors):
            wrong = self.reason.data == EnquiryReason.COMPLAINT
            raise Refused("Enter what went wrong" if wrong else "Enter what you need", field="message")

    def read_where(self) -> None:
        """A trainer goes somewhere; a call, a complaint and a question may be about no place."""
        if self.reason.data in TO_A_PLACE and not (self.place.data or self.place.errors):
            raise Refused("Enter where it would be: a postcode, a town or a county", field="place")

    def told(self, *, result_id: int | None) -> Told:
        """What the firm has told us; `result_id` is the diagnostic's result that goes with it."""
        reason = EnquiryReason(self.reason.data or "")
        band = CallBand(self.call_band.data) if self.call_band.data in set(CallBand) else CallBand.ANY
        county, place = read_place(self.place.data)
        return Told(
            reason=reason,
            firm_name=self.firm.data,
            contact_name=self.contact.data,
            email=self.email.data,
            phone=self.phone.e164,
            message=self.message.data,
            county=county,
            place=place,
            people=self.people.number,
            windows=self.spans,
            call_band=band if reason is EnquiryReason.CALL else None,
            course_id=self.ids.get(self.course.data),
            result_id=result_id,
            wants_marketing=bool(self.wants_marketing.data),
        )

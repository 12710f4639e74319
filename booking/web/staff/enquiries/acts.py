"""What staff do on an enquiry's page with something typed or chosen: one form for each, all on the same page."""

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar, Self

from flask import request
from wtforms import SelectField
from wtforms.fields.choices import SelectChoice

from booking import clock
from booking.domain.access import Actor
from booking.domain.errors import Refused
from booking.domain.lifecycle import ENQUIRY_MOVES, EnquiryState, LostReason
from booking.domain.words import day_words, parse_day
from booking.queries import staff as colleagues
from booking.services import enquiries as services
from booking.web.contacts import Email, Phone
from booking.web.fields import Carried, Form, Line, Paragraph
from booking.web.filters import phone_words
from booking.web.staff.enquiries import words


class Act(Form):
    """A form of the page. `seen` is the version of the enquiry that was on the screen."""

    name: ClassVar[str]
    seen = Carried()

    @classmethod
    def opened(cls, enquiry: Any, *, is_sent: bool) -> Self:
        """As it was sent, or filled in with how the enquiry stands."""
        return cls() if is_sent else cls(formdata=None, data=cls.stands(enquiry))

    @classmethod
    def stands(cls, enquiry: Any) -> dict[str, Any]:
        return {}

    def do(self, enquiry: Any, *, actor: Actor) -> None:
        """Does what the form says. Raises Refused."""
        raise NotImplementedError

    @property
    def version(self) -> int | None:
        return self.seen.number


class NoteForm(Act):
    name = "note"
    note = Paragraph("Add a note", limit=4000, missing="Enter a note")

    def do(self, enquiry: Any, *, actor: Actor) -> None:
        services.add_note(enquiry, self.note.data, actor=actor, now=clock.now())


class PlanForm(Act):
    name = "plan"
    next_step = Line("Next step", limit=120)
    next_on = Line("Day", limit=30)

    @classmethod
    def stands(cls, enquiry: Any) -> dict[str, Any]:
        return {
            "next_step": enquiry.next_step,
            "next_on": day_words(enquiry.next_on) if enquiry.next_on else "",
        }

    def do(self, enquiry: Any, *, actor: Actor) -> None:
        on = parse_day(self.next_on.data, today=clock.today(), field="next_on") if self.next_on.data else None
        if on and not self.next_step.data:
            raise Refused("Enter what happens on that day", field="next_step")
        step = self.next_step.data
        services.set_next_step(enquiry, step, on, actor=actor, seen=self.version, now=clock.now())


class ContactForm(Act):
    name = "correct"
    contact = Line("Name", limit=80, missing="Enter the name")
    phone = Phone()
    email = Email("Email", missing="")

    @classmethod
    def stands(cls, enquiry: Any) -> dict[str, Any]:
        contact = enquiry.contact
        return {"contact": contact.name, "phone": phone_words(contact.phone), "email": contact.email}

    def do(self, enquiry: Any, *, actor: Actor) -> None:
        if not self.email.data and (enquiry.contact.email or not self.phone.data):
            raise Refused("Enter an email address, like name@example.com", field="email")
        services.correct_contact(
            enquiry,
            name=self.contact.data,
            phone=self.phone.e164,
            email=self.email.data,
            actor=actor,
            seen=self.version,
            now=clock.now(),
        )


class OwnerForm(Act):
    name = "give"
    owner = SelectField("Owner", validate_choice=False)

    @classmethod
    def opened(cls, enquiry: Any, *, is_sent: bool) -> Self:
        form = super().opened(enquiry, is_sent=is_sent)
        able = [row for row in colleagues.everyone() if row.active]
        nobody = [] if enquiry.owner_id else [SelectChoice("", "Nobody yet")]
        form.owner.choices = [*nobody, *(SelectChoice(str(row.id), row.name) for row in able)]
        return form

    @classmethod
    def stands(cls, enquiry: Any) -> dict[str, Any]:
        return {"owner": str(enquiry.owner_id or "")}

    def do(self, enquiry: Any, *, actor: Actor) -> None:
        found = {str(row.id): row for row in colleagues.everyone() if row.active}.get(self.owner.data or "")
        if found is None:
            raise Refused("Select who owns it", field="owner")
        services.assign_owner(enquiry, found, actor=actor, seen=self.version, now=clock.now())


class MoveForm(Act):
    name = "move"
    state = SelectField("State", validate_choice=False, choices=[SelectChoice(each.value, "") for each in EnquiryState])
    reason = SelectField(
        "Why it is lost",
        validate_choice=False,
        choices=[SelectChoice("", "Select"), *(SelectChoice(each.value, said) for each, said in words.LOST.items())],
    )

    def do(self, enquiry: Any, *, actor: Actor) -> None:
        if self.state.data not in set(EnquiryState):
            raise Refused("Select where it goes")
        reason = LostReason(self.reason.data) if self.reason.data in set(LostReason) else None
        target = EnquiryState(self.state.data)
        services.move_state(
            enquiry,
            target,
            lost_reason=reason if target is EnquiryState.LOST else None,
            actor=actor,
            seen=self.version,
            now=clock.now(),
        )


ACTS: Sequence[type[Act]] = (NoteForm, PlanForm, ContactForm, OwnerForm, MoveForm)


def opened(enquiry: Any) -> tuple[Mapping[str, Act], Act | None]:
    """The forms of the page by name, and the one that was sent, if any."""
    name = request.form.get("act", "") if request.method == "POST" else ""
    forms = {each.name: each.opened(enquiry, is_sent=each.name == name) for each in ACTS}
    return forms, forms.get(name)


def targets(state: EnquiryState) -> Sequence[EnquiryState]:
    """Where a person may move it by a plain button: losing asks for a reason, spam has a button of its own."""
    return [each for each in EnquiryState if each in ENQUIRY_MOVES[state] - {EnquiryState.LOST, EnquiryState.SPAM}]

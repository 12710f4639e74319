"""Fields that ask how to reach a person: work email with a hint at slips, telephone in any spacing."""

from typing import Any

from flask import request
from flask_wtf import FlaskForm
from wtforms.validators import StopValidation

from booking.domain.text import suggested_email
from booking.web.fields import Line


class Email(Line):
    """An address that may exist. A likely slip is pointed out once; sent again unchanged, it is taken as it is."""

    def __init__(self, label: str = "Work email", *, missing: str = "Enter your work email", **rest: Any) -> None:
        super().__init__(label, limit=254, missing=missing, **rest)

    @property
    def seen_name(self) -> str:
        """The hidden input that says which slip the person has been shown (components/contact.html writes it)."""
        return f"{self.name}_seen"

    def pre_validate(self, form: FlaskForm) -> None:
        super().pre_validate(form)
        if not self.data:
            return
        from email_validator import EmailNotValidError, validate_email  # here: only forms that were sent pay for it

        if not self.data.rpartition("@")[0].isascii():  # most mail servers carry no such name, ours among them
            raise StopValidation("Email address must have plain letters, without accents, before the @")
        try:
            validate_email(self.data, check_deliverability=False)
        except EmailNotValidError:
            raise StopValidation("Enter an email address, like name@example.com") from None
        meant = suggested_email(self.data)
        if meant and request.form.get(self.seen_name) != self.data:
            raise StopValidation(f"Check the email address: did you mean {meant}? To keep it, send the form again")


class Phone(Line):
    """A telephone number that is possible somewhere; British without a country code. `e164` is how it is stored."""

    def __init__(self, label: str = "Phone", **rest: Any) -> None:
        super().__init__(label, limit=40, **rest)
        self.e164 = ""

    def pre_validate(self, form: FlaskForm) -> None:
        super().pre_validate(form)
        if not self.data:
            return
        import phonenumbers  # here: only forms that were sent pay for it

        try:
            number = phonenumbers.parse(self.data, "GB")
        except phonenumbers.NumberParseException:
            number = None
        if number is None or not phonenumbers.is_possible_number(number):
            raise StopValidation("Enter a phone number, like 01632 960 001")
        self.e164 = phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)

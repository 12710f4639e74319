"""Forms and fields that every page shares: cleaned text, errors in a person's words, nothing typed lost."""

import secrets
from collections.abc import Callable, Iterable
from http import HTTPStatus
from typing import Any

from flask import after_this_request, g, request
from flask_wtf import FlaskForm
from wtforms import Field, HiddenField, RadioField, StringField, TextAreaField, ValidationError
from wtforms.validators import StopValidation

from booking.domain.errors import Refused
from booking.domain.text import clean, people_told, whole_number
from booking.services.forms import Changed
from booking.web.guards import LAPSED
from booking.web.limits import TooMany

MOST_PEOPLE = 500  # where no course says


class Form(FlaskForm):
    """A page's form. `sent()` is the one question a view asks; `status` is the answer's HTTP code."""

    class Meta:
        csrf = False  # guards.check_csrf has looked already; the macro `csrf()` writes the field

    is_slowed = False

    def sent(self) -> bool:
        """Posted, with a good CSRF token, and every field is right."""
        if request.method != "POST":
            return False
        valid = self.validate()
        if g.get("lapsed"):
            self.form_errors.append(LAPSED)
            return False
        return bool(valid)

    def refuse(self, refusal: Refused) -> None:
        """Puts a rule's words beside their field, or above the form."""
        if isinstance(refusal, TooMany):
            self.is_slowed = True
            after_this_request(refusal.tell)
        found = self._fields.get(refusal.field)
        if found is None:
            self.form_errors.append(str(refusal))
        else:
            found.errors = [*found.errors, str(refusal)]

    @property
    def status(self) -> int:
        """422 after a post that was not accepted, 429 after one too many, else 200."""
        if request.method != "POST":
            return HTTPStatus.OK
        return HTTPStatus.TOO_MANY_REQUESTS if self.is_slowed else HTTPStatus.UNPROCESSABLE_ENTITY

    def problems(self) -> list[tuple[str, str]]:
        """What is wrong, as (id of the field or "", words), in page order: for the summary at the top."""
        found = [("", words) for words in self.form_errors]
        for field in self:
            target = f"{field.id}-0" if isinstance(field, RadioField) else field.id
            found += [(target, words) for words in flat(field.errors)]
        return found


class KeyedForm(Form):
    """A form that creates something: its random key makes a second sending harmless (services.forms)."""

    key = HiddenField(default=lambda: secrets.token_urlsafe(16))

    def refuse(self, refusal: Refused) -> None:
        """Who has read that it was sent already, with other answers, may send this one: it has a fresh key."""
        super().refuse(refusal)
        if isinstance(refusal, Changed):
            self.key.data = secrets.token_urlsafe(16)

    def fields(self) -> dict[str, str]:
        """What was typed, for telling a repeat from a changed form."""
        return {field.name: str(field.data) for field in self if field.name != "key"}


def flat(errors: Iterable[Any]) -> list[str]:
    return [words for error in errors for words in (flat(error) if isinstance(error, list | tuple) else [error])]


class Line(StringField):
    """One line of text, cleaned, at most `limit` characters."""

    many_lines = False
    data: str

    def __init__(self, label: str = "", *, limit: int, missing: str = "", **rest: Any) -> None:
        super().__init__(label, **rest)
        self.limit, self.missing = limit, missing

    def process_data(self, value: object) -> None:
        """What is stored may be a number; here it is text, since a post that leaves the field out keeps it."""
        super().process_data(None if value is None else str(value))

    def pre_validate(self, form: FlaskForm) -> None:
        """Refuses what no field may hold; `missing` is said when nothing was entered."""
        try:
            self.data = clean(self.data or "", limit=self.limit, lines=self.many_lines, label=self.label.text or "This")
        except Refused as refusal:
            self.data = "".join(letter for letter in self.data if letter.isprintable() or letter == "\n")
            raise StopValidation(str(refusal)) from None
        if self.missing and not self.data:
            raise StopValidation(self.missing)


class Paragraph(Line, TextAreaField):
    """Several lines of text, cleaned."""

    many_lines = True


class Number(Line):
    """A whole number from `least` to `most`, typed; `number` once it is right, 0 where none is needed or typed."""

    number = 0

    def __init__(self, label: str, *, least: int, most: int, is_optional: bool = False, **rest: Any) -> None:
        super().__init__(label, limit=20, **rest)
        self.least, self.most, self.is_optional = least, most, is_optional

    def pre_validate(self, form: FlaskForm) -> None:
        super().pre_validate(form)
        if self.is_optional and not self.data:
            return
        found = whole_number(self.data, digits=9)
        if found is None or not self.least <= found <= self.most:
            name = self.label.text.removesuffix(" (optional)")
            raise StopValidation(f"{name} must be a number from {self.least} to {self.most}")
        self.number = found

    @property
    def given(self) -> int | None:
        """The number; None where none was typed."""
        return self.number if self.data else None


class People(Line):
    """How many people, as it is told: `number`, None where nothing was."""

    number: int | None = None

    def pre_validate(self, form: FlaskForm) -> None:
        super().pre_validate(form)
        if not self.data:
            return
        self.number = people_told(self.data)
        if not 1 <= (self.number or 0) <= MOST_PEOPLE:
            raise StopValidation(f"Number of people must be a number from 1 to {MOST_PEOPLE}, like 8")


class Carried(HiddenField):
    """A whole number that the page carries, typed by nobody: a version, an id. `number` is None for anything else."""

    @property
    def number(self) -> int | None:
        return whole_number(self.data, digits=9)


class Choice(RadioField):
    """Radios with nothing chosen beforehand; `missing` is said when nothing was chosen."""

    def __init__(self, label: str = "", *, missing: str, **rest: Any) -> None:
        super().__init__(label, validate_choice=False, **rest)
        self.missing = missing
        self.data: str | None

    def pre_validate(self, form: FlaskForm) -> None:
        if str(self.data) not in {str(value) for value, *_ in self.iter_choices()}:
            self.data = None
            raise StopValidation(self.missing)


def rule(check: Callable[[str], Any]) -> Callable[[FlaskForm, Field], None]:
    """A validator from a domain function that takes the text and may raise Refused; its value is thrown away."""

    def validate(_form: FlaskForm, field: Field) -> None:
        if field.data:
            try:
                check(field.data)
            except Refused as refusal:
                raise ValidationError(str(refusal)) from None

    return validate

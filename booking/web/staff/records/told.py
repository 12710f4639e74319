"""The form for all that is known of a trainer, and the one for an absence."""

from collections.abc import Mapping
from typing import Any, Self

from flask import request
from wtforms import SelectField, SelectMultipleField
from wtforms.fields.choices import SelectChoice

from booking.domain.days import Half, Slot
from booking.domain.errors import Refused
from booking.domain.places import County, outcodes, parse_outcode
from booking.domain.road.patterns import KEYS, Part, Pattern
from booking.domain.words import parse_day
from booking.services.records.rosters import Told
from booking.web.contacts import Email, Phone
from booking.web.fields import Carried, KeyedForm, Line, Number, rule
from booking.web.filters import phone_words

LIKINGS = {"": "Does not go there", "0": "Goes there", "1": "Likes going there", "-1": "Rather not"}
KINDS = {"leave": "Leave", "sick": "Sick", "other": "Something else"}
HALVES = {"am": "Morning", "pm": "Afternoon"}


def choices(of: Mapping[str, str]) -> list[SelectChoice]:
    return [SelectChoice(value, words) for value, words in of.items()]


def known_outcode(text: str) -> str:
    """An outcode that drives can be worked out from."""
    code = parse_outcode(text)
    if code not in outcodes():
        raise Refused("Home must be a postcode in the South West or beside it, like EX1")
    return code


class TrainerForm(KeyedForm):
    """How a trainer stands. The days are read apart: fourteen selects that differ by their name alone."""

    seen = Carried()
    name = Line("Name", limit=80, missing="Enter their name")
    email = Email("Email", missing="Enter their email address")
    phone = Phone("Phone")
    home = Line(
        "First half of the home postcode",
        limit=10,
        missing="Enter the first half of the home postcode, like EX1",
        validators=[rule(known_outcode)],
    )
    town = Line("Home town", limit=60, missing="Enter the town they set out from")
    drive = Number("Longest drive one way, in minutes", least=15, most=600)
    limit = Number("Most half-days a week", least=1, most=14)
    cornwall = SelectField("Cornwall", choices=choices(LIKINGS), validate_choice=False)
    devon = SelectField("Devon", choices=choices(LIKINGS), validate_choice=False)
    dorset = SelectField("Dorset", choices=choices(LIKINGS), validate_choice=False)
    somerset = SelectField("Somerset", choices=choices(LIKINGS), validate_choice=False)
    courses = SelectMultipleField("Courses they teach", validate_choice=False)

    titles: Mapping[int, str]
    pattern: Pattern

    @classmethod
    def opened(cls, was: Told | None, *, titles: Mapping[int, str]) -> Self:
        """As it was sent, or filled in with how the trainer stands."""
        form = cls(data=_stands(was) if was else {"drive": "150", "limit": "8"})
        form.courses.choices = [SelectChoice(str(each), title) for each, title in titles.items()]
        form.titles = titles
        before = was.pattern if was else dict.fromkeys(KEYS, Part.NO)
        form.pattern = {key: _part(f"day-{key[0]}-{key[1]}", before[key]) for key in KEYS}
        return form

    def told(self) -> Told:
        """What staff have told us."""
        likings = {county: self[county.value].data for county in County}
        return Told(
            name=self.name.data,
            email=self.email.data,
            phone=self.phone.e164,
            home_outcode=parse_outcode(self.home.data),
            home_town=self.town.data,
            weekly_limit=self.limit.number,
            drive_limit_minutes=self.drive.number,
            counties={county: int(liking) for county, liking in likings.items() if liking and liking in LIKINGS},
            courses={each: title for each, title in self.titles.items() if str(each) in (self.courses.data or ())},
            pattern=self.pattern,
        )


class AbsenceForm(KeyedForm):
    first = Line("First day away", limit=30, missing="Enter the first day away")
    from_half = SelectField("From", choices=choices(HALVES), validate_choice=False)
    last = Line("Last day away", limit=30)
    to_half = SelectField("Until the end of the", choices=choices(HALVES), validate_choice=False, default="pm")
    kind = SelectField("Why", choices=choices(KINDS), validate_choice=False)
    note = Line("Note", limit=200)

    def span(self, *, today: Any) -> tuple[Slot, Slot]:
        """The first and the last half-day away; without a last day it is one day. Raises Refused."""
        first = parse_day(self.first.data, today=today, field="first")
        if first < today:
            raise Refused("First day away must be today or later", field="first")
        last = parse_day(self.last.data, today=first, field="last") if self.last.data else first
        if (last - first).days > 366:
            raise Refused("The last day must be within a year of the first", field="last")
        return Slot(first, _half(self.from_half.data, Half.AM)), Slot(last, _half(self.to_half.data, Half.PM))


def _half(typed: str | None, otherwise: Half) -> Half:
    return Half(typed) if typed in set(Half) else otherwise


def _part(name: str, before: Part) -> Part:
    typed = request.form.get(name, "")
    return Part(typed) if typed in set(Part) else before


def _stands(was: Told) -> dict[str, Any]:
    return {
        "name": was.name,
        "email": was.email,
        "phone": phone_words(was.phone),
        "home": was.home_outcode,
        "town": was.home_town,
        "drive": str(was.drive_limit_minutes),
        "limit": str(was.weekly_limit),
        "courses": [str(each) for each in was.courses],
        **{county.value: str(liking) for county, liking in was.counties.items()},
    }

"""How days, times, money, phones and counties read on a page or in a mail. Nothing here knows the clock."""

from datetime import date, datetime

from flask import Flask
from markupsafe import Markup, escape

from booking.domain.days import LONDON
from booking.domain.money import pounds
from booking.domain.places import County
from booking.domain.words import clock_words, day_words, drive_words, near_day, short_day


def instant_words(at: datetime) -> str:
    """2:45pm, Wednesday 24 March 2027, as the clock in London shows it."""
    local = at.astimezone(LONDON)
    return f"{clock_words(local.time())}, {day_words(local.date())}"


def london_clock(at: datetime) -> str:
    """2:45pm, in London."""
    return clock_words(at.astimezone(LONDON).time())


def london_day(at: datetime) -> date:
    """The date in London at that instant."""
    return at.astimezone(LONDON).date()


def by_words(at: datetime) -> str:
    """by 5pm, Wednesday 3 March: how a promise reads."""
    local = at.astimezone(LONDON)
    return f"by {clock_words(local.time())}, {near_day(local.date())}"


def phone_words(number: str) -> str:
    """01632 960 002 for +441632960002; other countries in the international way."""
    if not number.startswith("+"):
        return number
    import phonenumbers

    parsed = phonenumbers.parse(number)
    style = phonenumbers.PhoneNumberFormat
    kind = style.NATIONAL if parsed.country_code == 44 else style.INTERNATIONAL
    return phonenumbers.format_number(parsed, kind)


def people_words(count: int) -> str:
    return "1 person" if count == 1 else f"{count} people"


def breaks(text: str) -> Markup:
    """Lines a person typed, escaped, with their line breaks."""
    return Markup("<br>").join(escape(line) for line in text.splitlines())


def county_label(county: County | str) -> str:
    return County(county).label


def register(app: Flask) -> None:
    """Adds the filters under the names templates use."""
    app.jinja_env.filters.update(
        day=day_words,
        near_day=near_day,
        short_day=short_day,
        clock=clock_words,
        instant=instant_words,
        london_clock=london_clock,
        london_day=london_day,
        by=by_words,
        pounds=pounds,
        phone=phone_words,
        people=people_words,
        breaks=breaks,
        drive=drive_words,
        county=county_label,
    )
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True

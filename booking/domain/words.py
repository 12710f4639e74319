"""How a person says a day, a time, a drive and a place in a row; and how a typed day is read back."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, time, timedelta

from booking.domain.errors import Refused

_MONTHS = (
    *("january", "february", "march", "april", "may", "june"),
    *("july", "august", "september", "october", "november", "december"),
)
_DAY = re.compile(
    r"(?:[a-z]{3,9},? )?"  # the weekday, which the date says better
    r"(?P<day>[0-9]{1,2})(?:st|nd|rd|th)?"
    r"(?: ?[./ -] ?(?P<number>[0-9]{1,2})|[ -]?(?:of )?(?P<name>[a-z]{3,9}))"
    r"(?: ?[,./ -] ?(?P<year>[0-9]{4}|[0-9]{2}))?"
)
_SORTABLE = re.compile(r"(?P<year>[0-9]{4})-(?P<number>[0-9]{1,2})-(?P<day>[0-9]{1,2})(?P<name>)")
_NEAR = {"today": timedelta(0), "tomorrow": timedelta(days=1)}
_FURTHEST = timedelta(days=550)
_LEAP_GAP = 8  # years between two 29 Februaries at most, 1896 to 1904 and 2096 to 2104


def day_words(day: date) -> str:
    """Wednesday 24 March 2027."""
    return f"{day:%A} {day.day} {day:%B} {day.year}"


def near_day(day: date) -> str:
    """Wednesday 24 March: when the year goes without saying."""
    return f"{day:%A} {day.day} {day:%B}"


def short_day(day: date) -> str:
    """Wed 24 March: for lists and subjects."""
    return f"{day:%a} {day.day} {day:%B}"


def date_words(day: date) -> str:
    """24 March."""
    return f"{day.day} {day:%B}"


def range_words(first: date, last: date) -> str:
    """ "22 to 26 March", "29 March to 2 April"; one day is "22 March"."""
    if first == last:
        return date_words(first)
    in_one_month = (first.year, first.month) == (last.year, last.month)
    return f"{first.day if in_one_month else date_words(first)} to {date_words(last)}"


def clock_words(at: time) -> str:
    """9:30am, 5pm, 12pm."""
    hour, half = at.hour % 12 or 12, "am" if at.hour < 12 else "pm"
    return f"{hour}:{at.minute:02}{half}" if at.minute else f"{hour}{half}"


def span_words(starts: time, ends: time) -> str:
    """9:30am to 12:30pm."""
    return f"{clock_words(starts)} to {clock_words(ends)}"


def drive_words(minutes: int) -> str:
    """A drive, which is an estimate, rounded up to 5 minutes: "45 minutes", "2 hours", "2 hours 40"."""
    hours, rest = divmod(-(-minutes // 5) * 5, 60)
    if not hours:
        return f"{rest} minutes"
    return f"{hours} hour{'s' if hours > 1 else ''}{f' {rest}' if rest else ''}"


def wait_words(seconds: int) -> str:
    """How long to wait, rounded up: "1 minute", "25 minutes", "3 hours"."""
    minutes = -(-seconds // 60)
    count, unit = (minutes, "minute") if minutes < 60 else (-(-minutes // 60), "hour")
    return f"{count} {unit}{'s' if count > 1 else ''}"


def ordinal(number: int) -> str:
    """1st, 2nd, 3rd, 4th, 11th."""
    ending = "th" if number % 100 in (11, 12, 13) else {1: "st", 2: "nd", 3: "rd"}.get(number % 10, "th")
    return f"{number}{ending}"


@dataclass(frozen=True, slots=True)
class Span:
    """Days that would suit, first and last included."""

    first_on: date
    last_on: date


def parse_day(text: str, *, today: date, field: str = "") -> date:
    """The day a person typed: "12 January", "12th Jan 2027", "12/1", "12.01.27", "Tue 12 jan", "2027-01-12", "today".

    Without a year it is the next such day from `today` on. Raises Refused, beside `field`, for what is no day.
    """
    plain = " ".join(text.lower().split())
    if plain in _NEAR:
        return today + _NEAR[plain]
    typed = _DAY.fullmatch(plain) or _SORTABLE.fullmatch(plain)
    day = next(_days(typed, today=today), None) if typed else None
    if day is None:
        raise Refused("Enter a day, like 12 January or 12/1/2027", field=field)
    return day


def parse_span(first: str, last: str, *, today: date, fields: tuple[str, str]) -> Span | None:
    """The days between two that were typed, None when neither was; the second may be left out.

    Raises Refused, beside one of `fields`, for what is no day, lies behind us, further than 18 months away, or back to
    front.
    """
    if not first.strip() and not last.strip():
        return None
    if not first.strip():
        raise Refused("Enter the first day that would suit", field=fields[0])
    begins = parse_day(first, today=today, field=fields[0])
    ends = parse_day(last, today=max(today, begins), field=fields[1]) if last.strip() else begins
    for day, field in ((begins, fields[0]), (ends, fields[1])):
        if day < today:
            raise Refused(f"{day_words(day)} is in the past", field=field)
        if day > today + _FURTHEST:
            raise Refused(f"{day_words(day)} must be within the next 18 months", field=field)
    if ends < begins:
        raise Refused(f"The last day must be {day_words(begins)} or later", field=fields[1])
    return Span(begins, ends)


def _days(typed: re.Match[str], *, today: date) -> Iterator[date]:
    """The one day of the typed year, else every such day from `today` on; none for a month or day that is none."""
    year = int(typed["year"] or 0)
    years = [year if year > 99 else year + 2000] if typed["year"] else range(today.year, today.year + _LEAP_GAP + 1)
    names = (number for number, month in enumerate(_MONTHS, 1) if month.startswith(typed["name"] or "?"))
    month = int(typed["number"] or next(names, 0))
    for year in years:
        try:
            day = date(year, month, int(typed["day"]))
        except ValueError:
            continue
        if typed["year"] or day >= today:
            yield day

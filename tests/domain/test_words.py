"""How a typed day is read back, and how long a wait is said."""

from datetime import date, timedelta

import pytest

from booking.domain.errors import Refused
from booking.domain.words import Span, parse_day, parse_span, wait_words

TODAY = date(2026, 11, 24)
FIELDS = ("first", "last")


@pytest.mark.parametrize(
    ("typed", "day"),
    [
        ("12 January", date(2027, 1, 12)),
        ("  12th   JAN 2027 ", date(2027, 1, 12)),
        ("12/1", date(2027, 1, 12)),
        ("12.01.27", date(2027, 1, 12)),
        ("2027-01-12", date(2027, 1, 12)),
        ("12 - 1 - 2027", date(2027, 1, 12)),
        ("12 1 27", date(2027, 1, 12)),
        ("Tuesday 12 January", date(2027, 1, 12)),
        ("Tue, 12 jan", date(2027, 1, 12)),
        ("1st of May", date(2027, 5, 1)),
        ("3sept", date(2027, 9, 3)),
        ("24 November", TODAY),
        (" Today", TODAY),
        ("tomorrow", TODAY + timedelta(days=1)),
        ("23 November", date(2027, 11, 23)),
        ("29 feb", date(2028, 2, 29)),
        ("1/2/1999", date(1999, 2, 1)),
    ],
)
def test_a_day_is_read_as_people_type_it(typed: str, day: date) -> None:
    assert parse_day(typed, today=TODAY) == day


@pytest.mark.parametrize(
    "typed", ["", "soon", "31 February", "12/13", "0/1", "12 ja", "32 May", "\uff11\uff12 jan", "12 January 20277"]
)
def test_what_is_no_day_is_refused_with_an_example(typed: str) -> None:
    with pytest.raises(Refused, match="Enter a day, like 12 January or 12/1/2027") as refused:
        parse_day(typed, today=TODAY, field="first")
    assert refused.value.field == "first"


def span(first: str, last: str) -> Span | None:
    return parse_span(first, last, today=TODAY, fields=FIELDS)


def test_a_span_may_cross_the_year_without_saying_so() -> None:
    assert span("20 December", "8 jan") == Span(date(2026, 12, 20), date(2027, 1, 8))


def test_a_single_day_is_a_span() -> None:
    assert span("20 December", "") == Span(date(2026, 12, 20), date(2026, 12, 20))


def test_nothing_typed_is_no_span() -> None:
    assert span(" ", "") is None


@pytest.mark.parametrize(
    ("first", "last", "words", "field"),
    [
        ("", "8 January", "Enter the first day that would suit", "first"),
        ("20/12/2025", "", "Saturday 20 December 2025 is in the past", "first"),
        ("20 December", "19/12/2026", "The last day must be Sunday 20 December 2026 or later", "last"),
        ("20/12/2029", "", "Thursday 20 December 2029 must be within the next 18 months", "first"),
        ("20 December", "whenever", "Enter a day, like 12 January or 12/1/2027", "last"),
    ],
)
def test_a_span_that_cannot_be_is_refused_beside_its_field(first: str, last: str, words: str, field: str) -> None:
    with pytest.raises(Refused) as refused:
        span(first, last)
    assert (str(refused.value), refused.value.field) == (words, field)


@pytest.mark.parametrize(
    ("seconds", "words"),
    [(1, "1 minute"), (60, "1 minute"), (61, "2 minutes"), (3540, "59 minutes"), (3541, "1 hour"), (7201, "3 hours")],
)
def test_a_wait_is_rounded_up(seconds: int, words: str) -> None:
    assert wait_words(seconds) == words

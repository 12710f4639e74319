"""A month as a page shows it: its free days, its bank holidays, its neighbours, its first weekday."""

from datetime import date

import pytest

from booking.domain.availability import Window
from booking.domain.days import Half, Slot
from booking.domain.matching.dates import Openings
from booking.domain.matching.months import Month

FIRST, LAST = date(2026, 11, 24), date(2027, 5, 23)
FREE = (Slot(date(2027, 3, 24), Half.AM), Slot(date(2027, 3, 24), Half.PM), Slot(date(2027, 4, 1), Half.AM))


def month(wanted: date) -> Month:
    window = Window.covering(FIRST, LAST)
    found = Openings(window, 1, one=sum(window.bit(slot) for slot in FREE), two=0, near=0)
    return Month.of(found, wanted, first=FIRST, last=LAST)


def test_free_days_carry_their_halves_and_the_others_nothing() -> None:
    free = [cell.free for cell in month(date(2027, 3, 1)).cells if cell.free]
    assert [(each.day, each.halves) for each in free] == [(date(2027, 3, 24), (Half.AM, Half.PM))]


@pytest.mark.parametrize(("wanted", "days", "blanks"), [("2027-02", 28, 0), ("2027-03", 31, 0), ("2027-05", 31, 5)])
def test_all_days_are_there_and_the_first_stands_under_its_weekday(wanted: str, days: int, blanks: int) -> None:
    found = month(date.fromisoformat(f"{wanted}-01"))
    assert (len(found.cells), found.blanks, found.first.weekday()) == (days, blanks, blanks)


def test_holidays_are_those_of_weekdays_by_the_names_people_use() -> None:
    named = [(cell.day.day, cell.holiday) for cell in month(date(2026, 12, 1)).holidays]
    assert named == [(25, "Christmas Day"), (28, "Boxing Day")]


@pytest.mark.parametrize(
    ("wanted", "shown", "earlier", "later"),
    [
        (date(2026, 11, 30), date(2026, 11, 1), None, date(2026, 12, 1)),
        (date(2026, 12, 5), date(2026, 12, 1), date(2026, 11, 1), date(2027, 1, 1)),
        (date(2027, 5, 1), date(2027, 5, 1), date(2027, 4, 1), None),
        (date.min, date(2026, 11, 1), None, date(2026, 12, 1)),
        (date.max, date(2027, 5, 1), date(2027, 4, 1), None),
    ],
)
def test_its_neighbours_end_where_booking_ends(
    wanted: date, shown: date, earlier: date | None, later: date | None
) -> None:
    found = month(wanted)
    assert (found.first, found.earlier, found.later) == (shown, earlier, later)

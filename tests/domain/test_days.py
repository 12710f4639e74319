"""Days, halves, working days, London and UTC."""

from datetime import UTC, date, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from booking.domain.days import (
    ORIGIN,
    Half,
    HalfTimes,
    Slot,
    Week,
    WorkingDays,
    earliest,
    london,
    london_time,
    run_of,
    run_words,
    week_of,
)
from booking.domain.words import clock_words, drive_words, ordinal, range_words

ENGLAND = WorkingDays()
CHRISTMAS_EVE, BOXING_DAY_OFF = date(2026, 12, 24), date(2026, 12, 28)
days = st.dates(date(2020, 1, 1), date(2040, 12, 31))


@given(days, st.sampled_from(Half))
def test_a_slot_is_found_again_by_its_number(day: date, half: Half) -> None:
    slot = Slot(day, half)

    assert Slot.of(slot.number) == slot


@given(st.integers(-3000, 12000))
def test_slots_are_numbered_in_their_order(number: int) -> None:
    assert Slot.of(number) < Slot.of(number + 1)


def test_the_morning_of_the_first_monday_is_slot_nought() -> None:
    assert (ORIGIN.weekday(), Slot(ORIGIN, Half.AM).number, Slot(ORIGIN, Half.PM).number) == (0, 0, 1)


@pytest.mark.parametrize("sunday", [date(2027, 3, 28), date(2027, 10, 31)])
def test_a_clock_change_moves_no_visit(sunday: date) -> None:
    around = [sunday + timedelta(days=n) for n in (-1, 0, 1)]

    clocks = [london_time(london(day, time(9, 30))) for day in around]

    assert [(at.date(), at.time()) for at in clocks] == [(day, time(9, 30)) for day in around]


def test_half_past_nine_is_an_hour_earlier_in_utc_in_summer() -> None:
    assert london(date(2027, 3, 27), time(9, 30)) == datetime(2027, 3, 27, 9, 30, tzinfo=UTC)
    assert london(date(2027, 3, 28), time(9, 30)) == datetime(2027, 3, 28, 8, 30, tzinfo=UTC)
    assert london(date(2027, 10, 30), time(9, 30)) == datetime(2027, 10, 30, 8, 30, tzinfo=UTC)
    assert london(date(2027, 10, 31), time(9, 30)) == datetime(2027, 10, 31, 9, 30, tzinfo=UTC)


def test_an_hour_that_comes_twice_is_its_first_instant() -> None:
    assert london(date(2027, 10, 31), time(1, 30)) == datetime(2027, 10, 31, 0, 30, tzinfo=UTC)


def test_a_naive_instant_is_refused() -> None:
    with pytest.raises(ValueError, match="aware"):
        london_time(datetime(2027, 3, 1, 9))  # noqa: DTZ001  # a naive instant is what the test is about


@pytest.mark.parametrize(
    ("day", "is_open"),
    [
        (date(2027, 3, 24), True),
        (date(2027, 3, 26), False),  # Good Friday
        (date(2027, 3, 27), False),
        (date(2027, 3, 29), False),  # Easter Monday
        (date(2026, 12, 28), False),  # for Boxing Day, a Saturday
        (date(2027, 11, 30), True),  # Saint Andrew's Day is Scotland's
    ],
)
def test_working_days_are_weekdays_without_englands_bank_holidays(day: date, is_open: bool) -> None:
    assert ENGLAND.is_open(day) is is_open


def test_what_the_firm_says_about_a_day_wins_both_ways() -> None:
    working = WorkingDays({CHRISTMAS_EVE: False, BOXING_DAY_OFF: True})

    assert (working.is_open(CHRISTMAS_EVE), working.is_open(BOXING_DAY_OFF)) == (False, True)
    assert working.after(date(2026, 12, 23), 1) == BOXING_DAY_OFF


def test_a_closed_day_says_why() -> None:
    working = WorkingDays({CHRISTMAS_EVE: False})

    assert working.why_closed(CHRISTMAS_EVE) == "a day we are closed"
    assert working.why_closed(date(2027, 3, 29)) == "a bank holiday"
    assert working.why_closed(date(2027, 3, 27)) == "not a working day"


@pytest.mark.parametrize(
    ("today", "first"),
    [(date(2026, 11, 24), date(2026, 12, 1)), (date(2026, 12, 24), date(2027, 1, 5))],
)
def test_notice_is_counted_in_whole_working_days_after_today(today: date, first: date) -> None:
    assert earliest(today, 5, ENGLAND) == first


@given(days, st.integers(1, 30))
def test_counting_working_days_back_and_forth_agrees(day: date, count: int) -> None:
    later = ENGLAND.after(day, count)

    assert ENGLAND.is_open(later)
    assert ENGLAND.between(day, later) == count
    assert ENGLAND.before(later, count) <= day < ENGLAND.before(later, count - 1)


def test_a_promise_falls_due_at_five_on_a_working_day() -> None:
    thursday_before_easter = datetime(2027, 3, 25, 16, tzinfo=UTC)

    assert ENGLAND.promised_by(thursday_before_easter, 2) == datetime(
        2027, 3, 31, 16, tzinfo=UTC
    )  # British summer time


def test_a_promise_counts_from_the_london_date() -> None:
    just_past_midnight_in_london = datetime(2027, 6, 14, 23, 30, tzinfo=UTC)

    assert ENGLAND.promised_by(just_past_midnight_in_london, 1) == datetime(2027, 6, 16, 16, tzinfo=UTC)


@pytest.mark.parametrize(
    ("asked", "due"),
    [
        ((24, 10, 0), (24, 14, 0)),
        ((24, 13, 30), (24, 17, 30)),
        ((24, 13, 31), (25, 8, 31)),
        ((24, 6, 0), (24, 12, 30)),
        ((24, 17, 30), (25, 12, 30)),
        ((24, 22, 0), (25, 12, 30)),
        ((25, 15, 0), (30, 10, 0)),
    ],
    ids=["in the day", "to the minute", "over night", "early", "at closing", "late", "over Easter"],
)
def test_due_times_run_only_while_the_desk_is_open(asked: tuple[int, ...], due: tuple[int, ...]) -> None:
    def march(day: int, hour: int, minute: int) -> datetime:
        return london(date(2027, 3, day), time(hour, minute))

    assert ENGLAND.hours_after(march(*asked), 4) == march(*due)


def test_a_due_time_can_take_more_than_a_day() -> None:
    asked = london(date(2027, 3, 22), time(9))

    assert ENGLAND.hours_after(asked, 18) == london(date(2027, 3, 24), time(9))


def test_a_visit_is_remembered_a_week_and_a_working_day_before() -> None:
    assert ENGLAND.reminder_days(date(2027, 3, 30)) == (date(2027, 3, 23), date(2027, 3, 25))


def test_weeks_a_and_b_alternate_through_a_53rd_week() -> None:
    mondays = [date(2026, 12, 14) + timedelta(weeks=n) for n in range(5)]  # 2026 has an ISO week 53

    assert [week_of(monday) for monday in mondays] == [Week.A, Week.B, Week.A, Week.B, Week.A]
    assert [monday.isocalendar().week for monday in mondays] == [51, 52, 53, 1, 2]


def test_a_run_goes_on_over_night() -> None:
    thursday = date(2027, 3, 25)

    assert run_of(thursday, Half.AM, 3) == (
        Slot(thursday, Half.AM),
        Slot(thursday, Half.PM),
        Slot(date(2027, 3, 26), Half.AM),
    )


@pytest.mark.parametrize(
    ("half", "length", "words"),
    [
        (Half.AM, 1, "9:30am to 12:30pm"),
        (Half.PM, 1, "1:30pm to 4:30pm"),
        (Half.AM, 2, "9:30am to 4:30pm"),
        (Half.AM, 3, "2 days: 9:30am to 4:30pm, then 9:30am to 12:30pm"),
        (Half.AM, 4, "2 days, 9:30am to 4:30pm each"),
    ],
)
def test_a_run_reads_as_hours(half: Half, length: int, words: str) -> None:
    assert run_words(run_of(date(2027, 3, 22), half, length), HalfTimes()) == words


def test_words_are_those_a_person_says() -> None:
    assert [clock_words(time(*at)) for at in ((9, 30), (17, 0), (12, 0), (0, 5))] == [
        "9:30am",
        "5pm",
        "12pm",
        "12:05am",
    ]
    assert [drive_words(minutes) for minutes in (3, 45, 56, 60, 96, 150)] == [
        "5 minutes",
        "45 minutes",
        "1 hour",
        "1 hour",
        "1 hour 40",
        "2 hours 30",
    ]
    assert [ordinal(number) for number in (1, 2, 3, 4, 9, 11, 12, 13, 21)] == (
        ["1st", "2nd", "3rd", "4th", "9th", "11th", "12th", "13th", "21st"]
    )
    assert range_words(date(2027, 3, 22), date(2027, 3, 26)) == "22 to 26 March"
    assert range_words(date(2027, 3, 29), date(2027, 4, 2)) == "29 March to 2 April"
    assert range_words(date(2027, 3, 22), date(2027, 3, 22)) == "22 March"

"""What the public may choose: never a date that the sending of the form would then refuse."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date, time, timedelta
from functools import reduce
from operator import or_

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from booking.domain.availability import Hours, Window, span
from booking.domain.days import Half, Slot
from booking.domain.matching.dates import ENOUGH, DayDates, Openings, openings
from booking.domain.matching.needs import Candidate, Policy, Wish
from booking.domain.matching.rules import unfit_date
from booking.domain.matching.shortlist import for_the_public
from booking.domain.places import County
from booking.domain.travel import Travel
from tests.domain.matching.cast import (
    ANN,
    BEN,
    HALF_DAY,
    WEDNESDAY,
    WHOLE_DAY,
    WINDOW,
    afternoon,
    booked,
    covering,
    morning,
    visit,
)
from tests.domain.matching.crowds import crowds, undated_wishes

THURSDAY, FRIDAY = WEDNESDAY + timedelta(days=1), WEDNESDAY + timedelta(days=2)
MARCH = (date(2027, 3, 1), date(2027, 3, 31))


@given(crowds(), undated_wishes())
@settings(max_examples=60)
def test_a_date_is_shown_exactly_when_sending_it_would_find_a_trainer(crowd: list[Candidate], wish: Wish) -> None:
    wish = replace(wish, policy=Policy(horizon_days=40))
    found = openings(crowd, wish)

    for slot in WINDOW.slots(span(0, WINDOW.size - wish.length)):
        able = [] if unfit_date(wish.at(slot)) else for_the_public(crowd, wish.at(slot))
        two = bool(found.two & WINDOW.bit(slot))
        assert (found.has(slot), two) == (len(able) > 0, len(able) > 1), slot


EVERY_DAY = tuple(Hours(day, time(9), time(17)) for day in range(7))
IDLE = replace(ANN, counties=dict.fromkeys(County, 0), hours=EVERY_DAY, weekly_limit=14)


@given(crowds(), undated_wishes(), st.integers(0, 2))
@settings(max_examples=60)
def test_of_many_trainers_each_counts_as_if_alone_though_few_diaries_are_read(
    crowd: list[Candidate], wish: Wish, idle: int
) -> None:
    few = [replace(IDLE, home=wish.outcode)] * idle + crowd
    alone = [openings([who], wish) for who in few for _ in range(2)]
    many = [replace(who, trainer_id=number) for number, who in enumerate(few * ENOUGH)]
    asked: list[int] = []

    def read(some: Sequence[Candidate]) -> list[Candidate]:
        asked.extend(who.trainer_id for who in some)
        return [many[who.trainer_id] for who in some]

    found = openings([replace(who, hours=(), absences=(), held=0) for who in many], wish, read=read)
    one, two = merged(each.one for each in alone)
    assert (found.one, found.two) == (one, two)
    assert found.near == reduce(or_, (each.near for each in alone), 0)
    assert len(asked) == len(set(asked))


def merged(diaries: Iterable[int]) -> tuple[int, int]:
    """What is in one of them or more, and in two or more."""
    one = two = 0
    for diary in diaries:
        one, two = one | diary, two | one & diary
    return one, two


def test_who_is_the_second_on_a_day_is_read_after_all_the_others() -> None:
    first, second = (booked(IDLE, visit(morning(day), afternoon(day))) for day in (WEDNESDAY, FRIDAY))

    alone, both = (openings([*[first] * (ENOUGH - 1), second, *more], WHOLE_DAY) for more in ([], [IDLE]))

    assert [bool(found.two & WINDOW.bit(morning(WEDNESDAY))) for found in (alone, both)] == [False, True]


def test_who_alone_makes_a_week_near_is_read_after_all_the_others() -> None:
    days = [date(2027, 3, day) for day in (15, 16, 22, 23)]
    often = [
        booked(IDLE, *(visit(half(day)) for day in days[n % 2 :: 2] for half in (morning, afternoon)))
        for n in range(ENOUGH)
    ]
    once = booked(IDLE, visit(morning(date(2027, 4, 6))))

    found = openings([once, *often], WHOLE_DAY)

    assert [found.is_near(morning(day)) for day in (date(2027, 3, 17), date(2027, 4, 1), date(2027, 4, 7))] == [
        True,
        False,
        True,
    ]


@pytest.mark.parametrize(
    "who",
    [
        replace(ANN, is_active=False),
        replace(ANN, teaches=False),
        replace(ANN, barred_on=date(2027, 1, 4)),
        replace(ANN, drive_limit=5),
        covering(ANN, {County.CORNWALL: 1}),
    ],
    ids=["has left", "does not teach it", "is not wanted", "lives too far away", "covers another county"],
)
def test_a_trainer_who_cannot_come_on_any_day_opens_none(who: Candidate) -> None:
    assert openings([who], WHOLE_DAY).one == 0


def test_the_five_soonest_are_on_five_days() -> None:
    assert openings([ANN, BEN], HALF_DAY).soonest() == tuple(
        morning(date(2027, 3, day)) for day in (15, 16, 17, 18, 19)
    )


def test_good_friday_and_easter_monday_are_no_days_for_a_visit() -> None:
    days = openings([ANN], WHOLE_DAY).days(WEDNESDAY, date(2027, 3, 31))

    assert [each.day.day for each in days] == [24, 25, 30, 31]
    assert [each.day.day for each in openings([ANN], replace(WHOLE_DAY, length=4)).days(*MARCH)] == [
        *(15, 16, 17, 18),
        *(22, 23, 24),
        *(30, 31),
    ]


def test_a_day_says_which_half_is_free() -> None:
    who = booked(ANN, visit(morning(WEDNESDAY)), visit(afternoon(THURSDAY)))

    days = openings([who], HALF_DAY).days(date(2027, 3, 23), THURSDAY)

    assert [(each.day.day, each.words) for each in days] == [
        (23, "morning or afternoon"),
        (24, "afternoon"),
        (25, "morning"),
    ]


@pytest.mark.parametrize(("length", "words"), [(2, "all day"), (3, "2 days"), (4, "2 days"), (6, "3 days")])
def test_a_longer_visit_says_how_long(length: int, words: str) -> None:
    assert DayDates(WEDNESDAY, (Half.AM,), length, is_near=False).words == words


def test_a_trainer_confirmed_within_half_an_hour_makes_the_week_near() -> None:
    wish = replace(HALF_DAY, travel=Travel({("EX1", "EX14"): 30, ("EX1", "EX15"): 31, ("EX1", "EX4"): 10}, {}))
    monday = date(2027, 3, 22)
    near, far, hold = (
        booked(ANN, visit(morning(monday), outcode=outcode, confirmed=is_confirmed))
        for outcode, is_confirmed in (("EX14", True), ("EX15", True), ("EX14", False))
    )

    def near_days(who: Candidate) -> list[int]:
        return [each.day.day for each in openings([who], wish).days(*MARCH) if each.is_near]

    assert (near_days(near), near_days(far), near_days(hold)) == ([22, 23, 24, 25], [], [])


@pytest.mark.parametrize(("minutes", "words"), [(30, "afternoon"), (31, None)])
def test_a_half_day_beside_a_visit_is_shown_when_the_lunch_break_is_long_enough(
    minutes: int, words: str | None
) -> None:
    wish = replace(HALF_DAY, travel=Travel({("EX1", "EX14"): minutes, ("EX1", "EX4"): 10}, {}))
    who = booked(ANN, visit(morning(), outcode="EX14"))

    days = openings([who], wish).days(WEDNESDAY, WEDNESDAY)

    assert [each.words for each in days] == ([words] if words else [])


def test_another_trainers_visit_does_not_make_a_date_near() -> None:
    near = replace(booked(ANN, visit(morning(WEDNESDAY), afternoon(WEDNESDAY))), weekly_limit=2)

    found = openings([near, BEN], HALF_DAY)

    assert (found.has(morning(THURSDAY)), found.is_near(morning(THURSDAY))) == (True, False)


def test_the_nearest_other_dates_come_by_distance_and_the_earlier_first() -> None:
    taken = booked(ANN, visit(morning(WEDNESDAY), afternoon(WEDNESDAY)))

    found = openings([taken], WHOLE_DAY).nearest(morning(WEDNESDAY))

    assert [slot.day.day for slot in found] == [23, 25, 22, 19, 18]


def test_the_other_half_of_the_day_is_the_nearest_of_all() -> None:
    taken = booked(ANN, visit(morning(WEDNESDAY)))

    assert openings([taken], HALF_DAY).nearest(morning(WEDNESDAY), 3) == (
        afternoon(WEDNESDAY),
        morning(date(2027, 3, 23)),
        afternoon(date(2027, 3, 23)),
    )


@pytest.mark.parametrize("outcode", ["TR21", "ZZ9"])
def test_where_no_drive_is_known_no_date_is_shown(outcode: str) -> None:
    wish = replace(WHOLE_DAY, county=County.CORNWALL, outcode=outcode)

    assert openings([replace(ANN, home="TR18", counties={County.CORNWALL: 1})], wish).one == 0


def test_dates_follow_the_county_that_was_chosen() -> None:
    of_dorset = replace(covering(ANN, {County.DORSET: 0}), home="BH1")
    wishes = [replace(WHOLE_DAY, outcode="SP7", county=county) for county in (County.DORSET, County.SOMERSET)]

    assert [bool(openings([of_dorset], wish).one) for wish in wishes] == [True, False]


def test_the_first_and_the_last_day_are_those_of_notice_and_horizon() -> None:
    wish = replace(HALF_DAY, policy=Policy(notice_days=2, horizon_days=4))

    assert [each.day.day for each in openings([ANN], wish).days(*MARCH)] == [10, 11, 12]


def test_today_is_never_open_to_the_public() -> None:
    with pytest.raises(ValueError, match="1 or more"):
        Policy(notice_days=0)


def test_outside_the_window_nothing_is_open() -> None:
    found = openings([ANN], WHOLE_DAY)

    assert (found.has(Slot(date(2030, 1, 7), Half.AM)), found.days(date(2030, 1, 1), date(2030, 1, 31))) == (False, ())


def test_nobody_means_no_dates() -> None:
    assert openings([], WHOLE_DAY) == Openings(Window(WINDOW.base, WINDOW.size), 2, one=0, two=0, near=0)

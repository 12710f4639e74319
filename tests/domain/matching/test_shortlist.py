"""Who comes first, what each costs, and what staff read."""

import random
import re
from dataclasses import replace
from datetime import date, time, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from booking.domain.availability import Hours
from booking.domain.matching.costs import Term
from booking.domain.matching.needs import Candidate, HeldVisit, Need
from booking.domain.matching.rules import Rule
from booking.domain.matching.shortlist import Match, for_the_public, rank
from booking.domain.places import County
from booking.domain.travel import NIGHT_PENCE, SAME_OUTCODE_MINUTES, STARTING_TRAVEL
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
from tests.domain.matching.crowds import crowds, wishes

NEED = WHOLE_DAY.at(morning())
TUESDAY, THURSDAY = WEDNESDAY - timedelta(days=1), WEDNESDAY + timedelta(days=1)


def cost(match: Match, term: Term) -> tuple[int, str]:
    return next((each.pence, each.words) for each in match.costs if each.term is term)


def only(who: Candidate, need: Need = NEED) -> Match:
    (match,) = rank([who], need).matches
    return match


def test_staff_read_one_sentence_with_all_five_costs() -> None:
    who = replace(ANN, home="PL1", counties={County.DEVON: 1}, taught_on=date(2026, 5, 12))

    assert only(who).sentence == (
        "About 1 hour from home (£87 both ways), no night, 0 half-days of a fair 2 (£12 off), "
        "likes Devon (£10 off), taught Acme in May."
    )
    assert only(who).total == "£65"
    assert only(replace(who, home=NEED.wish.outcode)).total == "£12 off"


def test_the_drive_costs_both_ways_from_home() -> None:
    assert cost(only(replace(ANN, home="PL1")), Term.DRIVE) == (8_700, "about 1 hour from home (£87 both ways)")


def test_a_visit_next_door_the_same_day_makes_the_drive_a_detour() -> None:
    who = booked(replace(ANN, home="PL1"), visit(morning(), outcode="EX1"))

    pence, words = cost(only(who, HALF_DAY.at(afternoon())), Term.DRIVE)

    assert (pence, words) == (500, "about 1 hour from home, beside another visit (£5 for the detour)")


def test_a_visit_the_day_beside_saves_a_drive_only_with_a_cheaper_night() -> None:
    near, far = (replace(ANN, home=home) for home in ("EX4", "TR18"))

    beside_home = [cost(only(who), Term.DRIVE)[0] for who in (near, booked(near, visit(afternoon(TUESDAY))))]
    beside_far = [cost(only(who), Term.DRIVE)[0] for who in (far, booked(far, visit(morning(THURSDAY))))]

    assert beside_home[0] == beside_home[1]
    assert beside_far[1] < beside_far[0]


def test_between_two_visits_the_trainer_stays_instead_of_driving_home_and_out_again() -> None:
    who = booked(replace(ANN, home="TR18"), visit(afternoon(TUESDAY)), visit(morning(THURSDAY)))
    home = STARTING_TRAVEL.pence("TR18", "EX1") or 0

    pence, _ = cost(only(who), Term.DRIVE)

    nights = 2 * (NIGHT_PENCE + 40 * SAME_OUTCODE_MINUTES)
    assert abs(pence - (nights - 2 * home)) <= 50  # without this visit: home on Tuesday, out again on Thursday


def test_a_visit_two_days_away_saves_nothing() -> None:
    friday = WEDNESDAY + timedelta(days=2)
    who = booked(replace(ANN, home="TR18"), visit(morning(friday)))

    assert cost(only(who), Term.DRIVE) == cost(only(replace(ANN, home="TR18")), Term.DRIVE)


@pytest.mark.parametrize(
    ("home", "length", "pence", "words"),
    [
        ("EX4", 2, 0, "no night"),
        ("EX4", 4, 900, "home between the days (£9)"),
        ("TR1", 4, 12_000, "1 night away (£120)"),
        ("TR1", 6, 24_000, "2 nights away (£240)"),
        ("TR18", 2, 0, "leaves home the evening before"),
        ("TR18", 4, 12_000, "leaves home the evening before, 1 night away (£120)"),
    ],
)
def test_nights_cost_the_less_of_a_bed_and_the_drives(home: str, length: int, pence: int, words: str) -> None:
    need = replace(WHOLE_DAY, length=length).at(morning(date(2027, 3, 22)))

    assert cost(only(replace(ANN, home=home), need), Term.NIGHTS) == (pence, words)


def test_a_busy_trainer_costs_more_than_an_idle_one() -> None:
    busy = booked(
        ANN, *(visit(morning(day), afternoon(day)) for day in (date(2027, 3, 1) + timedelta(weeks=n) for n in range(4)))
    )

    shortlist = rank([busy, BEN], NEED)

    # 8 + 2 half-days shared by two who work alike: 5 each. Ann is 8 before and 10 after, Ben 0 and 2.
    assert [(match.name, cost(match, Term.FAIR)) for match in shortlist.matches] == [
        ("Ben Hart", (-2_000, "0 half-days of a fair 5 (£20 off)")),
        ("Ann Bell", (5_000, "8 half-days of a fair 5 (£50)")),
    ]


def test_half_a_working_week_is_half_a_fair_share() -> None:
    half_week = replace(BEN, hours=tuple(Hours(weekday, time(9), time(12, 30)) for weekday in range(5)))
    held = booked(ANN, visit(*(morning(date(2027, 3, day)) for day in (8, 9, 10, 11, 12))))

    words = [cost(match, Term.FAIR)[1] for match in rank([held, half_week], HALF_DAY.at(morning())).matches]

    assert sorted(words) == ["0 half-days of a fair 2 (£10 off)", "5 half-days of a fair 4 (£10)"]


@pytest.mark.parametrize(
    ("liking", "pence", "words"),
    [
        (1, -1_000, "likes Devon (£10 off)"),
        (0, 0, "no preference for Devon"),
        (-1, 1_500, "would rather not go to Devon (£15)"),
    ],
)
def test_likings_weigh_a_little(liking: int, pence: int, words: str) -> None:
    assert cost(only(covering(ANN, {County.DEVON: liking})), Term.PREFERENCE) == (pence, words)


def test_a_firm_that_knows_a_trainer_gets_the_same_one_again() -> None:
    known = replace(BEN, taught_on=date(2026, 5, 12))

    matches = rank([ANN, known], NEED).matches

    assert [(match.name, cost(match, Term.CONTINUITY)) for match in matches] == [
        ("Ben Hart", (0, "taught Acme in May")),
        ("Ann Bell", (3_000, "Acme knows another trainer (£30)")),
    ]
    assert cost(only(ANN), Term.CONTINUITY) == (0, "new to Acme")


def test_whoever_needs_an_override_comes_after_all_others() -> None:
    far = replace(ANN, home="TR18")
    next_door = replace(BEN, counties={County.CORNWALL: 0})

    matches = rank([next_door, far], NEED).matches

    assert [(match.name, match.needs_override) for match in matches] == [("Ann Bell", False), ("Ben Hart", True)]
    assert [failure.rule for failure in matches[1].failures] == [Rule.AREA]


def test_equal_trainers_come_in_the_order_of_their_numbers() -> None:
    assert [match.trainer_id for match in rank([BEN, ANN], NEED).matches] == [1, 2]


def test_an_unknown_drive_costs_nothing_and_needs_an_override() -> None:
    match = only(ANN, replace(WHOLE_DAY, outcode="TR21").at(morning()))

    assert (match.minutes, match.needs_override) == (None, True)
    assert (cost(match, Term.DRIVE), cost(match, Term.NIGHTS)) == (
        (0, "the drive is not known"),
        (0, "nights not known"),
    )


def test_one_is_found_by_number_whether_in_or_out() -> None:
    shortlist = rank([ANN, replace(BEN, is_active=False)], NEED)

    assert (shortlist.find(1), shortlist.find(2), shortlist.find(3)) == (
        shortlist.matches[0],
        shortlist.excluded[0],
        None,
    )


def test_a_hold_leaves_the_only_trainer_of_another_county_to_it() -> None:
    for_both = covering(ANN, {County.DEVON: 1, County.CORNWALL: 0})

    assert [match.name for match in for_the_public([for_both, BEN], NEED)] == ["Ben Hart", "Ann Bell"]


def test_a_trainer_is_not_the_only_one_when_another_is_free_there() -> None:
    for_both = covering(ANN, {County.DEVON: 1, County.CORNWALL: 0})
    of_cornwall = replace(BEN, trainer_id=3, counties={County.CORNWALL: 0})

    assert [match.name for match in for_the_public([for_both, BEN, of_cornwall], NEED)] == ["Ann Bell", "Ben Hart"]
    away = replace(of_cornwall, hours=())
    assert [match.name for match in for_the_public([for_both, BEN, away], NEED)] == ["Ben Hart", "Ann Bell"]


def test_a_hold_never_takes_a_trainer_who_needs_an_override() -> None:
    assert for_the_public([covering(ANN, {County.DORSET: 0})], NEED) == ()


@given(crowds(), wishes(), st.randoms(use_true_random=False))
@settings(max_examples=60)
def test_the_order_in_which_trainers_are_read_changes_nothing(
    crowd: list[Candidate], need: Need, chance: random.Random
) -> None:
    shuffled = chance.sample(crowd, len(crowd))

    assert rank(shuffled, need) == rank(crowd, need)
    assert for_the_public(shuffled, need) == for_the_public(crowd, need)


@given(crowds(), wishes())
@settings(max_examples=60)
def test_everyone_is_either_matched_or_excluded_once(crowd: list[Candidate], need: Need) -> None:
    shortlist = rank(crowd, need)

    listed = [each.trainer_id for each in shortlist.matches] + [each.trainer_id for each in shortlist.excluded]
    assert sorted(listed) == [who.trainer_id for who in crowd]


@given(crowds(), wishes())
@settings(max_examples=60)
def test_the_sums_that_staff_read_add_up(crowd: list[Candidate], need: Need) -> None:
    for match in rank(crowd, need).matches:
        sums = re.findall(r"£([\d,]+)( off)?", f"{match.total} {match.sentence}")
        total, *terms = (int(pounds.replace(",", "")) * (-1 if off else 1) for pounds, off in sums)
        assert (sum(terms), match.total_pence) == (total, 100 * total)


def test_a_hold_in_a_diary_is_a_visit_like_any_other() -> None:
    hold = HeldVisit(WINDOW.bit(morning()), "EX1")

    assert rank([booked(ANN, hold)], NEED).excluded[0].failure.sentence == "Ann Bell has another visit that morning."

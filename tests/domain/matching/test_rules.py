"""Each rule, the sentence it gives, and where exactly it begins to say no."""

from dataclasses import replace
from datetime import date, time, timedelta

import pytest

from booking.domain.availability import Absence, Hours
from booking.domain.days import Half, Slot, Week, WorkingDays, london
from booking.domain.errors import Refused
from booking.domain.matching.needs import Candidate, Need, Policy
from booking.domain.matching.rules import Failure, Rule, check_reason, hard_failure, soft_failures
from booking.domain.places import County
from booking.domain.travel import STARTING_ADDED, STARTING_TRAVEL, Travel
from tests.domain.matching.cast import (
    ANN,
    BEN,
    HALF_DAY,
    WEDNESDAY,
    WHOLE_DAY,
    WINDOW,
    afternoon,
    booked,
    morning,
    visit,
)

TWO_DAYS = replace(WHOLE_DAY, length=4)
THURSDAY = WEDNESDAY + timedelta(days=1)


def hard(who: Candidate, need: Need) -> tuple[Rule, str] | None:
    failure = hard_failure(who, need)
    return (failure.rule, failure.sentence) if failure else None


def soft(who: Candidate, need: Need) -> list[tuple[Rule, str]]:
    return [(failure.rule, failure.sentence) for failure in soft_failures(who, need)]


def test_a_free_trainer_breaks_no_rule() -> None:
    assert (hard(ANN, WHOLE_DAY.at(morning())), soft(ANN, WHOLE_DAY.at(morning()))) == (None, [])


def test_a_trainer_who_has_left_is_out() -> None:
    who = replace(BEN, is_active=False)

    assert hard(who, WHOLE_DAY.at(morning())) == (Rule.ACTIVE, "Ben Hart no longer takes visits.")


def test_a_time_that_has_begun_is_past() -> None:
    begins = london(WEDNESDAY, time(9, 30))
    wish = replace(WHOLE_DAY, now=begins)

    assert hard(BEN, wish.at(morning())) == (Rule.FUTURE, "That time has passed.")
    assert hard(BEN, replace(wish, now=begins - timedelta(seconds=1)).at(morning())) is None


@pytest.mark.parametrize(
    ("length", "sentence"),
    [
        (2, "This course needs a whole day from 9:30am."),
        (3, "This course needs 2 days in a row from 9:30am."),
        (4, "This course needs 2 days in a row from 9:30am."),
    ],
)
def test_more_than_half_a_day_starts_in_the_morning(length: int, sentence: str) -> None:
    assert hard(BEN, replace(WHOLE_DAY, length=length).at(afternoon())) == (Rule.SHAPE, sentence)


def test_a_visit_does_not_run_past_sunday() -> None:
    saturday, sunday = date(2027, 3, 27), date(2027, 3, 28)

    assert hard(BEN, TWO_DAYS.at(morning(saturday))) is None
    assert hard(BEN, TWO_DAYS.at(morning(sunday))) == (Rule.SHAPE, "A visit must be over by Sunday.")


def test_a_trainer_who_does_not_teach_the_course_is_out() -> None:
    who = replace(BEN, teaches=False)

    assert hard(who, WHOLE_DAY.at(morning())) == (Rule.TEACHES, "Ben Hart does not teach Leading a small team.")


def test_a_trainer_the_firm_does_not_want_is_out() -> None:
    who = replace(BEN, barred_on=date(2027, 3, 3))

    assert hard(who, WHOLE_DAY.at(morning())) == (Rule.BARRED, "Acme asked for another trainer (3 March).")


@pytest.mark.parametrize(
    ("first", "last", "kind", "sentence"),
    [
        (morning(date(2027, 3, 22)), afternoon(date(2027, 3, 26)), "leave", "is on leave from 22 to 26 March."),
        (afternoon(), afternoon(), "sick", "is ill on 24 March."),
        (morning(), afternoon(date(2027, 4, 2)), "other", "is away from 24 March to 2 April."),
    ],
)
def test_an_absent_trainer_is_out(first: Slot, last: Slot, kind: str, sentence: str) -> None:
    who = replace(BEN, absences=(Absence(first.number, last.number, kind),))

    assert hard(who, WHOLE_DAY.at(morning())) == (Rule.ABSENT, f"Ben Hart {sentence}")


def test_an_absence_that_ends_at_noon_leaves_the_afternoon() -> None:
    who = replace(BEN, absences=(Absence(morning().number, morning().number, "leave"),))

    assert hard(who, HALF_DAY.at(afternoon())) is None


def test_a_trainer_who_is_elsewhere_is_out() -> None:
    who = booked(BEN, visit(morning(), outcode="TR1", place="Truro", reference="TSW-7F3K"))

    assert hard(who, WHOLE_DAY.at(morning())) == (Rule.HELD, "Ben Hart is in Truro that morning (TSW-7F3K).")
    assert hard(who, HALF_DAY.at(afternoon())) is None


def test_a_clash_on_a_later_day_names_the_day() -> None:
    who = booked(BEN, visit(afternoon(THURSDAY), place="Truro"))

    assert hard(who, TWO_DAYS.at(morning())) == (Rule.HELD, "Ben Hart is in Truro on the afternoon of 25 March.")


def test_a_clash_whose_place_was_not_read_is_still_a_clash() -> None:
    who = replace(BEN, held=WINDOW.bit(afternoon()))

    assert hard(who, WHOLE_DAY.at(morning())) == (Rule.HELD, "Ben Hart has another visit that afternoon.")


def test_the_first_hard_rule_in_order_gives_the_sentence() -> None:
    who = replace(BEN, teaches=False, held=WINDOW.bit(morning()), is_active=False)

    assert [hard(who, WHOLE_DAY.at(morning())), hard(replace(who, is_active=True), WHOLE_DAY.at(morning()))] == [
        (Rule.ACTIVE, "Ben Hart no longer takes visits."),
        (Rule.TEACHES, "Ben Hart does not teach Leading a small team."),
    ]


@pytest.mark.parametrize(
    ("day", "sentence"),
    [
        (date(2027, 3, 29), "Monday 29 March is a bank holiday."),
        (date(2027, 3, 25), "Thursday 25 March is a day we are closed."),
    ],
)
def test_a_closed_day_is_named(day: date, sentence: str) -> None:
    wish = replace(WHOLE_DAY, working=WorkingDays({date(2027, 3, 25): False}))

    assert soft(BEN, wish.at(morning(day))) == [(Rule.WORKING_DAY, sentence)]


@pytest.mark.parametrize(
    ("hours", "sentence"),
    [
        ((), "Ben Hart does not work Wednesdays."),
        ((Hours(2, time(9), time(12, 30)),), "Ben Hart does not work Wednesday afternoons."),
        ((Hours(2, time(13), time(17)),), "Ben Hart does not work Wednesday mornings."),
        ((Hours(2, time(10), time(16)),), "Ben Hart does not work Wednesdays."),
        ((Hours(2, time(9), time(17), Week.A),), None),
        ((Hours(2, time(9), time(17), Week.B),), "Ben Hart does not work on Wednesday 24 March."),
        (
            (Hours(2, time(9), time(17), valid_until=date(2027, 3, 23)),),
            "Ben Hart does not work on Wednesday 24 March.",
        ),
        ((Hours(2, time(9), time(17), valid_until=WEDNESDAY),), None),
        ((Hours(2, time(9), time(17), valid_from=WEDNESDAY),), None),
    ],
)
def test_a_half_outside_the_pattern_is_named(hours: tuple[Hours, ...], sentence: str | None) -> None:
    failures = soft(replace(BEN, hours=hours), WHOLE_DAY.at(morning()))

    assert failures == ([(Rule.PATTERN, sentence)] if sentence else [])


@pytest.mark.parametrize(
    ("day", "sentence"),
    [
        (date(2027, 3, 15), None),
        (date(2027, 3, 12), "Only 4 working days away; we ask for 5."),
        (date(2027, 3, 9), "Only 1 working day away; we ask for 5."),
    ],
)
def test_notice_is_counted_in_working_days(day: date, sentence: str | None) -> None:
    assert soft(BEN, WHOLE_DAY.at(morning(day))) == ([(Rule.NOTICE, sentence)] if sentence else [])


def test_the_horizon_is_the_last_day_included() -> None:
    wish = replace(WHOLE_DAY, policy=Policy(horizon_days=16))

    assert soft(BEN, wish.at(morning())) == []
    assert soft(BEN, wish.at(morning(THURSDAY))) == [(Rule.HORIZON, "More than 16 days away.")]
    assert soft(BEN, replace(wish, length=4).at(morning())) == [(Rule.HORIZON, "More than 16 days away.")]


def test_the_weekly_limit_may_be_met_exactly() -> None:
    monday, tuesday = date(2027, 3, 22), date(2027, 3, 23)
    who = booked(BEN, visit(morning(monday), afternoon(monday), morning(tuesday), afternoon(tuesday)))

    assert soft(replace(who, weekly_limit=6), WHOLE_DAY.at(morning())) == []
    assert soft(replace(who, weekly_limit=5), WHOLE_DAY.at(morning())) == [
        (Rule.WEEKLY_LIMIT, "The 6th half-day that week; the limit is 5.")
    ]


def test_the_week_before_does_not_count_towards_the_limit() -> None:
    friday = date(2027, 3, 19)
    who = replace(booked(BEN, visit(morning(friday), afternoon(friday))), weekly_limit=2)

    assert soft(who, WHOLE_DAY.at(morning())) == []


@pytest.mark.parametrize(("outcode", "county"), [("SP7", County.DORSET), ("BH24", County.DORSET)])
def test_the_county_is_the_one_the_person_chose_and_the_minutes_are_the_places(outcode: str, county: County) -> None:
    of_devon, of_dorset = (replace(BEN, home="BH1", counties={each: 0}) for each in (County.DEVON, county))
    need = replace(WHOLE_DAY, outcode=outcode, county=county).at(morning())

    assert soft(of_devon, need) == [(Rule.AREA, "Ben Hart does not cover Dorset.")]
    assert soft(of_dorset, need) == []
    assert STARTING_TRAVEL.minutes("BH1", outcode) == Travel({}, {}).minutes("BH1", outcode)


def test_the_drive_limit_may_be_met_exactly() -> None:
    wish = replace(WHOLE_DAY, travel=Travel({("EX1", "EX4"): 151}, {}))

    assert soft(replace(BEN, drive_limit=151), wish.at(morning())) == []
    assert soft(BEN, wish.at(morning())) == [(Rule.DRIVE, "About 2 hours 35 from home; the limit is 2 hours 30.")]


@pytest.mark.parametrize("outcode", ["TR21", "ZZ9"])
def test_a_drive_nobody_knows_is_a_no_that_staff_can_override(outcode: str) -> None:
    wish = replace(WHOLE_DAY, outcode=outcode)

    assert soft(BEN, wish.at(morning())) == [(Rule.DRIVE, "The drive from home is not known.")]


@pytest.mark.parametrize(("minutes", "fits"), [(30, True), (31, False)])
def test_thirty_minutes_fit_into_the_lunch_break(minutes: int, fits: bool) -> None:
    wish = replace(HALF_DAY, travel=Travel({("EX1", "EX14"): minutes}, {}))
    before = booked(BEN, visit(morning(), outcode="EX14"))
    after = booked(BEN, visit(afternoon(), outcode="EX14"))

    assert soft(before, wish.at(afternoon())) == (
        [] if fits else [(Rule.LUNCH, "31 minutes from that morning's visit; 30 fit.")]
    )
    assert soft(after, wish.at(morning())) == (
        [] if fits else [(Rule.LUNCH, "31 minutes from that afternoon's visit; 30 fit.")]
    )


def test_three_half_days_leave_the_last_afternoon_to_a_visit_next_door() -> None:
    wish = replace(WHOLE_DAY, length=3, travel=Travel({("EX1", "EX14"): 31, ("EX1", "EX15"): 30}, STARTING_ADDED))
    near, far = (booked(BEN, visit(afternoon(THURSDAY), outcode=outcode)) for outcode in ("EX15", "EX14"))

    assert soft(near, wish.at(morning())) == []
    assert soft(far, wish.at(morning())) == [(Rule.LUNCH, "31 minutes from that afternoon's visit; 30 fit.")]


def test_a_visit_the_evening_or_the_day_before_is_no_lunch_drive() -> None:
    who = booked(BEN, visit(afternoon(date(2027, 3, 23)), outcode="TR1"), visit(morning(THURSDAY), outcode="TR1"))

    assert soft(who, WHOLE_DAY.at(morning())) == []


def test_a_lunch_drive_from_a_place_that_was_not_read_or_is_not_known_does_not_fit() -> None:
    unread = replace(BEN, held=WINDOW.bit(morning()))
    unknown = booked(BEN, visit(morning(), outcode="ZZ9"))
    expected = [(Rule.LUNCH, "The drive between this and that morning's visit is not known.")]

    assert [soft(who, HALF_DAY.at(afternoon())) for who in (unread, unknown)] == [expected, expected]


def test_all_soft_rules_that_fail_are_listed() -> None:
    who = replace(BEN, hours=(), counties={}, weekly_limit=1, drive_limit=5)

    assert [rule for rule, _ in soft(who, WHOLE_DAY.at(morning(date(2027, 3, 9))))] == [
        Rule.PATTERN,
        Rule.NOTICE,
        Rule.WEEKLY_LIMIT,
        Rule.AREA,
        Rule.DRIVE,
    ]


def test_an_override_needs_a_reason_of_ten_characters() -> None:
    failures = (Failure(Rule.AREA, "Ben Hart does not cover Dorset."),)

    assert check_reason(failures, "They asked") == (Rule.AREA,)
    assert check_reason((), "") == ()
    with pytest.raises(Refused, match="at least 10 characters") as refusal:
        check_reason(failures, "  because   ")
    assert refusal.value.field == "reason"


def test_a_date_outside_what_was_read_is_a_mistake() -> None:
    with pytest.raises(ValueError, match="not all in the window"):
        WHOLE_DAY.at(Slot(date(2028, 1, 3), Half.AM))

"""What moving and cancelling cost, day by day."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from booking.domain.days import WorkingDays
from booking.domain.errors import Refused
from booking.domain.money import Pence, Price
from booking.domain.terms import Standing, Terms, cancel_fee, move_fee, waive

TERMS = Terms()
WORKING = WorkingDays()
VISIT = date(2027, 3, 24)  # a Wednesday
PRICE = Price(Pence(1150_01), 20)
HALF = "It was free until Wednesday 10 March. Until Wednesday 17 March it costs half the price."


def standing(today: date, *, is_confirmed: bool = True) -> Standing:
    return Standing(PRICE, VISIT, today, is_confirmed=is_confirmed)


@pytest.mark.parametrize(
    ("today", "percent", "net", "reason"),
    [
        (date(2027, 3, 10), 0, 0, "Free of charge until Wednesday 10 March."),
        (
            date(2027, 3, 11),
            50,
            575_01,
            HALF,
        ),
        (
            date(2027, 3, 17),
            50,
            575_01,
            HALF,
        ),
        (date(2027, 3, 18), 100, 1150_01, "After Wednesday 17 March it costs the whole price."),
        (date(2027, 3, 24), 100, 1150_01, "After Wednesday 17 March it costs the whole price."),
    ],
)
def test_cancelling_is_free_then_half_then_whole(today: date, percent: int, net: int, reason: str) -> None:
    fee = cancel_fee(TERMS, standing(today), working=WORKING)
    assert (fee.percent, fee.price.net_pence, fee.reason) == (percent, net, reason)


def test_a_fee_carries_the_vat_rate_of_the_visit() -> None:
    fee = cancel_fee(TERMS, standing(date(2027, 3, 17)), working=WORKING)
    assert (fee.price.vat_percent, fee.price.vat_pence, fee.price.total_pence) == (20, 115_00, 690_01)


def test_nothing_is_due_before_a_visit_is_confirmed() -> None:
    visit = standing(date(2027, 3, 23), is_confirmed=False)
    fees = [cancel_fee(TERMS, visit, working=WORKING), move_fee(TERMS, visit, late_moves=1, working=WORKING)]
    assert [(fee.is_free, fee.reason) for fee in fees] == [
        (True, "Nothing is due until we have confirmed the visit.")
    ] * 2


@pytest.mark.parametrize(
    ("today", "late_moves", "percent", "reason"),
    [
        (date(2027, 3, 10), 5, 0, "Free of charge until Wednesday 10 March."),
        (date(2027, 3, 11), 0, 0, "A move is free once until Wednesday 17 March."),
        (date(2027, 3, 17), 0, 0, "A move is free once until Wednesday 17 March."),
        (
            date(2027, 3, 17),
            1,
            50,
            f"The free move has been used. {HALF}",
        ),
        (date(2027, 3, 18), 0, 100, "After Wednesday 17 March it costs the whole price."),
    ],
)
def test_one_late_move_is_free(today: date, late_moves: int, percent: int, reason: str) -> None:
    fee = move_fee(TERMS, standing(today), late_moves=late_moves, working=WORKING)
    assert (fee.percent, fee.reason) == (percent, reason)


@pytest.mark.parametrize(("today", "is_online"), [(date(2027, 3, 22), True), (date(2027, 3, 23), False)])
def test_the_page_may_be_used_until_two_working_days_before(today: date, is_online: bool) -> None:
    assert cancel_fee(TERMS, standing(today), working=WORKING).is_online is is_online


def test_a_bank_holiday_is_no_working_day_for_the_page() -> None:
    assert TERMS.online_until(date(2027, 3, 31), working=WORKING) == date(2027, 3, 25)  # after Easter


@pytest.mark.parametrize(
    ("today", "sentence"),
    [
        (date(2027, 2, 1), "Free to move or cancel until Wednesday 10 March"),
        (date(2026, 12, 1), "Free to move or cancel until Wednesday 10 March 2027"),
        (date(2027, 3, 10), "Free to move or cancel until Wednesday 10 March"),
        (date(2027, 3, 11), "Cancelling costs half the price until Wednesday 17 March, and the whole price after that"),
        (date(2027, 3, 18), "Cancelling now costs the whole price"),
    ],
)
def test_the_terms_of_one_visit_are_one_sentence(today: date, sentence: str) -> None:
    assert TERMS.sentence(VISIT, is_confirmed=True, today=today) == sentence


def test_before_a_visit_is_confirmed_its_terms_say_that_nothing_is_due() -> None:
    assert TERMS.sentence(VISIT, is_confirmed=False, today=date(2027, 3, 18)) == (
        "Nothing is due until we have confirmed the visit. Once we have: cancelling now costs the whole price"
    )


@given(st.integers(0, 60), st.integers(0, 3))
def test_waiting_never_makes_it_cheaper_and_moving_never_costs_more_than_cancelling(days: int, late_moves: int) -> None:
    today, tomorrow = VISIT - timedelta(days=days + 1), VISIT - timedelta(days=days)
    cancel = cancel_fee(TERMS, standing(today), working=WORKING)
    assert cancel.percent <= cancel_fee(TERMS, standing(tomorrow), working=WORKING).percent
    assert move_fee(TERMS, standing(today), late_moves=late_moves, working=WORKING).percent <= cancel.percent


def test_other_shares_are_said_in_figures() -> None:
    fee = cancel_fee(Terms(part_percent=30), standing(date(2027, 3, 17)), working=WORKING)
    assert fee.reason.endswith("it costs 30% of the price.")


def test_staff_waive_a_fee_with_a_reason_only() -> None:
    fee = cancel_fee(TERMS, standing(date(2027, 3, 23)), working=WORKING)
    with pytest.raises(Refused, match="Enter why the fee is waived"):
        waive(fee, why="  ")
    waived = waive(fee, why="Flood in Tiverton ")
    assert (waived.is_free, waived.percent, waived.reason) == (True, 0, "Flood in Tiverton")


@pytest.mark.parametrize("fault", [{"free_days": 6}, {"part_percent": 101}, {"part_days": -1}])
def test_terms_that_contradict_themselves_are_a_bug(fault: dict[str, int]) -> None:
    with pytest.raises(ValueError, match="must"):
        Terms(**fault)  # type: ignore[arg-type]  # version, the one text, is never among the faults

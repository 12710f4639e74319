"""Pence, VAT and how pounds are typed and shown."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from booking.domain.errors import Refused
from booking.domain.money import MOST_PENCE, Pence, Price, parse_pounds, percent_of, pounds


def test_a_day_at_1150_pounds_costs_1380_with_vat() -> None:
    price = Price(Pence(1150_00), 20)
    assert (price.vat_pence, price.total_pence) == (230_00, 1380_00)


@pytest.mark.parametrize(("net", "percent", "vat"), [(2, 20, 0), (3, 20, 1), (10, 5, 1), (9, 5, 0), (7, 0, 0)])
def test_vat_is_rounded_half_up_to_the_penny(net: int, percent: int, vat: int) -> None:
    assert percent_of(Pence(net), percent) == vat


@given(st.integers(0, MOST_PENCE), st.integers(0, 100))
def test_vat_is_never_more_than_half_a_penny_out(net: int, percent: int) -> None:
    assert -50 < percent_of(Pence(net), percent) * 100 - net * percent <= 50


@pytest.mark.parametrize(("net", "percent"), [(-1, 20), (1, -1), (1, 101)])
def test_a_price_is_not_negative_and_vat_is_a_percentage(net: int, percent: int) -> None:
    with pytest.raises(ValueError, match="not a price"):
        Price(Pence(net), percent)


@pytest.mark.parametrize(
    ("pence", "short", "exact"),
    [
        (1150_00, "£1,150", "£1,150.00"),
        (1380_50, "£1,380.50", "£1,380.50"),
        (5, "£0.05", "£0.05"),
        (-42_00, "-£42", "-£42.00"),
    ],
)
def test_pounds_show_odd_pence_only_unless_exact(pence: int, short: str, exact: str) -> None:
    assert (pounds(pence), pounds(pence, exact=True)) == (short, exact)


@pytest.mark.parametrize(
    ("typed", "pence"),
    [("1,150", 1150_00), ("£1150.50", 1150_50), (" £ 1,150.05 ", 1150_05), ("0", 0), ("100000", MOST_PENCE)],
)
def test_staff_type_pounds_as_they_like(typed: str, pence: int) -> None:
    assert parse_pounds(typed) == pence


@pytest.mark.parametrize("typed", ["", "free", "11,50", "1150.5", "-5", "1e3", "£", "1.234,50", "١٢", "1" * 400])
def test_what_is_no_price_is_refused_beside_its_field(typed: str) -> None:
    with pytest.raises(Refused, match="Enter a price in pounds, like 1,150 or ") as refused:
        parse_pounds(typed, field="price")
    assert refused.value.field == "price"


def test_a_price_over_the_limit_is_refused() -> None:
    with pytest.raises(Refused, match="Price must be £100,000 or less"):
        parse_pounds("100,000.01")


@given(st.integers(0, MOST_PENCE))
def test_pounds_that_are_shown_can_be_typed_back(pence: int) -> None:
    assert parse_pounds(pounds(pence)) == parse_pounds(pounds(pence, exact=True)) == pence

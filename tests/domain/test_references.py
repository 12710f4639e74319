"""References: made from random bits, read however they are typed."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from booking.domain.references import BITS, parse_reference, reference


def test_references_run_from_all_zeros_to_all_letters() -> None:
    assert (reference(0), reference(2**BITS - 1)) == ("TSW-0000-0000", "TSW-ZZZZ-ZZZZ")


@pytest.mark.parametrize("bits", [-1, 2**BITS])
def test_other_numbers_of_bits_are_a_bug(bits: int) -> None:
    with pytest.raises(ValueError, match="40 bits"):
        reference(bits)


@given(st.integers(0, 2**BITS - 1), st.integers(0, 2**BITS - 1))
def test_different_bits_make_different_references_without_look_alikes(one: int, other: int) -> None:
    assert (reference(one) == reference(other)) == (one == other)
    assert not set(reference(one).removeprefix("TSW")) & set("ILOU")


@given(st.integers(0, 2**BITS - 1), st.booleans(), st.booleans(), st.sampled_from(["-", " ", "", "/", " - "]))
def test_a_reference_is_read_in_any_case_and_spacing(bits: int, lower: bool, bare: bool, between: str) -> None:
    stored = reference(bits)
    typed = stored.removeprefix("TSW-") if bare else stored
    typed = f" {typed.replace('-', between)}. "
    assert parse_reference(typed.lower() if lower else typed) == stored


def test_letters_that_look_like_figures_are_read_as_figures() -> None:
    assert parse_reference("tsw oi1l ab0o") == "TSW-0111-AB00"


@pytest.mark.parametrize(
    "typed", ["", "TSW", "TSW-7F3K", "ABC-7F3K-Q2MX", "7F3K-Q2MU", "TSW-7F3K-Q2MXX", "Hallett Joinery", "\uff17F3KQ2MX"]
)
def test_what_is_no_reference_is_none(typed: str) -> None:
    assert parse_reference(typed) is None

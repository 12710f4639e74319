"""Postcodes as people type them, and which county they are in."""

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from booking.domain.errors import Refused
from booking.domain.places import (
    SCILLY,
    County,
    Postcode,
    Reach,
    Where,
    county_of,
    outcodes,
    parse_outcode,
    parse_postcode,
    split_place,
)


@pytest.mark.parametrize("typed", ["EX1 1AA", "ex11aa", " e x 1 1 a a ", "Ex1\t1aA", "EX1\u00a01AA"])
def test_a_postcode_may_be_typed_in_any_case_and_spacing(typed: str) -> None:
    assert parse_postcode(typed) == Postcode("EX1", "1AA")


@pytest.mark.parametrize(
    ("told", "town", "postcode"),
    [
        ("ex16 4zz", "", "EX16 4ZZ"),
        ("EX16", "", "EX16"),
        ("Tiverton, EX16 4ZZ", "Tiverton", "EX16 4ZZ"),
        ("Lyme Regis DT7", "Lyme Regis", "DT7"),
        ("Redruth, Cornwall", "Redruth", ""),
        ("Bovey Tracey", "Bovey Tracey", ""),
        ("", "", ""),
    ],
)
def test_a_place_as_it_was_told_falls_into_town_and_postcode(told: str, town: str, postcode: str) -> None:
    assert split_place(told) == (town, postcode)


@pytest.mark.parametrize("typed", ["EX11 1AA", "ex111aa"])
def test_the_last_three_characters_are_the_second_half(typed: str) -> None:
    assert str(parse_postcode(typed)) == "EX11 1AA"


@pytest.mark.parametrize(
    "typed",
    ["", " ", "EX1", "EX1 1A", "EX1 AA1", "EX1 1AC", "EX1-1AA", "1EX 1AA", "EX1 1AAA", "\u017fX1 1AA", "EX\uff11 1AA"],
)
def test_anything_else_is_refused_beside_its_field(typed: str) -> None:
    with pytest.raises(Refused) as refusal:
        parse_postcode(typed)

    assert (str(refusal.value), refusal.value.field) == ("Enter a full postcode, like EX1 1AA", "postcode")


@given(st.text(max_size=12))
def test_no_text_breaks_the_parser(typed: str) -> None:
    with suppress(Refused):
        assert parse_postcode(str(parse_postcode(typed))) == parse_postcode(typed)


@pytest.mark.parametrize(("typed", "outcode"), [("tr2", "TR2"), (" EX11 ", "EX11"), ("tr2 1aa", "TR2"), ("W1A", "W1A")])
def test_the_first_half_is_enough_where_no_letter_is_sent(typed: str, outcode: str) -> None:
    assert parse_outcode(typed) == outcode


@pytest.mark.parametrize("typed", ["TR2 1", "TR", "", "\u017fX1"])
def test_a_postcode_cut_short_is_not_taken_for_another_outcode(typed: str) -> None:
    with pytest.raises(Refused, match="first half"):
        parse_outcode(typed)


@pytest.mark.parametrize(
    ("outcode", "county"),
    [("TR1", County.CORNWALL), ("EX1", County.DEVON), ("DT1", County.DORSET), ("TA1", County.SOMERSET)],
)
def test_each_county_town_is_in_its_county(outcode: str, county: County) -> None:
    assert county_of(outcode) == Where(Reach.SERVED, county, county.label, choices=(county,))


@pytest.mark.parametrize(
    ("outcode", "county"),
    [("PL1", "Devon"), ("TQ1", "Devon"), ("BH1", "Dorset"), ("BS23", "Somerset"), ("BA1", "Somerset")],
)
def test_unitary_places_belong_to_their_old_county(outcode: str, county: str) -> None:
    assert county_of(outcode).county_name == county


@pytest.mark.parametrize(
    ("outcode", "prefilled", "choices"),
    [
        ("BH24", None, (County.DORSET,)),
        ("BS31", None, (County.SOMERSET,)),
        ("SP7", County.DORSET, (County.DORSET,)),
        ("DT7", County.DEVON, (County.DEVON, County.DORSET)),
        ("EX22", County.DEVON, (County.CORNWALL, County.DEVON)),
        ("TA20", County.SOMERSET, (County.DEVON, County.DORSET, County.SOMERSET)),
    ],
)
def test_an_outcode_on_a_border_asks_which_county(
    outcode: str, prefilled: County | None, choices: tuple[County, ...]
) -> None:
    where = county_of(outcode)

    assert (where.reach, where.must_ask, where.county, where.choices) == (Reach.MIXED, True, prefilled, choices)


def test_an_outcode_we_do_not_know_asks_for_any_of_the_four() -> None:
    where = county_of("ZZ99")

    assert (where.reach, where.must_ask, where.county, where.choices) == (Reach.UNKNOWN, True, None, tuple(County))


@pytest.mark.parametrize(("outcode", "name"), [("BS1", "Bristol"), ("GL1", "Gloucestershire"), ("BS7", "Bristol")])
def test_another_county_is_named_and_offers_none_of_ours(outcode: str, name: str) -> None:
    assert county_of(outcode) == Where(Reach.OUTSIDE, county_name=name)


@pytest.mark.parametrize("outcode", sorted(SCILLY))
def test_the_isles_of_scilly_are_for_the_telephone(outcode: str) -> None:
    assert (county_of(outcode).reach, county_of(outcode).choices) == (Reach.SCILLY, ())


def test_every_outcode_that_was_carried_over_is_there() -> None:
    assert len(outcodes()) == 287
    assert {outcode.county for outcode in outcodes().values()} == {None, *County}

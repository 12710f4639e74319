"""Cleaning what people type, hints on email addresses, and cells for spreadsheets."""

import time
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from booking.domain.errors import Refused
from booking.domain.text import clean, csv_cell, people_told, suggested_email, whole_number

HIDDEN = ["\x00", "\x07", "\x1b", "\x7f", "\x85", "\x9b", "\u200e", "\u202e", "\u2066", "\ud800", "\udfff"]


def test_text_is_trimmed_composed_and_loses_its_invisible_passengers() -> None:
    assert clean(" \ufeffJo\tHale\u0301 & \u200bSo\xadn \n", limit=80) == "Jo Hal\u00e9 & Son"


@pytest.mark.parametrize("character", HIDDEN)
@pytest.mark.parametrize("lines", [False, True])
def test_hidden_characters_are_refused_beside_the_field(character: str, lines: bool) -> None:
    with pytest.raises(Refused, match="Name must not contain hidden characters") as refused:
        clean(f"Jo{character}Hallett", limit=80, lines=lines, label="Name", field="name")
    assert refused.value.field == "name"


@pytest.mark.parametrize("line_break", ["\n", "\r", "\r\n", "\u2028", "\u2029"])
def test_a_line_break_is_refused_in_one_line_and_made_plain_in_several(line_break: str) -> None:
    typed = f"Jo{line_break}Bcc: everybody@firm.example"
    with pytest.raises(Refused, match="Name must be on one line"):
        clean(typed, limit=80, label="Name")
    assert clean(typed, limit=80, lines=True) == "Jo\nBcc: everybody@firm.example"


def test_the_limit_counts_characters_after_composing() -> None:
    assert clean("e\u0301" * 80, limit=80) == "é" * 80
    with pytest.raises(Refused, match=r"^Name must be 80 characters or fewer$"):
        clean("x" * 81, limit=80, label="Name")


def test_emoji_run_out_of_bytes_before_they_run_out_of_characters() -> None:
    assert clean("🙂" * 60, limit=80) == "🙂" * 60
    with pytest.raises(Refused, match=r"^Notes must be 80 characters or fewer, and emoji count as more than one$"):
        clean("🙂" * 61, limit=80, label="Notes")


def test_a_heap_of_combining_marks_is_refused_before_it_is_composed() -> None:
    began = time.process_time()
    with pytest.raises(Refused, match="2,000 characters or fewer"):
        clean("a" + "\u0316\u0301" * 40_000, limit=2000, lines=True)
    assert time.process_time() - began < 1, "composing them takes seconds, and four times as long for twice as many"


@given(st.text(max_size=60), st.booleans())
def test_cleaned_text_is_safe_to_keep_and_clean_already(text: str, lines: bool) -> None:
    try:
        cleaned = clean(text, limit=40, lines=lines)
    except Refused:
        return
    kinds = {unicodedata.category(character) for character in cleaned.replace("\n", "" if lines else "\n")}
    assert not kinds & {"Cc", "Cs", "Zl", "Zp"}
    assert len(cleaned) <= 40
    assert len(cleaned.encode()) <= 120
    assert clean(cleaned, limit=40, lines=lines) == cleaned


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("sam@gmial.com", "sam@gmail.com"),
        ("sam@gmai.com", "sam@gmail.com"),
        ("sam@gmaill.com", "sam@gmail.com"),
        ("sam@gnail.com", "sam@gmail.com"),
        ("sam@gmail.con", "sam@gmail.com"),
        ("Sam@Hotmial.co.uk", "Sam@hotmail.co.uk"),
        ("sam@btintenet.com", "sam@btinternet.com"),
        ("sam@gmail.co.uk", "sam@gmail.com"),
        ("sam@hallett.con", "sam@hallett.com"),
        ("sam@hallett.co.ik", "sam@hallett.co.uk"),
        ("sam@hallett.couk", "sam@hallett.co.uk"),
    ],
)
def test_a_slip_in_the_domain_is_noticed(typed: str, meant: str) -> None:
    assert suggested_email(typed) == meant


@pytest.mark.parametrize(
    "address",
    [
        "sam@gmail.com",
        "SAM@GMAIL.COM",
        "a@mail.com",
        "a@ymail.com",
        "a@email.com",
        "jo@hallett.example",
        "a@sly.com",
        "sam",
        "",
    ],
)
def test_a_good_or_unknown_address_is_left_alone(address: str) -> None:
    assert suggested_email(address) is None


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r", "\n", "\0", " =", "\u00a0+", "\uff1d", "\uff20"])
def test_a_cell_is_never_a_formula(start: str) -> None:
    assert csv_cell(f"{start}1+1") == f"'{start}1+1"


@pytest.mark.parametrize("text", ["", "Hallett Joinery", "7 people", "a=b", "sam@firm.example"])
def test_an_ordinary_cell_stays_as_it_is(text: str) -> None:
    assert csv_cell(text) == text


@pytest.mark.parametrize(("typed", "number"), [("0", 0), ("8", 8), ("007", 7), ("999", 999)])
def test_a_whole_number_is_read(typed: str, number: int) -> None:
    assert whole_number(typed, digits=3) == number


@pytest.mark.parametrize("typed", [None, "", " 8", "-1", "8.0", "1e2", "²", "٣", "1000", "9" * 5_000])
def test_what_is_no_whole_number_or_too_long_is_none(typed: str | None) -> None:
    assert whole_number(typed, digits=3) is None


@pytest.mark.parametrize(
    ("typed", "people"),
    [
        ("8", 8),
        (" 8 people", 8),
        ("about 8", 8),
        ("Up to 12", 12),
        ("6-8", 8),
        ("6 to 8 staff", 8),
        ("6\u20138", 8),
        ("10 or 9", 10),
        ("", None),
        ("eight", None),
        ("-3", None),
        ("8.5", None),
        ("٣", None),
        ("²", None),
        ("1" * 7, None),
        ("8 " * 40, None),
    ],
)
def test_people_are_counted_as_people_tell_them(typed: str, people: int | None) -> None:
    assert people_told(typed) == people

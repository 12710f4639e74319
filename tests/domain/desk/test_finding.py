"""What somebody typed into a search box, read as whatever it may be."""

import pytest

from booking.domain.desk.finding import LONGEST, Sought, sought


@pytest.mark.parametrize(
    ("typed", "what"),
    [
        ("", Sought("")),
        ("  acme \n joinery ", Sought("acme joinery")),
        ("tsw 7f3k-q2mx", Sought("tsw 7f3k-q2mx", reference="TSW-7F3K-Q2MX")),
        ("7F3KQ2MX", Sought("7F3KQ2MX", reference="TSW-7F3K-Q2MX")),
        ("01632 960 111", Sought("01632 960 111", digits="441632960111")),
        ("+44 (1632) 960-111", Sought("+44 (1632) 960-111", digits="441632960111")),
        ("0049 15112", Sought("0049 15112", digits="4915112")),
        ("960 111", Sought("960 111", digits="960111")),
        ("ex2 8aa", Sought("ex2 8aa", postcode="EX28AA")),
        ("EX2", Sought("EX2", postcode="EX2")),
        ("ex16 4", Sought("ex16 4", postcode="EX164")),
        ("12", Sought("12")),
        ("a\0b\ud83d\u202e", Sought("a b")),
        ("x" * 5000, Sought("x" * LONGEST)),
    ],
)
def test_a_search_is_read_in_any_case_and_spacing(typed: str, what: Sought) -> None:
    assert sought(typed) == what

"""What somebody typed into a search box, read as whatever it may be."""

import pytest

from booking.domain.desk.finding import LONGEST, LONGEST_WORD, Sought, phone_words, sought, words_in

NUMBER = ("441632960111", "01632960111")


@pytest.mark.parametrize(
    ("typed", "what"),
    [
        ("", Sought("")),
        ("  acme \n joinery ", Sought("acme joinery", words=("joinery", "acme"))),
        ("tsw 7f3k-q2mx", Sought("tsw 7f3k-q2mx", reference="TSW-7F3K-Q2MX", words=("7f3k", "q2mx", "tsw"))),
        ("7F3KQ2MX", Sought("7F3KQ2MX", reference="TSW-7F3K-Q2MX", words=("7f3kq2mx",))),
        ("01632 960 111", Sought("01632 960 111", digits=NUMBER, words=("01632", "111", "960"))),
        ("+44 (1632) 960-111", Sought("+44 (1632) 960-111", digits=NUMBER, words=("1632", "111", "960", "44"))),
        ("0049 15112", Sought("0049 15112", digits=("4915112",), words=("15112", "0049"))),
        ("960 111", Sought("960 111", digits=("960111",), words=("111", "960"))),
        ("060 111", Sought("060 111", digits=("4460111", "060111"), words=("060", "111"))),
        ("Ex2 8AA", Sought("Ex2 8AA", words=("ex28aa",))),
        ("exeter ex2 8", Sought("exeter ex2 8", words=("exeter", "ex28"))),
        ("Café_Zoë's", Sought("Café_Zoë's", words=("cafe", "zoe", "s"))),
        ("1 2 3 4 5 6 7 8 9", Sought("1 2 3 4 5 6 7 8 9", digits=("123456789",), words=tuple("12345678"))),
        ("12", Sought("12", words=("12",))),
        ("%_", Sought("%_")),
        ("a\0b\ud83d\u202e", Sought("a b", words=("a", "b"))),
        ("x" * 5000, Sought("x" * LONGEST, words=("x" * LONGEST_WORD,))),
    ],
)
def test_a_search_is_read_in_any_case_and_spacing(typed: str, what: Sought) -> None:
    assert sought(typed) == what


@pytest.mark.parametrize(
    ("texts", "found"),
    [
        (("Acme Joinery", "maya.reed@acme.example"), {"acme", "joinery", "maya", "reed", "example"}),
        (("EX2 8AA", "Exeter"), {"ex2", "8aa", "ex28aa", "exeter"}),
        (("Near Exeter, EX2 8AA",), {"near", "exeter", "ex2", "8aa", "ex28aa"}),
        (("EX28AA",), {"ex28aa"}),
        (("ex16",), {"ex16"}),
        (("", "§ !"), set()),
    ],
)
def test_a_firm_is_found_by_the_words_of_its_texts_and_by_a_postcode_in_one_piece(
    texts: tuple[str, ...], found: set[str]
) -> None:
    assert words_in(*texts) == found


def test_a_number_is_found_by_its_ends() -> None:
    assert phone_words("+44163296") == {"44163296", "4163296", "163296", "63296", "3296"}
    assert phone_words("") == set()

"""Why a form looks like a machine's."""

from dataclasses import replace

import pytest

from booking.domain.desk.spam import MOST_LINKS, QUICKEST_SECONDS, Sending, suspicion

PERSON = Sending(
    seconds=40,
    lines=("Hallett Joinery", "Jo Hallett", "EX16 4ZZ"),
    text="We have two new supervisors, and the jobs run late. Could you come in January?",
)


def test_a_person_is_not_suspected() -> None:
    assert suspicion(PERSON) == ""


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"seconds": QUICKEST_SECONDS - 0.1}, "sent faster than a person types"),
        ({"trap": "https://pills.example"}, "a hidden field was filled in"),
        ({"lines": ("Click https://pills.example", "Jo", "Devon")}, "a link where a name belongs"),
        ({"text": "http://a.example www.b.example [url=c]"}, "3 links"),
        ({"text": "Продвижение сайтов быстро и недорого"}, "mostly not in Latin letters"),
        ({"texts_of_others": frozenset({PERSON.text})}, "the same text came from another address"),
        ({"is_flood": True}, "very many came at once"),
    ],
)
def test_each_sign_is_named(change: dict[str, object], words: str) -> None:
    assert suspicion(replace(PERSON, **change)) == words  # type: ignore[arg-type]  # a table of changes


def test_all_signs_are_told_together() -> None:
    sending = replace(PERSON, seconds=0, trap="x")
    assert suspicion(sending) == "sent faster than a person types, a hidden field was filled in"


def test_exactly_three_seconds_are_a_persons() -> None:
    assert suspicion(replace(PERSON, seconds=QUICKEST_SECONDS)) == ""


def test_a_firm_may_name_its_website() -> None:
    links = " ".join(["https://hallett.example"] * MOST_LINKS)
    assert suspicion(replace(PERSON, text=f"See {links}")) == ""


def test_a_name_in_other_letters_is_not_suspect_beside_a_text_in_latin_ones() -> None:
    assert suspicion(replace(PERSON, lines=("Łódź Bakery", "Σοφία Παπαδοπούλου", "TR1"))) == ""


def test_a_repeat_is_known_by_its_letters_alone() -> None:
    varied = PERSON.text.upper().replace(" ", "  ") + " 4711"
    assert suspicion(replace(PERSON, texts_of_others=frozenset({varied}))) == "the same text came from another address"


def test_a_short_text_may_well_come_twice() -> None:
    assert suspicion(replace(PERSON, text="Please call", texts_of_others=frozenset({"Please call"}))) == ""


def test_nothing_written_is_not_foreign() -> None:
    assert suspicion(Sending(seconds=10)) == ""

"""What is different in a week, in words."""

from dataclasses import replace
from datetime import date

from booking.domain.road.weeks import Told, changes

TOLD = Told(7, date(2027, 3, 24), "9:30am to 12:30pm", "2 Lemon Street, Truro", 8, "Jo Hart", "Acme, Truro")


def words(*, before: list[Told], after: list[Told]) -> list[str]:
    return list(changes(before, after).by_stop.values())


def test_the_same_week_has_no_changes() -> None:
    found = changes([TOLD], [TOLD])
    assert (found.by_stop, found.gone) == ({}, [])


def test_a_visit_that_was_not_there_is_new() -> None:
    assert words(before=[], after=[TOLD]) == ["is new"]


def test_other_hours_are_told_with_the_old_ones() -> None:
    assert words(before=[TOLD], after=[replace(TOLD, hours="9:30am to 4:30pm")]) == [
        "was 9:30am to 12:30pm, now 9:30am to 4:30pm"
    ]


def test_several_differences_are_one_sentence() -> None:
    later = replace(TOLD, people=12, contact="Sam Lee")
    assert words(before=[TOLD], after=[later]) == ["has 12 people now, and has Sam Lee as your contact now"]


def test_a_visit_on_another_day_of_the_week_is_told_once() -> None:
    found = changes([TOLD], [replace(TOLD, day=date(2027, 3, 26))])
    assert list(found.by_stop.values()) == ["was on Wednesday"]
    assert found.gone == []


def test_a_visit_that_is_no_longer_there_is_gone() -> None:
    assert changes([TOLD], []).gone == [TOLD]


def test_a_day_less_of_a_visit_is_gone() -> None:
    second = replace(TOLD, day=date(2027, 3, 25))
    found = changes([TOLD, second], [TOLD])
    assert (found.by_stop, found.gone) == ({}, [second])

"""The questions, what they accept, and what is asked around them."""

import pytest

from booking.domain.diagnostic.context import GroupSize, Subject, Trigger
from booking.domain.diagnostic.instrument import CURRENT, FIRST, INSTRUMENTS, Scale

from .answering import answers


def test_the_first_instrument_is_the_one_that_was_published() -> None:
    """If this fails, published words were edited: restore them and add a second instrument beside them."""
    assert FIRST.sha256 == "52adb50dce395784c0867843b08155df7c76ab9658200632622eb1b74f66ff85"


def test_every_instrument_ever_asked_is_found_by_its_hash() -> None:
    assert {FIRST.sha256: FIRST} == INSTRUMENTS
    assert CURRENT in INSTRUMENTS.values()


def test_twelve_questions_alternate_between_managing_and_leading() -> None:
    assert [each.number for each in FIRST.questions] == list(range(1, 13))
    assert [each.scale for each in FIRST.questions] == [Scale.MANAGING, Scale.LEADING] * 6
    ids = "plan vision money new quality inspire people freedom time ahead fix goals"
    assert [each.id for each in FIRST.questions] == ids.split()


def test_the_quick_form_is_the_first_eight() -> None:
    assert FIRST.form(is_quick=True) == FIRST.questions[:8]
    assert FIRST.form(is_quick=False) == FIRST.questions


def test_options_run_from_going_well_to_a_real_problem() -> None:
    assert [(each.code, each.label) for each in FIRST.options] == [
        (0, "Going well"),
        (1, "Mostly fine"),
        (2, "Up and down"),
        (3, "Often a struggle"),
        (4, "A real problem"),
    ]


def test_the_next_question_is_the_first_without_an_answer_and_not_sure_is_one() -> None:
    assert FIRST.next_question({}) == FIRST.question("plan")
    assert FIRST.next_question({"plan": None, "money": 3}) == FIRST.question("vision")
    assert FIRST.next_question(answers("------", "------")) is None


def test_someone_who_stops_after_eight_has_finished_and_after_seven_has_not() -> None:
    eight = {each.id: 1 for each in FIRST.questions[:8]}
    seven = {each.id: 1 for each in FIRST.questions[:7]}
    assert FIRST.is_enough_to_finish(eight) is True
    assert FIRST.next_question(eight, is_quick=True) is None
    assert FIRST.is_enough_to_finish(seven) is False


def test_only_what_is_up_and_down_or_worse_can_matter_most() -> None:
    picked = FIRST.pickable(answers("01234-", "000000"))
    assert [each.id for each in picked] == ["quality", "people", "time"]


@pytest.mark.parametrize("code", [-1, 5, 2.0, True, "2", [2], float("nan")])
def test_a_code_that_is_no_option_is_refused(code: object) -> None:
    with pytest.raises(ValueError, match="answer to plan must be 0 to 4 or not sure"):
        FIRST.checked({"plan": code})  # type: ignore[dict-item]  # the wrong type is what is tested


@pytest.mark.parametrize("question", ["", "Plan", "teamwork", 1, None])
def test_a_question_that_was_never_asked_is_refused(question: object) -> None:
    with pytest.raises(ValueError, match="not in this instrument"):
        FIRST.checked({question: 2})  # type: ignore[dict-item]  # the wrong type is what is tested


def test_checked_answers_come_back_in_question_order() -> None:
    assert list(FIRST.checked({"goals": 1, "plan": None, "new": 2}).items()) == [
        ("plan", None),
        ("new", 2),
        ("goals", 1),
    ]


def test_who_is_asked_about_sets_the_line_above_each_question() -> None:
    assert [each.where for each in Subject] == ["In your team", "In their team", "In their teams", "In our team"]
    assert [each.is_self for each in Subject] == [True, False, False, False]


def test_group_sizes_leave_no_gap_between_them() -> None:
    bands = [(each.value, each.least, each.most) for each in GroupSize]
    assert bands == [("1", 1, 1), ("2-4", 2, 4), ("5-8", 5, 8), ("9-12", 9, 12), ("13+", 13, None)]


def test_every_choice_around_the_questions_has_its_words() -> None:
    for choices in (Subject, GroupSize, Trigger):
        labels = [each.label for each in choices]
        assert len(set(labels)) == len(labels)
        assert all(labels)

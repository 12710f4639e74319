"""Signs of answers given without reading, and what they do to the label."""

from dataclasses import replace

import pytest

from booking.domain.diagnostic.doubts import Doubt, doubts, lowered
from booking.domain.diagnostic.instrument import FIRST
from booking.domain.diagnostic.score import Label

from .answering import Given, answers, scored


def in_a_row(codes: str) -> Given:
    """Answers in question order, managing and leading by turns."""
    return answers(codes[::2], codes[1::2])


@pytest.mark.parametrize(
    ("codes", "found"),
    [
        ("222222222222", {Doubt.SAME}),
        ("22222222----", {Doubt.SAME}),
        ("2222222-----", set()),
        ("222222222223", {Doubt.RUN}),
        ("322222222223", {Doubt.RUN}),
        ("332222222223", set()),
        ("22222-222223", set()),
        ("------------", set()),
        ("010101010101", set()),
    ],
)
def test_straight_lines_and_long_runs_are_noticed(codes: str, found: set[Doubt]) -> None:
    assert doubts(in_a_row(codes)) == found


def test_eight_alike_in_the_quick_form_are_a_straight_line() -> None:
    assert doubts({each.id: 1 for each in FIRST.questions[:8]}) == {Doubt.SAME}


@pytest.mark.parametrize(
    ("seconds", "found"),
    [([], set()), ([1.9] * 6 + [2.0] * 6, set()), ([1.9] * 7 + [9.0] * 5, {Doubt.FAST}), ([0.5], {Doubt.FAST})],
)
def test_under_two_seconds_on_more_than_half_the_pages_is_too_fast(seconds: list[float], found: set[Doubt]) -> None:
    assert doubts(in_a_row("012340123401"), seconds) == found


@pytest.mark.parametrize(
    ("before", "after"), [(Label.CLEAR, Label.LIKELY), (Label.LIKELY, Label.CLOSE), (Label.CLOSE, Label.CLOSE)]
)
def test_any_doubt_lowers_the_label_by_one_step_and_nothing_else(before: Label, after: Label) -> None:
    score = replace(scored("323233", "233223"), label=before)
    assert lowered(score, {Doubt.SAME, Doubt.FAST}) == replace(score, label=after)
    assert lowered(score, ()) == score


def test_bad_answers_are_refused() -> None:
    with pytest.raises(ValueError, match="must be 0 to 4"):
        doubts({"plan": 7})

"""What must hold of the scorer for any answers at all."""

from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from booking.domain.diagnostic import lm1
from booking.domain.diagnostic.score import Need, NotEnough, Score, Start

from .answering import LEADING, MANAGING, TWIN, Given, any_answers, enough_answers


@given(enough_answers(), st.sampled_from(MANAGING + LEADING))
def test_a_worse_answer_never_lowers_that_need(given_answers: Given, question: str) -> None:
    code = given_answers.get(question)
    if code is None or code == 4:
        return
    before, after = lm1.score(given_answers), lm1.score({**given_answers, question: code + 1})
    assert isinstance(before, Score)
    assert isinstance(after, Score)
    chances = before.probabilities, after.probabilities
    if question in MANAGING:
        assert after.managing_need > before.managing_need
        assert chances[1].manage + chances[1].both > chances[0].manage + chances[0].both
    else:
        assert after.leading_need > before.leading_need
        assert chances[1].lead + chances[1].both > chances[0].lead + chances[0].both


@given(enough_answers())
def test_swapping_the_scales_swaps_the_result(given_answers: Given) -> None:
    found = lm1.score(given_answers)
    mirrored = lm1.score({TWIN[question]: code for question, code in given_answers.items()})
    assert isinstance(found, Score)
    assert isinstance(mirrored, Score)
    chances, swapped = found.probabilities, mirrored.probabilities
    assert (swapped.talk, swapped.both) == (chances.talk, chances.both)
    assert (swapped.manage, swapped.lead) == (chances.lead, chances.manage)
    needs = {Need.MANAGE: Need.LEAD, Need.LEAD: Need.MANAGE}
    assert mirrored.recommendation is needs.get(found.recommendation, found.recommendation)
    starts = {Start.MANAGING: Start.LEADING, Start.LEADING: Start.MANAGING}
    assert (mirrored.start, mirrored.label) == (starts.get(found.start, found.start), found.label)
    assert (mirrored.managing_need, mirrored.leading_need) == (found.leading_need, found.managing_need)
    assert len(mirrored.flips) == len(found.flips)


@given(any_answers, st.randoms(use_true_random=False))
def test_the_order_of_answers_does_not_matter(given_answers: Given, random: Random) -> None:
    shuffled = list(given_answers.items())
    random.shuffle(shuffled)
    assert lm1.score(dict(shuffled)) == lm1.score(given_answers)


@given(any_answers)
def test_too_few_answers_are_never_no_need(given_answers: Given) -> None:
    counts = [sum(given_answers.get(each) is not None for each in scale) for scale in (MANAGING, LEADING)]
    assert isinstance(lm1.score(given_answers), NotEnough) is (min(counts) < 3)


@given(enough_answers())
def test_every_reason_hot_spot_and_flip_is_an_answer_that_was_given(given_answers: Given) -> None:
    found = lm1.score(given_answers)
    assert isinstance(found, Score)
    told = {question: code for question, code in given_answers.items() if code is not None}
    assert 1 <= len(found.reasons) <= 3
    assert len(set(found.reasons)) == len(found.reasons)
    assert set(found.reasons) | set(found.hot_spots) <= set(told)
    assert all(told[each.question] == each.before for each in found.flips)


@given(enough_answers())
def test_a_flip_is_what_the_scorer_would_have_said(given_answers: Given) -> None:
    found = lm1.score(given_answers)
    assert isinstance(found, Score)
    for question, code in given_answers.items():
        for after in () if code is None else (code - 1, code + 1):
            if 0 <= after <= 4:
                other = lm1.score({**given_answers, question: after})
                flips = [each for each in found.flips if (each.question, each.after) == (question, after)]
                assert [each.recommendation for each in flips] == (
                    [] if other.recommendation is found.recommendation else [other.recommendation]
                )


@given(enough_answers())
def test_the_four_probabilities_sum_to_one_and_all_four_needs_are_ranked(given_answers: Given) -> None:
    found = lm1.score(given_answers)
    assert isinstance(found, Score)
    chances = [found.probabilities.of(need) for need in Need]
    assert sum(chances) == pytest.approx(1, abs=1e-12)
    assert min(chances) >= 0
    assert set(found.ranked) == set(Need)
    assert found.likelier_course is not Need.TALK

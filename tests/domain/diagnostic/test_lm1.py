"""The frozen scorer: its golden table, its worked examples, its arithmetic done another way."""

from dataclasses import replace
from itertools import product
from math import erf, exp, pi, sqrt
from pathlib import Path

import pytest

from booking.domain.diagnostic import lm1, scorers
from booking.domain.diagnostic.instrument import Scale
from booking.domain.diagnostic.lm1 import Tally
from booking.domain.diagnostic.score import Label, Need, NotEnough, Probabilities, Score, Start

from . import golden
from .answering import LEADING, MANAGING, TWIN, answers, of_total, scored

# For twelve answers: rows are the sum of managing, columns the sum of leading from 0 to 24. Capitals are clear, small
# letters likely, and - | + . a close call that leans to manage, lead, both or talk.
MAP = """
24 MMMMMmmbbBBBBBBBBBBBBBBBB
20 MMMMMmm-bbBBBBBBBBBBBBBBB
18 MMMMMmmmbbBBBBBBBBBBBBBBB
16 MMMMMmmmbbbBBBBBBBBBBBBBB
14 MMMMmmm-+bbBBBBBBBBBBBBBB
12 mmmmmm--++bbbBBBBBBBBBBBB
11 mmmmm---++bbbbBBBBBBBBBBB
10 --------+++bbbbbbbBBBBBBB
 9 tttt.....++++bbbbbbbbbbbB
 8 tttttt....++++++bbbbbbbbb
 6 TTTTTttt..|||llllllllllll
 3 TTTTTTTttt|lllLLLLLLLLLLL
"""


def drawn(managing: int, leading: int) -> str:
    found = lm1.state(Tally(6, managing), Tally(6, leading))
    letter = found.ranked[0][0]
    if found.label is Label.CLOSE:
        return {"m": "-", "l": "|", "b": "+", "t": "."}[letter]
    return letter.upper() if found.label is Label.CLEAR else letter


def test_all_5776_states_are_those_of_the_golden_table() -> None:
    stored = (Path(__file__).parent / "lm1.csv").read_text().splitlines()
    assert len(stored) == 1 + 5776
    assert list(golden.rows()) == stored


def test_the_map_of_twelve_answers() -> None:
    rows = [24, 20, 18, 16, 14, 12, 11, 10, 9, 8, 6, 3]
    lines = [f"{row:2} {''.join(drawn(row, column) for column in range(25))}" for row in rows]
    assert lines == MAP.strip("\n").splitlines()


def test_the_map_mirrors_itself() -> None:
    mirrored = str.maketrans("MmLl-|", "LlMm|-")
    assert all(drawn(a, b) == drawn(b, a).translate(mirrored) for a, b in product(range(25), repeat=2))


def test_a_group_that_struggles_with_managing() -> None:
    found = scored("313342", "112111")
    assert found.recommendation is Need.MANAGE
    assert found.runner_up is Need.BOTH
    assert (round(found.confidence, 2), found.label, found.start) == (0.52, Label.LIKELY, Start.MANAGING)
    assert found.reasons == ("time", "plan", "quality")
    assert {each.question for each in found.flips} == set(LEADING)
    assert {(each.after - each.before, each.recommendation) for each in found.flips} == {(1, Need.BOTH)}


def test_a_group_that_struggles_with_both() -> None:
    found = scored("323233", "233223")
    assert (found.recommendation, round(found.confidence, 2), found.label) == (Need.BOTH, 0.92, Label.CLEAR)
    assert found.flips == ()


def test_mostly_fine_throughout_is_a_likely_talk() -> None:
    found = scored("111111", "111111")
    assert (found.recommendation, round(found.confidence, 2), found.label) == (Need.TALK, 0.62, Label.LIKELY)


def test_up_and_down_throughout_is_likely_both() -> None:
    found = scored("222222", "222222")
    assert (found.recommendation, round(found.confidence, 2), found.label) == (Need.BOTH, 0.68, Label.LIKELY)


@pytest.mark.parametrize(("answered", "sd"), [(6, 10.4), (4, 11.4), (3, 12.1)])
def test_fewer_answers_leave_a_wider_range(answered: int, sd: float) -> None:
    found = lm1.state(Tally(answered, answered), Tally(answered, answered))
    assert (round(found.managing_sd, 1), round(found.leading_sd, 1)) == (sd, sd)


def test_ties_go_to_both_and_a_course_beats_a_talk() -> None:
    def first(talk: float, manage: float, lead: float, both: float) -> Need:
        return lm1._ranked(Probabilities(talk, manage, lead, both))[0]

    assert first(0.10, 0.402, 0.10, 0.398) is Need.BOTH
    assert first(0.401, 0.10, 0.10, 0.399) is Need.BOTH
    assert first(0.20, 0.302, 0.30, 0.198) is Need.BOTH
    assert first(0.402, 0.398, 0.10, 0.10) is Need.MANAGE
    assert first(0.402, 0.10, 0.398, 0.10) is Need.LEAD
    assert first(0.406, 0.40, 0.10, 0.094) is Need.TALK


def test_a_clear_result_never_hangs_on_one_answer() -> None:
    for managing, leading in product(range(25), repeat=2):
        found = scored(of_total(managing), of_total(leading))
        assert found.label is not Label.CLEAR or found.flips == ()


def test_both_has_a_reason_from_each_side() -> None:
    assert scored("444444", "333333").reasons == ("plan", "money", "vision")
    assert scored("333333", "444444").reasons == ("vision", "new", "plan")


def test_what_matters_most_orders_reasons_of_the_same_weight_and_nothing_else() -> None:
    given = answers("333321", "111111")
    plain, picked = lm1.score(given), lm1.score(given, ["people", "time"])
    assert isinstance(plain, Score)
    assert isinstance(picked, Score)
    assert (plain.reasons, picked.reasons) == (("plan", "money", "quality"), ("people", "plan", "money"))
    assert replace(picked, reasons=plain.reasons) == plain


def test_hard_answers_in_a_talk_are_named() -> None:
    assert scored("041300", "000000").hot_spots == ("money", "people")
    assert scored("444444", "000000").hot_spots == ()


@pytest.mark.parametrize(
    ("managing", "leading", "missing"),
    [
        ("44----", "444444", ((Scale.MANAGING, 1),)),
        ("444444", "------", ((Scale.LEADING, 3),)),
        ("0-----", "00----", ((Scale.MANAGING, 2), (Scale.LEADING, 1))),
    ],
)
def test_too_few_answers_say_how_many_are_missing(
    managing: str, leading: str, missing: tuple[tuple[Scale, int], ...]
) -> None:
    assert lm1.score(answers(managing, leading)) == NotEnough("lm1", missing)


def test_not_sure_and_not_asked_are_the_same_to_the_scorer() -> None:
    some = dict.fromkeys(MANAGING[:4] + LEADING[:4], 2)
    assert lm1.score({**dict.fromkeys(TWIN), **some}) == lm1.score(some)


def test_bad_answers_and_picks_are_refused() -> None:
    with pytest.raises(ValueError, match="must be 0 to 4"):
        lm1.score({**answers("111111", "111111"), "plan": 5})
    with pytest.raises(ValueError, match="not in this instrument"):
        lm1.score(answers("111111", "111111"), ["teamwork"])


def test_every_scorer_ever_used_is_found_by_its_version() -> None:
    assert {"lm1": lm1.score} == scorers.SCORERS
    assert scorers.CURRENT == "lm1"


def brute_phi2(h: float, k: float, r: float) -> float:
    """P(X <= h, Y <= k), by Simpson over X of its density times the chance of Y given X: another way altogether."""
    low, steps = -9.0, 4000
    width = (h - low) / steps

    def sliver(x: float) -> float:
        given_x = (k - r * x) / sqrt(1 - r * r)
        return exp(-x * x / 2) / sqrt(2 * pi) * (1 + erf(given_x / sqrt(2))) / 2

    weights = (1 if place in (0, steps) else 4 if place % 2 else 2 for place in range(steps + 1))
    return width / 3 * sum(weight * sliver(low + place * width) for place, weight in enumerate(weights))


@pytest.mark.parametrize("r", [-0.5, 0.0, 0.154, 0.35, 0.5])
def test_the_bivariate_normal_agrees_with_brute_force(r: float) -> None:
    for h, k in product([-3.2, -1.1, -0.2, 0.0, 0.7, 2.5], repeat=2):
        assert lm1.phi2(h, k, r) == pytest.approx(brute_phi2(h, k, r), abs=1e-11)


def test_the_posterior_is_that_of_plain_matrix_algebra() -> None:
    """K = S (S + R)^-1; estimate = mean + K (seen - mean); covariance = S - K S, multiplied out step by step."""
    s = [[324.0, 162.0], [162.0, 324.0]]
    for managing, leading in product([Tally(3, 5), Tally(4, 16), Tally(6, 7), Tally(5, 0)], repeat=2):
        r = [[729 / managing.answered + 50, 30.0], [30.0, 729 / leading.answered + 50]]
        total = [[s[i][j] + r[i][j] for j in (0, 1)] for i in (0, 1)]
        size = total[0][0] * total[1][1] - total[0][1] * total[1][0]
        inverse = [[total[1][1] / size, -total[0][1] / size], [-total[1][0] / size, total[0][0] / size]]
        gain = [[sum(s[i][n] * inverse[n][j] for n in (0, 1)) for j in (0, 1)] for i in (0, 1)]
        seen = [25 * each.total / each.answered - 40 for each in (managing, leading)]
        needs = [40 + sum(gain[i][j] * seen[j] for j in (0, 1)) for i in (0, 1)]
        spread = [sqrt(s[i][i] - sum(gain[i][j] * s[j][i] for j in (0, 1))) for i in (0, 1)]
        found = lm1.state(managing, leading)
        assert [found.managing_need, found.leading_need] == pytest.approx(needs)
        assert [found.managing_sd, found.leading_sd] == pytest.approx(spread)

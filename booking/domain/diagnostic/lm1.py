"""Scorer lm1, frozen: answers to probabilities, recommendation, reasons. Never edit it; a change is a new version.

Each need has a normal prior; the mean answer on each scale is a noisy look at it; the four needs are the four
quarters of the resulting bivariate normal, cut where a course starts to help. All that can vary is how many
questions were answered on each scale and what they sum to, so the golden table of 5,776 states is its whole behaviour.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from math import asin, cos, erfc, exp, pi, sin, sqrt

from booking.domain.diagnostic.instrument import FIRST, WORST, Answers, Instrument, Scale
from booking.domain.diagnostic.score import Flip, Label, Need, NotEnough, Probabilities, Score, Start

VERSION = "lm1"

STEP = 25  # points an answer step is worth
CUT = 37.5  # half-way from "Mostly fine" to "Up and down": a criterion, not a norm
LEAST_ANSWERS = 3  # on each scale
MOST_REASONS = 3

_MEAN, _VARIANCE, _COVARIANCE = 40.0, 18.0**2, 0.5 * 18.0**2  # of the two needs before anything is asked
# Variances of error: of one answer, of the week it was given in, of a kind or a hard rater.
_NOISE, _WEEK, _RATER = 27.0**2, 20.0, 30.0
_TIE = 0.005
_KEPT_BACK = 0.05  # for careless answers, spread over the mix of needs assumed at launch
_MIX = Probabilities(talk=0.280, manage=0.165, lead=0.165, both=0.390)

# Gauss-Legendre, 20 points: (node, weight), each standing for its mirror image too.
_LEGENDRE = (
    (0.9931285991850949, 0.017614007139152118),
    (0.9639719272779138, 0.04060142980038694),
    (0.912234428251326, 0.06267204833410907),
    (0.8391169718222188, 0.08327674157670475),
    (0.7463319064601508, 0.10193011981724044),
    (0.636053680726515, 0.11819453196151841),
    (0.5108670019508271, 0.13168863844917664),
    (0.37370608871541955, 0.14209610931838204),
    (0.22778585114164507, 0.14917298647260374),
    (0.07652652113349734, 0.15275338713072584),
)


@dataclass(frozen=True, slots=True)
class Tally:
    """One scale's answers, as far as the scorer can see them."""

    answered: int
    total: int


@dataclass(frozen=True, slots=True)
class State:
    """All that follows from two tallies: `Score` says what each field means."""

    ranked: tuple[Need, ...]
    probabilities: Probabilities
    confidence: float
    label: Label
    start: Start
    managing_need: float
    leading_need: float
    managing_sd: float
    leading_sd: float


def score(answers: Answers, picks: Collection[str] = (), *, instrument: Instrument = FIRST) -> Score | NotEnough:
    """The recommendation for one person's answers; `picks` (what matters most) only break ties among the reasons.

    ValueError for a question or a code that the instrument does not know.
    """
    given = instrument.given(answers)
    if unknown := set(picks) - {each.id for each in instrument.questions}:
        raise ValueError(f"not in this instrument: {sorted(map(repr, unknown))}")
    scale_of = {each.id: each.scale for each in instrument.questions}
    tallies = {scale: _tally(given, scale_of, scale) for scale in Scale}
    missing = tuple((scale, LEAST_ANSWERS - tallies[scale].answered) for scale in Scale)
    if short := tuple(each for each in missing if each[1] > 0):
        return NotEnough(VERSION, short)
    found = state(tallies[Scale.MANAGING], tallies[Scale.LEADING])
    worst_first = sorted(given, key=lambda each: (-given[each], each not in picks))
    is_talk = found.ranked[0] is Need.TALK
    return Score(
        VERSION,
        ranked=found.ranked,
        probabilities=found.probabilities,
        confidence=found.confidence,
        label=found.label,
        start=found.start,
        managing_need=found.managing_need,
        leading_need=found.leading_need,
        managing_sd=found.managing_sd,
        leading_sd=found.leading_sd,
        reasons=_reasons(worst_first, scale_of, found.ranked[0]),
        hot_spots=tuple(each for each in worst_first if is_talk and given[each] >= 3),
        flips=_flips(given, scale_of, tallies, found.ranked[0]),
    )


def state(managing: Tally, leading: Tally) -> State:
    """The whole of lm1 in one function of at most 5,776 arguments. Each tally has at least `LEAST_ANSWERS`."""
    needs, variances, covariance = _posterior(managing, leading)
    sd_m, sd_l = sqrt(variances[0]), sqrt(variances[1])
    probabilities = _quarters((needs[0] - CUT) / sd_m, (needs[1] - CUT) / sd_l, covariance / (sd_m * sd_l))
    ranked = _ranked(probabilities)
    confidence = (1 - _KEPT_BACK) * probabilities.of(ranked[0]) + _KEPT_BACK * _MIX.of(ranked[0])
    managing_first = _phi((needs[0] - needs[1]) / sqrt(variances[0] + variances[1] - 2 * covariance))
    return State(
        ranked=ranked,
        probabilities=probabilities,
        confidence=confidence,
        label=Label.CLEAR if confidence >= 0.70 else Label.LIKELY if confidence >= 0.50 else Label.CLOSE,
        start=Start.MANAGING if managing_first >= 0.75 else Start.LEADING if managing_first <= 0.25 else Start.EITHER,
        managing_need=needs[0],
        leading_need=needs[1],
        managing_sd=sd_m,
        leading_sd=sd_l,
    )


def phi2(h: float, k: float, r: float) -> float:
    """P(X <= h, Y <= k) for standard normals of correlation `r` (Drezner and Wesolowsky 1990), to about 1e-15.

    The error grows as |r| nears 1; here it stays below 0.5.
    """
    half, cross, squares = asin(r) / 2, h * k, (h * h + k * k) / 2
    area = 0.0
    for node, weight in _LEGENDRE:
        for angle in (half * (1 - node), half * (1 + node)):
            area += weight * exp((cross * sin(angle) - squares) / cos(angle) ** 2)
    return _phi(h) * _phi(k) + half * area / (2 * pi)


def _phi(x: float) -> float:
    return erfc(-x / sqrt(2)) / 2


def _tally(given: Mapping[str, int], scale_of: Mapping[str, Scale], scale: Scale) -> Tally:
    codes = [code for question, code in given.items() if scale_of[question] is scale]
    return Tally(len(codes), sum(codes))


def _posterior(managing: Tally, leading: Tally) -> tuple[tuple[float, float], tuple[float, float], float]:
    """The needs, their variances, their covariance. Written so that swapping the scales swaps it to the last bit."""
    seen = [STEP * each.total / each.answered - _MEAN for each in (managing, leading)]
    error = [_NOISE / each.answered + _WEEK + _RATER for each in (managing, leading)]
    sum_m, sum_l, sum_ml = _VARIANCE + error[0], _VARIANCE + error[1], _COVARIANCE + _RATER
    determinant = sum_m * sum_l - sum_ml * sum_ml
    own_m, other_m = _VARIANCE * sum_l - _COVARIANCE * sum_ml, _COVARIANCE * sum_m - _VARIANCE * sum_ml
    own_l, other_l = _VARIANCE * sum_m - _COVARIANCE * sum_ml, _COVARIANCE * sum_l - _VARIANCE * sum_ml
    needs = (
        _MEAN + (own_m * seen[0] + other_m * seen[1]) / determinant,
        _MEAN + (own_l * seen[1] + other_l * seen[0]) / determinant,
    )
    variances = (
        _VARIANCE - (own_m * _VARIANCE + other_m * _COVARIANCE) / determinant,
        _VARIANCE - (own_l * _VARIANCE + other_l * _COVARIANCE) / determinant,
    )
    return needs, variances, _COVARIANCE - (own_m * _COVARIANCE + other_m * _VARIANCE) / determinant


def _quarters(h: float, k: float, r: float) -> Probabilities:
    managing, leading, both = _phi(h), _phi(k), phi2(h, k, r)
    return Probabilities(
        talk=max(0.0, 1 - (managing + leading) + both),
        manage=max(0.0, managing - both),
        lead=max(0.0, leading - both),
        both=both,
    )


def _ranked(probabilities: Probabilities) -> tuple[Need, ...]:
    """All four, likeliest first. Ties: "both" wins, managing with leading means both, a course beats a talk."""
    left, ranked = list(Need), list[Need]()
    while left:
        best = max(probabilities.of(each) for each in left)
        tied = {each for each in left if probabilities.of(each) >= best - _TIE}
        if Need.BOTH in left and (Need.BOTH in tied or {Need.MANAGE, Need.LEAD} <= tied):
            first = Need.BOTH
        else:
            first = max(tied, key=lambda each: (each is not Need.TALK, probabilities.of(each), each is Need.MANAGE))
        ranked.append(first)
        left.remove(first)
    return tuple(ranked)


def _reasons(worst_first: list[str], scale_of: Mapping[str, Scale], need: Need) -> tuple[str, ...]:
    """At most three: of its own scale for one course, at least one of each for both, of either for a talk."""
    if need in (Need.MANAGE, Need.LEAD):
        own = Scale.MANAGING if need is Need.MANAGE else Scale.LEADING
        return tuple(each for each in worst_first if scale_of[each] is own)[:MOST_REASONS]
    chosen = worst_first[:MOST_REASONS]
    if need is Need.BOTH and len({scale_of[each] for each in chosen}) == 1:
        chosen[-1] = next(each for each in worst_first if scale_of[each] is not scale_of[chosen[0]])
    return tuple(chosen)


def _flips(
    given: Mapping[str, int], scale_of: Mapping[str, Scale], tallies: Mapping[Scale, Tally], need: Need
) -> tuple[Flip, ...]:
    """Every answer that, one step easier or harder, would change the recommendation; in question order."""
    moved: dict[tuple[Scale, int], Need] = {}
    for scale, tally in tallies.items():
        for step in (-1, 1):
            if 0 <= tally.total + step <= WORST * tally.answered:
                stepped = {**tallies, scale: Tally(tally.answered, tally.total + step)}
                moved[scale, step] = state(stepped[Scale.MANAGING], stepped[Scale.LEADING]).ranked[0]
    return tuple(
        Flip(question, code, code + step, moved[scale_of[question], step])
        for question, code in given.items()
        for step in (-1, 1)
        if 0 <= code + step <= WORST and moved[scale_of[question], step] is not need
    )

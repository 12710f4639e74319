"""The diagnostic among made-up people: how often it is right, how well it knows that, and what it costs.

The base world is the one the scorer's constants were chosen in, so its calibration there is no surprise: the stress
worlds are the test. Left out of the comparison: an oracle that also knows each person's own questions. Ours knows its
world only through 40,000 people whose truth it is told, and so sits a little below the best that could be done.
"""

import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import cache, partial
from itertools import product
from statistics import median
from typing import NamedTuple

from bench.made_up import BASE, STRESSES, Person, World, need, people, tallies
from booking.domain.diagnostic import lm1
from booking.domain.diagnostic.instrument import FIRST, QUICK
from booking.domain.diagnostic.lm1 import CUT, STEP, State, Tally
from booking.domain.diagnostic.lm1 import score as score_answers
from booking.domain.diagnostic.score import Label, Need
from booking.domain.diagnostic.wording import tell

PEOPLE = 6_000
TAUGHT = 40_000
SEED = 1
BINS = 10

state = cache(lm1.state)  # 625 pairs of sums, met again and again


class Figure(NamedTuple):
    """One line of the bench; the target is "" where nothing is promised."""

    name: str
    figure: str
    target: str


@dataclass(frozen=True, slots=True)
class Outcome:
    """Shares of people: right, stated confidence off (ECE), clear, clear and right among them, sent to the opposite."""

    right: float
    miscalibration: float
    clear: float
    clear_right: float
    opposite: float


def report() -> None:
    """Prints each figure beside its target."""
    print("The diagnostic, with made-up answers")
    for figure in run():
        print(f"  {figure.name}: {figure.figure}" + (f" (target {figure.target})" if figure.target else ""))


def run() -> list[Figure]:
    """All figures: the base world, the stress worlds against an oracle and plain tiers, speed. About 40 seconds."""
    return [*_base(), *_noise(), *_stress(), *_speed()]


def _base() -> list[Figure]:
    crowd = list(people(BASE, PEOPLE, seed=SEED, sittings=2))
    found = _outcome(crowd)
    eight = _outcome(crowd, asked=QUICK)
    retest = _share(_said(first) is _said(second) for (first, second), _ in crowd)
    tiers = _share(_plain_tiers(person.sittings[0]) is person.truth for person in crowd)
    wants = Counter(person.truth for person in crowd)
    mix = ", ".join(f"{each} {wants[each] / PEOPLE:.2f}" for each in Need)
    return [
        Figure("base world, what would help", mix, "talk .25, manage .16, lead .16, both .42"),
        Figure("base, 12 answers, right", f"{found.right:.3f}", ">= .65"),
        Figure("base, 12, right by plain tiers", f"{tiers:.3f}", ""),
        Figure("base, 12, confidence off by (ECE)", f"{found.miscalibration:.3f}", "<= .03"),
        Figure("base, 12, clear", f"{found.clear:.2f}", ">= .40"),
        Figure("base, 12, clear and right", f"{found.clear_right:.2f}", ">= .84"),
        Figure("base, 12, the opposite course", f"{found.opposite:.4f}", "<= .010"),
        Figure("base, 12, same result another day", f"{retest:.3f}", ">= .63"),
        Figure("base, 8 answers, right", f"{eight.right:.3f}", ">= .62"),
        Figure("base, 8, confidence off by (ECE)", f"{eight.miscalibration:.3f}", "<= .03"),
        *(_label_line(crowd, label) for label in reversed(Label)),
    ]


def _label_line(crowd: Sequence[Person], label: Label) -> Figure:
    """What the sentence about confidence says: 6 in 7, 3 in 5, 2 in 5."""
    of_label = [person for person in crowd if _state(person.sittings[0]).label is label]
    right = _share(_said(person.sittings[0]) is person.truth for person in of_label)
    stated = {Label.CLEAR: "6 in 7 = .86", Label.LIKELY: "3 in 5 = .60", Label.CLOSE: "2 in 5 = .40"}[label]
    return Figure(f'base, 12, "{label}", right', f"{right:.2f} of {len(of_label) / len(crowd):.2f}", f"about {stated}")


def _noise() -> list[Figure]:
    figures = []
    for name, right, miscalibration, opposite in (
        ("sharpness 0.9", 0.60, 0.05, 0.02),
        ("style 0.6", 0.60, 0.08, None),
        ("10% careless", 0.61, 0.05, None),
    ):
        world = next(each for each in STRESSES if each.name == name)
        found = _outcome(list(people(world, PEOPLE, seed=SEED)))
        figures.append(Figure(f"{name}, right", f"{found.right:.3f}", f">= {right:.2f}"))
        figures.append(Figure(f"{name}, confidence off by", f"{found.miscalibration:.3f}", f"<= {miscalibration:.2f}"))
        if opposite is not None:
            figures.append(Figure(f"{name}, the opposite course", f"{found.opposite:.4f}", f"<= {opposite:.2f}"))
    return figures


def _stress() -> list[Figure]:
    figures, behind, below, off = [], list[float](), list[float](), list[float]()
    for world in STRESSES:
        crowd = list(people(world, PEOPLE, seed=SEED))
        found, oracle = _outcome(crowd), _oracle(world)
        best = _share(oracle[tallies(person.sittings[0])] is person.truth for person in crowd)
        tiers = _share(_plain_tiers(person.sittings[0]) is person.truth for person in crowd)
        behind.append(best - found.right)
        below.append(tiers - found.right)
        off.append(found.miscalibration)
        line = f"right {found.right:.3f}, oracle {best:.3f}, plain tiers {tiers:.3f}, off by {found.miscalibration:.3f}"
        figures.append(Figure(f"stress, {world.name}", line, ""))
    return [
        *figures,
        Figure("worst of the stress worlds, behind the oracle", f"{100 * max(behind):.1f} points", "<= 6"),
        Figure("worst, below plain tiers", f"{100 * max(below):.1f} points", "<= 1"),
        Figure("worst, confidence off by", f"{max(off):.3f}", "<= .08"),
    ]


def _outcome(crowd: Sequence[Person], *, asked: int = len(FIRST.questions)) -> Outcome:
    told = [(_state(person.sittings[0][:asked]), person.truth) for person in crowd]
    clear = [(found, truth) for found, truth in told if found.label is Label.CLEAR]
    bins = defaultdict[int, list[tuple[float, bool]]](list)
    for found, truth in told:
        bins[int(found.confidence * BINS)].append((found.confidence, found.ranked[0] is truth))
    gaps = (abs(sum(stated - is_right for stated, is_right in each)) for each in bins.values())
    opposite = {Need.MANAGE, Need.LEAD}
    return Outcome(
        right=_share(found.ranked[0] is truth for found, truth in told),
        miscalibration=sum(gaps) / len(told),
        clear=len(clear) / len(told),
        clear_right=_share(found.ranked[0] is truth for found, truth in clear),
        opposite=_share({found.ranked[0], truth} == opposite for found, truth in told),
    )


def _oracle(world: World) -> dict[tuple[Tally, Tally], Need]:
    """For each pair of sums, what helped most often the people with about those sums, of many whose truth is told.

    The scales mirror each other, so each person teaches twice; sums next door count too, since few share a corner.
    """
    helped = defaultdict[tuple[int, int], Counter[Need]](Counter)
    twin = {Need.MANAGE: Need.LEAD, Need.LEAD: Need.MANAGE}
    for person in people(world, TAUGHT, seed=SEED + 1):
        managing, leading = tallies(person.sittings[0])
        helped[managing.total, leading.total][person.truth] += 1
        helped[leading.total, managing.total][twin.get(person.truth, person.truth)] += 1
    oracle = {}
    for managing_sum, leading_sum in product(range(25), repeat=2):
        seen = Counter({Need.TALK: 0})
        for right, up in product((-1, 0, 1), repeat=2):
            seen.update(helped[managing_sum + right, leading_sum + up])
        oracle[Tally(6, managing_sum), Tally(6, leading_sum)] = seen.most_common(1)[0][0]
    return oracle


def _plain_tiers(codes: tuple[int, ...]) -> Need:
    """What score cards do: the mean of each scale against the cut, which counts as need."""
    managing, leading = (STEP * each.total / each.answered >= CUT for each in tallies(codes))
    return need(managing, leading)


def _state(codes: tuple[int, ...]) -> State:
    return state(*tallies(codes))


def _said(codes: tuple[int, ...]) -> Need:
    return _state(codes).ranked[0]


def _share(flags: Iterable[bool]) -> float:
    held = list(flags)
    return sum(held) / len(held)


def _speed() -> list[Figure]:
    codes = (3, 1, 1, 1, 3, 2, 3, 1, 4, 1, 2, 1)
    answers = {question.id: code for question, code in zip(FIRST.questions, codes, strict=True)}
    found = score_answers(answers)
    return [
        Figure("scoring alone", f"{_milliseconds(partial(lm1.state, *tallies(codes))):.2f} ms", "<= 0.5 ms"),
        Figure(
            "score() with reasons and flips", f"{_milliseconds(partial(score_answers, answers)):.2f} ms", "<= 0.5 ms"
        ),
        Figure("its words, as JSON", f"{_milliseconds(lambda: tell(found, answers).to_json()):.2f} ms", ""),
    ]


def _milliseconds(act: Callable[[], object], times: int = 200) -> float:
    """Median CPU time of a call, each time measured over ten."""
    spent = []
    for _ in range(times):
        begun = time.process_time()
        for _ in range(10):
            act()
        spent.append((time.process_time() - begun) * 100)
    return median(spent)


if __name__ == "__main__":
    report()

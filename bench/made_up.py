"""Made-up people who answer the diagnostic, in worlds that differ from the one the scorer assumes.

Each person has two traits and questions drawn from an endless universe (a graded response model of five options), a way
of answering, and a week in which it is asked. The truth is what they would score over the whole universe, without way
or week.
"""

import random
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cache
from math import exp, log, sqrt
from typing import NamedTuple

from booking.domain.diagnostic.lm1 import CUT, Tally
from booking.domain.diagnostic.score import Need

THRESHOLDS = (-1.2, -0.1, 0.9, 2.0)
SHARPNESS_SD = 0.25  # of the logarithm of a question's sharpness
SKEWNESS = 1.2
QUESTIONS = 12


@dataclass(frozen=True, slots=True)
class World:
    """What people and questions are like, in standard deviations of a trait; `careless` is a share of people."""

    name: str
    sharpness: float = 1.4
    correlation: float = 0.5
    style: float = 0.30
    week: float = 0.25
    location: float = 0.35
    shift: float = 0.0
    is_skewed: bool = False
    careless: float = 0.0


BASE = World("base")
STRESSES = (
    replace(BASE, name="sharpness 0.9", sharpness=0.9),
    replace(BASE, name="sharpness 1.1", sharpness=1.1),
    replace(BASE, name="sharpness 2.2", sharpness=2.2),
    replace(BASE, name="correlation 0.2", correlation=0.2),
    replace(BASE, name="correlation 0.8", correlation=0.8),
    replace(BASE, name="no style, no week", style=0.0, week=0.0),
    replace(BASE, name="style 0.6", style=0.6),
    replace(BASE, name="week 0.5", week=0.5),
    replace(BASE, name="little need", shift=-0.7),
    replace(BASE, name="much need", shift=0.7),
    replace(BASE, name="skewed", is_skewed=True),
    replace(BASE, name="uneven questions", location=0.7),
    replace(BASE, name="5% careless", careless=0.05),
    replace(BASE, name="10% careless", careless=0.10),
    World("all at once", sharpness=1.0, style=0.6, week=0.4, correlation=0.8, shift=-0.5),
)


class Person(NamedTuple):
    """The codes of each sitting, in question order, and what would help in truth."""

    sittings: tuple[tuple[int, ...], ...]
    truth: Need


def people(world: World, count: int, *, seed: int, sittings: int = 1) -> Iterator[Person]:
    """`count` people of a world; the same ones for the same seed."""
    draw = random.Random(f"{world.name} {seed}")
    cut = truth_cut(world)
    for _ in range(count):
        traits = _traits(world, draw)
        sharpness = [draw.lognormvariate(log(world.sharpness), SHARPNESS_SD) for _ in range(QUESTIONS)]
        style = draw.gauss(0, world.style)
        offsets = [traits[n % 2] + style - draw.gauss(0, world.location) for n in range(QUESTIONS)]
        is_careless = draw.random() < world.careless
        codes = (_sitting(world, draw, offsets=offsets, sharpness=sharpness) for _ in range(sittings))
        blind = (tuple(draw.randrange(5) for _ in range(QUESTIONS)) for _ in range(sittings))
        yield Person(tuple(blind if is_careless else codes), need(traits[0] > cut, traits[1] > cut))


def need(is_managing: bool, is_leading: bool) -> Need:
    """What helps someone with these needs."""
    if is_managing:
        return Need.BOTH if is_leading else Need.MANAGE
    return Need.LEAD if is_leading else Need.TALK


def tallies(codes: tuple[int, ...]) -> tuple[Tally, Tally]:
    """Of managing and leading: the questions take turns."""
    return Tally(len(codes[::2]), sum(codes[::2])), Tally(len(codes[1::2]), sum(codes[1::2]))


@cache
def truth_cut(world: World) -> float:
    """The trait from which the expected points over the universe of questions pass the scorer's cut (by bisection)."""
    low, high = -2.0, 2.0
    for _ in range(40):
        middle = (low + high) / 2
        low, high = (middle, high) if _expected_points(world, middle) < CUT else (low, middle)
    return low


def _expected_points(world: World, trait: float) -> float:
    total = weights = 0.0
    grid = [step / 4 for step in range(-16, 17)]
    for place in grid:
        for sharp in grid:
            weight = exp(-(place * place + sharp * sharp) / 2)
            slope, shifted = world.sharpness * exp(SHARPNESS_SD * sharp), trait - world.location * place
            total += weight * sum(1 / (1 + exp(-slope * (shifted - threshold))) for threshold in THRESHOLDS)
            weights += weight
    return 25 * total / weights


def _traits(world: World, draw: random.Random) -> tuple[float, float]:
    """Two of variance 1, sharing a part that makes the correlation."""
    shared, own_m, own_l = (_skewed(draw) if world.is_skewed else draw.gauss(0, 1) for _ in range(3))
    part, rest = sqrt(world.correlation), sqrt(1 - world.correlation)
    return part * shared + rest * own_m + world.shift, part * shared + rest * own_l + world.shift


def _skewed(draw: random.Random) -> float:
    shape = 4 / SKEWNESS**2
    return (draw.gammavariate(shape, 1) - shape) / sqrt(shape)


def _sitting(world: World, draw: random.Random, *, offsets: list[float], sharpness: list[float]) -> tuple[int, ...]:
    weeks = draw.gauss(0, world.week), draw.gauss(0, world.week)
    codes = []
    for number, (offset, sharp) in enumerate(zip(offsets, sharpness, strict=True)):
        chance = draw.random() or 0.5  # 0 has no logarithm
        felt = offset + weeks[number % 2] + log(chance / (1 - chance)) / sharp
        codes.append(sum(felt > threshold for threshold in THRESHOLDS))
    return tuple(codes)

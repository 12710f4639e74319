"""How long a drive between two outcodes takes: an estimate from straight lines and a table of fast roads.

The links, the factors and the exceptions are general knowledge, not measured drives; docs/dates-and-matching.md has the
errors that were found.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache, lru_cache

from booking.domain.days import Half, Slot
from booking.domain.places import SCILLY, outcodes

DETOUR = 1.2  # road kilometres for each straight one
KM_A_DEGREE = 111.2
KM_A_MILE = 1.609
MINUTES_A_KM = DETOUR * 60 / 65
MINUTES_A_KM_TO_A_JUNCTION = DETOUR * 60 / 60
FIXED_MINUTES = 7
SAME_OUTCODE_MINUTES = 12
NEAREST_JUNCTIONS = 4

LUNCH_MINUTES = 30  # the longest drive between a morning's and an afternoon's site
NIGHT_AFTER_MINUTES = 120  # a longer drive before a morning start means a night away
NIGHT_PENCE = 12_000
MINUTE_PENCE, MILE_PENCE = 40, 45

HOME_MORNING_PERCENT, SUMMER_PERCENT = 10, 15
SUMMER = ((7, 20), (9, 5))  # month and day, both included

_JUNCTIONS = {
    "J21": (51.36, -2.92),
    "J24": (51.10, -2.99),
    "J25": (51.02, -3.07),
    "J27": (50.91, -3.38),
    "J28": (50.86, -3.38),
    "J30": (50.71, -3.47),
    "Honiton": (50.80, -3.19),
    "Ilminster": (50.93, -2.95),
    "Podimore": (51.03, -2.65),
    "Mere": (51.09, -2.27),
    "Okehampton": (50.74, -3.97),
    "Launceston": (50.63, -4.36),
    "Bodmin": (50.45, -4.70),
    "Indian Queens": (50.40, -4.93),
    "Chiverton": (50.28, -5.15),
    "Camborne": (50.22, -5.31),
    "Hayle": (50.18, -5.43),
    "Penzance": (50.13, -5.52),
    "Newton": (50.56, -3.62),
    "Torquay": (50.48, -3.56),
    "Ivybridge": (50.39, -3.93),
    "Marsh Mills": (50.39, -4.09),
    "South Molton": (51.03, -3.84),
    "Barnstaple": (51.07, -4.02),
}
_LINKS = (  # minutes from each junction to the next
    ("J21", 17, "J24", 7, "J25", 16, "J27", 5, "J28", 11, "J30", 14, "Honiton", 18, "Ilminster", 17, "Podimore"),
    ("Podimore", 20, "Mere"),
    ("J27", 24, "South Molton", 13, "Barnstaple"),
    ("J30", 14, "Newton", 19, "Ivybridge", 9, "Marsh Mills"),
    ("Newton", 13, "Torquay"),
    ("J30", 25, "Okehampton", 18, "Launceston", 21, "Bodmin", 12, "Indian Queens", 12, "Chiverton"),
    ("Chiverton", 9, "Camborne", 7, "Hayle", 10, "Penzance"),
)

# Drives that water or moor makes longer than the formula knows: pairs in order, and minutes added at either end.
STARTING_PAIRS: Mapping[tuple[str, str], int] = {
    ("EX7", "EX8"): 40,
    ("EX6", "EX8"): 32,
    ("TR11", "TR2"): 45,
    ("PL1", "PL11"): 30,
    ("PL27", "PL28"): 25,
    ("TQ5", "TQ6"): 30,
    ("BH13", "BH19"): 45,
    ("BH14", "BH19"): 45,
    ("BH15", "BH19"): 42,
    ("EX33", "EX39"): 35,
    ("EX31", "TA24"): 65,
    ("EX35", "TA24"): 40,
}
STARTING_ADDED: Mapping[str, int] = {
    "TR12": 10,
    "TQ6": 10,
    "PL10": 12,
    "TR2": 8,
    "EX34": 7,
    "TQ8": 6,
    "TQ13": 6,
    "PL20": 6,
    "DT5": 5,
}


@dataclass(frozen=True, slots=True, eq=False)  # known by itself, not by its tables: `within` remembers by it
class Travel:
    """Drives, with what is known better than the formula: minutes by (low, high) outcode, minutes added at one end."""

    pairs: Mapping[tuple[str, str], int]
    added: Mapping[str, int]

    def minutes(self, here: str, there: str) -> int | None:
        """One way, outside rush hours, the same in both directions; None when we cannot know (Scilly, unknown)."""
        low, high = (here, there) if here <= there else (there, here)
        known = self.pairs.get((low, high))
        if known is not None:
            return known
        estimate = _minutes(low, high)
        if estimate is None or low == high:
            return estimate
        return estimate + self.added.get(low, 0) + self.added.get(high, 0)

    def pence(self, here: str, there: str) -> int | None:
        """What a drive costs: the trainer's time and the miles, rounded half up."""
        minutes = self.minutes(here, there)
        if minutes is None:
            return None
        return MINUTE_PENCE * minutes + math.floor(MILE_PENCE * (miles(here, there) or 0) + 0.5)


@lru_cache(maxsize=512)
def within(travel: Travel, outcode: str, minutes: int) -> tuple[str, ...]:
    """The outcodes that a drive of so many minutes reaches from one, itself included."""
    drives = ((code, travel.minutes(code, outcode)) for code in outcodes())
    return tuple(code for code, drive in drives if drive is not None and drive <= minutes)


STARTING_TRAVEL = Travel(STARTING_PAIRS, STARTING_ADDED)


@lru_cache(maxsize=8192)
def miles(here: str, there: str) -> float | None:
    """By road, one way; None when we cannot know."""
    if not (_is_known(here) and _is_known(there)):
        return None
    return _straight(_position(here), _position(there)) * DETOUR / KM_A_MILE


def peak_minutes(minutes: int, start: Slot, *, from_home: bool) -> int:
    """A drive to a visit's start with what the hour and the season add, rounded half up."""
    percent = 100 + SUMMER_PERCENT * _is_summer(start.day)
    percent += HOME_MORNING_PERCENT * (from_home and start.half is Half.AM)
    return (minutes * percent + 50) // 100


def needs_night_before(minutes: int, start: Slot) -> bool:
    """Whether a trainer leaves home the day before: a morning start after more than two hours on the road."""
    return start.half is Half.AM and peak_minutes(minutes, start, from_home=True) > NIGHT_AFTER_MINUTES


def needs_night_between(*, home_to_first: int, first_to_next: int, next_to_home: int) -> bool:
    """Whether staying the night between two days costs less than driving home and out again; all in pence."""
    return NIGHT_PENCE + first_to_next < home_to_first + next_to_home


def _is_summer(day: date) -> bool:
    return SUMMER[0] <= (day.month, day.day) <= SUMMER[1]


def _is_known(outcode: str) -> bool:
    return outcode in outcodes() and outcode not in SCILLY


@lru_cache(maxsize=8192)
def _minutes(here: str, there: str) -> int | None:
    if not (_is_known(here) and _is_known(there)):
        return None
    if here == there:
        return SAME_OUTCODE_MINUTES
    best = _straight(_position(here), _position(there)) * MINUTES_A_KM
    roads = _roads()
    for junction, to_junction in _nearest(here):
        road = roads[junction]
        for other, from_other in _nearest(there):
            best = min(best, to_junction + road[other] + from_other)
    return math.floor(FIXED_MINUTES + best + 0.5)


def _position(outcode: str) -> tuple[float, float]:
    found = outcodes()[outcode]
    return found.latitude, found.longitude


def _straight(here: tuple[float, float], there: tuple[float, float]) -> float:
    """Kilometres as the crow flies between two (latitude, longitude)."""
    middle = math.radians((here[0] + there[0]) / 2)
    return KM_A_DEGREE * math.hypot(here[0] - there[0], (here[1] - there[1]) * math.cos(middle))


@cache
def _nearest(outcode: str) -> tuple[tuple[str, float], ...]:
    """The nearest junctions, with the minutes to each."""
    here = _position(outcode)
    distances = sorted((_straight(here, position), name) for name, position in _JUNCTIONS.items())
    return tuple((name, km * MINUTES_A_KM_TO_A_JUNCTION) for km, name in distances[:NEAREST_JUNCTIONS])


@cache
def _roads() -> Mapping[str, Mapping[str, float]]:
    """Minutes between all junctions by the shortest chain of links (Floyd and Warshall)."""
    roads = {a: {b: 0.0 if a == b else math.inf for b in _JUNCTIONS} for a in _JUNCTIONS}
    for chain in _LINKS:
        for start, minutes, end in zip(chain[:-2:2], chain[1::2], chain[2::2], strict=True):
            roads[str(start)][str(end)] = roads[str(end)][str(start)] = float(minutes)
    for middle in _JUNCTIONS:
        for a in _JUNCTIONS:
            for b in _JUNCTIONS:
                roads[a][b] = min(roads[a][b], roads[a][middle] + roads[middle][b])
    return roads

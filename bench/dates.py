"""Dates and matching, the part without a database: CPU time at 20, 200 and 1,000 trainers."""

import random
import time
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from datetime import time as clock
from functools import partial
from statistics import median

from booking.domain.availability import Absence, Hours, Window
from booking.domain.days import Half, Slot
from booking.domain.matching.dates import openings
from booking.domain.matching.needs import Candidate, HeldVisit, Wish
from booking.domain.matching.shortlist import for_the_public, rank
from booking.domain.places import County, outcodes
from booking.domain.travel import STARTING_TRAVEL

NOW = datetime(2026, 11, 24, 9, tzinfo=UTC)
SIZES = (20, 200, 1_000)
DATES_MS = (5, 8, 30)  # targets of the whole page or act, reading the rows included
SHORTLIST_MS = (5, 20, 90)
SERVED = [code for code, outcode in outcodes().items() if outcode.county and not code.startswith("TR2")]


def report() -> None:
    """Prints each figure beside the target of the act that it is a part of."""
    heads = "".join(f"{f'{size:,}':>16}" for size in SIZES)
    print(f"{'Dates and matching, rules alone; by trainers':<46}{heads}")
    window = Window.covering(date(2026, 11, 2), date(2027, 2, 28))
    wish = Wish(County.DEVON, "EX1", 2, course="Leading a small team", now=NOW, window=window)
    diaries = [_trainers(size, window) for size in SIZES]
    asked = wish.at(openings(diaries[0], wish).soonest()[0])
    _row("90 days of dates", [partial(openings, them, wish) for them in diaries], DATES_MS)
    _row("shortlist", [partial(rank, them, asked) for them in diaries], SHORTLIST_MS)
    _row("choice of a hold", [partial(for_the_public, them, asked) for them in diaries], SHORTLIST_MS)
    pairs = [(here, there) for here in SERVED[:40] for there in SERVED[40:80]]
    drive = _cpu_ms(lambda: [STARTING_TRAVEL.minutes(*pair) for pair in pairs]) * 1_000 / len(pairs)
    print(f"  one drive, asked before: {drive:.2f} µs; the figures are CPU medians, the targets are for the whole act")


def _row(name: str, acts: list[Callable[[], object]], targets: tuple[int, ...]) -> None:
    figures = [f"{_cpu_ms(act):.2f} ms of {target}" for act, target in zip(acts, targets, strict=True)]
    print(f"  {name:<44}" + "".join(f"{figure:>16}" for figure in figures))


def _cpu_ms(act: Callable[[], object], times: int = 7) -> float:
    act()
    spent = []
    for _ in range(times):
        begun = time.process_time()
        act()
        spent.append((time.process_time() - begun) * 1_000)
    return median(spent)


def _trainers(count: int, window: Window) -> list[Candidate]:
    return [_trainer(number, random.Random(number), window) for number in range(1, count + 1)]


def _trainer(number: int, chance: random.Random, window: Window) -> Candidate:
    home = chance.choice(SERVED)
    county = outcodes()[home].county or County.DEVON
    days = chance.sample(range(5), chance.choice((3, 4, 5)))
    visits = _visits(chance, window)
    leave = window.base + chance.randrange(window.size)
    return Candidate(
        number,
        f"Trainer {number}",
        home,
        counties={county: 0, chance.choice(list(County)): 1},
        hours=tuple(Hours(day, clock(9), clock(17)) for day in days),
        absences=(Absence(leave, leave + 9, "leave"),),
        held=sum(visit.bits for visit in visits),
        visits=visits,
    )


def _visits(chance: random.Random, window: Window) -> tuple[HeldVisit, ...]:
    """A visit on about 45 days in a hundred, most of them whole days."""
    first = Slot.of(window.base).day
    found = []
    for day in (first + timedelta(days=n) for n in range(window.size // 2)):
        if day.weekday() < 5 and chance.random() < 0.45:
            bit = window.bit(Slot(day, Half.AM))
            bits = chance.choice((3 * bit, 3 * bit, bit, 2 * bit))
            found.append(HeldVisit(bits, chance.choice(SERVED), "a town", is_confirmed=True))
    return tuple(found)

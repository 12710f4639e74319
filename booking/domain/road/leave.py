"""Days off as a trainer marks them on a month, and as they are stored: runs of slots, first and last included."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from itertools import groupby


class Off(StrEnum):
    """What a trainer says of one day."""

    NO = "no"
    DAY = "day"
    AM = "am"
    PM = "pm"


@dataclass(frozen=True, slots=True)
class Run:
    """Slots away, first and last included, and why."""

    first_slot: int
    last_slot: int
    kind: str


def halves(off: Off) -> tuple[int, ...]:
    """Which of a day's two slots are off: 0 is the morning."""
    return {Off.NO: (), Off.DAY: (0, 1), Off.AM: (0,), Off.PM: (1,)}[off]


def read(away: Iterable[int], morning: int) -> Off:
    """What a day with this morning's slot is, when these slots are off."""
    am, pm = morning in away, morning + 1 in away
    return Off.DAY if am and pm else Off.AM if am else Off.PM if pm else Off.NO


def repainted(runs: Iterable[Run], *, first_slot: int, last_slot: int, off: Iterable[int], kind: str) -> Iterator[Run]:
    """The runs after everything from `first_slot` to `last_slot` has been marked anew; what lies outside stays.

    A slot that was off before keeps its kind; a new one gets `kind`.
    """
    before = {slot: run.kind for run in runs for slot in range(run.first_slot, run.last_slot + 1)}
    outside = {slot: why for slot, why in before.items() if not first_slot <= slot <= last_slot}
    yield from merged({**outside, **{slot: before.get(slot, kind) for slot in off}})


def merged(kinds: Mapping[int, str]) -> Iterator[Run]:
    """Slots and why each is off, as the fewest runs."""
    numbered = enumerate(sorted(kinds))
    for (_, kind), group in groupby(numbered, key=lambda pair: (pair[1] - pair[0], kinds[pair[1]])):
        slots = [slot for _, slot in group]
        yield Run(slots[0], slots[-1], kind)

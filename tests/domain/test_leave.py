"""Days off: marked on a month, stored as the fewest runs, and nothing outside the month is touched."""

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from booking.domain.road.leave import Off, Run, halves, merged, read, repainted

slots = st.sets(st.integers(0, 60))


def covered(runs: list[Run]) -> set[int]:
    return {slot for run in runs for slot in range(run.first_slot, run.last_slot + 1)}


@given(slots, slots, st.integers(0, 60), st.integers(0, 60))
def test_inside_is_what_was_marked_and_outside_is_what_it_was(
    before: set[int], off: set[int], one: int, other: int
) -> None:
    first, last = sorted((one, other))
    inside = {slot for slot in off if first <= slot <= last}
    runs = list(merged(dict.fromkeys(before, "leave")))
    after = list(repainted(runs, first_slot=first, last_slot=last, off=inside, kind="leave"))
    assert covered(after) == inside | {slot for slot in before if not first <= slot <= last}


@given(slots)
def test_runs_are_as_few_as_they_can_be(away: set[int]) -> None:
    runs = list(merged(dict.fromkeys(away, "leave")))
    assert covered(runs) == away
    assert all(later.first_slot > earlier.last_slot + 1 for earlier, later in pairwise(runs))


def test_what_was_sick_stays_sick() -> None:
    after = list(repainted([Run(4, 7, "sick")], first_slot=6, last_slot=9, off={6, 7, 8}, kind="leave"))
    assert after == [Run(4, 7, "sick"), Run(8, 8, "leave")]


def test_a_day_reads_as_it_was_written() -> None:
    for off in Off:
        assert read({10 + half for half in halves(off)}, 10) is off

"""Diaries as integers, against the loops they replace."""

from collections.abc import Sequence
from datetime import date, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from booking.domain.availability import (
    Absence,
    Hours,
    Window,
    absent,
    any_within,
    beside,
    linked,
    open_days,
    runs,
    span,
    starts,
    tiled,
    within_limit,
    worked,
)
from booking.domain.days import Half, HalfTimes, Slot, Week, WorkingDays, week_of

MONDAY = date(2027, 3, 22)
EASTER = Window.covering(MONDAY, date(2027, 4, 4))
TIMES = HalfTimes()
FULL_WEEK = tuple(Hours(weekday, time(9), time(17)) for weekday in range(5))

weeks = st.integers(1, 6)
lengths = st.integers(1, 10)


@st.composite
def windows(draw: st.DrawFn) -> Window:
    first = date(2024, 1, 1) + timedelta(days=draw(st.integers(0, 2000)))
    return Window.covering(first, first + timedelta(days=draw(st.integers(0, 35))))


@st.composite
def diaries(draw: st.DrawFn) -> tuple[Window, int]:
    window = draw(windows())
    return window, draw(st.integers(0, (1 << window.size) - 1))


def has(bits: int, place: int) -> bool:
    return bits >> place & 1 == 1


def places(window: Window, bits: int) -> list[int]:
    return [place for place in range(window.size) if has(bits, place)]


@given(windows())
def test_a_window_is_whole_weeks(window: Window) -> None:
    first, last = Slot.of(window.base), Slot.of(window.base + window.size - 1)

    assert (first.day.weekday(), first.half, last.day.weekday(), last.half) == (0, Half.AM, 6, Half.PM)
    assert [slot.half for slot in window.slots(window.am)] == [Half.AM] * (window.size // 2)


@given(diaries())
def test_bits_and_slots_are_the_same_thing(diary: tuple[Window, int]) -> None:
    window, bits = diary

    assert sum(window.bit(slot) for slot in window.slots(bits)) == bits
    assert sorted(window.slots(bits)) == list(window.slots(bits))


@given(st.integers(0, 2**28 - 1), st.sampled_from([2, 14, 28]), st.integers(0, 200), st.integers(0, 90))
def test_a_pattern_repeats_in_phase_with_slot_nought(unit: int, width: int, base: int, size: int) -> None:
    unit &= span(0, width)

    assert tiled(unit, width, base=base, size=size) == sum(
        1 << place for place in range(size) if has(unit, (base + place) % width)
    )


@given(diaries(), lengths)
def test_starts_are_what_a_loop_finds(diary: tuple[Window, int], length: int) -> None:
    window, free = diary

    assert places(window, starts(free, length, window)) == [
        place
        for place in range(window.size)
        if all(has(free, place + n) for n in range(length))
        and (length == 1 or place % 2 == 0)
        and place % 14 + length <= 14
    ]


@given(st.integers(0, 2**60), lengths)
def test_runs_are_what_a_loop_finds(free: int, length: int) -> None:
    assert runs(free, length) == sum(
        1 << place for place in range(61) if all(has(free, place + n) for n in range(length))
    )


@given(st.integers(0, 2**60), st.integers(0, 10), st.integers(0, 20))
def test_days_within_reach_are_what_a_loop_finds(bits: int, low: int, more: int) -> None:
    days = bits & tiled(1, 2, base=0, size=60)

    found = any_within(days, low, low + more)

    assert found == sum(
        1 << 2 * day for day in range(30) if any(has(days, 2 * (day + gap)) for gap in range(low, low + more + 1))
    )


@given(windows(), st.data())
def test_linked_starts_are_what_a_search_finds(window: Window, data: st.DataObject) -> None:
    sizes = data.draw(st.lists(st.integers(1, 4), min_size=1, max_size=3))
    diary = data.draw(st.integers(0, (1 << window.size) - 1)) | data.draw(st.integers(0, (1 << window.size) - 1))
    parts = [starts(diary, size, window) for size in sizes]

    def completes(place: int, rest: Sequence[int]) -> bool:
        return not rest or any(
            7 <= later // 2 - place // 2 <= 21 and completes(later, rest[1:]) for later in places(window, rest[0])
        )

    assert places(window, linked(parts, window)) == [
        place for place in places(window, parts[0]) if completes(place, parts[1:])
    ]


@given(diaries(), st.data())
def test_the_weekly_limit_is_what_a_loop_finds(diary: tuple[Window, int], data: st.DataObject) -> None:
    window, held = diary
    length, limit = data.draw(lengths), data.draw(st.integers(0, 14))
    found = starts(~held & span(0, window.size), length, window)

    def held_that_week(place: int) -> int:
        return sum(has(held, place - place % 14 + n) for n in range(14))

    assert places(window, within_limit(found, length, held, limit=limit, window=window)) == [
        place for place in places(window, found) if held_that_week(place) + length <= limit
    ]


@given(diaries())
def test_the_weeks_of_slots_are_whole(diary: tuple[Window, int]) -> None:
    window, held = diary
    with_one = {place // 14 for place in places(window, held)}

    assert places(window, window.weeks(held)) == [place for place in range(window.size) if place // 14 in with_one]


@given(diaries())
def test_the_other_half_of_a_held_day_is_closed(diary: tuple[Window, int]) -> None:
    window, far = diary

    assert places(window, beside(far, window)) == [place for place in range(window.size) if has(far, place ^ 1)]


patterns = st.builds(
    Hours,
    st.integers(0, 6),
    st.times(time(7), time(11)),
    st.times(time(12), time(18)),
    st.sampled_from(Week),
    st.none() | st.dates(date(2024, 1, 1), date(2029, 1, 1)),
    st.none() | st.dates(date(2024, 1, 1), date(2029, 1, 1)),
)


@given(windows(), st.lists(patterns, max_size=6))
def test_worked_halves_are_what_a_loop_finds(window: Window, hours: list[Hours]) -> None:
    def works(slot: Slot) -> bool:
        return any(
            line.weekday == slot.day.weekday()
            and line.week in (Week.ANY, week_of(slot.day))
            and (line.valid_from or date.min) <= slot.day <= (line.valid_until or date.max)
            and line.opens <= TIMES.starts(slot.half)
            and line.closes >= TIMES.ends(slot.half)
            for line in hours
        )

    slots = list(window.slots(span(0, window.size)))

    assert list(window.slots(worked(hours, window, times=TIMES))) == [slot for slot in slots if works(slot)]


@given(windows(), st.lists(st.tuples(st.integers(-50, 5000), st.integers(0, 60)), max_size=4))
def test_absences_are_inclusive_and_cut_to_the_window(window: Window, away: list[tuple[int, int]]) -> None:
    absences = [Absence(first, first + more) for first, more in away]

    assert list(window.slots(absent(absences, window))) == [
        slot
        for slot in window.slots(span(0, window.size))
        if any(absence.first_slot <= slot.number <= absence.last_slot for absence in absences)
    ]


def test_good_friday_breaks_thursday_and_friday_but_not_thursday() -> None:
    free = worked(FULL_WEEK, EASTER, times=TIMES) & open_days(EASTER, WorkingDays())
    thursday = EASTER.bit(Slot(date(2027, 3, 25), Half.AM))

    assert starts(free, 2, EASTER) & thursday == thursday
    assert starts(free, 4, EASTER) & thursday == 0


def test_a_weekend_breaks_a_run_and_a_night_does_not() -> None:
    free = worked(FULL_WEEK, EASTER, times=TIMES)

    assert [slot.day.weekday() for slot in EASTER.slots(starts(free, 4, EASTER))] == [0, 1, 2, 3] * 2
    assert [slot.day for slot in EASTER.slots(starts(free, 10, EASTER))] == [MONDAY, date(2027, 3, 29)]


def test_a_trainer_of_wednesday_mornings_can_start_three_half_days_on_tuesday_but_not_four() -> None:
    hours = (Hours(1, time(9), time(17)), Hours(2, time(9), time(12, 30)))
    free = worked(hours, EASTER, times=TIMES)

    assert [slot.day.weekday() for slot in EASTER.slots(starts(free, 3, EASTER))] == [1, 1]
    assert starts(free, 4, EASTER) == 0


def test_the_override_opens_and_closes_days_in_a_diary() -> None:
    window = Window.covering(date(2026, 12, 21), date(2027, 1, 3))
    working = WorkingDays({date(2026, 12, 24): False, date(2026, 12, 28): True})

    days = [slot.day.day for slot in window.slots(open_days(window, working) & window.am)]

    assert days == [21, 22, 23, 28, 29, 30, 31]


@given(windows(), st.dictionaries(st.dates(date(2024, 1, 1), date(2029, 12, 31)), st.booleans(), max_size=9))
def test_the_open_days_are_what_a_loop_finds(window: Window, overrides: dict[date, bool]) -> None:
    working = WorkingDays(overrides)
    loop = [slot for slot in window.slots(span(0, window.size)) if working.is_open(slot.day)]

    assert list(window.slots(open_days(window, working))) == loop


@pytest.mark.parametrize("length", [0, 11])
def test_a_visit_of_no_possible_length_is_a_mistake(length: int) -> None:
    with pytest.raises(ValueError, match="1 to 10 half-days"):
        starts(0, length, EASTER)

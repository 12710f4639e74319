"""The rules a trainer passes or fails for a visit, each with a sentence for staff.

Hard rules have no override: the record is mended. Soft rules can be overridden by staff with a typed reason; for the
public each of them is a no.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum

from booking.domain.availability import absent, worked
from booking.domain.days import Half, Slot, Week, london, monday_of
from booking.domain.errors import Refused
from booking.domain.matching.needs import Candidate, Need
from booking.domain.words import clock_words, date_words, drive_words, near_day, ordinal, range_words

SHORTEST_REASON = 10


class Rule(StrEnum):
    """The names under which failures and overrides are stored, in the order they are looked at."""

    ACTIVE = "active"
    FUTURE = "future"
    SHAPE = "shape"
    TEACHES = "teaches"
    BARRED = "barred"
    ABSENT = "absent"
    HELD = "held"
    WORKING_DAY = "working_day"
    PATTERN = "pattern"
    NOTICE = "notice"
    HORIZON = "horizon"
    WEEKLY_LIMIT = "weekly_limit"
    AREA = "area"
    DRIVE = "drive"
    LUNCH = "lunch"


@dataclass(frozen=True, slots=True)
class Failure:
    """A rule that says no, and why."""

    rule: Rule
    sentence: str


def hard_failure(who: Candidate, need: Need) -> Failure | None:
    """The first hard rule that fails."""
    wish, window = need.wish, need.wish.window
    if not who.is_active:
        return Failure(Rule.ACTIVE, f"{who.name} no longer takes visits.")
    if date_failure := unfit_date(need):
        return date_failure
    if not who.teaches:
        return Failure(Rule.TEACHES, f"{who.name} does not teach {wish.course}.")
    if who.barred_on:
        return Failure(Rule.BARRED, f"{_capital(wish.firm)} asked for another trainer ({date_words(who.barred_on)}).")
    if absent(who.absences, window) & need.bits:
        return Failure(Rule.ABSENT, _absence(who, need))
    if who.held & need.bits:
        return Failure(Rule.HELD, _clash(who, need))
    return None


def unfit_date(need: Need) -> Failure | None:
    """Why nobody at all can be sent on this date: it has begun, or the visit does not fit there."""
    first, times = need.first, need.wish.policy.times
    if london(first.day, times.starts(first.half)) <= need.wish.now:
        return Failure(Rule.FUTURE, "That time has passed.")
    if len(need.slots) > 1 and first.half is Half.PM:
        length = "a whole day" if len(need.slots) == 2 else f"{(len(need.slots) + 1) // 2} days in a row"
        return Failure(Rule.SHAPE, f"This course needs {length} from {clock_words(times.am_starts)}.")
    if monday_of(first.day) != monday_of(need.last.day):
        return Failure(Rule.SHAPE, "A visit must be over by Sunday.")
    return None


def soft_failures(who: Candidate, need: Need) -> tuple[Failure, ...]:
    """All soft rules that fail."""
    return tuple(Failure(rule, sentence) for rule, sentence in _soft(who, need))


def check_reason(failures: tuple[Failure, ...], reason: str) -> tuple[Rule, ...]:
    """The rules that staff override, to be stored with their reason; Refused (`reason`) when it says too little."""
    if failures and len(reason.strip()) < SHORTEST_REASON:
        raise Refused(f"Enter a reason of at least {SHORTEST_REASON} characters", field="reason")
    return tuple(failure.rule for failure in failures)


def _soft(who: Candidate, need: Need) -> Iterator[tuple[Rule, str]]:
    wish = need.wish
    yield from _diary(who, need)
    if need.away < wish.policy.notice_days:
        days = f"Only {need.away} working day{'' if need.away == 1 else 's'} away"
        yield Rule.NOTICE, f"{days}; we ask for {wish.policy.notice_days}."
    if need.last.day > wish.horizon:
        yield Rule.HORIZON, f"More than {wish.policy.horizon_days} days away."
    in_week = (who.held & _week(need)).bit_count() + len(need.slots)
    if in_week > who.weekly_limit:
        yield Rule.WEEKLY_LIMIT, f"The {ordinal(in_week)} half-day that week; the limit is {who.weekly_limit}."
    if wish.county not in who.counties:
        yield Rule.AREA, f"{who.name} does not cover {wish.county.label}."
    minutes = wish.travel.minutes(who.home, wish.outcode)
    if minutes is None:
        yield Rule.DRIVE, "The drive from home is not known."
    elif minutes > who.drive_limit:
        yield Rule.DRIVE, f"About {drive_words(minutes)} from home; the limit is {drive_words(who.drive_limit)}."
    yield from _lunch(who, need)


def _diary(who: Candidate, need: Need) -> Iterator[tuple[Rule, str]]:
    working, window = need.wish.working, need.wish.window
    for day in dict.fromkeys(slot.day for slot in need.slots):
        if not working.is_open(day):
            yield Rule.WORKING_DAY, f"{near_day(day)} is {working.why_closed(day)}."
    idle = need.bits & ~worked(who.hours, window, times=need.wish.policy.times)
    if idle:
        slot = next(window.slots(idle))
        is_half = (idle & window.days(slot.day, slot.day)).bit_count() == 1
        yield Rule.PATTERN, f"{who.name} does not work {_idle_time(who, slot, is_half=is_half)}."


def _idle_time(who: Candidate, slot: Slot, *, is_half: bool) -> str:
    lines = [line for line in who.hours if line.weekday == slot.day.weekday()]
    half = f" {_half_name(slot.half)}" if is_half and lines else ""
    if any(line.week is not Week.ANY or line.valid_from or line.valid_until for line in lines):
        return f"on {near_day(slot.day)}" + (f" in the{half}" if half else "")
    return f"{slot.day:%A}{half}s"


def _lunch(who: Candidate, need: Need) -> Iterator[tuple[Rule, str]]:
    wish = need.wish
    for slot, other, step in ((need.first, Half.AM, -1), (need.last, Half.PM, 1)):
        if slot.half is other:
            continue
        bit = wish.window.bit(Slot.of(slot.number + step))
        if not who.held & bit:
            continue
        visit = who.visit_at(bit)
        minutes = wish.travel.minutes(visit.outcode, wish.outcode) if visit else None
        name = f"that {_half_name(other)}'s visit"
        if minutes is None:
            yield Rule.LUNCH, f"The drive between this and {name} is not known."
        elif minutes > wish.policy.lunch_minutes:
            yield Rule.LUNCH, f"{minutes} minutes from {name}; {wish.policy.lunch_minutes} fit."


def _absence(who: Candidate, need: Need) -> str:
    window = need.wish.window
    absence = next(a for a in who.absences if window.between(a.first_slot, a.last_slot) & need.bits)
    why = {"leave": "on leave", "sick": "ill"}.get(absence.kind, "away")
    first, last = Slot.of(absence.first_slot).day, Slot.of(absence.last_slot).day
    return f"{who.name} is {why} {'on' if first == last else 'from'} {range_words(first, last)}."


def _clash(who: Candidate, need: Need) -> str:
    window = need.wish.window
    slot = next(window.slots(who.held & need.bits))
    when = f"that {_half_name(slot.half)}"
    if need.days > 1:
        when = f"on the {_half_name(slot.half)} of {date_words(slot.day)}"
    visit = who.visit_at(window.bit(slot))
    if visit is None or not visit.place:
        return f"{who.name} has another visit {when}."
    return f"{who.name} is in {visit.place} {when}{f' ({visit.reference})' if visit.reference else ''}."


def _week(need: Need) -> int:
    monday = monday_of(need.first.day)
    return need.wish.window.days(monday, monday + timedelta(days=6))


def _half_name(half: Half) -> str:
    return "morning" if half is Half.AM else "afternoon"


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]

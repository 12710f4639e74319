"""What sending a trainer costs: five named sums, each with words for staff.

The prices are estimates, so every sum is rounded to a whole pound once, where it is made: what is printed adds up.
"""

import math
from dataclasses import dataclass
from enum import StrEnum

from booking.domain.matching.needs import Candidate, HeldVisit, Need
from booking.domain.money import pounds
from booking.domain.travel import NIGHT_PENCE, Travel, needs_night_before, needs_night_between
from booking.domain.words import drive_words

LIKING_PENCE = {1: -1_000, 0: 0, -1: 1_500}
OTHER_TRAINER_PENCE = 3_000  # the firm knows somebody else


class Term(StrEnum):
    """The five sums, in the order staff read them."""

    DRIVE = "drive"
    NIGHTS = "nights"
    FAIR = "fair"
    PREFERENCE = "preference"
    CONTINUITY = "continuity"


@dataclass(frozen=True, slots=True)
class Cost:
    """One of the sums; a negative one speaks for the trainer."""

    term: Term
    pence: int
    words: str


@dataclass(frozen=True, slots=True)
class Share:
    """How busy a trainer is in the twelve weeks around a visit: half-days held, and what a fair share would be."""

    load: int
    fair: float


def costs(who: Candidate, need: Need, *, share: Share, is_firm_known: bool) -> tuple[Cost, ...]:
    """All five, in order; `is_firm_known` says that some trainer has been to the firm."""
    return (
        _drive(who, need),
        _nights(who, need),
        _fair(share, len(need.slots)),
        _preference(who, need),
        _continuity(who, need, is_firm_known=is_firm_known),
    )


def _drive(who: Candidate, need: Need) -> Cost:
    travel, site = need.wish.travel, need.wish.outcode
    minutes, both_ways = travel.minutes(who.home, site), _detour(who, need, before=None, after=None)
    if minutes is None or both_ways is None:
        return Cost(Term.DRIVE, 0, "the drive is not known")
    before, after = _neighbours(who, need)
    distance = f"about {drive_words(minutes)} from home"
    detour = _detour(who, need, before=before, after=after) if before or after else None
    if detour is None:
        pence = _whole_pounds(both_ways)
        return Cost(Term.DRIVE, pence, f"{distance}{_sum(pence, ' both ways')}")
    pence = _whole_pounds(detour)
    return Cost(Term.DRIVE, pence, f"{distance}, beside another visit{_sum(pence, ' for the detour')}")


def _neighbours(who: Candidate, need: Need) -> tuple[HeldVisit | None, HeldVisit | None]:
    """The visits nearest before and after, on the same day or the day beside."""
    window = need.wish.window
    first, last = need.first.number, need.last.number
    before = who.held & window.between(first - 2 - first % 2, first - 1)
    after = who.held & window.between(last + 1, last + 3 - last % 2)
    return (
        who.visit_at(1 << before.bit_length() - 1) if before else None,
        who.visit_at(after & -after) if after else None,
    )


def _detour(who: Candidate, need: Need, *, before: HeldVisit | None, after: HeldVisit | None) -> int | None:
    """Pence the visit adds to the road between its neighbours; None is home, and an unknown drive gives None."""
    wish = need.wish
    here = HeldVisit(need.bits, wish.outcode)
    there = _link(before, here, home=who.home, travel=wish.travel)
    back = _link(here, after, home=who.home, travel=wish.travel)
    without = _link(before, after, home=who.home, travel=wish.travel)
    return None if there is None or back is None or without is None else there + back - without


def _link(earlier: HeldVisit | None, later: HeldVisit | None, *, home: str, travel: Travel) -> int | None:
    """Pence between two visits that follow each other; None is home on either side."""
    if earlier is None and later is None:
        return 0
    out = travel.pence(home, later.outcode) if later else 0
    back = travel.pence(earlier.outcode, home) if earlier else 0
    if out is None or back is None:
        return None
    if earlier is None or later is None:
        return out + back
    days = (_low(later.bits) >> 1) - (_high(earlier.bits) >> 1)
    straight_on = travel.pence(earlier.outcode, later.outcode) if days < 2 else None
    if days == 0 or straight_on is None:
        return straight_on if days == 0 else out + back
    stays = needs_night_between(home_to_first=back, first_to_next=straight_on, next_to_home=out)
    return NIGHT_PENCE + straight_on if stays else out + back


def _nights(who: Candidate, need: Need) -> Cost:
    wish = need.wish
    minutes, home = wish.travel.minutes(who.home, wish.outcode), wish.travel.pence(who.home, wish.outcode)
    if minutes is None or home is None:
        return Cost(Term.NIGHTS, 0, "nights not known")
    pence = _whole_pounds((need.days - 1) * min(NIGHT_PENCE, 2 * home))
    if need.days == 1:
        words = "no night"
    elif 2 * home > NIGHT_PENCE:
        words = f"{need.days - 1} night{'s' if need.days > 2 else ''} away{_sum(pence)}"
    else:
        words = f"home between the days{_sum(pence)}"
    if needs_night_before(minutes, need.first):
        words = f"leaves home the evening before{f', {words}' if need.days > 1 else ''}"
    return Cost(Term.NIGHTS, pence, words)


def _fair(share: Share, length: int) -> Cost:
    pence = _whole_pounds(_unfairness(share.load + length, share.fair) - _unfairness(share.load, share.fair))
    half_days = f"{share.load} half-day{'' if share.load == 1 else 's'}"
    return Cost(Term.FAIR, pence, f"{half_days} of a fair {math.floor(share.fair + 0.5)}{_sum(pence)}")


def _unfairness(load: int, fair: float) -> float:
    return 1000 * max(0.0, 0.6 * fair - load) + 1000 * max(0.0, load - 1.2 * fair) + 1500 * max(0.0, load - 1.5 * fair)


def _preference(who: Candidate, need: Need) -> Cost:
    county = need.wish.county
    liking = who.counties.get(county, 0)
    words = {1: "likes", 0: "no preference for", -1: "would rather not go to"}[liking]
    return Cost(Term.PREFERENCE, LIKING_PENCE[liking], f"{words} {county.label}{_sum(LIKING_PENCE[liking])}")


def _continuity(who: Candidate, need: Need, *, is_firm_known: bool) -> Cost:
    firm = need.wish.firm
    if who.taught_on:
        return Cost(Term.CONTINUITY, 0, f"taught {firm} in {who.taught_on:%B}")
    if is_firm_known:
        pence = OTHER_TRAINER_PENCE
        return Cost(Term.CONTINUITY, pence, f"{firm} knows another trainer{_sum(pence)}")
    return Cost(Term.CONTINUITY, 0, f"new to {firm}")


def sum_words(pence: int) -> str:
    """ "£30", "£10 off" for what speaks for the trainer."""
    return f"{pounds(abs(pence))}{' off' if pence < 0 else ''}"


def _sum(pence: int, what_for: str = "") -> str:
    """The same in brackets behind its words; nothing for nothing."""
    return f" ({sum_words(pence)}{what_for})" if pence else ""


def _low(bits: int) -> int:
    return (bits & -bits).bit_length() - 1


def _high(bits: int) -> int:
    return bits.bit_length() - 1


def _whole_pounds(pence: float) -> int:
    return math.floor(pence / 100 + 0.5) * 100

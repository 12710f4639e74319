"""The trainers for a visit, best first with their reasons; and why the others are out."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain

from booking.domain.availability import worked
from booking.domain.matching.costs import Cost, Share, costs
from booking.domain.matching.needs import Candidate, Need
from booking.domain.matching.rules import Failure, Rule, hard_failure, soft_failures
from booking.domain.money import pounds
from booking.domain.places import County

# Soft rules that say nothing about whether the trainer's time is free.
_ABOUT_THE_ROAD = frozenset({Rule.AREA, Rule.DRIVE, Rule.LUNCH})


@dataclass(frozen=True, slots=True)
class Match:
    """A trainer who can be sent: at what cost, and against which soft rules."""

    trainer_id: int
    name: str
    minutes: int | None  # from home, one way
    costs: tuple[Cost, ...]
    failures: tuple[Failure, ...]

    @property
    def total_pence(self) -> int:
        return sum(cost.pence for cost in self.costs)

    @property
    def needs_override(self) -> bool:
        return bool(self.failures)

    @property
    def sentence(self) -> str:
        """Beside the name: "About 45 minutes from home (£59 both ways), no night, likes Devon (£10 off)."."""
        terms = ", ".join(cost.words for cost in self.costs)
        return f"{terms[0].upper()}{terms[1:]}."

    @property
    def total(self) -> str:
        """ "£49", or "£10 off" where more speaks for the trainer than against."""
        return f"{pounds(abs(self.total_pence))}{' off' if self.total_pence < 0 else ''}"


@dataclass(frozen=True, slots=True)
class Exclusion:
    """A trainer who cannot be sent, and the first hard rule that says so."""

    trainer_id: int
    name: str
    failure: Failure


@dataclass(frozen=True, slots=True)
class Shortlist:
    """Every candidate exactly once: matches best first, those without an override before the rest; the others by id."""

    matches: tuple[Match, ...]
    excluded: tuple[Exclusion, ...]

    def find(self, trainer_id: int) -> Match | Exclusion | None:
        found: Iterator[Match | Exclusion] = chain(self.matches, self.excluded)
        return next((each for each in found if each.trainer_id == trainer_id), None)


def rank(candidates: Iterable[Candidate], need: Need) -> Shortlist:
    """Everyone sorted by (needs an override, total, id); the order of `candidates` does not matter.

    Fair shares compare all active candidates, so pass everyone, not only those who may match.
    """
    everyone = list(candidates)
    shares = _shares([who for who in everyone if who.is_active], need)
    is_firm_known = any(who.taught_on for who in everyone)
    matches, excluded = [], []
    for who in everyone:
        failure = hard_failure(who, need)
        if failure:
            excluded.append(Exclusion(who.trainer_id, who.name, failure))
            continue
        terms = costs(who, need, share=shares[who.trainer_id], is_firm_known=is_firm_known)
        minutes = need.wish.travel.minutes(who.home, need.wish.outcode)
        matches.append(Match(who.trainer_id, who.name, minutes, terms, soft_failures(who, need)))
    matches.sort(key=lambda match: (match.needs_override, match.total_pence, match.trainer_id))
    excluded.sort(key=lambda exclusion: exclusion.trainer_id)
    return Shortlist(tuple(matches), tuple(excluded))


def for_the_public(candidates: Iterable[Candidate], need: Need) -> tuple[Match, ...]:
    """The trainers a visitor's choice may take, in the order in which a hold takes them: (sole, total, id).

    Sole comes last: the only free trainer of another county is left for that county. Nobody who breaks a soft rule.
    """
    everyone = list(candidates)
    matches = rank(everyone, need).matches
    covers = {who.trainer_id: frozenset(who.counties) for who in everyone}
    sole = _sole(matches, covers, but=need.wish.county)
    able = (match for match in matches if not match.needs_override)
    return tuple(sorted(able, key=lambda match: (match.trainer_id in sole, match.total_pence, match.trainer_id)))


def _sole(matches: Sequence[Match], covers: dict[int, frozenset[County]], *, but: County) -> frozenset[int]:
    free = [match.trainer_id for match in matches if all(failure.rule in _ABOUT_THE_ROAD for failure in match.failures)]
    found = set()
    for county in set(County) - {but}:
        there = [trainer_id for trainer_id in free if county in covers[trainer_id]]
        if len(there) == 1:
            found.add(there[0])
    return frozenset(found)


def _shares(everyone: Sequence[Candidate], need: Need) -> dict[int, Share]:
    """Loads, and everyone's load with this visit shared out by the half-days each works."""
    wish, weeks = need.wish, need.fair_bits
    loads = {who.trainer_id: (who.held & weeks).bit_count() for who in everyone}
    times = wish.policy.times
    capacity = {who.trainer_id: (worked(who.hours, wish.window, times=times) & weeks).bit_count() for who in everyone}
    total, hours = sum(loads.values()) + len(need.slots), sum(capacity.values()) or 1
    return {trainer_id: Share(load, total * capacity[trainer_id] / hours) for trainer_id, load in loads.items()}

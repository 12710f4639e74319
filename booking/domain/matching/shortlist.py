"""The trainers for a visit, best first with their reasons; and why the others are out."""

from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain

from booking.domain.availability import worked
from booking.domain.matching.costs import Cost, Share, costs, sum_words
from booking.domain.matching.needs import Candidate, Need
from booking.domain.matching.rules import Failure, Rule, hard_failure, soft_failures
from booking.domain.places import County

# Soft rules that say nothing about whether the trainer's time is free.
_ABOUT_THE_ROAD = frozenset({Rule.AREA, Rule.DRIVE, Rule.LUNCH})

# What a date was weighed against when it was chosen; asking another trainer for it does not ask again.
ABOUT_THE_DATE = frozenset({Rule.NOTICE, Rule.HORIZON, Rule.WORKING_DAY})


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
        return sum_words(self.total_pence)


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


def rank(candidates: Iterable[Candidate], need: Need, *, settled: Collection[Rule] = ()) -> Shortlist:
    """Everyone sorted by (needs an override, total, id); the order of `candidates` does not matter.

    Soft rules in `settled` have been weighed before and are held against nobody. Fair shares compare all active
    candidates, so pass everyone, not only those who may match.
    """
    everyone = list(candidates)
    match, matches, excluded = _matcher(everyone, need), [], []
    for who in everyone:
        if failure := hard_failure(who, need):
            excluded.append(Exclusion(who.trainer_id, who.name, failure))
        else:
            against = tuple(failure for failure in soft_failures(who, need) if failure.rule not in settled)
            matches.append(match(who, against))
    matches.sort(key=lambda match: (match.needs_override, match.total_pence, match.trainer_id))
    excluded.sort(key=lambda exclusion: exclusion.trainer_id)
    return Shortlist(tuple(matches), tuple(excluded))


def for_the_public(candidates: Iterable[Candidate], need: Need) -> tuple[Match, ...]:
    """The trainers a visitor's choice may take, in the order in which a hold takes them: (sole, total, id).

    Sole comes last: the only free trainer of another county is left for that county. Nobody who breaks a soft rule.
    """
    everyone = list(candidates)
    fit = [(who, soft_failures(who, need)) for who in everyone if hard_failure(who, need) is None]
    free = [who for who, failures in fit if all(failure.rule in _ABOUT_THE_ROAD for failure in failures)]
    sole, match = _sole(free, but=need.wish.county), _matcher(everyone, need)
    able = (match(who, ()) for who, failures in fit if not failures)  # only these are worth adding up
    return tuple(sorted(able, key=lambda match: (match.trainer_id in sole, match.total_pence, match.trainer_id)))


def _matcher(everyone: Sequence[Candidate], need: Need) -> Callable[[Candidate, tuple[Failure, ...]], Match]:
    """Makes one of these trainers, who breaks these soft rules, a match: what is shared is worked out once."""
    shares = _shares([who for who in everyone if who.is_active], need)
    is_firm_known = any(who.taught_on for who in everyone)

    def match(who: Candidate, failures: tuple[Failure, ...]) -> Match:
        terms = costs(who, need, share=shares[who.trainer_id], is_firm_known=is_firm_known)
        minutes = need.wish.travel.minutes(who.home, need.wish.outcode)
        return Match(who.trainer_id, who.name, minutes, terms, failures)

    return match


def _sole(free: Sequence[Candidate], *, but: County) -> frozenset[int]:
    found = set()
    for county in set(County) - {but}:
        there = [who.trainer_id for who in free if county in who.counties]
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

"""What a scorer returns: the values every version shares. The arithmetic lives in the frozen versions (`lm1`)."""

from dataclasses import dataclass
from enum import StrEnum

from booking.domain.diagnostic.instrument import Scale


class Need(StrEnum):
    """What would help: a talk first (no clear need), a management course, a leadership course, or both."""

    TALK = "talk"
    MANAGE = "manage"
    LEAD = "lead"
    BOTH = "both"


class Label(StrEnum):
    """How sure the recommendation is, in the only three words we use for it."""

    CLOSE = "close"
    LIKELY = "likely"
    CLEAR = "clear"


class Start(StrEnum):
    """Which of the two needs is the larger, where that can be told."""

    MANAGING = "managing"
    LEADING = "leading"
    EITHER = "either"


@dataclass(frozen=True, slots=True)
class Probabilities:
    """Of the four needs; they sum to 1."""

    talk: float
    manage: float
    lead: float
    both: float

    def of(self, need: Need) -> float:
        return {Need.TALK: self.talk, Need.MANAGE: self.manage, Need.LEAD: self.lead, Need.BOTH: self.both}[need]


@dataclass(frozen=True, slots=True)
class Flip:
    """One answer, one step: had `question` been answered `after` instead of `before`, we would say `recommendation`."""

    question: str
    before: int
    after: int
    recommendation: Need


@dataclass(frozen=True, slots=True)
class Score:
    """A recommendation and how it came about.

    `ranked` holds all four needs, the recommendation first and the runner-up second. Needs and their standard
    deviations are points from 0 to 100 (a need counts from 37.5). `confidence` is what may be stated: the
    probability, with a little kept back for careless answers. `reasons` are at most three question ids, the one that
    weighs most first; `hot_spots` the hard answers that a result of "talk" must not hide.
    """

    version: str
    ranked: tuple[Need, ...]
    probabilities: Probabilities
    confidence: float
    label: Label
    start: Start
    managing_need: float
    leading_need: float
    managing_sd: float
    leading_sd: float
    reasons: tuple[str, ...]
    hot_spots: tuple[str, ...]
    flips: tuple[Flip, ...]

    @property
    def recommendation(self) -> Need:
        return self.ranked[0]

    @property
    def runner_up(self) -> Need:
        return self.ranked[1]

    @property
    def likelier_course(self) -> Need:
        """The best of manage, lead and both, also where a talk comes first: what a close call offers beside it."""
        return next(need for need in self.ranked if need is not Need.TALK)


@dataclass(frozen=True, slots=True)
class NotEnough:
    """Too few answers on a scale to say anything. Never "no need": nothing is known.

    `missing` says how many more answers each short scale wants.
    """

    version: str
    missing: tuple[tuple[Scale, int], ...]

    @property
    def recommendation(self) -> Need:
        return Need.TALK

    @property
    def label(self) -> None:
        return None

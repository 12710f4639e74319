"""A result as it is shown: built once, stored as JSON, and from then on only read. Pages and mails add no facts."""

import json
from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Any, Self

from booking.domain.diagnostic import scorers
from booking.domain.diagnostic.instrument import CURRENT, Scale
from booking.domain.diagnostic.score import Label, Need, Start

TEXT_VERSION = "1"


class Marked(str):
    """A sentence in which **the words that matter** stand between double stars."""

    __slots__ = ()

    @property
    def plain(self) -> str:
        """The sentence without its marks: for mails as text, titles and screen readers."""
        return self.replace("**", "")

    @property
    def parts(self) -> tuple[tuple[str, bool], ...]:
        """The sentence in pieces, each with whether it is strong; for a page that sets them in <b>."""
        return tuple((text, place % 2 == 1) for place, text in enumerate(self.split("**")) if text)


class Place(StrEnum):
    """Where a need stands to the line from which a course starts to help."""

    PAST = "past"
    NEAR = "near"
    BELOW = "below"


@dataclass(frozen=True, slots=True)
class Quote:
    """An answer that led to the result. `about` finishes "Change your answer about …"."""

    question: str
    about: str
    sentence: Marked


@dataclass(frozen=True, slots=True)
class Bar:
    """One need, drawn and told. `about`, `low` and `high` (the likely range) are multiples of 5 from 0 to 100."""

    scale: Scale
    title: str
    about: int
    low: int
    high: int
    place: Place
    sentence: str


@dataclass(frozen=True, slots=True)
class Second:
    """The runner-up, and in a sentence why it came second."""

    need: Need
    sentence: Marked


@dataclass(frozen=True, slots=True)
class Gap:
    """A scale with too few answers. `questions` are those still without one, in order."""

    scale: Scale
    sentence: str
    questions: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Story:
    """Everything the result page says about the answers, in the order it says it; courses and dates are not its affair.

    With too few answers `gaps` is filled, `label` is None, and there are no bars, reasons, changes or runner-up.
    `between` names the two leading options of a close call; `is_talk_first` says that "talk to us" is the first step.
    """

    instrument: str
    scorer: str
    text: str
    need: Need
    label: Label | None
    start: Start | None
    course: Need | None
    heading: str
    confidence: Marked
    is_talk_first: bool
    between: Marked | None
    check: str | None
    why_intro: str
    why: tuple[Quote, ...]
    hot_spot: Marked | None
    bars: tuple[Bar, ...]
    bars_note: str
    changes: tuple[Marked, ...]
    second: Second | None
    gaps: tuple[Gap, ...]

    @property
    def is_current(self) -> bool:
        """Whether the same answers would be told in the same words today; if not, the page says "older version"."""
        return (self.instrument, self.scorer, self.text) == (CURRENT.sha256, scorers.CURRENT, TEXT_VERSION)

    def to_json(self) -> str:
        """One line, keys sorted: the same story is the same text, so that stored and shown can be compared."""
        return json.dumps(asdict(self), ensure_ascii=False, sort_keys=True, separators=(",", ":"))

    @classmethod
    def from_json(cls, text: str) -> Self:
        """The story that was stored. KeyError or ValueError if it is no story."""
        stored = json.loads(text)
        return cls(
            **{
                **stored,
                "need": Need(stored["need"]),
                "label": stored["label"] and Label(stored["label"]),
                "start": stored["start"] and Start(stored["start"]),
                "course": stored["course"] and Need(stored["course"]),
                "confidence": Marked(stored["confidence"]),
                "between": stored["between"] and Marked(stored["between"]),
                "why": tuple(_quote(each) for each in stored["why"]),
                "hot_spot": stored["hot_spot"] and Marked(stored["hot_spot"]),
                "bars": tuple(_bar(each) for each in stored["bars"]),
                "changes": tuple(Marked(each) for each in stored["changes"]),
                "second": stored["second"] and _second(stored["second"]),
                "gaps": tuple(_gap(each) for each in stored["gaps"]),
            }
        )


def _quote(stored: dict[str, Any]) -> Quote:
    return Quote(**{**stored, "sentence": Marked(stored["sentence"])})


def _bar(stored: dict[str, Any]) -> Bar:
    return Bar(**{**stored, "scale": Scale(stored["scale"]), "place": Place(stored["place"])})


def _second(stored: dict[str, Any]) -> Second:
    return Second(Need(stored["need"]), Marked(stored["sentence"]))


def _gap(stored: dict[str, Any]) -> Gap:
    return Gap(Scale(stored["scale"]), stored["sentence"], tuple(stored["questions"]))

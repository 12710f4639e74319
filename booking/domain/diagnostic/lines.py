"""Answer sets as lines of text, and their scores as lines of JSON: what `flask diagnostic score` reads and prints."""

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from booking.domain.diagnostic.instrument import FIRST, WORST, Instrument
from booking.domain.diagnostic.lm1 import score
from booking.domain.diagnostic.score import NotEnough, Score

_CODES: dict[str, int | None] = {"-": None, **{str(code): code for code in range(WORST + 1)}}


@dataclass(frozen=True, slots=True)
class ScoredLine:
    """`json` is one line, without its end."""

    number: int
    json: str


@dataclass(frozen=True, slots=True)
class BadLine:
    """`reason` says what is wrong with line `number`, counted from 1."""

    number: int
    reason: str


def score_lines(lines: Iterable[str], *, instrument: Instrument = FIRST) -> Iterator[ScoredLine | BadLine]:
    """One outcome for each line, in order, as soon as it is read.

    A line holds a code from 0 to 4, or "-" for not sure, for every question in order, separated by commas.
    """
    for number, line in enumerate(lines, start=1):
        try:
            answers = _parsed(line, instrument)
        except ValueError as error:
            yield BadLine(number, str(error))
        else:
            yield ScoredLine(number, as_json(score(answers, instrument=instrument)))


def as_json(scored: Score | NotEnough) -> str:
    """The score as one line of JSON: figures to 6 decimals, all of them null where there are too few answers."""
    if isinstance(scored, NotEnough):
        figures = ("probabilities", "confidence", "label", "start", "managing_need", "leading_need")
        told: dict[str, object] = {
            "version": scored.version,
            "recommendation": scored.recommendation,
            **dict.fromkeys(figures),
            "reasons": [],
            "flips": [],
        }
        return json.dumps(told)
    chances = scored.probabilities
    told = {
        "version": scored.version,
        "recommendation": scored.recommendation,
        "probabilities": {
            "talk": round(chances.talk, 6),
            "manage": round(chances.manage, 6),
            "lead": round(chances.lead, 6),
            "both": round(chances.both, 6),
        },
        "confidence": round(scored.confidence, 6),
        "label": scored.label,
        "start": scored.start,
        "managing_need": round(scored.managing_need, 6),
        "leading_need": round(scored.leading_need, 6),
        "reasons": scored.reasons,
        "flips": [(each.question, each.before, each.after, each.recommendation) for each in scored.flips],
    }
    return json.dumps(told)


def _parsed(line: str, instrument: Instrument) -> dict[str, int | None]:
    if not line.strip():
        raise ValueError("empty")
    codes = [each.strip() for each in line.split(",")]
    if len(codes) != len(instrument.questions):
        raise ValueError(f"expected {len(instrument.questions)} answers separated by commas, found {len(codes)}")
    for question, code in zip(instrument.questions, codes, strict=True):
        if code not in _CODES:
            raise ValueError(f"answer {question.number} ({question.id}) must be 0 to {WORST} or -, not {code[:20]!r}")
    return {question.id: _CODES[code] for question, code in zip(instrument.questions, codes, strict=True)}

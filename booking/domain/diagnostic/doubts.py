"""Signs that answers were given without reading. They lower the label by one step; they never touch the scorer."""

from collections.abc import Collection, Sequence
from dataclasses import replace
from enum import StrEnum
from itertools import groupby

from booking.domain.diagnostic.instrument import FIRST, QUICK, Answers, Instrument
from booking.domain.diagnostic.score import Label, Score

LONGEST_RUN = 9
FAST_SECONDS = 2.0

_LOWER = {Label.CLEAR: Label.LIKELY, Label.LIKELY: Label.CLOSE, Label.CLOSE: Label.CLOSE}


class Doubt(StrEnum):
    """Why a result may be worth less than it looks. Shown and flagged to staff; never a reason to refuse one."""

    SAME = "same"
    RUN = "run"
    FAST = "fast"


def doubts(answers: Answers, seconds: Sequence[float] = (), *, instrument: Instrument = FIRST) -> frozenset[Doubt]:
    """What speaks against these answers; `seconds` from view to post of each page whose stamp is known.

    SAME: eight answers or more and all alike. RUN: ten questions in a row alike. FAST: under two seconds on more than
    half of the pages. ValueError as `Instrument.checked`.
    """
    codes = list(instrument.given(answers).values())
    in_order = [answers.get(each.id) for each in instrument.questions]
    found = set[Doubt]()
    if len(codes) >= QUICK and len(set(codes)) == 1:
        found.add(Doubt.SAME)
    elif any(code is not None and len(list(run)) > LONGEST_RUN for code, run in groupby(in_order)):
        found.add(Doubt.RUN)
    if 2 * sum(each < FAST_SECONDS for each in seconds) > len(seconds):
        found.add(Doubt.FAST)
    return frozenset(found)


def lowered(score: Score, found: Collection[Doubt]) -> Score:
    """The same score, its label one step lower if there is any doubt; the probabilities stay what they are."""
    return replace(score, label=_LOWER[score.label]) if found else score

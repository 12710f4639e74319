"""Prints the whole behaviour of lm1, a row for each of its 5,776 states.

    .venv/bin/python -m tests.domain.diagnostic.golden > tests/domain/diagnostic/lm1.csv

was run once. The file is never made anew: if it and the scorer differ, the scorer has been changed.
"""

from collections.abc import Iterator
from itertools import product

from booking.domain.diagnostic.lm1 import LEAST_ANSWERS, Tally, state

HEADER = (
    "managing_answered,managing_total,leading_answered,leading_total,recommendation,runner_up,label,start,"
    "talk,manage,lead,both,confidence,managing_need,leading_need,managing_sd,leading_sd"
)


def tallies() -> list[Tally]:
    """Every tally a scale of six questions can have that is enough to score: 76."""
    return [Tally(answered, total) for answered in range(LEAST_ANSWERS, 7) for total in range(4 * answered + 1)]


def rows() -> Iterator[str]:
    yield HEADER
    for managing, leading in product(tallies(), repeat=2):
        found = state(managing, leading)
        chances = found.probabilities
        words = (*found.ranked[:2], found.label, found.start)
        figures = (chances.talk, chances.manage, chances.lead, chances.both, found.confidence)
        needs = (found.managing_need, found.leading_need, found.managing_sd, found.leading_sd)
        counts = (managing.answered, managing.total, leading.answered, leading.total)
        yield ",".join([*map(str, counts), *words, *(f"{each:.6f}" for each in (*figures, *needs))])


if __name__ == "__main__":
    print("\n".join(rows()))

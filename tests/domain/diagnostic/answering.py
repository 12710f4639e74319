"""Builders for answers, and hypothesis strategies over them."""

from hypothesis import strategies as st

from booking.domain.diagnostic import lm1
from booking.domain.diagnostic.instrument import FIRST, Scale
from booking.domain.diagnostic.score import Score

MANAGING = [each.id for each in FIRST.questions if each.scale is Scale.MANAGING]
LEADING = [each.id for each in FIRST.questions if each.scale is Scale.LEADING]
TWIN = dict(zip(MANAGING + LEADING, LEADING + MANAGING, strict=True))

Given = dict[str, int | None]


def answers(managing: str, leading: str) -> Given:
    """From codes as text, in question order: `answers("313342", "1121--")`; "-" is not sure."""
    codes = dict(zip(MANAGING + LEADING, managing + leading, strict=False))
    return {each.id: None if codes[each.id] == "-" else int(codes[each.id]) for each in FIRST.questions}


def scored(managing: str, leading: str) -> Score:
    found = lm1.score(answers(managing, leading))
    assert isinstance(found, Score)
    return found


def of_total(total: int) -> str:
    """Six codes that sum to `total`, as even as can be."""
    return "".join(str((total + place) // 6) for place in range(6))


any_answers: st.SearchStrategy[Given] = st.dictionaries(
    st.sampled_from(MANAGING + LEADING), st.none() | st.integers(0, 4), max_size=12
)


@st.composite
def enough_answers(draw: st.DrawFn) -> Given:
    """At least three answers on each scale; the others given, not sure or not reached."""
    questions = [*draw(st.permutations(MANAGING)), *draw(st.permutations(LEADING))]
    sure = {each: draw(st.integers(0, 4)) for each in (*questions[:3], *questions[6:9])}
    return {**draw(any_answers), **sure}

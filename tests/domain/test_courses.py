"""Recommending a course: every cell of result and group, with the firm's own catalogue and with any other."""

from itertools import product
from pathlib import Path
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from booking.domain.catalogue import parse_catalogue
from booking.domain.courses import Context, Course, CourseNeed, Finding, Recommendation, Step, recommend
from booking.domain.diagnostic.context import GroupSize, Trigger
from booking.domain.diagnostic.instrument import Scale
from booking.domain.diagnostic.score import Label, Need, NotEnough, Start
from booking.domain.money import Pence

OURS = Path(__file__).parents[2] / "booking/services/demo/catalogue.toml"
CATALOGUE = [entry.course for entry in parse_catalogue(OURS.read_text(encoding="utf-8"))]

MANAGE = (Need.MANAGE, Need.BOTH, Need.TALK, Need.LEAD)
LEAD = (Need.LEAD, Need.BOTH, Need.TALK, Need.MANAGE)
BOTH = (Need.BOTH, Need.MANAGE, Need.LEAD, Need.TALK)
TALK = (Need.TALK, Need.LEAD, Need.MANAGE, Need.BOTH)
NEW = (Trigger.NEW_MANAGER,)


def advise(
    ranked: tuple[Need, ...],
    group: GroupSize | None,
    *,
    triggers: tuple[Trigger, ...] = (),
    label: Label | None = Label.LIKELY,
    start: Start = Start.EITHER,
) -> Recommendation:
    return recommend(Finding(ranked, label, start), Context(group, triggers), catalogue=CATALOGUE)


def slugs(advice: Recommendation) -> list[str]:
    return [suggestion.course.slug for suggestion in advice.ranked]


@pytest.mark.parametrize(
    ("ranked", "start", "one", "few", "many", "crowd"),
    [
        (
            MANAGE,
            "managing",
            "coaching-managing-the-work",
            "running-a-small-team",
            "managing-the-work",
            "managing-the-work",
        ),
        (LEAD, "leading", "coaching-leading-people", "leading-a-small-team", "leading-people", "leading-people"),
        (TALK, "leading", "coaching-leading-people", "leading-a-small-team", "leading-people", "leading-people"),
        (
            BOTH,
            "managing",
            "coaching-managing-and-leading",
            "managing-first-then-leading",
            "managing-and-leading",
            "managing-and-leading",
        ),
        (
            BOTH,
            "leading",
            "coaching-managing-and-leading",
            "leading-first-then-managing",
            "managing-and-leading",
            "managing-and-leading",
        ),
    ],
)
def test_each_result_and_group_has_its_course(
    ranked: tuple[Need, ...], start: str, one: str, few: str, many: str, crowd: str
) -> None:
    found = {size: slugs(advise(ranked, size, start=Start(start)))[0] for size in GroupSize}
    assert found == {"1": one, "2-4": few, "5-8": many, "9-12": many, "13+": crowd}


@pytest.mark.parametrize(
    ("ranked", "first", "second"),
    [
        (MANAGE, ["coaching-new-to-managing", *["new-manager-essentials"] * 4], None),
        (LEAD, None, ["coaching-new-to-managing", *["new-manager-essentials"] * 4]),
        (BOTH, None, ["coaching-new-to-managing", *["new-manager-essentials"] * 4]),
        (TALK, None, ["coaching-new-to-managing", *["new-manager-essentials"] * 4]),
    ],
)
def test_a_new_manager_brings_in_the_course_for_new_managers(
    ranked: tuple[Need, ...], first: list[str] | None, second: list[str] | None
) -> None:
    found = [slugs(advise(ranked, size, triggers=NEW)) for size in GroupSize]
    assert [row[0] for row in found] == (first or [slugs(advise(ranked, size))[0] for size in GroupSize])
    assert second is None or [row[1] for row in found] == second


@pytest.mark.parametrize(("ranked", "size"), list(product([MANAGE, LEAD, BOTH, TALK], GroupSize)))
def test_courses_for_new_managers_come_last_when_nobody_is_new(ranked: tuple[Need, ...], size: GroupSize) -> None:
    advice = advise(ranked, size)
    assert [s.course.is_first_time for s in advice.ranked] == sorted(s.course.is_first_time for s in advice.ranked)
    assert advice.ranked[-1].why_not_first == "It is written for people who are new to managing."


def test_thirteen_people_are_two_groups_and_anybody_fewer_is_one() -> None:
    groups = {size: {s.groups for s in advise(MANAGE, size).ranked} for size in GroupSize}
    assert groups == {size: {2 if size is GroupSize.CROWD else 1} for size in GroupSize}


def test_people_are_split_only_where_no_course_takes_them_in_one() -> None:
    small = Course("small", "Small", CourseNeed.MANAGING, 1, 2, 6, Pence(1))
    large = Course("large", "Large", CourseNeed.LEADING, 1, 2, 12, Pence(1))
    whole = Course("whole", "Whole", CourseNeed.MANAGING, 1, 2, 12, Pence(1))
    finding, context = Finding(MANAGE, Label.CLEAR, Start.MANAGING), Context(GroupSize.LARGE)
    split = recommend(finding, context, catalogue=[large, small])
    assert [(s.course.slug, s.groups) for s in split.ranked] == [("small", 2), ("large", 1)]
    assert slugs(recommend(finding, context, catalogue=[large, small, whole])) == ["whole", "large"]


def test_a_crowd_that_would_need_a_third_group_is_talked_through() -> None:
    six = Course("six", "Six", CourseNeed.MANAGING, 1, 2, 6, Pence(1))
    advice = recommend(Finding(MANAGE, Label.CLEAR, Start.MANAGING), Context(GroupSize.CROWD), catalogue=[six])
    assert advice == Recommendation(Step.TALK, "None of our courses is made for this, so let us talk it through.", ())


def test_courses_alike_in_everything_are_in_the_order_of_their_slugs() -> None:
    a, b = (Course(slug, "Twin", CourseNeed.MANAGING, 1, 2, 6, Pence(1)) for slug in "ab")
    finding, context = Finding(MANAGE, Label.CLEAR, Start.MANAGING), Context(GroupSize.FEW)
    assert slugs(recommend(finding, context, catalogue=[b, a])) == ["a", "b"]


@pytest.mark.parametrize(
    ("ranked", "start", "few"),
    [
        (BOTH, Start.EITHER, "managing-first-then-leading"),
        ((Need.BOTH, Need.LEAD, Need.MANAGE, Need.TALK), Start.EITHER, "leading-first-then-managing"),
    ],
)
def test_when_either_may_come_first_it_is_the_likelier(ranked: tuple[Need, ...], start: Start, few: str) -> None:
    advice = advise(ranked, GroupSize.FEW, start=start)
    assert slugs(advice)[0] == few
    assert not any("put first" in reason for s in advice.ranked for reason in s.reasons)


def test_a_talk_comes_first_with_the_likelier_course_beside_it() -> None:
    advice = advise(TALK, GroupSize.GROUP, label=Label.CLEAR)
    assert (advice.step, advice.why_talk) == (
        Step.TALK,
        "Your answers show no clear need for a course, so let us talk first.",
    )
    assert advice.ranked[0].reasons[0] == "If it is to be a course, your answers lean towards leading people."


def test_a_close_call_talks_first_and_sets_the_two_likeliest_needs_side_by_side() -> None:
    advice = advise(BOTH, GroupSize.GROUP, label=Label.CLOSE, triggers=NEW)
    assert (advice.step, advice.why_talk) == (
        Step.TALK,
        "It is a close call between two answers, so let us talk first.",
    )
    assert slugs(advice)[:2] == ["managing-and-leading", "new-manager-essentials"]
    assert slugs(advise(BOTH, GroupSize.GROUP, label=Label.CLOSE))[:2] == ["managing-and-leading", "managing-the-work"]


def test_both_for_thirteen_is_a_programme_that_starts_with_a_talk() -> None:
    assert advise(BOTH, GroupSize.CROWD).step is Step.TALK
    assert advise(MANAGE, GroupSize.CROWD).step is Step.BOOK


def test_too_few_answers_are_a_talk_and_never_no_need() -> None:
    finding = Finding.of(NotEnough("lm1", ((Scale.LEADING, 2),)))
    advice = recommend(finding, Context(GroupSize.FEW), catalogue=CATALOGUE)
    assert advice == Recommendation(
        Step.TALK, "There are too few answers to suggest a course, so let us talk it through.", ()
    )


def test_an_unknown_group_is_taken_for_the_usual_one_and_asked_about() -> None:
    advice = advise(MANAGE, None)
    assert slugs(advice) == slugs(advise(MANAGE, GroupSize.GROUP))
    assert advice.ranked[0].reasons[1] == "It is made for 5 to 12 people; tell us how many would take part."


def test_reasons_and_the_runner_up_read_as_sentences() -> None:
    triggers = (Trigger.GROWING, Trigger.WORK)
    advice = advise(MANAGE, GroupSize.GROUP, start=Start.MANAGING, triggers=triggers)
    first, second = advice.first, advice.runner_up
    assert first is not None
    assert second is not None
    assert (first.reasons, first.why_not_first) == (
        (
            "Your answers point to managing the work.",
            "It is made for 5 to 12 people.",
            "It covers what made you look: late or wrong work.",
        ),
        "",
    )
    assert (second.course.slug, second.reasons, second.why_not_first) == (
        "managing-and-leading",
        (
            "It is about both managing and leading.",
            "It starts with managing, which your answers put first.",
            "It is made for 5 to 12 people.",
            "It covers what made you look: late or wrong work.",
            "It covers what made you look: a firm that is growing.",
        ),
        "It does both, and your answers point more to managing the work alone.",
    )


@pytest.mark.parametrize(
    ("ranked", "size", "triggers", "start", "why"),
    [
        (BOTH, "5-8", (), "managing", "It takes one day rather than two days, which leaves less time to practise."),
        (BOTH, "2-4", (), "managing", "It starts with leading, and your answers put it second."),
        (
            BOTH,
            "2-4",
            (),
            "either",
            "It starts with leading, and your answers are even, so we start with the likelier half.",
        ),
        (BOTH, "1", (), "either", "It is about managing the work alone, and your answers point more to both."),
        (TALK, "1", (), "leading", "Your answers point a little more to leading people than to managing the work."),
        (MANAGE, "5-8", NEW, "managing", "It is for people who have managed for a while."),
    ],
)
def test_the_runner_up_says_why_it_came_second(
    ranked: tuple[Need, ...], size: str, triggers: tuple[Trigger, ...], start: str, why: str
) -> None:
    runner_up = advise(ranked, GroupSize(size), triggers=triggers, start=Start(start)).runner_up
    assert runner_up is not None
    assert runner_up.why_not_first == why


findings = st.builds(
    Finding,
    st.permutations(list(Need)).map(tuple) | st.just(()),
    st.sampled_from(Label),
    st.sampled_from(Start),
)
contexts = st.builds(Context, st.none() | st.sampled_from(GroupSize), st.sets(st.sampled_from(Trigger)))
courses = st.builds(
    lambda number, need, half_days, sizes, pence, starts, first_time: Course(
        f"course-{number}",
        f"Course {number}",
        need,
        half_days,
        min(sizes),
        max(sizes),
        Pence(pence),
        starts_with=starts if need is CourseNeed.BOTH else None,
        is_first_time=first_time,
    ),
    st.integers(0, 10_000),
    st.sampled_from(CourseNeed),
    st.sampled_from([1, 2, 4]),
    st.tuples(st.integers(1, 14), st.integers(1, 14)),
    st.integers(0, 1000),
    st.none() | st.sampled_from(Scale),
    st.booleans(),
)
catalogues = st.lists(courses, max_size=8, unique_by=lambda course: course.slug)


@given(findings, contexts, catalogues)
def test_there_is_always_a_course_to_book_or_a_talk_that_says_why(
    finding: Finding, context: Context, catalogue: list[Course]
) -> None:
    advice = recommend(finding, context, catalogue=catalogue)
    assert (advice.step is Step.TALK) == bool(advice.why_talk)
    assert advice.first is not None or advice.step is Step.TALK
    assert all(s.reasons and all(r.endswith(".") for r in s.reasons) for s in advice.ranked)
    assert [bool(s.why_not_first) for s in advice.ranked] == [number > 0 for number in range(len(advice.ranked))]


@given(findings, contexts, catalogues, st.randoms())
def test_the_order_of_the_catalogue_does_not_matter(
    finding: Finding, context: Context, catalogue: list[Course], random: Random
) -> None:
    shuffled = random.sample(catalogue, len(catalogue))
    assert recommend(finding, context, catalogue=shuffled) == recommend(finding, context, catalogue=catalogue)


@given(findings, contexts)
def test_our_catalogue_has_a_course_for_everything_but_too_few_answers(finding: Finding, context: Context) -> None:
    advice = recommend(finding, context, catalogue=CATALOGUE)
    assert bool(advice.ranked) == bool(finding.ranked)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"half_days": 3}, "half_days must be 1, 2 or 4"),
        ({"group_min": 0}, "group_min"),
        ({"group_min": 9, "group_max": 8}, "group_min"),
        ({"price_pence": -1}, "price_pence"),
        ({"starts_with": Scale.LEADING}, "starts_with"),
    ],
)
def test_a_course_that_cannot_be_is_a_bug(change: dict[str, int], message: str) -> None:
    facts = {"half_days": 2, "group_min": 5, "group_max": 12, "price_pence": 1} | change
    with pytest.raises(ValueError, match=message):
        Course("a", "A", CourseNeed.MANAGING, **facts)  # type: ignore[arg-type]  # wrong values are the point

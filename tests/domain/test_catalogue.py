"""Reading a catalogue, and what our own promises."""

from pathlib import Path

import pytest

from booking.domain.catalogue import Entry, parse_catalogue
from booking.domain.courses import CourseNeed
from booking.domain.diagnostic.instrument import Scale

OURS = parse_catalogue((Path(__file__).parents[2] / "booking/services/demo/catalogue.toml").read_text(encoding="utf-8"))
ONE = """
[[course]]
slug = "leading-first"
title = "Leading first"
summary = "A day."
for_whom = "Everybody."
need = "both"
starts_with = "leading"
half_days = 2
group_min = 2
group_max = 12
price_pence = 115000
outcomes = ["Lead"]
outline = [["Morning", "Talk"], ["Afternoon", "Do"]]
site_needs = ["A room"]
kit = ["Pens"]
"""


def test_a_course_is_read_with_its_text() -> None:
    entry = parse_catalogue(ONE)[0]
    assert (entry.course.slug, entry.course.need, entry.course.starts_with) == ("leading-first", "both", Scale.LEADING)
    assert entry.outline == (("Morning", "Talk"), ("Afternoon", "Do"))


@pytest.mark.parametrize(
    ("before", "after", "message"),
    [
        ('title = "Leading first"', "", "leading-first: title is missing"),
        ('kit = ["Pens"]', "", "leading-first: kit is missing"),
        ('kit = ["Pens"]', "kit = []", "leading-first: a list of lines is empty"),
        ('kit = ["Pens"]', "kit = [1]", "leading-first: A line must be text"),
        ('kit = ["Pens"]', 'kit = ["Pens"]\nprice = 5', "leading-first: unknown: price"),
        ("group_min = 2", 'group_min = "2"', "leading-first: group_min must be a whole number"),
        ("group_min = 2", "group_min = true", "leading-first: group_min must be a whole number"),
        ("half_days = 2", "half_days = 1", "leading-first: outline must have one block for each half-day"),
        ('need = "both"', 'need = "all"', "leading-first: 'all' is not a valid CourseNeed"),
        ('summary = "A day."', f'summary = "{"x" * 251}"', "leading-first: summary must be 250 characters or fewer"),
        ("[[course]]", f"{ONE}\n[[course]]", "two courses have the same slug"),
        (ONE, "", r"at least one \[\[course\]\]"),
    ],
)
def test_a_fault_names_the_course_and_the_field(before: str, after: str, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        parse_catalogue(ONE.replace(before, after))


def test_our_titles_and_slugs_are_all_different() -> None:
    assert len(OURS) == len({e.course.slug for e in OURS}) == len({e.course.title for e in OURS}) == 12


@pytest.mark.parametrize("entry", OURS, ids=lambda entry: entry.course.slug)
def test_each_of_our_courses_tells_a_firm_what_it_needs_to_know(entry: Entry) -> None:
    assert 4 <= len(entry.outcomes) <= 5
    assert all(4 <= len(block) <= 6 for block in entry.outline)
    assert len(entry.site_needs) >= 2
    assert len(entry.kit) >= 3
    text = " ".join(
        [entry.summary, entry.for_whom, *entry.outcomes, *entry.site_needs, *entry.kit, *sum(entry.outline, ())]
    )
    assert not any(word in text.lower() for word in ("!", "please", "world-class", "passion", "unlock", "journey", "—"))


def test_longer_visits_and_larger_groups_cost_more() -> None:
    prices = {(e.course.half_days, e.course.group_max): e.course.price_pence for e in OURS}
    assert prices == {(1, 1): 420_00, (1, 4): 640_00, (2, 1): 780_00, (2, 12): 1150_00, (4, 12): 2150_00}


def test_only_courses_for_managing_are_written_for_new_managers() -> None:
    assert {e.course.need for e in OURS if e.course.is_first_time} == {CourseNeed.MANAGING}

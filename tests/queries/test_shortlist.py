"""The shortlist of a visit: everyone once, with reasons or with why not, on its own date or another."""

from datetime import datetime, timedelta
from typing import Any

import pytest

from booking.domain.days import Half, Slot
from booking.domain.matching.rules import Rule
from booking.domain.places import County
from booking.queries import shortlist
from tests import make
from tests.counting import counted
from tests.make import DAY

NEXT = Slot(DAY + timedelta(days=1), Half.AM)


def test_everyone_is_there_with_reasons_or_with_why_not(session: Any, now: datetime) -> None:
    course = make.course()
    ann, ben = make.ann(course), make.ben(course)
    make.trainer("Dora Penrose", courses=[make.course()])
    make.visit(course=course, trainer=ben)
    visit = make.visit(course=course, trainer=ann)
    found = shortlist.for_visit(visit, now=now)
    assert [match.name for match in found.matches] == ["Ann Bell"]
    assert [out.failure.sentence for out in found.excluded] == [
        "Ben Cole is in Exeter that morning (TSW-0000-0001).",
        "Dora Penrose does not teach Leading a small team.",
    ]


def test_on_another_date_others_are_free(session: Any, now: datetime) -> None:
    course = make.course()
    ann, ben = make.ann(course), make.ben(course)
    make.visit(course=course, trainer=ben)
    visit = make.visit(course=course, trainer=ann)
    assert {match.name for match in shortlist.for_visit(visit, at=NEXT, now=now).matches} == {"Ann Bell", "Ben Cole"}


def test_a_soft_rule_is_named_beside_the_match(session: Any, now: datetime) -> None:
    course = make.course()
    make.ann(course)
    visit = make.visit(course=course, is_placed=False, county=County.DORSET, outcode="DT1")
    found = shortlist.for_visit(visit, at=NEXT, now=now)
    assert [failure.rule for failure in found.matches[0].failures] == [Rule.AREA]


@pytest.mark.parametrize("trainers", [1, 3])
def test_it_takes_seven_statements(session: Any, now: datetime, trainers: int) -> None:
    course = make.course()
    everyone = [make.trainer(courses=[course]) for _ in range(trainers)]
    visit = make.visit(course=course, trainer=everyone[0])
    with counted() as statements:
        shortlist.for_visit(visit, now=now)
    assert len(statements) == 7

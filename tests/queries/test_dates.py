"""Dates for the public: from diaries to choices, in seven statements, or ten, whatever the size."""

import re
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import inspect

from booking.domain.days import Half, Slot
from booking.domain.lifecycle import VisitState
from booking.domain.matching.dates import ENOUGH, Openings
from booking.domain.places import County
from booking.models import CalendarDay, Course, OutcodePair
from booking.queries import dates
from tests import make
from tests.counting import counted, noting
from tests.make import DAY

AT = Slot(DAY, Half.AM)


def openings(course: Course, now: datetime, **changes: Any) -> Openings:
    return dates.openings(course=course, now=now, **{"county": County.DEVON, "outcode": "EX2", **changes})


def test_the_five_soonest_start_after_the_notice(session: Any, now: datetime) -> None:
    course = make.course()
    make.ann(course, works=[1, 3])
    assert [f"{slot.day:%a %d %b} {slot.half}" for slot in openings(course, now).soonest()] == [
        "Tue 01 Dec am",
        "Thu 03 Dec am",
        "Tue 08 Dec am",
        "Thu 10 Dec am",
        "Tue 15 Dec am",
    ]


def test_a_month_has_the_days_on_which_somebody_is_free(session: Any, now: datetime) -> None:
    course = make.course()
    ann = make.ann(course, works=[2])
    make.visit(course=course, trainer=ann, day=date(2027, 3, 10))
    make.absence(ann, date(2027, 3, 17))
    session.add(CalendarDay(day=date(2027, 3, 31), is_open=False, note="Stocktaking"))
    session.flush()
    march = openings(course, now).days(date(2027, 3, 1), date(2027, 3, 31))
    assert [day.day.day for day in march] == [3, 24]


def test_a_hold_takes_a_date_away_until_it_runs_out(session: Any, now: datetime) -> None:
    course = make.course()
    make.visit(VisitState.HELD, course=course, trainer=make.ann(course))
    assert not openings(course, now).has(AT)
    assert openings(course, now + timedelta(minutes=30)).has(AT)


def test_a_visit_that_is_moved_does_not_stand_in_its_own_way(session: Any, now: datetime) -> None:
    course = make.course()
    visit = make.visit(course=course, trainer=make.ann(course))
    assert not openings(course, now).has(AT)
    assert openings(course, now, but_visit=visit.id).has(AT)


def test_a_drive_that_somebody_knows_better_counts(session: Any, now: datetime) -> None:
    course = make.course()
    make.ann(course)
    session.add(OutcodePair(low="EX1", high="EX2", minutes=200))
    session.flush()
    assert openings(course, now).soonest() == ()


def test_the_islands_have_no_dates_on_line(session: Any, now: datetime) -> None:
    course = make.course()
    make.trainer(courses=[course], counties=[County.CORNWALL])
    assert openings(course, now, county=County.CORNWALL, outcode="TR21").soonest() == ()


@pytest.mark.parametrize("trainers", [1, 3])
def test_dates_take_seven_statements(session: Any, now: datetime, trainers: int) -> None:
    course = make.course()
    for _ in range(trainers):
        make.visit(course=course, trainer=make.trainer(courses=[course]))
    with counted() as statements:
        found = openings(course, now)
        found.soonest()
        found.days(date(2027, 3, 1), date(2027, 3, 31))
        found.nearest(AT)
    assert len(statements) == 7


@pytest.mark.parametrize(("booked", "expected"), [(0, 7), (ENOUGH + 2, 10)])
def test_of_many_trainers_more_diaries_are_read_only_where_they_can_add_a_date(
    session: Any, now: datetime, booked: int, expected: int
) -> None:
    course = make.course()
    for number in range(ENOUGH + 2):
        trainer = make.trainer(courses=[course])
        if number < booked:
            make.visit(course=course, trainer=trainer)
    with counted() as statements:
        found = openings(course, now)
    assert (len(statements), found.has(AT)) == (expected, booked == 0)


@pytest.mark.parametrize("count", [1, 3])
def test_next_dates_take_seven_statements(session: Any, now: datetime, count: int) -> None:
    courses = [make.course() for _ in range(count)]
    for _ in range(count):
        make.trainer(courses=courses)
    with counted() as statements:
        dates.next_dates(courses=courses, now=now)
    assert len(statements) == 7


def test_the_next_date_of_each_course_in_each_county(session: Any, now: datetime) -> None:
    day, half_day = make.course(), make.course(half_days=1)
    make.ann(day, works=[2])
    make.ben(half_day, works=[4])
    assert dates.next_dates(courses=[day, half_day], counties=[County.DEVON, County.SOMERSET], now=now) == {
        (day.id, County.DEVON): Slot(date(2026, 12, 2), Half.AM),
        (day.id, County.SOMERSET): None,
        (half_day.id, County.DEVON): Slot(date(2026, 12, 4), Half.AM),
        (half_day.id, County.SOMERSET): Slot(date(2026, 12, 4), Half.AM),
    }


def test_without_courses_there_are_no_next_dates(session: Any, now: datetime) -> None:
    assert dates.next_dates(courses=[], now=now) == {}


def test_visits_nearby_are_read_from_their_index_alone(session: Any, now: datetime) -> None:
    course = make.course()
    make.visit(course=course, trainer=make.ann(course))
    statements: list[tuple[str, Any]] = []
    with noting(lambda *ran: statements.append(ran)):
        openings(course, now)
    ((near, values),) = [ran for ran in statements if "FROM visits" in " ".join(ran[0].split())]
    connection = session.connection()
    (index,) = [each for each in inspect(connection).get_indexes("visits") if each["name"] == "ix_visits_near"]
    assert set(re.findall(r"visits\.(\w+)", near)) <= set(index["column_names"])
    if connection.dialect.name == "sqlite":  # PostgreSQL takes any index for so few rows
        plan = str(connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {near}", values).all())
        assert "COVERING INDEX ix_visits_near" in plan, plan

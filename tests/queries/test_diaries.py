"""Diaries: the bits that the database adds up are the slots that are held, on both databases."""

from datetime import date, datetime, timedelta
from typing import Any

from booking.domain.availability import Window
from booking.domain.days import Half, Slot
from booking.domain.lifecycle import VisitState
from booking.domain.matching.needs import Wish
from booking.domain.places import County
from booking.models import Course, TrainerBar
from booking.queries import diaries
from booking.queries.dates import wish_for
from tests import make
from tests.conftest import NOW
from tests.make import DAY

AT = Slot(DAY, Half.AM)


def wish(course: Course, now: datetime) -> Wish:
    return wish_for(course, county=County.DEVON, outcode="EX2", now=now)


def held(course: Course, now: datetime, **but: Any) -> list[Slot]:
    asked = wish(course, now)
    (who,) = diaries.with_diaries(diaries.pool(asked, course_id=course.id), asked, **but)
    return list(asked.window.slots(who.held))


def test_held_slots_are_found_in_every_piece_of_the_window(session: Any, now: datetime) -> None:
    course = make.course(half_days=1)
    ann = make.ann(course)
    window = wish(course, now).window
    numbers = [
        window.base,
        *range(window.base + 58, window.base + 62),
        window.base + 121,
        window.base + window.size - 1,
    ]
    for number in numbers:
        slot = Slot.of(number)
        make.visit(course=course, trainer=ann, day=slot.day, half=slot.half)
    assert [slot.number for slot in held(course, now)] == numbers


def test_slots_outside_the_window_are_not_read(session: Any, now: datetime) -> None:
    course = make.course(half_days=1)
    ann = make.ann(course)
    window = wish(course, now).window
    for number in (window.base - 1, window.base + window.size):
        make.visit(course=course, trainer=ann, day=Slot.of(number).day, half=Slot.of(number).half)
    assert held(course, now) == []


def test_a_hold_that_has_run_out_is_free_on_read(session: Any, now: datetime) -> None:
    course = make.course()
    make.visit(VisitState.HELD, course=course, trainer=make.ann(course))
    assert len(held(course, now + timedelta(minutes=29))) == 2
    assert held(course, now + timedelta(minutes=30)) == []


def test_the_visits_own_slots_count_as_free(session: Any, now: datetime) -> None:
    course = make.course()
    visit = make.visit(course=course, trainer=make.ann(course))
    assert held(course, now, but_visit=visit.id) == []


def test_diaries_are_read_of_those_who_are_asked_for(session: Any, now: datetime) -> None:
    course = make.course()
    make.absence(make.ann(course), DAY)
    make.trainer("Dora Penrose", courses=[course], works=[2])
    asked = wish(course, now)
    both = diaries.pool(asked, course_id=course.id)
    (dora,) = diaries.with_diaries(both[1:], asked)
    (ann,) = diaries.with_diaries(both[:1], asked)
    assert (dora.name, [line.weekday for line in dora.hours], dora.absences) == ("Dora Penrose", [2], ())
    assert (ann.name, len(ann.hours), [each.kind for each in ann.absences]) == ("Ann Bell", 5, ["leave"])
    assert diaries.with_diaries([], asked) == []


def test_the_pool_is_who_works_there_and_teaches_it(session: Any, now: datetime) -> None:
    course = make.course()
    make.ann(course)
    make.trainer("Dora Penrose", courses=[course], counties=[County.CORNWALL])
    make.trainer("Evan Frost", courses=[make.course()])
    make.trainer("Fay Gill", courses=[course], is_active=False)
    assert [who.name for who in diaries.pool(wish(course, now), course_id=course.id)] == ["Ann Bell"]


def test_only_visits_within_a_lunch_drive_are_read_for_the_public(session: Any, now: datetime) -> None:
    course = make.course()
    ann = make.ann(course)
    make.visit(course=course, trainer=ann)
    make.visit(course=course, trainer=ann, day=DAY + timedelta(days=1), outcode="TR1")
    candidate = diaries.pool(wish(course, now), course_id=course.id)[0]
    assert [(visit.outcode, visit.bits.bit_count(), visit.is_confirmed) for visit in candidate.visits] == [
        ("EX2", 2, True)
    ]


def test_everyone_is_read_with_what_the_firm_has_said_and_seen(session: Any, now: datetime) -> None:
    course = make.course()
    ann, ben = make.ann(course), make.ben()
    taught = make.visit(VisitState.DELIVERED, course=course, trainer=ann, day=date(2026, 5, 6))
    assert taught.firm is not None
    session.add(TrainerBar(firm_id=taught.firm.id, trainer_id=ben.id, created_at=NOW))
    make.absence(ben, DAY)
    session.flush()
    need = wish(course, now).at(AT)
    found = {who.name: who for who in diaries.everyone(need, course_id=course.id, firm_id=taught.firm.id)}
    assert {name: (who.teaches, who.taught_on, who.barred_on) for name, who in found.items()} == {
        "Ann Bell": (True, date(2026, 5, 6), None),
        "Ben Cole": (False, None, date(2026, 11, 24)),
    }
    assert found["Ben Cole"].absences[0].kind == "leave"
    assert found["Ann Bell"].hours[0].weekday == 0
    assert dict(found["Ben Cole"].counties) == {County.DEVON: 0, County.SOMERSET: 0}


def test_a_hold_shows_neither_reference_nor_place(session: Any, now: datetime) -> None:
    course = make.course()
    make.visit(VisitState.HELD, course=course, trainer=make.ann(course))
    need = wish(course, now).at(AT)
    who = diaries.everyone(need, course_id=course.id)[0]
    assert [(visit.reference, visit.place) for visit in who.visits] == [("", "")]


def test_a_window_is_whole_weeks(session: Any, now: datetime) -> None:
    assert wish(make.course(), now).window == Window.covering(date(2026, 11, 24), date(2027, 5, 23))

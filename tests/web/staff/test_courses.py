"""Courses as admins keep them: written, changed with a history, retired; what was offered keeps its price."""

import json
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from booking.db import db
from booking.domain.access import Role
from booking.models import Course, HistoryEntry, Result, Staff
from booking.queries.desk import courses as queries
from tests import make
from tests.counting import counted
from tests.pages import PageClient
from tests.signing import browser, signed_in
from tests.web.business.test_find import TWELVE, answer_all, begin, finish
from tests.web.staff.desk import acts, last_act, press, words_of

PAGE = "/staff/courses/course-1"
TEXTS = {
    "title": "Leading a small team",
    "summary": "A day on leading the people you work with.",
    "for_whom": "People who lead a few others.",
    "outcomes": "Say what you expect\r\nListen before you answer",
    "outline": "Morning\r\nWhat leading is\r\n\r\nAfternoon\r\nPractice",
    "site_needs": "A room for everyone\r\nA wall for paper",
    "kit": "Workbooks\r\nPens",
}
STANDS = {
    **TEXTS,
    **{"price": "1,150", "half_days": "2", "group_min": "4", "group_max": "12", "need": "leading", "starts_with": ""},
}


@pytest.fixture
def ada(clock: object) -> Staff:
    return make.staff("Ada Hill", role=Role.ADMIN)


@pytest.fixture
def desk(client: PageClient, ada: Staff) -> PageClient:
    """Ada, an admin, beside one course."""
    make.course()
    return signed_in(client, ada)


def course() -> Course:
    return db.session.scalars(select(Course).order_by(Course.id).limit(1)).one()


def save(client: PageClient, *, seen: int = 1, **changes: Any) -> Any:
    """Sends the page of the course with what stands there, changed."""
    return client.send(PAGE, {**STANDS, "seen": seen, **changes})


def newest() -> tuple[str, dict[str, Any], dict[str, Any]]:
    entry = db.session.scalars(select(HistoryEntry).order_by(HistoryEntry.id.desc()).limit(1)).one()
    return entry.words, json.loads(entry.before), json.loads(entry.after)


def test_a_page_sent_back_untouched_changes_nothing(desk: PageClient) -> None:
    assert save(desk).location == PAGE
    assert (course().version, acts()) == (1, [])


def test_a_change_is_in_the_history_before_and_after(desk: PageClient) -> None:
    save(desk, price="£1,275.50", kit="Pens", is_first_time="y")
    assert (course().price_pence, course().kit, course().is_first_time) == (1_275_50, "Pens", True)
    assert newest() == (
        "Changed Leading a small team: kit, first time, price from £1,150 to £1,275.50",
        {"kit": "Workbooks\nPens", "is_first_time": False, "price_pence": 1_150_00},
        {"kit": "Pens", "is_first_time": True, "price_pence": 1_275_50},
    )
    assert "Changed Leading a small team" in desk.get(PAGE).text


def test_a_new_price_does_not_touch_what_was_offered(app: Flask, desk: PageClient) -> None:
    visit, firm = make.visit(course=course()), browser(app)
    begin(firm)
    answer_all(firm, TWELVE[::-1])
    result = finish(firm)
    stored = select(Result.recommended)
    before = db.session.scalars(stored).all()
    save(desk, price="2,000")
    assert (course().price_pence, visit.price_pence) == (2_000_00, 1_150_00)
    assert db.session.scalars(stored).all() == before
    assert "£1,150" in firm.get(result).text
    assert "£2,000" not in firm.get(result).text


def test_who_saves_second_is_told_who_was_first_and_keeps_what_was_typed(desk: PageClient) -> None:
    save(desk, price="1,200")
    response = save(desk, seen=1, summary="Typed with care.")
    assert response.status_code == 422
    text = words_of(response.text)
    assert "Ada Hill changed this at 10am on 24 November: Changed Leading a small team: price from £1,150" in text
    assert "Typed with care." in text
    assert '<input type="hidden" name="seen" value="2">' in response.text
    assert course().summary == TEXTS["summary"]


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"title": ""}, "Enter the title"),
        ({"price": "about 900"}, "Enter a price in pounds, like 1,150 or 1150.50"),
        ({"price": "100,001"}, "Price must be £100,000 or less"),
        ({"price": ""}, "Enter the price in pounds, like 1,150"),
        ({"group_max": "3"}, "Largest group must be 4 or more"),
        ({"group_min": "0"}, "Smallest group must be a number from 1 to 60"),
        ({"starts_with": "managing"}, "Only a course for both starts with one of them"),
        ({"outline": "Morning\r\nTalk"}, "Outline must have 2 blocks, one for each half-day, with an empty line"),
        ({"half_days": "1"}, "Outline must have 1 block, with an empty line between blocks; it has 2"),
        ({"kit": "Pens\0"}, "What we bring must not contain hidden characters"),
    ],
)
def test_what_is_not_right_says_why(desk: PageClient, changes: dict[str, Any], why: str) -> None:
    response = save(desk, **changes)
    assert (response.status_code, why in response.text) == (422, True)
    assert (course().version, acts()) == (1, [])


def test_a_new_course_is_on_sale_under_its_title(desk: PageClient) -> None:
    new = {**STANDS, "key": "k1", "title": "Café rotas: who works when", "need": "both", "starts_with": "leading"}
    answers = {desk.send("/staff/courses/new", new).location for _ in range(2)}
    assert answers == {"/staff/courses/cafe-rotas-who-works-when"}
    added = db.session.scalars(select(Course).order_by(Course.id.desc()).limit(1)).one()
    assert (added.is_active, added.starts_with, added.outline) == (True, "leading", course().outline)
    assert acts() == ["added"]
    assert desk.get("/courses/cafe-rotas-who-works-when").status_code == 200
    press(desk, f"/staff/undo/{last_act().id}", page="/staff/courses/cafe-rotas-who-works-when")
    assert (added.is_active, acts()) == (False, ["added", "undone"])


def test_a_title_that_is_taken_is_refused(desk: PageClient) -> None:
    make.course(slug="rotas")
    response = desk.send("/staff/courses/new", {**STANDS, "key": "k1", "title": "Rotas"})
    assert (response.status_code, "A course with this title is already here" in response.text) == (422, True)


def test_a_change_and_a_retirement_are_undone(desk: PageClient) -> None:
    save(desk, price="1,200", kit="Pens", is_first_time="y")
    press(desk, f"/staff/undo/{last_act().id}", page=PAGE)
    assert (course().price_pence, course().kit, course().is_first_time) == (1_150_00, "Workbooks\nPens", False)
    press(desk, f"{PAGE}/retire", page=PAGE)
    assert not course().is_active
    press(desk, f"/staff/undo/{last_act().id}", page=PAGE)
    assert (course().is_active, acts()) == (True, ["changed", "undone", "retired", "undone"])


def test_a_course_off_sale_comes_back_with_its_history(desk: PageClient) -> None:
    assert "Off sale" in press(desk, f"{PAGE}/retire", page=PAGE).text
    assert not course().is_active
    press(desk, f"{PAGE}/restore", page=PAGE)
    assert (course().is_active, acts()) == (True, ["retired", "restored"])


def test_a_button_pressed_after_a_colleague_changed_the_course_does_nothing(desk: PageClient) -> None:
    save(desk, price="1,200")
    told = words_of(press(desk, f"{PAGE}/retire", page=PAGE, seen="1").text)
    assert "Ada Hill changed this at 10am" in told
    assert course().is_active


def test_staff_see_the_list_and_change_nothing(client: PageClient, cora: Staff) -> None:
    make.visit(course=make.course())
    signed_in(client, cora)
    text = client.get("/staff/courses").text
    assert "Leading a small team Leading people One day 4 to 12 £1,150 1 1" in words_of(text)
    assert "/staff/courses/" not in text
    assert client.get(PAGE).status_code == 403


@pytest.mark.parametrize("many", [1, 3])
def test_the_list_takes_as_many_statements_for_three_as_for_one(session: object, many: int) -> None:
    for _ in range(many):
        make.visit(course=make.course())
    db.session.flush()
    db.session.expire_all()
    with counted() as statements:
        assert {(row.trainers, row.visits) for row in queries.everything()} == {(1, 1)}
    assert len(statements) == 3


def test_without_courses_it_says_what_to_do(client: PageClient, ada: Staff) -> None:
    assert "No courses yet." in signed_in(client, ada).get("/staff/courses").text

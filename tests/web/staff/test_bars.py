"""Trainers whom a firm does not want again: noted with a reason, kept out of the shortlist, taken away."""

import pytest
from flask import Flask

from booking.models import Visit
from tests import make
from tests.counting import counted
from tests.pages import PageClient
from tests.web.staff.desk import acts, press, told_beside, words_of

pytestmark = pytest.mark.usefixtures("clock")


@pytest.fixture
def visit(app: Flask) -> Visit:
    course = make.course()
    return make.visit(course=course, trainer=make.ann(course))


def test_a_trainer_who_is_not_wanted_is_off_the_shortlist_until_that_is_taken_away(
    desk: PageClient, visit: Visit
) -> None:
    page = f"/staff/visits/{visit.reference}/bars"
    assert page in desk.get(f"/staff/visits/{visit.reference}").text
    assert "Nobody. Acme Joinery is sent whoever fits best." in desk.get(page).text
    desk.send(page, {"trainer": visit.trainer_id, "reason": "Too quiet for them"})
    assert "Ann Bell Too quiet for them" in words_of(desk.get(page).text)
    shortlist = words_of(desk.get(f"/staff/visits/{visit.reference}/assign").text)
    assert "Acme Joinery asked for another trainer (24 November)." in shortlist
    press(desk, f"{page}/{visit.trainer_id}/remove", page=page)
    text = words_of(desk.get(page).text)
    assert "Ann Bell may be sent to Acme Joinery again Cora Dunn 10am today" in text
    assert "Acme Joinery asked for another trainer than Ann Bell “Too quiet for them” Cora Dunn" in text
    assert acts() == ["barred", "unbarred"]


def test_what_is_missing_is_said_beside_its_field_and_the_rest_is_kept(desk: PageClient, visit: Visit) -> None:
    page = f"/staff/visits/{visit.reference}/bars"
    assert told_beside("reason", desk.send(page, {"trainer": visit.trainer_id}).text) == "Enter why, in a few words"
    response = desk.send(page, {"trainer": "9" * 5000, "reason": "Too quiet"})
    assert told_beside("trainer", response.text) == "Select a trainer"
    assert 'value="Too quiet"' in response.text
    assert acts() == []


def test_the_second_to_note_it_or_to_take_it_away_is_told(desk: PageClient, visit: Visit) -> None:
    page = f"/staff/visits/{visit.reference}/bars"
    wish = {"trainer": visit.trainer_id, "reason": "Too quiet"}
    desk.send(page, wish)
    said = told_beside("trainer", desk.send(page, wish).text)
    assert said == "A colleague has noted already that Acme Joinery is not sent Ann Bell"
    press(desk, f"{page}/{visit.trainer_id}/remove", page=page)
    desk.send(f"{page}/{visit.trainer_id}/remove", page=page)
    assert "A colleague has just taken this away" in desk.get(page).text


@pytest.mark.parametrize("rows", [1, 3])
def test_the_page_takes_as_many_statements_for_three_as_for_one(desk: PageClient, visit: Visit, rows: int) -> None:
    page = f"/staff/visits/{visit.reference}/bars"
    for number in range(rows):
        desk.send(page, {"trainer": make.trainer(f"Trainer {number}").id, "reason": "Too quiet"})
    with counted() as statements:
        text = desk.get(page).text
    assert text.count("Take away") == rows
    assert len(statements) == 8

"""A visit that staff book by hand: what the enquiry told is filled in, and nothing typed is lost."""

import re
from typing import Any

import pytest
from sqlalchemy import select

from booking.db import db
from booking.domain.lifecycle import TrainerAnswer, VisitState
from booking.models import Course, Visit
from booking.services.visits.seating import NOBODY
from tests import make
from tests.pages import PageClient
from tests.web.staff.desk import NO_NUMBERS, told_beside

pytestmark = pytest.mark.usefixtures("clock")


def fields(**changes: Any) -> dict[str, Any]:
    course = make.course()
    make.ann(course)
    told = {"course": course.id, "day": "24 March 2027", "half": "am", "trainer": "", "key": "one form"}
    where = {"address": "Unit 4", "town": "Exeter", "postcode": "ex2 8aa", "county": "devon", "people": "8"}
    return {**told, **where, **changes}


def test_an_enquiry_becomes_a_visit_whose_trainer_is_asked(desk: PageClient) -> None:
    enquiry = make.enquiry()
    path = f"/staff/visits/add?enquiry={enquiry.id}"
    assert 'value="EX2 8AA"' in desk.get(path).text
    sent = fields()
    response = desk.send(path, sent)
    visit = db.session.scalars(select(Visit)).one()
    assert response.location == f"/staff/visits/{visit.reference}"
    assert (visit.state, visit.trainer_answer) == (VisitState.REQUESTED, TrainerAnswer.ASKED)
    assert desk.send(path, sent).location == response.location
    assert len(db.session.scalars(select(Visit)).all()) == 1


def test_a_town_is_no_postcode_and_no_course_is_chosen_for_them(desk: PageClient) -> None:
    make.course()
    enquiry = make.enquiry(place="Redruth, Cornwall", course=None)
    path = f"/staff/visits/add?enquiry={enquiry.id}"
    page = desk.get(path).text
    assert ('name="town" type="text" value="Redruth"' in page, "Not decided yet" in page) == (True, True)
    assert 'id="course-error"' in desk.send(path, fields(course="")).text


def test_a_cell_of_the_planner_is_kept_on_every_way_to_its_visit(desk: PageClient) -> None:
    cell = f"day=2027-03-24&half=pm&trainer={make.ann().id}"
    make.enquiry()
    page = desk.get(f"/staff/visits/add?{cell}").text
    assert "Ann Bell, Wednesday 24 March" in page
    assert f'href="/staff/enquiries/new?{cell.replace("&", "&amp;")}"' in page
    said = {"key": "k1", "firm": "Acme", "contact": "Maya", "phone": "01632 960111", "reason": "course"}
    response = desk.send(f"/staff/enquiries/new?{cell}", {**said, "next": "visit"})
    assert response.location.partition("?")[2].startswith(f"{cell}&enquiry=")


@pytest.mark.parametrize(
    ("wrong", "beside"),
    [
        ({"day": "someday"}, "day-error"),
        ({"day": "31 December 9999"}, "day-error"),
        ({"trainer": "ann"}, "trainer-error"),
        ({"trainer": "9" * 5000}, "trainer-error"),
        ({"day": "27 March 2027"}, "trainer-error"),
        ({"postcode": "nowhere"}, "postcode-error"),
        ({"people": "99"}, "people-error"),
        ({"course": "9999"}, "course-error"),
        ({"county": "kent"}, "county-error"),
        ({"town": ""}, "town-error"),
    ],
)
def test_what_is_wrong_is_said_beside_its_field_and_the_rest_is_kept(
    desk: PageClient, wrong: dict[str, str], beside: str
) -> None:
    enquiry = make.enquiry()
    response = desk.send(f"/staff/visits/add?enquiry={enquiry.id}", fields(parking="By the gate", **wrong))
    assert response.status_code == 422
    assert f'id="{beside}"' in response.text
    assert "By the gate" in response.text
    assert db.session.scalars(select(Visit)).all() == []


@pytest.mark.parametrize("people", ["", *NO_NUMBERS])
def test_a_number_of_people_that_is_none_is_said_in_our_words_and_stays(desk: PageClient, people: str) -> None:
    response = desk.send(f"/staff/visits/add?enquiry={make.enquiry().id}", fields(people=people))
    said = {
        "": "Enter how many people will take part",
        NO_NUMBERS[-1]: "Number of people must be 20 characters or fewer",
        NO_NUMBERS[-2]: "Number of people must be 20 characters or fewer",
    }
    assert told_beside("people", response.text) == said.get(people, "Number of people must be a number from 1 to 500")
    kept = f' value="{people}"' if people else ""
    assert f'name="people" type="text"{kept} autocomplete' in response.text


def test_the_day_and_half_of_a_planners_cell_are_filled_in(desk: PageClient) -> None:
    page = desk.get(f"/staff/visits/add?enquiry={make.enquiry().id}&day=2027-03-24&half=pm").text
    assert 'value="Wednesday 24 March 2027"' in page
    assert '<option value="pm" selected>' in page


def test_a_cell_of_the_planner_asks_whose_visit_it_is(desk: PageClient) -> None:
    enquiry = make.enquiry()
    page = desk.get("/staff/visits/add?day=2027-03-24&half=pm&trainer=1").text
    assert f"enquiry={enquiry.id}" in page
    assert "2027-03-24" in page


@pytest.mark.parametrize("query", ["enquiry=99999", "enquiry=0"])
def test_an_enquiry_that_does_not_exist_is_not_there(desk: PageClient, query: str) -> None:
    assert desk.get(f"/staff/visits/add?{query}").status_code == 404


def days_offered(page: str) -> list[str]:
    return re.findall(r'name="slot" id="slot-\d" value="(\d[^"]+)"', page)


def test_the_next_free_days_are_there_to_select_and_one_that_is_gone_is_no_more(desk: PageClient) -> None:
    sent = fields(day="")
    path = f"/staff/visits/add?enquiry={make.enquiry(course=db.session.get(Course, sent['course'])).id}"
    days = days_offered(desk.get(path).text)
    assert len(days) == 6
    desk.send(path, {**sent, "slot": days[2]})
    visit = db.session.scalars(select(Visit)).one()
    assert f"{visit.first_day}-{visit.first_half}" == days[2]
    again = desk.send(path, {**sent, "slot": days[2], "key": "another"}).text
    assert told_beside("trainer", again) == NOBODY
    assert days_offered(again)[:3] == [*days[:2], days[3]]


def test_a_free_day_and_another_that_is_typed_are_one_too_many(desk: PageClient) -> None:
    sent = fields(slot="2027-03-24-am")
    path = f"/staff/visits/add?enquiry={make.enquiry().id}"
    assert told_beside("slot", desk.send(path, sent).text).startswith("Select “Another day”")


def test_without_a_course_no_day_is_offered_and_a_day_is_typed(desk: PageClient) -> None:
    make.ann(make.course())
    page = desk.get(f"/staff/visits/add?enquiry={make.enquiry(course=None).id}").text
    assert 'name="slot"' not in page

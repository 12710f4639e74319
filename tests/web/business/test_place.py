"""Which course and where: any spacing, borders asked on the same page, outside and Scilly on their own."""

import re
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import scoped_session

from booking.domain.lifecycle import VisitState
from booking.domain.places import County
from booking.models import Draft, Response, Result, Visit, VisitSlot
from tests import make
from tests.conftest import NOW
from tests.counting import counted
from tests.pages import PageClient
from tests.web.business.booking import AT, errors, hidden, to_check, to_dates, to_details, to_sent

Session = scoped_session[Any]


def draft(session: Session) -> Draft:
    session.expire_all()
    return session.scalars(select(Draft)).one()


@pytest.mark.parametrize("typed", ["EX16 4ZZ", "ex164zz", " e x1 6 4 z z ", "Ex16\t4zz"])
def test_a_postcode_in_any_spacing_settles_the_county(client: PageClient, session: Session, typed: str) -> None:
    course = make.course()
    response = to_dates(client, course.slug, postcode=typed)
    found = draft(session)
    assert (response.status_code, response.location) == (303, "/book/date")
    assert (found.course_id, found.county, found.postcode, found.outcode) == (
        course.id,
        County.DEVON,
        "EX16 4ZZ",
        "EX16",
    )


@pytest.mark.parametrize(
    "typed", ["", "EX16", "Tiverton", "EX16 4CZ", "\0EX1 1AA", "EX1\r\n1AA", "x" * 5000, "‮EX1 1AA"]
)
def test_what_is_no_postcode_is_said_beside_it_and_kept(client: PageClient, session: Session, typed: str) -> None:
    course = make.course()
    response = to_dates(client, course.slug, postcode=typed)
    assert response.status_code == 422
    assert set(errors(response)) == {"postcode"}
    assert session.scalars(select(Draft)).all() == []
    assert typed.lstrip("\0‮")[:3] in response.text


def test_a_border_asks_which_county_on_the_same_page_and_keeps_everything(client: PageClient, session: Session) -> None:
    course = make.course()
    page = to_dates(client, course.slug, postcode="ex22 7xx")
    assert page.status_code == 200
    assert "EX22 lies on a border" in page.text
    assert 'value="ex22 7xx"' in page.text
    assert re.findall(r'name="county"[^>]*value="(\w+)"', page.text) == ["cornwall", "devon", "another"]
    assert " checked" not in page.text
    fields = {"course": course.slug, "postcode": "ex22 7xx", "asked": "EX22"}
    unanswered = client.send("/book/place", fields)
    assert (unanswered.status_code, errors(unanswered)) == (422, {"county": "Select which county your site is in"})
    answered = client.send("/book/place", {**fields, "county": "cornwall"})
    assert (answered.status_code, draft(session).county) == (303, County.CORNWALL)


@pytest.mark.parametrize("county", ["dorset", "x", "\0", ["devon", "cornwall"]])
def test_a_county_that_was_not_offered_is_not_taken(client: PageClient, county: Any) -> None:
    course = make.course()
    fields = {"course": course.slug, "postcode": "ba1 1aa", "asked": "BA1", "county": county}
    assert client.send("/book/place", fields).status_code == 422


def test_another_postcode_is_not_settled_by_the_old_answer(client: PageClient) -> None:
    course = make.course()
    fields = {"course": course.slug, "postcode": "TA20 1AA", "asked": "EX22", "county": "devon"}
    page = client.send("/book/place", fields)
    assert (page.status_code, "TA20 lies on a border" in page.text) == (200, True)


def test_an_unknown_outcode_asks_too(client: PageClient) -> None:
    course = make.course()
    assert "ZZ9 is not in our list" in to_dates(client, course.slug, postcode="ZZ9 9ZZ").text


@pytest.mark.parametrize(("typed", "page"), [("SW1A 1AA", "SW1A"), ("TR21 0AA", "TR21"), ("SN1 1AA", "SN1")])
def test_outside_the_four_counties_has_a_page_of_its_own(
    client: PageClient, session: Session, typed: str, page: str
) -> None:
    course = make.course()
    response = to_dates(client, course.slug, postcode=typed)
    if response.status_code == 200:  # not in our list: the county is asked first
        fields = {"course": course.slug, "postcode": typed, "asked": page, "county": "another"}
        response = client.send("/book/place", fields)
    assert response.location == f"/outside?outcode={page}"
    assert session.scalars(select(Draft)).all() == []


@pytest.mark.parametrize("query", ["", "?course=nonsense", "?course=%00&county=%E2%80%AE"])
def test_without_a_known_course_it_is_chosen_here(client: PageClient, query: str) -> None:
    course = make.course("Managing the work")
    make.course("Gone", is_active=False)
    page = client.get(f"/book/place{query}").text
    assert ("Managing the work" in page, "Gone" in page) == (True, False)
    assert errors(client.send("/book/place", {"postcode": "EX1 1AA"})) == {"course": "Select a course"}
    assert client.send("/book/place", {"postcode": "EX1 1AA", "course": course.slug}).status_code == 303


def test_a_retired_course_cannot_be_booked(client: PageClient) -> None:
    course = make.course(is_active=False)
    make.course()
    assert errors(to_dates(client, course.slug)) == {"course": "Select a course"}


def test_with_nothing_on_sale_the_enquiry_is_offered(client: PageClient) -> None:
    assert "Our courses are not on line yet" in client.get("/book/place").text


def test_the_place_is_not_asked_twice(client: PageClient) -> None:
    course = make.course()
    to_dates(client, course.slug, postcode="ex164zz")
    page = client.get("/book/place").text
    assert 'value="EX16 4ZZ"' in page
    assert f'name="course" value="{course.slug}"' in page


def test_a_group_that_is_too_large_is_told_of_a_second_visit(client: PageClient, session: Session) -> None:
    course = make.course(group_max=8)
    to_dates(client, course.slug)
    response = Response(
        visitor=draft(session).visitor,
        subject="me",
        instrument="x",
        scorer="lm1",
        group="13+",
        started_at=NOW,
        updated_at=NOW,
    )
    session.add(response)
    session.flush()
    result = Result(
        response_id=response.id, scorer="x", instrument="x", wording="x", story="{}", recommended="{}", created_at=NOW
    )
    session.add(result)
    session.flush()
    page = client.get("/book/place").text
    assert "is for up to 8 people, so that is a second visit" in page
    to_dates(client, course.slug)
    assert draft(session).result_id == result.id


def test_another_place_lets_go_of_the_date_and_keeps_the_rest(client: PageClient, session: Session) -> None:
    course = make.course()
    make.ann(course)
    to_check(client, course.slug)
    to_dates(client, course.slug, postcode="EX1 2AB")
    found = draft(session)
    assert (found.day, found.visit_id, found.firm_name) == (None, None, "Acme Joinery")
    assert session.scalars(select(VisitSlot)).all() == []


def test_the_same_place_again_keeps_the_date(client: PageClient, session: Session) -> None:
    course = make.course()
    make.ann(course)
    to_details(client, course.slug)
    to_dates(client, course.slug)
    assert (draft(session).day, len(session.scalars(select(VisitSlot)).all())) == (AT.day, 2)


def test_after_a_request_the_place_begins_a_new_booking(client: PageClient, session: Session) -> None:
    course = make.course()
    make.ann(course)
    to_sent(client, course.slug)
    to_dates(client, course.slug)
    found = draft(session)
    assert (found.visit_id, found.day, found.people, found.notes, found.contact_name) == (
        None,
        None,
        None,
        "",
        "Maya Reed",
    )
    assert session.scalars(select(Visit.state)).all() == [VisitState.REQUESTED]


def test_a_lapsed_page_is_shown_again_filled_in(client: PageClient, session: Session) -> None:
    course = make.course()
    fields = {**hidden(client, f"/book/place?course={course.slug}"), "postcode": "EX16 4ZZ", "csrf_token": "old"}
    page = client.post("/book/place", data=fields)
    assert page.status_code == 422
    assert "This page was open for a long time" in page.text
    assert 'value="EX16 4ZZ"' in page.text
    assert session.scalars(select(Draft)).all() == []


@pytest.mark.parametrize("courses", [1, 3])
def test_the_page_takes_three_statements(client: PageClient, courses: int) -> None:
    for _ in range(courses):
        make.course()
    client.get("/book/place")
    with counted() as statements:
        client.get("/book/place")
    assert len(statements) == 3

"""Who, where and how many: each error beside its field, nothing typed lost, the date held for longer."""

from datetime import timedelta
from typing import Any

import pytest
import time_machine
from sqlalchemy import func, select
from sqlalchemy.orm import scoped_session

from booking.models import Course, Draft, Visit, VisitSlot
from tests import make
from tests.conftest import NOW
from tests.counting import counted
from tests.make import DAY
from tests.pages import PageClient
from tests.web.business.booking import DETAILS, errors, hidden, taken_by_another, to_dates, to_details

Session = scoped_session[Any]
LONG = 100_000


@pytest.fixture
def at_details(client: PageClient) -> PageClient:
    """A visitor who has chosen a date, with Ann as the only trainer."""
    course = make.course()
    make.ann(course)
    to_details(client, course.slug)
    return client


def draft(session: Session) -> Draft:
    session.expire_all()
    return session.scalars(select(Draft)).one()


def send(client: PageClient, **changes: Any) -> Any:
    return client.send("/book/details", {**DETAILS, **changes})


def test_what_is_told_is_kept(at_details: PageClient, session: Session) -> None:
    response = send(at_details, wants_marketing="y", access_needs="Step-free\r\nlarge print")
    found = draft(session)
    assert response.location == "/book/check"
    assert {name: getattr(found, name) for name in DETAILS} == {
        **DETAILS,
        "phone": "+441632960111",
        "people": 8,
        "access_needs": "Step-free\nlarge print",
    }
    assert found.wants_marketing is True


def test_nothing_is_asked_twice_and_nothing_ticked(at_details: PageClient) -> None:
    page = at_details.get("/book/details").text
    assert 'name="postcode" type="text" value="EX2 8AA"' in page
    assert " checked" not in page
    send(at_details)
    again = at_details.get("/book/details?back=check").text
    for value in ("Maya Reed", "maya@acme.example", "01632 960111", "Acme Joinery", "Unit 4, Marsh Lane", "Canteen"):
        assert value in again


def test_a_field_that_is_left_out_keeps_what_was_told_before(at_details: PageClient, session: Session) -> None:
    send(at_details)
    told = draft(session).people
    assert at_details.send("/book/details", {"town": "Exmouth"}).status_code == 303
    assert (draft(session).town, draft(session).people) == ("Exmouth", told)


def test_every_missing_answer_is_asked_for_in_words(at_details: PageClient) -> None:
    page = send(at_details, **dict.fromkeys(DETAILS, ""))
    assert errors(page) == {
        "contact_name": "Enter your name",
        "email": "Enter your work email",
        "phone": "Enter a phone number",
        "firm_name": "Enter the name of your organisation",
        "address": "Enter the address of your site",
        "town": "Enter the town or village",
        "postcode": "Enter a full postcode, like EX1 1AA",
        "people": "Enter how many people will take part",
    }


@pytest.mark.parametrize(
    ("field", "typed", "said"),
    [
        ("people", "none", "Number of people must be a whole number, like 8"),
        ("people", "0", "Number of people must be a whole number, like 8"),
        ("people", "-3", "Number of people must be a whole number, like 8"),
        ("people", "8.5", "Number of people must be a whole number, like 8"),
        ("people", "٣", "Number of people must be a whole number, like 8"),
        ("people", "13", "Number of people must be 12 or fewer: a larger group is a second visit"),
        ("people", "9999", "Number of people must be 12 or fewer: a larger group is a second visit"),
        ("people", "1" * 20, "Number of people must be a whole number, like 8"),
        ("email", "maya", "Enter an email address, like name@example.com"),
        ("email", "zoë@acme.example", "Email address must have plain letters, without accents, before the @"),
        ("phone", "12", "Enter a phone number, like 01632 960 001"),
        ("postcode", "EX2", "Enter a full postcode, like EX1 1AA"),
        ("postcode", "TR1 1AA", "TR1 1AA is in Cornwall, and the dates are for Devon: change the place first"),
        ("postcode", "SN1 1AA", "SN1 1AA is in Wiltshire, and the dates are for Devon: change the place first"),
        ("contact_name", "x" * 81, "Your name must be 80 characters or fewer"),
        ("contact_name", "Maya\r\nBcc: all@x.example", "Your name must be on one line"),
        ("contact_name", "Maya ‮deeR", "Your name must not contain hidden characters: type it instead of pasting it"),
        ("notes", "x" * LONG, "Anything else (optional) must be 2,000 characters or fewer"),
        ("address", "\0", "Address must not contain hidden characters: type it instead of pasting it"),
    ],
)
def test_what_is_wrong_is_said_beside_its_field_and_the_rest_stays(
    at_details: PageClient, session: Session, field: str, typed: str, said: str
) -> None:
    page = send(at_details, **{field: typed})
    assert (page.status_code, errors(page)) == (422, {field: said})
    assert draft(session).contact_name == ""
    for name, value in DETAILS.items():
        assert name == field or value in page.text


def test_a_larger_group_is_shown_the_way_to_a_second_visit(at_details: PageClient) -> None:
    page = send(at_details, people="20").text
    assert "<b>A larger group is a second visit,</b> which we quote for you." in page
    assert "/enquire?reason=course&amp;course=course-1" in page


def test_a_slip_in_the_address_is_pointed_out_once(at_details: PageClient) -> None:
    page = send(at_details, email="maya@gmial.com")
    assert "did you mean maya@gmail.com" in errors(page)["email"]
    again = send(at_details, email="maya@gmial.com", email_seen="maya@gmial.com")
    assert again.location == "/book/check"


@pytest.mark.parametrize("field", ["contact_name", "firm_name", "notes"])
def test_formulas_and_markup_are_kept_as_they_were_typed(at_details: PageClient, session: Session, field: str) -> None:
    assert send(at_details, **{field: "=1+1<script>"}).status_code == 303
    assert getattr(draft(session), field) == "=1+1<script>"
    assert "&lt;script&gt;" in at_details.get("/book/check").text


def test_continue_holds_the_date_for_longer(at_details: PageClient, session: Session) -> None:
    with time_machine.travel(NOW + timedelta(minutes=20), tick=False):
        send(at_details)
    assert set(session.scalars(select(VisitSlot.expires_at))) == {NOW + timedelta(minutes=50)}


def test_a_hold_that_ran_out_says_so_and_is_taken_again(at_details: PageClient, session: Session) -> None:
    with time_machine.travel(NOW + timedelta(minutes=40), tick=False):
        page = at_details.get("/book/details").text
        assert "Wednesday 24 March is no longer held, but still free." in page
        assert send(at_details).location == "/book/check"
    assert set(session.scalars(select(VisitSlot.expires_at))) == {NOW + timedelta(minutes=70)}


def test_a_date_that_went_meanwhile_loses_nothing_that_was_typed(at_details: PageClient, session: Session) -> None:
    with time_machine.travel(NOW + timedelta(minutes=40), tick=False):
        taken_by_another(session.scalars(select(Course)).one())
        assert "has been booked by somebody else" in at_details.get("/book/details").text
        assert send(at_details).location == "/book/date"
        page = at_details.get("/book/date").text
    assert "That date has just been booked." in page
    assert draft(session).firm_name == "Acme Joinery"


def test_a_neighbouring_postcode_is_held_from_there(at_details: PageClient, session: Session) -> None:
    assert send(at_details, postcode="EX1 1AA").location == "/book/check"
    assert (draft(session).outcode, draft(session).day) == ("EX1", DAY)
    assert session.execute(
        select(Visit.outcode, func.count(VisitSlot.id)).join(VisitSlot).group_by(Visit.id)
    ).all() == [("EX1", 2)]


def test_a_border_postcode_that_may_be_in_the_county_is_taken(at_details: PageClient) -> None:
    assert send(at_details, postcode="EX22 7AA").status_code == 303


def test_a_lapsed_page_is_shown_again_filled_in(at_details: PageClient, session: Session) -> None:
    page = at_details.post("/book/details", data={**DETAILS, "csrf_token": "old"})
    assert page.status_code == 422
    assert "This page was open for a long time" in page.text
    assert [value for value in DETAILS.values() if value not in page.text] == []
    assert draft(session).contact_name == ""


def test_a_lost_cookie_loses_nothing_that_was_typed(at_details: PageClient, session: Session) -> None:
    at_details.delete_cookie("session")
    page = at_details.post("/book/details", data={**DETAILS, "csrf_token": "old"})
    assert (page.status_code, "Acme Joinery" in page.text) == (422, True)
    kept = at_details.post("/book/details", data={**DETAILS, **hidden_in(page.text)})
    assert kept.location == "/book/place"
    newest = session.scalars(select(Draft).order_by(Draft.id.desc())).first()
    assert newest is not None
    assert (newest.firm_name, newest.county) == ("Acme Joinery", None)
    assert 'value="EX2 8AA"' in at_details.get("/book/place").text


def hidden_in(page: str) -> dict[str, str]:
    return {"csrf_token": page.partition('name="csrf_token" value="')[2].partition('"')[0]}


def test_without_a_date_the_way_leads_to_the_dates(client: PageClient) -> None:
    course = make.course()
    make.ann(course)
    to_dates(client, course.slug)
    assert client.get("/book/details").location == "/book/date"


def test_the_page_takes_one_statement(at_details: PageClient) -> None:
    assert hidden(at_details, "/book/details")
    with counted() as statements:
        at_details.get("/book/details")
    assert len(statements) == 1

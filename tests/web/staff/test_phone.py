"""Someone phoned: what they said is written down once, through the same services as the form."""

from datetime import date

import pytest

from booking.db import db
from booking.domain.lifecycle import EnquiryReason, EnquiryState
from booking.domain.places import County
from booking.models import Enquiry, Mail, Staff
from booking.queries import enquiries
from tests import make
from tests.pages import PageClient
from tests.signing import signed_in
from tests.web.staff.desk import acts, words_of

NEW = "/staff/enquiries/new"
SAID = {
    "key": "k1",
    "firm": "Acme Joinery",
    "contact": "Maya Reed",
    "phone": "01632 960 111",
    "email": "maya@acme.example",
    "reason": "course",
    "message": "Two new supervisors.",
    "place": "ex2 8aa",
    "people": "8",
    "first": "12 January",
    "last": "14 January",
}


@pytest.fixture
def here(client: PageClient, cora: Staff) -> PageClient:
    return signed_in(client, cora)


def stored() -> Enquiry:
    found = enquiries.complete(db.session.scalars(db.select(Enquiry.id)).one())
    assert found
    return found


def count() -> int:
    return db.session.scalar(db.select(db.func.count(Enquiry.id))) or 0


def test_what_they_said_is_written_down_and_is_mine(here: PageClient, cora: Staff) -> None:
    course = make.course()
    answer = here.send(NEW, {**SAID, "course": course.slug})
    row = stored()
    assert answer.location == f"/staff/enquiries/{row.id}"
    assert (row.owner_id, row.by_phone, row.state, row.reason) == (cora.id, True, EnquiryState.NEW, "course")
    assert (row.firm.name, row.contact.phone, row.place, row.county) == (
        "Acme Joinery",
        "+441632960111",
        "EX2 8AA",
        County.DEVON,
    )
    assert (row.people, row.course_id, row.windows[0].last_on) == (8, course.id, date(2027, 1, 14))
    assert acts() == ["received"]
    assert "Written down, and maya@acme.example has our answer. It is yours" in words_of(here.get(answer.location).text)


def test_a_firm_with_an_address_hears_what_it_told_us(here: PageClient) -> None:
    here.send(NEW, SAID)
    mail = db.session.scalars(db.select(Mail)).one()
    assert (mail.kind, mail.to_address) == ("enquiry_received", "maya@acme.example")


def test_a_name_and_a_phone_are_enough(here: PageClient) -> None:
    said = {"key": "k1", "firm": "Acme", "contact": "Maya", "phone": "01632 960111", "reason": "call"}
    assert here.send(NEW, said).status_code == 303
    row = stored()
    assert (row.reason, row.contact.email, row.county, row.windows) == (EnquiryReason.CALL, "", None, [])
    assert db.session.scalars(db.select(Mail)).all() == []


def test_a_place_in_words_is_kept_as_it_was_said(here: PageClient) -> None:
    here.send(NEW, {**SAID, "place": "somewhere on the moor"})
    assert (stored().place, stored().county) == ("somewhere on the moor", None)


def test_the_same_form_twice_is_one_enquiry_and_one_answer(here: PageClient) -> None:
    answers = [here.send(NEW, SAID).location for _ in range(2)]
    assert answers == [f"/staff/enquiries/{stored().id}"] * 2


def test_the_same_form_with_other_words_is_asked_about(here: PageClient) -> None:
    here.send(NEW, SAID)
    response = here.send(NEW, {**SAID, "people": "9"})
    assert response.status_code == 422
    assert "This form was sent already, with other answers" in response.text
    assert count() == 1


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"firm": ""}, "Enter the name of the firm or organisation"),
        ({"contact": " "}, "Enter who phoned"),
        ({"phone": "", "email": ""}, "Enter a phone number or an email address, so that we can answer"),
        ({"phone": "12"}, "Enter a phone number, like 01632 960 001"),
        ({"email": "maya at acme"}, "Enter an email address, like name@example.com"),
        ({"email": "maya@acme.example\r\nBcc: x@y.example"}, "must be on one line"),
        ({"people": "many"}, "Number of people must be a number from 1 to 500, like 8"),
        ({"people": "²"}, "Number of people must be a number from 1 to 500, like 8"),
        ({"first": "", "last": "14 January"}, "Enter the first day that would suit"),
        ({"first": "soon"}, "Enter a day, like 12 January or 12/1/2027"),
        ({"firm": "a\0b"}, "must not contain hidden characters"),
        ({"firm": "x" * 121}, "must be 120 characters or fewer"),
        ({"message": "x" * 2001}, "must be 2,000 characters or fewer"),
        ({"firm": "A\u202eB"}, "must not contain hidden characters"),
    ],
)
def test_what_is_not_right_says_why_and_is_kept(here: PageClient, changes: dict[str, str], why: str) -> None:
    response = here.send(NEW, {**SAID, **changes})
    assert response.status_code == 422
    assert why in words_of(response.text)
    assert "Two new supervisors." in response.text or "message" in changes
    assert count() == 0


@pytest.mark.parametrize("changes", [{"reason": "love"}, {"course": "no-such-course"}])
def test_a_choice_that_is_none_of_ours_is_read_kindly(here: PageClient, changes: dict[str, str]) -> None:
    assert here.send(NEW, {**SAID, **changes}).status_code == 303
    assert (stored().reason, stored().course_id) in [(EnquiryReason.OTHER, None), (EnquiryReason.COURSE, None)]


def test_a_lapsed_page_keeps_what_was_typed(here: PageClient) -> None:
    response = here.post(NEW, data={**SAID, "csrf_token": "old"})
    assert response.status_code == 422
    assert "Two new supervisors.</textarea>" in response.text
    assert count() == 0

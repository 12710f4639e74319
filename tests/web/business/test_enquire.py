"""The enquiry form: errors beside fields, nothing lost, once and only once, suspects kept and nobody mailed."""

import re
from collections.abc import Callable, Iterator
from datetime import datetime
from hashlib import sha256
from typing import Any

import pytest
import time_machine
from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.orm import scoped_session

from booking.db import db
from booking.domain.lifecycle import EnquiryReason
from booking.domain.places import County
from booking.models import Contact, Enquiry, FormKey, Mail, Response, Result
from tests import make
from tests.pages import PageClient
from tests.web.business.sending import GOOD, errors, opened, send

Session = scoped_session[Any]


def stored(session: Session) -> Enquiry:
    session.expire_all()
    return session.scalars(select(Enquiry)).one()


def count(session: Session, table: Any) -> int:
    return session.scalar(select(func.count()).select_from(table)) or 0


def test_an_enquiry_is_stored_as_it_was_told_and_confirmed(client: PageClient, session: Session) -> None:
    course = make.course("Managing the work")
    response = send(client, opened(client), course=course.slug, wants_marketing="y")
    assert response.status_code == 303
    page = client.get(response.location)
    enquiry = stored(session)
    contact = session.scalars(select(Contact)).one()
    assert (enquiry.reason, enquiry.county, enquiry.place, enquiry.people, enquiry.course_id, enquiry.suspicion) == (
        EnquiryReason.COURSE,
        County.DEVON,
        "EX16 4ZZ",
        8,
        course.id,
        "",
    )
    assert (contact.name, contact.email, contact.phone, contact.wants_marketing) == (
        "Jo Hallett",
        "jo@hallett.example",
        "+441632960002",
        True,
    )
    for fact in (enquiry.reference, "By 10am, Wednesday 25 November", GOOD["message"], "Managing the work", "8 people"):
        assert fact in page.text
    assert 'content="noindex"' in page.text


def test_a_complaint_needs_no_place_and_is_acknowledged_at_once(client: PageClient, session: Session) -> None:
    fields: dict[str, Any] = {"reason": "complaint", "message": "Nobody came.", "place": "", "people": ""}
    assert send(client, opened(client), **fields).status_code == 303
    row = stored(session)
    assert (row.reason, row.message, row.place) == (EnquiryReason.COMPLAINT, "Nobody came.", "")
    mail = session.scalars(select(Mail).filter_by(kind="enquiry_received")).one()
    assert ("A complaint" in mail.text, "5pm, Thursday 26 November" in mail.text) == (True, True)


def test_a_complaint_says_what_went_wrong(client: PageClient) -> None:
    page = send(client, opened(client), reason="complaint", message="")
    assert (page.status_code, "Enter what went wrong" in page.text) == (422, True)


def test_nothing_is_ticked_or_chosen_beforehand(client: PageClient) -> None:
    assert " checked" not in client.get("/enquire").text


def test_a_link_fills_in_what_it_says(client: PageClient) -> None:
    course = make.course("Managing the work")
    page = client.get(f"/enquire?reason=date&course={course.slug}&county=dorset").text
    assert 'value="date" checked' in page
    assert f'<option value="{course.slug}" selected>' in page
    assert 'name="place" type="text" value="Dorset"' in page


@pytest.mark.parametrize("query", ["reason=x&course=y&county=z", "place=" + "x" * 5000, "reason=%00&county=%E2%80%AE"])
def test_a_link_that_says_nonsense_opens_the_form_all_the_same(client: PageClient, query: str) -> None:
    assert client.get(f"/enquire?{query}").status_code == 200


def test_every_mistake_is_told_beside_its_field_and_nothing_is_lost(client: PageClient, session: Session) -> None:
    response = send(
        client,
        opened(client),
        reason=None,
        message="",
        people="about eight",
        first_1="31 February",
        last_2="20 January",
        firm="",
        contact="",
        email="jo at hallett",
        phone="ring me",
    )
    assert response.status_code == 422
    assert errors(response) == {
        "reason": "Select what we can do for you",
        "message": "Enter what you need",
        "people": "Number of people must be a number from 1 to 500, like 8",
        "first_1": "Enter a day, like 12 January or 12/1/2027",
        "first_2": "Enter the first day that would suit",
        "firm": "Enter the name of your firm or organisation",
        "contact": "Enter your name",
        "email": "Enter an email address, like name@example.com",
        "phone": "Enter a phone number, like 01632 960 001",
    }
    for typed in ("about eight", "31 February", "20 January", "jo at hallett", "ring me"):
        assert f'value="{typed}"' in response.text
    assert "<details open>" in response.text
    assert count(session, Enquiry) == 0


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"reason": "call", "phone": ""}, {"phone": "Enter the number we should call"}),
        (
            {"reason": "date", "message": "", "first_1": "", "last_1": ""},
            {"message": "Enter which days would suit, in your own words or below"},
        ),
        ({"place": ""}, {"place": "Enter where it would be: a postcode, a town or a county"}),
        ({"email": ""}, {"email": "Enter your work email"}),
        ({"people": "501"}, {"people": "Number of people must be a number from 1 to 500, like 8"}),
        ({"last_1": "11/1/2027"}, {"last_1": "The last day must be Tuesday 12 January 2027 or later"}),
        ({"first_1": "1/11/2026", "last_1": ""}, {"first_1": "Sunday 1 November 2026 is in the past"}),
    ],
)
def test_what_one_reason_needs(client: PageClient, changes: dict[str, Any], said: dict[str, str]) -> None:
    assert errors(send(client, opened(client), **changes)) == said


@pytest.mark.parametrize(
    "changes",
    [
        {"reason": "call", "message": "", "call_band": "11am to 2pm"},
        {"reason": "date", "message": ""},
        {"reason": "call", "message": "", "email": "", "place": ""},
        {"reason": "outside", "place": "Swindon, by the canal"},
        {"reason": "other", "place": "", "people": "", "first_1": "", "last_1": "", "phone": ""},
    ],
)
def test_what_one_reason_can_do_without(client: PageClient, changes: dict[str, Any]) -> None:
    assert send(client, opened(client), **changes).status_code == 303


def test_a_town_is_a_place_though_its_county_is_not_known(client: PageClient, session: Session) -> None:
    page = client.get(send(client, opened(client), place="Poole").location)
    assert (stored(session).place, stored(session).county, "<dd>Poole</dd>" in page.text) == ("Poole", None, True)


def test_who_wants_to_be_rung_gives_a_number_and_no_address(client: PageClient, session: Session) -> None:
    make.cora()
    response = send(client, opened(client), reason="call", message="", place="", email="")
    page = client.get(response.location).text
    assert ("We email" in page, "We ring you on 01632 960002" in page, ">Where<" in page) == (False, True, False)
    assert session.scalars(select(Mail.kind).distinct()).all() == ["new_enquiry"]


def test_a_call_is_promised_within_its_band(client: PageClient) -> None:
    response = send(client, opened(client), reason="call", message="", call_band="11am to 2pm")
    page = client.get(response.location).text
    assert "By 2pm, Tuesday 24 November" in page
    assert "We ring you on 01632 960002, between 11am and 2pm." in page


def test_a_likely_slip_in_the_address_is_shown_once_and_then_believed(client: PageClient, session: Session) -> None:
    hidden = opened(client)
    first = send(client, hidden, email="jo@gmial.com")
    assert errors(first) == {
        "email": "Check the email address: did you mean jo@gmail.com? To keep it, send the form again"
    }
    seen = re.search(r'name="email_seen" value="([^"]+)"', first.text)
    assert seen is not None
    assert send(client, hidden, email="jo@gmial.com", email_seen=seen[1]).status_code == 303


def test_the_same_form_twice_is_one_enquiry_and_the_same_page(client: PageClient, session: Session) -> None:
    hidden = opened(client)
    first, second = send(client, hidden), send(client, hidden, after=60)
    assert (first.status_code, second.status_code) == (303, 303)
    assert first.location == second.location
    assert (count(session, Enquiry), count(session, Mail)) == (1, 2)


def test_the_same_form_with_other_answers_is_asked_about_and_can_then_be_sent(
    client: PageClient, session: Session
) -> None:
    hidden = opened(client)
    send(client, hidden)
    changed = send(client, hidden, people="9")
    assert changed.status_code == 422
    assert "This form was sent already, with other answers" in changed.text
    key = re.search(r'name="key"[^>]*value="([^"]+)"', changed.text)
    assert key is not None
    assert send(client, {**hidden, "key": key[1]}, people="9").status_code == 303
    assert count(session, Enquiry) == 2


def test_no_token_lies_in_the_table_of_forms(client: PageClient, session: Session) -> None:
    token = send(client, opened(client)).location.rpartition("/")[2]
    row = session.scalars(select(FormKey)).one()
    assert token not in row.answer
    assert row.answer.startswith("[link-")


@pytest.mark.parametrize(
    ("after", "changes", "why"),
    [
        (1, {}, "sent faster than a person types"),
        (40, {"website": "https://pills.example"}, "a hidden field was filled in"),
        (40, {"message": "http://a.example http://b.example http://c.example"}, "3 links"),
    ],
)
def test_a_suspect_sees_the_same_page_is_kept_and_nothing_is_mailed(
    client: PageClient, session: Session, after: float, changes: dict[str, Any], why: str
) -> None:
    make.cora()
    response = send(client, opened(client), after=after, **changes)
    assert (response.status_code, client.get(response.location).status_code) == (303, 200)
    assert (stored(session).suspicion, count(session, Mail)) == (why, 0)


def test_the_same_text_from_another_address_is_a_suspect(client: PageClient, session: Session) -> None:
    send(client, opened(client))
    send(client, opened(client), email="someone@else.example")
    found = session.scalars(select(Enquiry.suspicion).order_by(Enquiry.id)).all()
    assert found == ["", "the same text came from another address"]


def test_a_person_who_writes_the_same_twice_is_no_suspect(client: PageClient, session: Session) -> None:
    send(client, opened(client))
    send(client, opened(client), email="JO@hallett.example")
    assert session.scalars(select(Enquiry.suspicion)).all() == ["", ""]


@pytest.mark.parametrize("shown", [None, "", "forged", "MTIzNA.forged", "\x00"])
def test_a_form_without_a_good_stamp_is_shown_again_filled_in(
    client: PageClient, session: Session, shown: str | None
) -> None:
    again = send(client, opened(client), shown=shown)
    assert (again.status_code, count(session, Enquiry)) == (422, 0)
    assert "This page was open for a long time" in again.text
    assert GOOD["message"] in again.text


def test_a_form_left_open_for_two_days_is_shown_again_and_then_taken(client: PageClient, session: Session) -> None:
    hidden = opened(client)
    again = send(client, hidden, after=48 * 3600)
    assert again.status_code == 422
    fresh = re.search(r'name="shown"[^>]*value="([^"]+)"', again.text)
    assert fresh is not None
    assert send(client, {**hidden, "shown": fresh[1]}, after=48 * 3600 + 30).status_code == 303
    assert stored(session).suspicion == ""


def test_a_lapsed_session_shows_the_form_again_filled_in(client: PageClient, session: Session) -> None:
    hidden = opened(client)
    client.delete_cookie("session")
    again = send(client, hidden)
    assert (again.status_code, count(session, Enquiry)) == (422, 0)
    assert "This page was open for a long time" in again.text
    for typed in (GOOD["message"], GOOD["firm"], GOOD["email"], GOOD["first_1"]):
        assert typed in again.text
    token = re.search(r'name="csrf_token" value="([^"]+)"', again.text)
    assert token is not None
    assert send(client, {**hidden, "csrf_token": token[1]}).status_code == 303


HOSTILE = [
    "\x00",
    "\u202eexe.gpj",
    "=HYPERLINK(1)",
    "a\r\nBcc: all@victims.example",
    "<script>alert(1)</script>",
    "' OR 1=1 --",
    "{{ 7*7 }}",
    "9" * 5000,
    "x" * 100_000,
    "\U0001d54f" * 60,
    "-1",
    "",
]


@pytest.mark.parametrize("field", [*GOOD, "call_band", "course", "key", "shown", "website", "email_seen", "last_3"])
def test_whatever_a_field_holds_there_is_an_answer(client: PageClient, field: str) -> None:
    hidden = opened(client)
    for value in HOSTILE:
        change: dict[str, Any] = {field: value}
        response = send(client, hidden, **change)
        assert response.status_code in {303, 413, 422}, (field, value[:20])
        assert "<script>alert" not in response.text


@pytest.mark.parametrize("field", list(GOOD))
def test_a_field_that_is_missing_or_doubled_is_no_fault(client: PageClient, field: str) -> None:
    hidden = opened(client)
    changes: list[dict[str, Any]] = [{field: None}, {field: ["1", "2"]}]
    assert {send(client, hidden, **change).status_code for change in changes} <= {303, 422}


def test_a_header_cannot_be_smuggled_into_a_mail(client: PageClient, session: Session) -> None:
    response = send(client, opened(client), contact="Jo\r\nBcc: all@victims.example")
    assert errors(response) == {"contact": "Your name must be on one line"}


def test_the_newest_result_of_this_browser_goes_along(client: PageClient, session: Session, now: datetime) -> None:
    hidden = opened(client)
    with client.session_transaction() as cookie:
        mine = sha256(cookie["visitor"].encode()).hexdigest()
    result = finished(session, mine, now)
    finished(session, "0" * 64, now)
    assert "Your answers to our questions go with this." in client.get("/enquire").text
    send(client, hidden)
    assert stored(session).result_id == result.id


def finished(session: Session, visitor: str, now: datetime) -> Result:
    asked = {"subject": "team", "instrument": "i", "scorer": "lm1", "started_at": now, "updated_at": now}
    response = Response(visitor=visitor, **asked)
    session.add(response)
    session.flush()
    told = {"scorer": "lm1", "instrument": "i", "wording": "w", "story": "{}", "recommended": "[]", "created_at": now}
    result = Result(response_id=response.id, **told)
    session.add(result)
    session.flush()
    return result


def test_the_page_of_an_enquiry_opens_by_its_link_alone(client: PageClient, session: Session) -> None:
    path = send(client, opened(client)).location
    assert client.get(path).status_code == 200
    assert client.get("/enquire/sent/guessed").status_code == 404
    with time_machine.travel("2027-06-01 10:00", tick=False):
        assert client.get(path).status_code == 410


@pytest.fixture
def limited(fresh_app: Callable[..., Flask]) -> Iterator[PageClient]:
    """A browser of an application that counts."""
    app = fresh_app(rate_limits=True)
    with app.app_context():
        yield PageClient(app)


def test_the_sixth_from_one_network_in_an_hour_waits_and_loses_nothing(limited: PageClient) -> None:
    codes = [send(limited, opened(limited), email=f"jo{n}@hallett.example").status_code for n in range(5)]
    sixth = send(limited, opened(limited), email="jo6@hallett.example")
    assert (codes, sixth.status_code) == ([303] * 5, 429)
    assert 3500 < int(sixth.headers["Retry-After"]) <= 3600
    assert "Try again in 1 hour" in sixth.text
    assert GOOD["message"] in sixth.text
    assert db.session.scalar(select(func.count()).select_from(Enquiry)) == 5


def test_the_fourth_for_one_address_in_a_day_waits(limited: PageClient) -> None:
    codes = [send(limited, opened(limited), email="JO@hallett.example"[n:]).status_code for n in (0, 0, 0)]
    assert [*codes, send(limited, opened(limited), email="jo@hallett.example").status_code] == [303, 303, 303, 429]


def test_a_repeat_or_a_mistake_counts_for_nothing(limited: PageClient) -> None:
    hidden = opened(limited)
    for _ in range(8):
        assert send(limited, hidden, email="nonsense").status_code == 422
    assert [send(limited, hidden).status_code for _ in range(8)] == [303] * 8

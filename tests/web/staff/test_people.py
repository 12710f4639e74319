"""One person's data on staff's pages: looked up, handed out, erased; by admins alone."""

from collections.abc import Iterator
from typing import Any

import pytest
import time_machine
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import scoped_session

from booking.domain.access import Role
from booking.domain.lifecycle import VisitState
from booking.domain.post import MailState
from booking.models import Contact, HistoryEntry
from tests import make
from tests.conftest import NOW
from tests.pages import PageClient
from tests.signing import browser, signed_in

Session = scoped_session[Any]
PERSON = {"email": "Maya@Acme.example"}


@pytest.fixture(autouse=True)
def clock() -> Iterator[None]:
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def admin(app: Flask, session: Session) -> PageClient:
    return signed_in(browser(app), make.cora(role=Role.ADMIN))


def test_what_is_kept_is_counted_and_nothing_stands_in_the_address(admin: PageClient) -> None:
    make.enquiry()
    page = admin.send("/staff/people", PERSON)
    assert page.status_code == 200
    assert "About Maya@Acme.example" in page.text
    assert page.text.count('<th scope="row">') == 3  # firm, contact, enquiry
    assert "We keep nothing about that address" in admin.send("/staff/people", {"email": "x@acme.example"}).text
    assert admin.send("/staff/people", {"email": ""}).status_code == 422


@pytest.mark.parametrize(("kind", "mimetype"), [("json", "application/json"), ("html", "text/html")])
def test_a_copy_is_a_file_that_nothing_keeps_and_the_history_knows(
    admin: PageClient, session: Session, kind: str, mimetype: str
) -> None:
    make.enquiry(message="We have a new supervisor.")
    copy = admin.send(f"/staff/people/copy.{kind}", PERSON, page="/staff/people")
    assert (copy.status_code, copy.mimetype) == (200, mimetype)
    assert "We have a new supervisor." in copy.text
    headers = ("Content-Disposition", "X-Content-Type-Options", "Cache-Control")
    assert [copy.headers[name] for name in headers] == [
        f'attachment; filename="personal-2026-11-24.{kind}"',
        "nosniff",
        "no-store",
    ]
    entry = session.scalars(select(HistoryEntry)).one()
    assert (entry.act, entry.actor_name) == ("exported", "Cora Dunn")


def test_there_is_no_copy_of_nobody(admin: PageClient) -> None:
    copy = admin.send("/staff/people/copy.json", {"email": "x@acme.example"}, page="/staff/people")
    assert (copy.status_code, "We keep nothing about that address" in copy.text) == (422, True)


def test_erasing_asks_for_the_address_once_more_and_then_does_it(admin: PageClient, session: Session) -> None:
    contact = make.enquiry().contact
    asked = admin.send("/staff/people/erase", PERSON, page="/staff/people")
    assert (asked.status_code, "This cannot be undone" in asked.text) == (200, True)
    assert session.scalars(select(Contact.name)).one() == "Maya Reed"
    wrong = admin.send("/staff/people/erase", {**PERSON, "again": "ben@acme.example"}, page="/staff/people")
    assert (wrong.status_code, "The two addresses must be the same" in wrong.text) == (422, True)
    assert session.scalars(select(Contact.name)).one() == "Maya Reed"
    done = admin.send("/staff/people/erase", {**PERSON, "again": "maya@acme.example"}, page="/staff/people")
    assert (done.status_code, done.location) == (303, "/staff/people")
    session.refresh(contact)
    assert (contact.name, contact.email) == ("Erased", "")


def test_a_visit_ahead_is_named_with_the_way_to_it(admin: PageClient, session: Session) -> None:
    visit = make.visit(VisitState.CONFIRMED)
    fields = {**PERSON, "again": PERSON["email"]}
    refused = admin.send("/staff/people/erase", fields, page="/staff/people")
    assert (refused.status_code, f'href="/staff/visits/{visit.reference}"' in refused.text) == (422, True)
    assert "A visit is still ahead. Cancel it first" in refused.text


def test_pages_of_somebody_erased_still_open(admin: PageClient) -> None:
    visit = make.visit(VisitState.DELIVERED)
    admin.send("/staff/people/erase", {**PERSON, "again": PERSON["email"]}, page="/staff/people")
    ways = (
        f"/staff/enquiries/{visit.enquiry_id}",
        f"/staff/visits/{visit.reference}",
        "/staff/visits",
        "/staff/outbox",
    )
    assert [admin.get(way).status_code for way in ways] == [200, 200, 200, 200]


def test_a_mail_without_its_text_is_shown_and_not_sent_again(admin: PageClient) -> None:
    mail = make.mail(MailState.SENT, text="", html="", subject="confirmed")
    page = admin.get(f"/staff/outbox/{mail.id}")
    assert (page.status_code, "Send again" in page.text) == (200, False)
    again = admin.send(f"/staff/outbox/{mail.id}", {"email": "maya@acme.example"}, page="/staff/people")
    assert (again.status_code, "no longer kept" in again.text) == (422, True)

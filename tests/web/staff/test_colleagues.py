"""Colleagues: invited, given another role, shown out; never the last admin."""

from typing import Any

import pytest
import time_machine
from flask import Flask
from sqlalchemy import select

from booking.db import db
from booking.domain.access import Role
from booking.models import HistoryEntry, Mail, Staff
from tests import make
from tests.counting import counted
from tests.pages import PageClient
from tests.signing import browser, signed_in
from tests.web.staff.test_mailed import mails

INVITED = {"email": "dan@trainingsouthwest.example", "name": "Dan Field", "role": "staff"}


@pytest.fixture
def ada(client: PageClient, clock: time_machine.Traveller) -> Staff:
    """Ada, the only admin, signed in."""
    ada = make.staff("Ada Hill", role=Role.ADMIN, password="x")
    signed_in(client, ada)
    return ada


def press(client: PageClient, staff: Staff, change: str) -> str:
    """The page after this button for this colleague."""
    client.send(f"/staff/colleagues/{staff.id}/{change}", page=f"/staff/colleagues/{staff.id}")
    return client.get(f"/staff/colleagues/{staff.id}").text


@pytest.mark.parametrize("others", [1, 3])
def test_the_list_takes_as_many_statements_for_three_as_for_one(client: PageClient, ada: Staff, others: int) -> None:
    for number in range(others):
        make.staff(f"Dan{number} Field")
    with counted() as statements:
        page = client.get("/staff/colleagues").text
    assert page.count(" Field") == others
    assert len(statements) == 4


def test_an_invitation_makes_a_colleague_who_cannot_sign_in_yet(client: PageClient, ada: Staff) -> None:
    response = client.send("/staff/colleagues/invite", {**INVITED, "key": "k1"})
    assert response.location == "/staff/colleagues"
    dan = db.session.scalars(select(Staff).filter_by(name="Dan Field")).one()
    assert (dan.email, dan.role, dan.password, dan.active) == (INVITED["email"], Role.STAFF, None, True)
    assert mails() == [("invitation", INVITED["email"])]
    entry = db.session.scalars(select(HistoryEntry)).one()
    assert (entry.actor, entry.words) == (f"staff:{ada.id}", "Asked Dan Field to join as staff")
    assert "Invited" in client.get("/staff/colleagues").text


def test_the_same_form_twice_invites_once(client: PageClient, ada: Staff) -> None:
    answers = [client.send("/staff/colleagues/invite", {**INVITED, "key": "k1"}) for _ in range(2)]
    assert [each.location for each in answers] == ["/staff/colleagues"] * 2
    assert len(mails()) == 1


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"email": ""}, "Enter their work email"),
        ({"email": "ADA@trainingsouthwest.example"}, "A colleague with this email address is already here"),
        ({"name": ""}, "Enter their name"),
        ({"role": ""}, "Select what they will do"),
        ({"role": "owner"}, "Select what they will do"),
        ({"email": "dan@trainingsouthwest.example\r\nBcc: all@acme.example"}, "must be on one line"),
    ],
)
def test_an_invitation_that_is_not_right_says_why(
    client: PageClient, ada: Staff, changes: dict[str, Any], why: str
) -> None:
    response = client.send("/staff/colleagues/invite", {**INVITED, "key": "k1", **changes})
    assert response.status_code == 422
    assert why in response.text
    assert mails() == []


def test_a_second_invitation_kills_the_first(client: PageClient, ada: Staff) -> None:
    client.send("/staff/colleagues/invite", {**INVITED, "key": "k1"})
    dan = db.session.scalars(select(Staff).filter_by(name="Dan Field")).one()
    press(client, dan, "invite")
    states = [str(mail.state) for mail in db.session.scalars(select(Mail).order_by(Mail.id))]
    assert states == ["withdrawn", "waiting"]


@pytest.mark.parametrize("change", ["disable", "staff"])
def test_the_last_admin_stays(client: PageClient, ada: Staff, change: str) -> None:
    make.staff("Bea Ford", role=Role.ADMIN, password=None)
    make.staff("Cai Gray", role=Role.ADMIN, password="x", active=False)
    text = press(client, ada, change)
    assert "This is the only admin" in text
    assert (ada.role, ada.active) == (Role.ADMIN, True)


def test_another_admin_may_go(client: PageClient, ada: Staff) -> None:
    bea = make.staff("Bea Ford", role=Role.ADMIN, password="x")
    assert "Bea Ford is staff now" in press(client, bea, "staff")
    assert bea.role is Role.STAFF


def test_a_new_role_counts_at_once(app: Flask, client: PageClient, ada: Staff) -> None:
    cora = make.cora(password="x")
    hers = signed_in(browser(app), cora)
    assert hers.get("/staff/colleagues").status_code == 403
    press(client, cora, "admin")
    assert hers.get("/staff/colleagues").status_code == 200


def test_a_closed_account_can_be_opened_again(client: PageClient, ada: Staff) -> None:
    cora = make.cora(password="x")
    assert "Closed" in press(client, cora, "disable")
    assert cora.active is False
    press(client, cora, "enable")
    assert cora.active is True


def test_a_lost_phone_is_helped_by_an_admin(client: PageClient, ada: Staff) -> None:
    cora = make.cora(password="x", tf_totp_secret="sealed", mf_recovery_codes="[]")
    assert "signs in with a password alone" in press(client, cora, "codes")
    assert cora.tf_totp_secret is None


def test_a_colleague_who_is_not_there_is_not_found(client: PageClient, ada: Staff) -> None:
    assert client.send("/staff/colleagues/999/disable", page="/staff/colleagues").status_code == 404

"""A colleague's own account: password, one-time codes, where they are signed in."""

import re
from datetime import timedelta

import pytest
import time_machine
from flask import Flask
from sqlalchemy import select

from booking.db import db
from booking.models import HistoryEntry, Mail, SignIn, Staff
from booking.web.staff import security
from tests.pages import PageClient
from tests.signing import browser, signed_in
from tests.web.staff.conftest import PASSWORD

NEW = "lantern oyster gravel piano"
STEP = timedelta(seconds=30)


def code_now(secret: str) -> str:
    return str(security.extension()._totp_factory.generate_totp_password(secret))


def halfway(client: PageClient) -> None:
    """Signed in with the password, the code still to come."""
    response = client.send("/staff/sign-in", {"email": "cora@trainingsouthwest.example", "password": PASSWORD})
    assert (response.status_code, response.location) == (303, "/staff/sign-in/code")


def codes_on(client: PageClient, cora: Staff) -> list[str]:
    """Cora turns codes on; her recovery codes."""
    signed_in(client, cora)
    token = client.token("/staff/account/codes")
    with client.session_transaction() as session:
        secret = session["new_codes"]
    fields = {"csrf_token": token, "current": PASSWORD, "code": code_now(secret)}
    response = client.post("/staff/account/codes", data=fields)
    assert response.status_code == 200, response.text
    return re.findall(r"<span>([0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4})</span>", response.text)


def test_a_new_password_needs_the_old_one(client: PageClient, cora: Staff) -> None:
    signed_in(client, cora)
    response = client.send("/staff/account/password", {"current": "a guess", "password": NEW})
    assert response.status_code == 422
    assert "Password you have now is not right" in response.text
    assert security.is_right(PASSWORD, cora.password)


def test_a_new_password_keeps_this_browser_and_ends_the_others(app: Flask, client: PageClient, cora: Staff) -> None:
    other = signed_in(browser(app), cora)
    signed_in(client, cora)
    client.send("/staff/account/password", {"current": PASSWORD, "password": NEW})
    assert (client.get("/staff").status_code, other.get("/staff").status_code) == (200, 302)
    assert db.session.scalars(select(Mail.kind)).all() == ["password_changed"]
    assert db.session.scalars(select(HistoryEntry.words)).all() == ["Cora Dunn changed their password"]


def test_the_page_to_set_codes_up_draws_the_key_itself(client: PageClient, cora: Staff) -> None:
    signed_in(client, cora)
    text = client.get("/staff/account/codes").text
    assert '<svg class="qr"' in text
    assert "data:" not in text


def test_codes_are_not_turned_on_by_a_wrong_code_or_password(client: PageClient, cora: Staff) -> None:
    signed_in(client, cora)
    client.get("/staff/account/codes")
    assert client.send("/staff/account/codes", {"current": PASSWORD, "code": "000000"}).status_code == 422
    with client.session_transaction() as session:
        secret = session["new_codes"]
    assert client.send("/staff/account/codes", {"current": "x", "code": code_now(secret)}).status_code == 422
    assert cora.tf_totp_secret is None


def test_with_codes_on_the_password_alone_lets_nobody_in(
    client: PageClient, cora: Staff, clock: time_machine.Traveller
) -> None:
    recovery = codes_on(client, cora)
    assert len(recovery) == 8
    client.send("/staff/sign-out", page="/staff/account")
    halfway(client)
    assert client.get("/staff").status_code == 302
    clock.shift(STEP)
    response = client.send("/staff/sign-in/code", {"code": code_now(str(cora.tf_totp_secret))})
    assert (response.status_code, response.location) == (303, "/staff")
    assert client.get("/staff").status_code == 200


@pytest.mark.parametrize(("steps", "expected"), [(1, 303), (2, 422)])
def test_a_code_of_a_minute_ago_is_too_old(
    client: PageClient, cora: Staff, clock: time_machine.Traveller, steps: int, expected: int
) -> None:
    codes_on(client, cora)
    client.send("/staff/sign-out", page="/staff/account")
    clock.shift(STEP)
    code = code_now(str(cora.tf_totp_secret))
    halfway(client)
    clock.shift(steps * STEP)
    assert client.send("/staff/sign-in/code", {"code": code}).status_code == expected


def test_a_code_works_once(app: Flask, client: PageClient, cora: Staff, clock: time_machine.Traveller) -> None:
    codes_on(client, cora)
    code = code_now(str(cora.tf_totp_secret))
    answers = []
    for _ in range(2):
        other = browser(app)
        halfway(other)
        answers.append(other.send("/staff/sign-in/code", {"code": code}).status_code)
    assert answers == [303, 422]


def test_a_recovery_code_works_once_and_is_stored_as_a_hash(
    app: Flask, client: PageClient, cora: Staff, clock: time_machine.Traveller
) -> None:
    recovery = codes_on(client, cora)
    assert recovery[0] not in str(cora.mf_recovery_codes)
    answers = []
    for code in (recovery[0].upper(), recovery[0], recovery[1]):
        other = browser(app)
        halfway(other)
        answers.append(other.send("/staff/sign-in/code", {"code": code}).status_code)
    assert answers == [303, 422, 303]


def test_a_half_finished_sign_in_dies_after_ten_minutes_and_with_the_password(
    app: Flask, client: PageClient, cora: Staff, clock: time_machine.Traveller
) -> None:
    codes_on(client, cora)
    first, second = browser(app), browser(app)
    halfway(first)
    clock.shift(timedelta(minutes=11))
    assert first.get("/staff/sign-in/code").status_code == 303
    halfway(second)
    client.send("/staff/account/password", {"current": PASSWORD, "password": NEW})
    assert second.get("/staff/sign-in/code").status_code == 303


def test_the_code_page_leads_back_when_nobody_is_halfway(client: PageClient) -> None:
    assert client.get("/staff/sign-in/code").location == "/staff/sign-in"


def test_codes_are_turned_off_with_the_password(client: PageClient, cora: Staff) -> None:
    codes_on(client, cora)
    assert client.send("/staff/account/codes/off", {"current": "x"}).status_code == 422
    assert client.send("/staff/account/codes/off", {"current": PASSWORD}).status_code == 303
    assert (cora.tf_totp_secret, cora.mf_recovery_codes) == (None, None)


def test_the_account_page_says_where_one_is_signed_in(app: Flask, client: PageClient, cora: Staff) -> None:
    signed_in(browser(app), cora)
    signed_in(client, cora)
    text = client.get("/staff/account").text
    assert (text.count("This browser"), text.count("Another browser")) == (1, 1)
    client.send("/staff/account/elsewhere", page="/staff/account")
    assert "Another browser" not in client.get("/staff/account").text
    assert len(db.session.scalars(select(SignIn).where(SignIn.ended_at.is_(None))).all()) == 1

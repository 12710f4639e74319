"""Signing in and out, and every way a sign-in dies."""

import re
from collections.abc import Callable
from datetime import timedelta

import pytest
import time_machine
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select, update

from booking.db import db, touch
from booking.domain.access import Purpose, Role
from booking.models import SignIn, Staff
from booking.services import links
from booking.web.staff import security
from tests import make
from tests.conftest import NOW
from tests.pages import PageClient
from tests.signing import browser, signed_in
from tests.web.staff.conftest import PASSWORD

WRONG = "Email address or password is not right. Check both and try again"


def typed(password: str = PASSWORD, *, email: str = "cora@trainingsouthwest.example") -> dict[str, str]:
    return {"email": email, "password": password}


def cookie(client: FlaskClient) -> str:
    found = client.get_cookie("session")
    assert found is not None
    return found.value


def replayed(app: Flask, value: str) -> int:
    """What /staff answers a browser that holds this old cookie."""
    client = browser(app)
    client.set_cookie("session", value)
    return client.get("/staff").status_code


def test_email_and_password_open_today(client: PageClient, cora: Staff) -> None:
    response = client.send("/staff/sign-in", typed())
    assert (response.status_code, response.location) == (303, "/staff")
    assert client.get("/staff").status_code == 200


def test_the_address_may_be_typed_in_any_case(client: PageClient, cora: Staff) -> None:
    assert client.send("/staff/sign-in", typed(email=" Cora@TrainingSouthWest.example")).status_code == 303


def test_whatever_is_wrong_the_answer_is_the_same(client: PageClient, cora: Staff) -> None:
    make.staff("Dan Field", password=cora.password, active=False)
    make.staff("Eve Gale")
    tries = [
        typed("not the password"),
        typed(email="nobody@trainingsouthwest.example"),
        typed(email="dan@trainingsouthwest.example"),
        typed(email="eve@trainingsouthwest.example"),
    ]
    answers = [client.send("/staff/sign-in", each) for each in tries]
    assert [each.status_code for each in answers] == [422] * 4
    assert [each.text.count(WRONG) for each in answers] == [1] * 4
    pages = {each.text.replace(fields["email"], "") for each, fields in zip(answers, tries, strict=True)}
    assert len(pages) == 1


def test_an_empty_form_says_what_to_enter(client: PageClient) -> None:
    text = client.send("/staff/sign-in").text
    assert "Enter your email address" in text
    assert "Enter your password" in text


@pytest.mark.parametrize("password", ["\0", "x" * 5000, "\ud7ff" * 300, "' OR 1=1 --"])
def test_any_password_gets_an_answer_and_is_not_written_back(client: PageClient, cora: Staff, password: str) -> None:
    response = client.send("/staff/sign-in", typed(password))
    assert response.status_code == 422
    assert password not in response.text


def test_a_sign_in_without_a_token_is_not_taken_and_the_address_is_kept(client: PageClient, cora: Staff) -> None:
    response = client.post("/staff/sign-in", data=typed())
    assert response.status_code == 422
    assert 'value="cora@trainingsouthwest.example"' in response.text
    assert db.session.scalars(select(SignIn)).all() == []


def test_a_sign_out_without_a_token_signs_nobody_out(client: PageClient, cora: Staff) -> None:
    signed_in(client, cora)
    client.post("/staff/sign-out")
    assert client.get("/staff").status_code == 200


def test_a_sign_out_is_a_post(client: PageClient, cora: Staff) -> None:
    signed_in(client, cora)
    assert client.get("/staff/sign-out").status_code == 405


def test_only_the_hash_of_the_secret_is_stored(client: PageClient, cora: Staff) -> None:
    signed_in(client, cora)
    with client.session_transaction() as session:
        secret = session[security.SECRET]
    assert db.session.scalars(select(SignIn.token_hash)).all() == [links.hashed(secret)]


def test_a_cookie_planted_before_is_not_let_in_afterwards(app: Flask, client: PageClient, cora: Staff) -> None:
    token = client.token("/staff/sign-in")
    planted = cookie(client)
    client.post("/staff/sign-in", data={"csrf_token": token, **typed()})
    assert replayed(app, planted) == 302
    other = browser(app)
    other.set_cookie("session", cookie(client))
    other.post("/staff/sign-out", data={"csrf_token": token})
    assert client.get("/staff").status_code == 200, "a token from before signing in still works"


def test_who_signs_in_twice_has_two_sign_ins(app: Flask, client: PageClient, cora: Staff) -> None:
    signed_in(client, cora)
    first = cookie(client)
    signed_in(client, cora)
    assert first != cookie(client)
    assert len(db.session.scalars(select(SignIn)).all()) == 2


def sign_out(client: PageClient, cora: Staff) -> None:
    client.send("/staff/sign-out", page="/staff/account")


def change_password(client: PageClient, cora: Staff) -> None:
    changed = {"current": PASSWORD, "password": "lantern oyster gravel piano"}
    assert client.send("/staff/account/password", changed).status_code == 303


def reset_password(client: PageClient, cora: Staff) -> None:
    path = f"/staff/reset/{links.token(make.link(Purpose.RESET, staff_id=cora.id))}"
    assert client.send(path, {"password": "lantern oyster gravel piano"}).status_code == 303


def close_account(client: PageClient, cora: Staff) -> None:
    admin = signed_in(browser(client.application), make.staff("Ada Hill", role=Role.ADMIN, password="x"))
    admin.send(f"/staff/colleagues/{cora.id}/disable", page="/staff/colleagues")


def end_sign_ins(client: PageClient, cora: Staff) -> None:
    admin = signed_in(browser(client.application), make.staff("Ada Hill", role=Role.ADMIN, password="x"))
    admin.send(f"/staff/colleagues/{cora.id}/end", page="/staff/colleagues")


def sign_out_elsewhere(client: PageClient, cora: Staff) -> None:
    other = signed_in(browser(client.application), cora)
    other.send("/staff/account/elsewhere", page="/staff/account")


@pytest.mark.parametrize(
    "end", [sign_out, change_password, reset_password, close_account, end_sign_ins, sign_out_elsewhere]
)
def test_an_old_cookie_is_dead_after(
    app: Flask, client: PageClient, cora: Staff, end: Callable[[PageClient, Staff], None]
) -> None:
    signed_in(client, cora)
    old = cookie(client)
    assert replayed(app, old) == 200
    end(client, cora)
    assert replayed(app, old) == 302


def test_two_idle_hours_end_a_sign_in(client: PageClient, cora: Staff, clock: time_machine.Traveller) -> None:
    signed_in(client, cora)
    clock.shift(timedelta(hours=1, minutes=59))
    assert client.get("/staff").status_code == 200
    clock.shift(timedelta(hours=2, minutes=1))
    assert client.get("/staff").status_code == 302


def test_twelve_hours_end_a_sign_in_however_busy(
    client: PageClient, cora: Staff, clock: time_machine.Traveller
) -> None:
    signed_in(client, cora)
    answers = []
    for _ in range(13):
        answers.append(client.get("/staff").status_code)
        clock.shift(timedelta(hours=1))
    assert answers == [200] * 12 + [302]


def test_when_somebody_was_last_seen_is_written_every_five_minutes(
    client: PageClient, cora: Staff, clock: time_machine.Traveller
) -> None:
    signed_in(client, cora)
    seen = []
    for minutes in (4, 2, 4):
        clock.shift(timedelta(minutes=minutes))
        client.get("/staff/account")
        seen.append(db.session.scalars(select(SignIn.last_seen_at)).one() - NOW)
    assert seen == [timedelta(0), timedelta(minutes=6), timedelta(minutes=6)]


def test_nothing_but_sign_ins_is_written_outside_a_transaction(app: Flask, cora: Staff) -> None:
    with app.test_request_context("/staff"), pytest.raises(RuntimeError):
        touch(update(Staff).values(name="Somebody"))


def test_a_post_counts_as_being_there_and_still_does_its_work(
    client: PageClient, cora: Staff, clock: time_machine.Traveller
) -> None:
    signed_in(client, cora)
    token = client.token("/staff/account/password")
    clock.shift(timedelta(minutes=30))
    client.post("/staff/account/elsewhere", data={"csrf_token": token})
    assert db.session.scalars(select(SignIn.last_seen_at)).one() == NOW + timedelta(minutes=30)


@pytest.mark.parametrize(
    ("target", "where"),
    [
        ("/staff/account?x=1", "/staff/account?x=1"),
        ("/staff", "/staff"),
        ("https://evil.example", "/staff"),
        ("//evil.example", "/staff"),
        ("/\\evil.example", "/staff"),
        ("/staff\\@evil.example", "/staff"),
        ("/staff.evil.example", "/staff"),
        ("/staffing", "/staff"),
        ("/staff/\r\nSet-Cookie: a=b", "/staff"),
        ("javascript:alert(1)", "/staff"),
        ("/t/", "/staff"),
        ("", "/staff"),
    ],
)
def test_who_signs_in_goes_on_to_pages_of_ours_only(client: PageClient, cora: Staff, target: str, where: str) -> None:
    fields = {"csrf_token": client.token("/staff/sign-in"), **typed()}
    assert client.post("/staff/sign-in", query_string={"next": target}, data=fields).location == where


def test_a_page_asked_for_is_opened_after_signing_in(client: PageClient, cora: Staff) -> None:
    asked = client.get("/staff/account?from=mail")
    fields = {"csrf_token": client.token(asked.location), **typed()}
    assert client.post(asked.location, data=fields).location == "/staff/account?from=mail"


def test_a_form_sent_after_the_sign_in_died_waits_filled_in(
    client: PageClient, cora: Staff, clock: time_machine.Traveller
) -> None:
    admin = make.staff("Ada Hill", role=Role.ADMIN)
    signed_in(client, admin)
    fields = {"email": "dan@acme.example", "name": "Dan “the man” Field", "csrf_token": client.token("/staff/account")}
    clock.shift(timedelta(hours=3))
    response = client.post("/staff/colleagues/invite", data=fields)
    assert response.status_code == 403
    assert 'name="email" value="dan@acme.example"' in response.text
    assert "Dan “the man” Field" in response.text


def test_what_waited_is_shown_again_once_signed_in(
    client: PageClient, cora: Staff, clock: time_machine.Traveller
) -> None:
    signed_in(client, make.staff("Ada Hill", role=Role.ADMIN))
    fields = {"email": "dan@acme.example", "name": "Dan Field", "csrf_token": client.token("/staff/account")}
    clock.shift(timedelta(hours=3))
    waiting = client.post("/staff/colleagues/invite", data=fields).text
    signed_in(client, make.staff("Bea Ford", role=Role.ADMIN))
    carried = dict(re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)">', waiting))
    shown = client.post("/staff/colleagues/invite", data=carried)
    assert shown.status_code == 422
    assert "This page was open for a long time" in shown.text
    assert 'value="Dan Field"' in shown.text


def test_a_button_pressed_after_the_sign_in_died_leads_back_to_its_page(
    client: PageClient, cora: Staff, clock: time_machine.Traveller
) -> None:
    signed_in(client, cora)
    token = client.token("/staff/account/password")
    clock.shift(timedelta(hours=3))
    headers = {"Referer": "http://localhost/staff/account"}
    response = client.post("/staff/account/elsewhere", data={"csrf_token": token}, headers=headers)
    assert (response.status_code, response.location) == (303, "/staff/sign-in?next=/staff/account")
    assert "press the button again" in client.get(response.location).text


def test_passwords_are_hashed_as_owasp_says(app: Flask) -> None:
    assert security.hashed(PASSWORD).startswith("$argon2id$v=19$m=19456,t=2,p=1$")


def test_nobody_has_the_password_of_the_dummy(app: Flask) -> None:
    assert not security.is_right("nobody has this password", None)
    assert security.DUMMY.startswith("$argon2id$v=19$m=19456,t=2,p=1$")

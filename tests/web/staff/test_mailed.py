"""A first password, a forgotten one, and the demonstration's button: each behind a link that works once."""

import re
from datetime import timedelta

import pytest
import time_machine
from flask import Flask
from sqlalchemy import select
from zxcvbn.frequency_lists import FREQUENCY_LISTS

from booking.db import db
from booking.domain.access import Purpose
from booking.models import Link, Mail, Staff
from booking.services import links
from booking.web.staff import security
from tests import make
from tests.pages import PageClient
from tests.signing import signed_in
from tests.web.staff.conftest import PASSWORD

NEW = "lantern oyster gravel piano"
WHO = ["cora@trainingsouthwest.example", "nobody@trainingsouthwest.example", "dan@trainingsouthwest.example"]


def mails() -> list[tuple[str, str]]:
    return [(mail.kind, mail.to_address) for mail in db.session.scalars(select(Mail).order_by(Mail.id))]


def mailed_path(purpose: Purpose) -> str:
    """The path in the newest mail, as the worker fills it in."""
    mail = db.session.scalars(select(Mail).order_by(Mail.id.desc())).first()
    assert mail is not None
    link = db.session.scalars(select(Link).filter_by(purpose=purpose).order_by(Link.id.desc())).first()
    assert link is not None
    assert links.token(link) not in mail.text + mail.html
    (text,) = links.filled(mail.text)
    path = f"/staff/{'welcome' if purpose is Purpose.INVITE else purpose}/{links.token(link)}"
    assert f"http://127.0.0.1:8000{path}" in text
    return path


def signs_in(client: PageClient, password: str) -> bool:
    fields = {"email": "cora@trainingsouthwest.example", "password": password}
    return client.send("/staff/sign-in", fields).status_code == 303


def test_every_address_gets_the_same_answer(client: PageClient, cora: Staff) -> None:
    make.staff("Dan Field", active=False)
    answers = []
    for email in WHO:
        response = client.send("/staff/forgot", {"email": email})
        answers.append((response.status_code, response.location, client.get("/staff/sign-in").text))
    assert "If a colleague has that address" in answers[0][2]
    assert answers == [answers[0]] * 3
    assert mails() == [("reset", "cora@trainingsouthwest.example")]


def test_the_link_for_a_new_password_works_once_and_signs_nobody_in(client: PageClient, cora: Staff) -> None:
    client.send("/staff/forgot", {"email": cora.email})
    path = mailed_path(Purpose.RESET)
    assert client.send(path, {"password": NEW}).location == "/staff/sign-in"
    assert client.get("/staff").status_code == 302
    assert client.get(path).status_code == 410
    assert signs_in(client, PASSWORD) is False
    assert signs_in(client, NEW) is True
    assert mails()[1:] == [("password_changed", cora.email)]


def test_a_get_of_a_mailed_link_changes_nothing(client: PageClient, cora: Staff) -> None:
    path = f"/staff/reset/{links.token(make.link(Purpose.RESET, staff_id=cora.id))}"
    for _ in range(3):
        assert client.get(path).status_code == 200
    assert db.session.scalars(select(Link.used_at)).all() == [None]


def test_a_new_link_for_a_password_dies_with_the_first_change(client: PageClient, cora: Staff) -> None:
    first, second = (make.link(Purpose.RESET, staff_id=cora.id) for _ in range(2))
    client.send(f"/staff/reset/{links.token(first)}", {"password": NEW})
    assert client.get(f"/staff/reset/{links.token(second)}").status_code == 410


def test_of_two_links_for_a_new_password_the_later_works(client: PageClient, cora: Staff) -> None:
    paths = []
    for _ in range(2):
        client.send("/staff/forgot", {"email": cora.email})
        paths.append(mailed_path(Purpose.RESET))
    assert [client.get(path).status_code for path in paths] == [410, 200]


def test_a_new_password_asks_for_the_address_alone_and_then_the_mailed_link(client: PageClient, cora: Staff) -> None:
    path = f"/staff/reset/{links.token(make.link(Purpose.RESET, staff_id=cora.id))}"
    asked = [
        set(re.findall(r'<(?:input|select|textarea)[^>]* name="(\w+)"', client.get(page).text))
        for page in ("/staff/forgot", path)
    ]
    assert asked == [{"csrf_token", "email"}, {"csrf_token", "username", "password"}], (
        "username: hidden, for password managers"
    )


@pytest.mark.parametrize(
    ("purpose", "page", "lives"),
    [
        (Purpose.RESET, "reset", timedelta(minutes=10)),
        (Purpose.INVITE, "welcome", timedelta(days=3)),
        (Purpose.DEMO, "demo", timedelta(days=1)),
    ],
)
def test_a_link_is_too_old_after(
    client: PageClient, cora: Staff, clock: time_machine.Traveller, purpose: Purpose, page: str, lives: timedelta
) -> None:
    path = f"/staff/{page}/{links.token(make.link(purpose, staff_id=cora.id))}"
    clock.shift(lives - timedelta(seconds=1))
    assert client.get(path).status_code == 200
    clock.shift(timedelta(seconds=1))
    assert client.get(path).status_code == 410


@pytest.mark.parametrize(("purpose", "page"), [(Purpose.RESET, "reset"), (Purpose.INVITE, "welcome")])
def test_a_link_of_a_closed_account_opens_nothing(
    client: PageClient, clock: time_machine.Traveller, purpose: Purpose, page: str
) -> None:
    dan = make.staff("Dan Field", active=False)
    path = f"/staff/{page}/{links.token(make.link(purpose, staff_id=dan.id))}"
    assert client.get(path).status_code == 410


@pytest.mark.parametrize(
    ("password", "why"),
    [
        ("", "Enter a new password"),
        ("badger lamp", "Password must be 12 characters or more"),
        ("password1234", "Password must be harder to guess"),
        ("trainingsouthwest", "Password must be harder to guess"),
        ("coradunn2026", "Password must be harder to guess"),
        ("devoncornwall", "Password must be harder to guess"),
        ("x" * 201, "New password must be 200 characters or fewer"),
    ],
)
def test_a_weak_password_is_refused_with_the_reason(client: PageClient, cora: Staff, password: str, why: str) -> None:
    path = f"/staff/reset/{links.token(make.link(Purpose.RESET, staff_id=cora.id))}"
    response = client.send(path, {"password": password})
    assert response.status_code == 422
    assert why in response.text
    assert signs_in(client, PASSWORD) is True


def test_no_password_that_was_breached_and_is_on_the_list_is_taken(app: Flask) -> None:
    breached = [word for word in FREQUENCY_LISTS["passwords"] if len(word) >= security.SHORTEST]
    assert len(breached) > 200, "the others are too short for us"
    assert [word for word in breached if not security.too_weak(word)] == []


@pytest.mark.parametrize(
    "password", ["sárga bögre görbül lámpa", "a" * 30 + " violin Gravel 93", "🦡🌊🚜⛰️ lantern gravel"]
)
def test_long_and_foreign_passwords_are_welcome(client: PageClient, cora: Staff, password: str) -> None:
    path = f"/staff/reset/{links.token(make.link(Purpose.RESET, staff_id=cora.id))}"
    assert client.send(path, {"password": password}).status_code == 303
    assert signs_in(client, password) is True


def test_a_password_does_not_grow_too_old(client: PageClient, cora: Staff, clock: time_machine.Traveller) -> None:
    clock.shift(timedelta(days=3 * 365))
    assert signs_in(client, PASSWORD) is True
    assert client.get("/staff").status_code == 200


def test_an_invited_colleague_chooses_name_and_password_and_is_in(
    client: PageClient, clock: time_machine.Traveller
) -> None:
    dan = make.staff("dan")
    path = f"/staff/welcome/{links.token(make.link(Purpose.INVITE, staff_id=dan.id))}"
    assert client.get(path).text.count('value="dan"') == 1
    response = client.send(path, {"name": "Dan Field", "password": NEW})
    assert (response.status_code, response.location) == (303, "/staff")
    assert "Dan Field" in client.get("/staff").text
    assert client.get(path).status_code == 410


def test_the_demonstrations_button_signs_in_once(client: PageClient, cora: Staff) -> None:
    path = f"/staff/demo/{links.token(make.link(Purpose.DEMO, staff_id=cora.id))}"
    assert "Sign in as Cora" in client.get(path).text
    assert client.get("/staff").status_code == 302
    assert client.send(path).location == "/staff"
    assert client.get("/staff").status_code == 200
    assert client.get(path).status_code == 410


def test_a_stranger_who_presses_without_a_token_is_not_let_in(client: PageClient, cora: Staff) -> None:
    path = f"/staff/demo/{links.token(make.link(Purpose.DEMO, staff_id=cora.id))}"
    assert client.post(path).status_code == 422
    assert client.get("/staff").status_code == 302


def test_who_was_invited_and_forgot_gets_the_invitation_again(
    client: PageClient, clock: time_machine.Traveller
) -> None:
    dan = make.staff("Dan Field")
    client.send("/staff/forgot", {"email": dan.email})
    assert mails() == [("invitation", dan.email)]
    assert client.get(mailed_path(Purpose.INVITE)).status_code == 200


def test_signed_in_staff_may_open_a_mailed_link_too(client: PageClient, cora: Staff) -> None:
    signed_in(client, cora)
    path = f"/staff/reset/{links.token(make.link(Purpose.RESET, staff_id=cora.id))}"
    assert client.get(path).status_code == 200

"""Guessing is slowed, and nobody is locked out by somebody else's guesses."""

from collections.abc import Callable, Iterator

import pytest
import time_machine
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from booking.db import db
from booking.models import Staff
from booking.web.staff import security
from tests import make
from tests.conftest import NOW
from tests.pages import PageClient

PASSWORD = "badger harbour violin lamp"
EMAIL = "cora@trainingsouthwest.example"


@pytest.fixture
def limited(fresh_app: Callable[..., Flask]) -> Iterator[FlaskClient]:
    """A client of an application that counts, in which Cora has a password."""
    app = fresh_app(rate_limits=True)
    app.test_client_class = PageClient
    with app.app_context(), time_machine.travel(NOW, tick=False):
        make.cora(password=security.hashed(PASSWORD))
        db.session.commit()
        yield app.test_client()


def guess(client: PageClient, password: str, *, network: str = "192.0.2.1", email: str = EMAIL) -> TestResponse:
    fields = {"csrf_token": client.token("/staff/sign-in"), "email": email, "password": password}
    return client.post("/staff/sign-in", data=fields, environ_base={"REMOTE_ADDR": network})


def test_six_wrong_passwords_for_one_account_from_one_network_make_it_wait(limited: PageClient) -> None:
    answers = [guess(limited, f"guess {n}").status_code for n in range(7)]
    assert answers == [422] * 6 + [429]
    stopped = guess(limited, PASSWORD)
    assert (stopped.status_code, stopped.headers["Retry-After"]) == (429, "600")
    assert "Try again in 10 minutes" in stopped.text
    assert f'value="{EMAIL}"' in stopped.text


@pytest.mark.parametrize("hops", [0, 1])
def test_nobody_is_somebody_else_by_a_header(fresh_app: Callable[..., Flask], hops: int) -> None:
    """What a proxy of ours has not written itself is not believed."""
    app = fresh_app(rate_limits=True, proxy_hops=hops)
    app.test_client_class = PageClient
    answers = []
    with app.app_context(), time_machine.travel(NOW, tick=False):
        client = app.test_client()
        assert isinstance(client, PageClient)
        token = client.token("/staff/sign-in")
        for n in range(7):
            forged = f"198.51.100.{n}"
            headers = {"X-Forwarded-For": f"{forged}, 192.0.2.1" if hops else forged, "X-Real-IP": forged}
            fields = {"csrf_token": token, "email": EMAIL, "password": "guess"}
            headers |= {"Forwarded": f"for={forged}", "True-Client-IP": forged, "CF-Connecting-IP": forged}
            answers.append(client.post("/staff/sign-in", data=fields, headers=headers).status_code)
    assert answers == [422] * 6 + [429]


def test_the_right_password_from_elsewhere_is_let_in_meanwhile(limited: PageClient) -> None:
    for n in range(40):
        guess(limited, f"guess {n}", network=f"192.0.2.{n // 4}")
    assert guess(limited, PASSWORD, network="198.51.100.7").status_code == 303


def test_right_passwords_are_not_counted(limited: PageClient) -> None:
    answers = []
    for _ in range(8):
        answers.append(guess(limited, PASSWORD).status_code)
        limited.delete_cookie("session")
    assert answers == [303] * 8


def test_one_network_may_not_try_account_after_account(limited: PageClient) -> None:
    answers = [guess(limited, "guess", email=f"name{n}@acme.example").status_code for n in range(31)]
    assert answers == [422] * 30 + [429]


def test_waiting_helps(limited: PageClient) -> None:
    for n in range(7):
        guess(limited, f"guess {n}")
    with time_machine.travel(NOW.replace(minute=11), tick=False):
        assert guess(limited, PASSWORD).status_code == 303


@pytest.mark.parametrize("path", ["/staff/forgot", "/t/lost"])
def test_mail_to_one_address_is_asked_for_five_times_an_hour(limited: PageClient, path: str) -> None:
    answers = [limited.send(path, {"email": EMAIL}) for _ in range(6)]
    assert [answer.status_code for answer in answers] == [303] * 5 + [429]
    assert ("Try again in 1 hour" in answers[5].text, f'value="{EMAIL}"' in answers[5].text) == (True, True)


@pytest.mark.parametrize("path", ["/staff/forgot", "/t/lost"])
def test_one_network_asks_for_ten_links_an_hour(limited: PageClient, path: str) -> None:
    answers = [limited.send(path, {"email": f"name{n}@acme.example"}).status_code for n in range(11)]
    assert answers == [303] * 10 + [429]


def test_codes_are_guessed_as_slowly_as_passwords(limited: PageClient) -> None:
    cora = db.session.query(Staff).one()
    cora.tf_primary_method, cora.tf_totp_secret = "authenticator", security.new_secret()
    db.session.commit()
    assert guess(limited, PASSWORD, network="127.0.0.1").location == "/staff/sign-in/code"
    answers = [limited.send("/staff/sign-in/code", {"code": f"00000{n}"}).status_code for n in range(7)]
    assert answers == [422] * 6 + [429]


def test_an_ipv6_network_counts_as_one_however_many_addresses_it_has(limited: PageClient) -> None:
    networks = [f"2001:db8:0:1::{n}" for n in range(7)]
    assert [guess(limited, "guess", network=each).status_code for each in networks] == [422] * 6 + [429]
    assert guess(limited, PASSWORD, network="2001:db8:0:2::1").status_code == 303


def test_ipv4_addresses_stay_apart_when_they_are_written_as_ipv6(limited: PageClient) -> None:
    networks = [f"::ffff:192.0.2.{n}" for n in range(7)]
    assert [guess(limited, "guess", network=each).status_code for each in networks] == [422] * 7

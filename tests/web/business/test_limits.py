"""How often one address or one network may send: said on the form, with everything kept."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select

from booking.db import db
from booking.domain.access import Purpose
from booking.models import Mail, Visit
from booking.services import links
from booking.web import limits
from tests import make
from tests.conftest import NOW
from tests.pages import PageClient
from tests.web.business import sending
from tests.web.business.booking import hidden, send, to_check


@pytest.fixture
def limited(fresh_app: Callable[..., Flask]) -> Iterator[PageClient]:
    """A client of an application that counts, with Ann as the only trainer."""
    app = fresh_app(rate_limits=True)
    app.test_client_class = PageClient
    with app.app_context():
        make.ann(make.course(), weekly_limit=14)
        db.session.commit()
        client = app.test_client()
        assert isinstance(client, PageClient)
        yield client


def test_a_sixth_request_from_one_address_waits_and_loses_nothing(limited: PageClient) -> None:
    for n in range(5):
        limited.delete_cookie("session")
        to_check(limited, "course-1", slot=f"2027-03-{8 + n:02}-am")
        assert send(limited).status_code == 303
    limited.delete_cookie("session")
    to_check(limited, "course-1", slot="2027-03-15-am", email="MAYA@acme.example")
    page = send(limited)
    assert (page.status_code, int(page.headers["Retry-After"]) > 3600) == (429, True)
    assert "We have had several requests from you." in page.text
    assert "Acme Joinery" in page.text
    assert db.session.scalar(select(func.count()).select_from(Visit).where(Visit.requested_at.is_not(None))) == 5


def test_the_same_request_again_is_not_counted(limited: PageClient) -> None:
    to_check(limited, "course-1")
    form = hidden(limited, "/book/check")
    assert {limited.post("/book/check", data=form).status_code for _ in range(12)} == {303}


def test_new_links_are_asked_for_three_times_an_hour(limited: PageClient) -> None:
    visit = make.visit()
    token = links.token(make.link(Purpose.MANAGE, visit_id=visit.id))
    links.revoke(Purpose.MANAGE, now=NOW, visit_id=visit.id)
    db.session.commit()
    answers = [limited.send(f"/b/{token}/new-link", page=f"/b/{token}").status_code for _ in range(4)]
    assert answers == [303] * 3 + [429]
    assert db.session.scalar(select(func.count()).select_from(Mail)) == 1  # within one minute it is one mail


def test_nobody_is_mailed_again_and_again_by_strangers_from_many_networks(limited: PageClient) -> None:
    limited.send("/find", {"subject": "me"})
    token = limited.token("/find/later")
    fields = {"csrf_token": token, "email": "maya@acme.example"}
    networks = [{"REMOTE_ADDR": f"192.0.2.{n}"} for n in range(6)]
    answers = [limited.post("/find/later", data=fields, environ_base=each) for each in networks]
    assert [answer.status_code for answer in answers] == [303] * 5 + [429]
    assert ("Try again in 24 hours" in answers[5].text, 'value="maya@acme.example"' in answers[5].text) == (True, True)


def test_the_sixty_first_of_one_kind_in_an_hour_is_a_flood(limited: PageClient) -> None:
    assert [limits.is_flood("request by anybody") for _ in range(61)] == [False] * 60 + [True]
    assert not limits.is_flood("enquire by anybody")


def test_callers_who_give_no_address_are_told_apart_by_their_numbers(limited: PageClient) -> None:
    call: dict[str, Any] = {"reason": "call", "message": "", "email": ""}
    numbers = [f"01632 960 00{n}" for n in range(4)]
    answers = [sending.send(limited, sending.opened(limited), phone=each, **call) for each in numbers]
    assert [answer.status_code for answer in answers] == [303] * 4

"""The outbox on screen: every mail with its state, read without its secrets, stopped, sent, mended."""

import re
from dataclasses import replace
from typing import Any

import pytest
from flask import Flask

from booking.domain.access import Purpose
from booking.domain.post import MailState
from booking.models import Mail
from booking.services import links
from config import MailServer
from tests import make
from tests.counting import counted
from tests.pages import PageClient
from tests.signing import browser, signed_in


@pytest.fixture
def desk(app: Flask) -> PageClient:
    return signed_in(browser(app), make.cora())


@pytest.mark.parametrize("rows", [1, 3])
def test_the_list_takes_the_same_statements_for_one_mail_and_for_three(desk: PageClient, rows: int) -> None:
    for _ in range(rows):
        make.mail()
    with counted() as seen:
        page = desk.get("/staff/outbox").text
    assert page.count("Your visit is confirmed") == rows
    assert len(seen) == 6


def test_there_is_a_tab_for_each_state_in_the_order_of_a_mails_life(desk: PageClient) -> None:
    make.mail(MailState.SENT)
    nav = desk.get("/staff/outbox").text.partition('aria-label="By state"')[2].partition("</nav>")[0]
    tabs = re.findall(r">(\w+) <b>(\d+)</b>", nav)
    assert tabs == [("All", "1"), *((state.capitalize(), str(int(state is MailState.SENT))) for state in MailState)]


def test_an_empty_outbox_says_why(desk: PageClient) -> None:
    assert "Every email is written here before it is sent" in desk.get("/staff/outbox").text
    assert "None has failed" in desk.get("/staff/outbox?state=failed").text


def test_a_filter_shows_one_state(desk: PageClient) -> None:
    make.mail(MailState.SENT, subject="Gone")
    make.mail(MailState.FAILED, subject="Refused", error="550 no such user")
    page = desk.get("/staff/outbox?state=failed").text
    assert "Refused" in page
    assert "550 no such user" in page
    assert "Gone" not in page


@pytest.mark.parametrize("query", ["state=nonsense", "page=0", "page=99999999999", "page=-1", "page=x"])
def test_a_strange_address_shows_the_list(desk: PageClient, query: str) -> None:
    assert desk.get(f"/staff/outbox?{query}").status_code == 200


def mail_with_link() -> tuple[Mail, str]:
    link = make.link(Purpose.MANAGE, visit_id=make.visit().id)
    text = f"See http://127.0.0.1:8000/b/{links.marker(link)}"
    return make.mail(text=text, html=f"<p>{text}</p>"), links.token(link)


def test_without_a_mail_server_on_this_machine_the_links_can_be_followed(desk: PageClient) -> None:
    mail, token = mail_with_link()
    assert token in desk.get(f"/staff/outbox/{mail.id}").text
    letter = desk.get(f"/staff/outbox/{mail.id}/letter")
    assert token in letter.text
    assert letter.headers["Content-Security-Policy"].startswith("sandbox")


@pytest.mark.parametrize(
    "changes",
    [{"base_url": "https://book.example"}, {"mail": MailServer(host="mail.example")}],
    ids=["public", "with a mail server"],
)
def test_anywhere_else_nobody_reads_a_link_that_opens_somebody_elses_pages(
    app: Flask, desk: PageClient, monkeypatch: pytest.MonkeyPatch, changes: dict[str, Any]
) -> None:
    mail, token = mail_with_link()
    monkeypatch.setitem(app.extensions, "settings", replace(app.extensions["settings"], **changes))
    for path in (f"/staff/outbox/{mail.id}", f"/staff/outbox/{mail.id}/letter"):
        text = desk.get(path).text
        assert (token in text, "[link-" in text, "••••••" in text) == (False, False, True)


def test_a_mail_is_sent_to_a_mended_address(desk: PageClient) -> None:
    mail = make.mail(MailState.FAILED, to_address="maya@acme.exmaple")
    response = desk.send(f"/staff/outbox/{mail.id}", {"email": "maya@acme.example"})
    assert response.status_code == 303
    assert (mail.state, mail.to_address) == (MailState.WAITING, "maya@acme.example")


def test_a_wrong_address_is_refused_beside_its_field(desk: PageClient) -> None:
    mail = make.mail(MailState.FAILED)
    response = desk.send(f"/staff/outbox/{mail.id}", {"email": "nobody"})
    assert response.status_code == 422
    assert mail.state is MailState.FAILED


def test_a_waiting_mail_is_stopped_once(desk: PageClient) -> None:
    mail = make.mail()
    path = f"/staff/outbox/{mail.id}"
    desk.send(f"{path}/stop", page=path)
    assert mail.state is MailState.WITHDRAWN
    again = desk.send(f"{path}/now", page=path)
    assert again.status_code == 303
    assert "so this was not done" in desk.get(path).text


def test_a_stranger_mail_is_not_there(desk: PageClient) -> None:
    assert desk.get("/staff/outbox/99999").status_code == 404
    assert desk.get("/staff/outbox/99999/letter").status_code == 404

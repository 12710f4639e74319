"""The frame that every page stands in."""

import re

import pytest
from flask import Flask
from flask.testing import FlaskClient

from booking.web.staff import access as staff_access
from booking.web.trainer import access as trainer_access
from tests.test_safe import filled_in, shown, somebody

FILE = re.compile(r'attachment; filename="?[\w-]+\.(csv|html|ics|json)"?')
OPEN = staff_access.OPEN | trainer_access.OPEN | {"staff.letter"}  # a mail as it was sent, in a frame of its own
SIGN_OUT = {"staff": 'action="/staff/sign-out"', "trainer": 'action="/t/sign-out"', "nobody": ""}


def test_a_missing_page_says_so_with_a_way_on(client: FlaskClient) -> None:
    response = client.get("/nowhere")
    assert response.status_code == 404
    assert "We cannot find that page" in response.text


def test_the_database_answers(client: FlaskClient) -> None:
    assert client.get("/healthz").text == "ok\n"


@pytest.mark.parametrize("database", ["sqlite"], indirect=True, scope="session")
@pytest.mark.parametrize("who", SIGN_OUT)
def test_every_page_keeps_to_itself_and_has_the_way_out(app: Flask, who: str) -> None:
    """Script, inline or from elsewhere, and what others would fetch are refused by the client itself, on any page."""
    client, values = somebody(app, who)
    for rule in shown(app):
        answer = client.get(filled_in(rule, values), headers={"Origin": "https://evil.example"})
        assert [name for name, _ in answer.headers if name.startswith("Access-Control")] == []
        assert FILE.fullmatch(answer.headers.get("Content-Disposition", "attachment; filename=none.csv"))
        assert not re.search(r"localStorage|sessionStorage|indexedDB", answer.text)
        is_theirs = rule.endpoint.startswith(f"{who}.") and rule.endpoint not in OPEN and answer.mimetype == "text/html"
        assert not is_theirs or answer.status_code != 200 or SIGN_OUT[who] in answer.text, rule.endpoint
        for field in re.findall(r"<input[^>]*password[^>]*>", answer.text):
            assert re.search(r'type="(password|hidden)"', field), field
            assert not re.search(r'autocomplete="off"|onpaste|maxlength', field), field


@pytest.mark.parametrize("database", ["sqlite"], indirect=True, scope="session")
@pytest.mark.parametrize(
    "path",
    [
        *("/.git/config", "/.git/HEAD", "/.svn/entries", "/.env", "/config.py", "/instance/booking.db", "/static/"),
        *("/static", "/static/../config.py", "/static/..%2f..%2fconfig.py", "/static/%2e%2e/%2e%2e/config.py"),
        *("/debug", "/console", "/metrics", "/docs", "/admin", "/api", "/swagger", "/openapi.json", "/server-status"),
    ],
)
def test_nothing_of_the_house_is_served(client: FlaskClient, path: str) -> None:
    assert client.get(path).status_code == 404
    assert client.get(f"{path}?__debugger__=yes&cmd=resource&f=debugger.js").status_code == 404

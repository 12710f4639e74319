"""What is logged: a line for each request, the events that matter, ids, and nothing about anybody."""

import json
import logging
import re
from collections.abc import Callable, Iterator
from datetime import datetime
from io import StringIO
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import scoped_session

from booking import logs
from booking.domain.access import Purpose, Role
from booking.services import links
from booking.web.staff import security
from config import Settings, SettingsError, from_env
from tests import make
from tests.pages import PageClient
from tests.signing import browser, signed_in, signed_in_trainer
from tests.web.business.sending import opened, send

NAME, ADDRESS, WORD = "Zq Canaryname", "zq.canary@acme.example", "Zqcanaryword"
PASSWORD = "badger harbour violin lamp"


class Log:
    """Everything that was logged, in the format of a public site."""

    def __init__(self, formatter: logging.Formatter) -> None:
        self.stream = StringIO()
        self.handler = logging.StreamHandler(self.stream)
        self.handler.setFormatter(formatter)

    @property
    def text(self) -> str:
        return self.stream.getvalue()

    @property
    def lines(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.text.splitlines()]

    def events(self, *names: str) -> list[tuple[Any, ...]]:
        return [(each["event"], each.get("actor", "")) for each in self.lines if each["event"] in names]


@pytest.fixture
def log(request: pytest.FixtureRequest) -> Iterator[Log]:
    """What reaches the root, from every level on: more than is logged in earnest."""
    found, root = Log(getattr(request, "param", logs.Json)()), logging.getLogger()
    level = root.level
    root.addHandler(found.handler)
    root.setLevel(logging.DEBUG)
    yield found
    root.removeHandler(found.handler)
    root.setLevel(level)


def test_a_request_is_one_line_with_its_number_and_the_rule_of_its_route(client: PageClient, log: Log) -> None:
    answer = client.get("/b/notoken?secret=1")
    (line,) = [each for each in log.lines if each["event"] == "request"]
    assert datetime.fromisoformat(line.pop("at")).utcoffset() is not None
    assert line.pop("ms") >= 0
    assert re.fullmatch("[0-9a-f]{12}", line["request"])
    assert line == {
        "level": "INFO",
        "logger": "booking",
        "event": "request",
        "request": answer.headers["X-Request-Id"],
        "method": "GET",
        "route": "/b/<token>",
        "status": 404,
        "audience": "business",
        "actor": "",
    }


def test_who_is_signed_in_is_an_id(app: Flask, client: PageClient, log: Log) -> None:
    cora, ann = make.cora(), make.ann()
    signed_in(client, cora)
    client.get("/staff/account")
    tablet = signed_in_trainer(browser(app), ann)
    tablet.get("/t/")
    found = [(each["route"], each["actor"]) for each in log.lines if each.get("status") == 200][-3:]
    assert found[0] == ("/staff/account", f"staff:{cora.id}")
    assert found[-1] == ("/t/", f"trainer:{ann.id}")


def test_a_denied_page_is_an_event(client: PageClient, log: Log) -> None:
    cora = make.cora()
    signed_in(client, cora)
    client.get("/staff/colleagues")
    client.get("/staff/visits/nothing")
    assert log.events("denied") == [("denied", f"staff:{cora.id}")] * 2


def test_signing_in_and_failing_to_are_events(client: PageClient, log: Log) -> None:
    cora = make.cora(password=security.hashed(PASSWORD))
    client.send("/staff/sign-in", {"email": cora.email, "password": "wrong"})
    client.send("/staff/sign-in", {"email": ADDRESS, "password": "wrong"})
    client.send("/staff/sign-in", {"email": cora.email, "password": PASSWORD})
    assert log.events("refused", "signed in") == [
        ("refused", f"staff:{cora.id}"),
        ("refused", ""),
        ("signed in", f"staff:{cora.id}"),
    ]


def test_a_limit_that_was_reached_is_an_event(fresh_app: Callable[..., Flask], log: Log) -> None:
    app = fresh_app(rate_limits=True)
    app.test_client_class = PageClient
    with app.app_context():
        client = browser(app)
        for n in range(11):
            client.send("/staff/forgot", {"email": f"name{n}@acme.example"})
    assert [each["act"] for each in log.lines if each["event"] == "limited"] == ["forgot"]


def test_handing_out_and_erasing_a_person_are_events(client: PageClient, log: Log) -> None:
    admin, email = make.cora(role=Role.ADMIN), make.contact(make.firm()).email
    signed_in(client, admin)
    client.send("/staff/people/copy.json", {"email": email}, page="/staff/people")
    client.send("/staff/people/erase", {"email": email, "again": email}, page="/staff/people")
    assert log.events("exported", "erased") == [("exported", f"staff:{admin.id}"), ("erased", f"staff:{admin.id}")]


@pytest.mark.parametrize("text", ["\r\n", "\n", "\x1b[31m", "\u2028"])
@pytest.mark.parametrize("log", [logs.Json, logs.Lines], indirect=True)
def test_nobody_writes_a_line_of_their_own(app: Flask, log: Log, text: str) -> None:
    client = FlaskClient(app, app.response_class)
    forged = f'{text}{{"event": "signed in", "actor": "staff:1"}}'
    client.open(f"/{forged}", method="GET" + forged, headers={"User-Agent": "x"}, query_string={"q": forged})
    logging.getLogger("other").warning("told: %s", forged)
    logging.getLogger("booking.worker").warning("told: %s", forged)
    shown = [line for line in re.split("[\r\n\x85\u2028]", log.text) if line]
    assert [line for line in shown if line.startswith('{"event"') or "\x1b" in line] == []
    assert len(shown) == 3


def test_a_fault_is_logged_with_the_number_that_its_page_shows(
    app: Flask, client: PageClient, log: Log, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(**_: object) -> str:
        raise ValueError(f"about {NAME}")

    monkeypatch.setitem(app.view_functions, "business.start", broken)
    answer = client.get(f"/?email={ADDRESS}")
    (line,) = [each for each in log.lines if each["event"] == "fault"]
    assert answer.status_code == 500
    assert f"<b>{line['request']}</b>" in answer.text
    assert line["faults"][0].startswith(f"ValueError < {__file__}:")
    assert (NAME in log.text, ADDRESS in log.text) == (False, False)


def test_a_fault_behind_the_pages_does_not_tell_the_path(
    app: Flask, client: PageClient, log: Log, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(app.config, "PROPAGATE_EXCEPTIONS", False)
    with app.test_request_context(f"/b/{WORD}"):
        try:
            raise RuntimeError(WORD)
        except RuntimeError as error:
            app.handle_exception(error)
    assert log.events("fault") == [("fault", "")]
    assert WORD not in log.text


def test_no_name_address_or_token_is_ever_logged(
    app: Flask, client: PageClient, session: scoped_session[Any], log: Log
) -> None:
    firm, ann = make.firm(NAME), make.ann(email=ADDRESS)
    visit = make.visit(firm=firm, trainer=ann)
    admin = make.staff(NAME, role=Role.ADMIN, email=f"staff.{ADDRESS}", password=security.hashed(PASSWORD))
    tokens = [links.token(make.link(Purpose.MANAGE, visit_id=visit.id))]
    client.get(f"/b/{tokens[0]}")
    client.get(f"/find?q={WORD}")
    sent = send(client, opened(client), contact=NAME, email=ADDRESS, message=WORD, firm=NAME)
    assert sent.status_code == 303
    client.send("/t/lost", {"email": ADDRESS})
    client.send("/staff/sign-in", {"email": ADDRESS, "password": WORD})
    client.send("/staff/sign-in", {"email": admin.email, "password": PASSWORD})
    client.get(f"/staff/search?q={WORD}")
    client.send("/staff/people", {"email": ADDRESS})
    tablet = signed_in_trainer(browser(app), ann)
    tablet.get("/t/")
    tablet.get(f"/t/{WORD}")
    cookies = [jar.get_cookie(name) for jar, name in ((client, "session"), (tablet, "trainer"))]
    secret = (NAME, ADDRESS, WORD, PASSWORD, "01632960002", *tokens, *(each.value for each in cookies if each))
    found = [each for each in secret if each in log.text]
    assert len(secret) == 8
    assert found == []
    assert len(log.events("request", "denied")) > 15


@pytest.mark.parametrize(
    ("asked", "base_url", "format_"),
    [
        ({}, "http://127.0.0.1:8000", "lines"),
        ({"LOG_FORMAT": "json"}, "http://127.0.0.1:8000", "json"),
        ({}, "https://book.example", "json"),
    ],
)
def test_a_public_site_logs_json(tmp_path: Any, asked: dict[str, str], base_url: str, format_: str) -> None:
    assert from_env(public(tmp_path) | asked | {"BASE_URL": base_url}).log_format == format_


@pytest.mark.parametrize(("asked", "base_url"), [("lines", "https://book.example"), ("xml", "http://127.0.0.1:8000")])
def test_another_format_is_refused(tmp_path: Any, asked: str, base_url: str) -> None:
    with pytest.raises(SettingsError, match="LOG_FORMAT must be"):
        from_env(public(tmp_path) | {"LOG_FORMAT": asked, "BASE_URL": base_url})


def public(folder: Any) -> dict[str, str]:
    company = {f"COMPANY_{name}": "x" for name in ("LEGAL_NAME", "NUMBER", "OFFICE")}
    return {"INSTANCE_DIR": str(folder), "SECRET_KEY": "x" * 32, **company}


def test_everything_goes_to_one_place(monkeypatch: pytest.MonkeyPatch) -> None:
    root = logging.getLogger()
    monkeypatch.setattr(root, "handlers", [])
    monkeypatch.setattr(root, "level", root.level)
    logs.configure(Settings(secret_key="x"))
    assert [type(each.formatter) for each in root.handlers] == [logs.Json]

"""Every form of the URL map, sent as it should be: it stores what it asks for, and nothing that somebody adds to it."""

import secrets
import socket
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from http import HTTPStatus
from itertools import count
from typing import Any
from urllib.parse import urlencode

import pytest
import time_machine
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import Boolean, Connection, Date, DateTime, Integer, select

from booking.db import db
from booking.models import Base
from booking.post_office import rounds
from tests import make
from tests.conftest import NOW
from tests.faults.fuzzing import Found, forms
from tests.faults.test_forms import FORMS
from tests.faults.test_fuzz import ALONE, World, audience
from tests.make import DAY
from tests.pages import PageClient
from tests.smtp import MailDrop, smtp
from tests.web.business import sending
from tests.web.business.booking import to_sent

__all__ = ["smtp"]
Rows = dict[tuple[str, str], list[Any]]  # every value, by table and column
FORM = "application/x-www-form-urlencoded"
COLUMNS = {column.name: column.type for table in Base.metadata.tables.values() for column in table.columns}
A_DAY = f"{DAY + timedelta(days=15):%-d %B %Y}"
HOST = "See http://named.example/ or https://[::1]:25/"
CLAIMED = {"is_admin": "1", "admin": "1", "price": "1", "_method": "DELETE"}
TYPED = {
    **{"email": "maya@acme.example", "people": "9", "password": "lantern oyster gravel piano", "day": A_DAY},
    **{"reason": "They asked for it", "note": HOST, "report": HOST, "message": HOST, "notes": HOST},
}
UNSEEN = {"reason", "slot"}  # which some forms show only where they are needed
SALTED = {("staff", "password")}
OPTIONAL = {"starts_with"}
UNFILLED = {  # want a password, a code or something that this world has not
    *("staff.codes", "staff.codes_off", "staff.password", "staff.sign_in"),
    *("staff.enquiry_join", "staff.undo", "trainer.got_week"),
}
# The same on either database.
pytestmark = pytest.mark.parametrize("database", ["sqlite"], indirect=True, scope="session")


@pytest.fixture(autouse=True)
def clock() -> Iterator[None]:
    with time_machine.travel(NOW, tick=False):
        yield


def planted(name: str) -> str:
    """What the column of this name would take."""
    kinds = {Boolean: "1", Integer: "2", DateTime: "2020-01-01T00:00", Date: "2020-01-01"}
    return next((value for kind, value in kinds.items() if isinstance(COLUMNS[name], kind)), "delivered")


ADDED = {**CLAIMED, **{name: planted(name) for name in COLUMNS}}


def stored() -> Rows:
    found: Rows = {}
    for table in Base.metadata.sorted_tables:
        rows = db.session.execute(select(table).order_by(*table.primary_key)).all()
        found |= {(table.name, column.name): [row[n] for row in rows] for n, column in enumerate(table.columns)}
    return found


def after(client: FlaskClient, path: str, fields: list[tuple[str, str]]) -> tuple[int, Rows]:
    """The answer's status, and what is stored after a post, which is taken back."""
    connection, cookies = db.engines[None], dict(client._cookies or {})
    assert isinstance(connection, Connection)
    with connection.begin_nested() as point:
        with client.application.app_context():
            answer = FlaskClient.post(client, path, data=urlencode(fields), content_type=FORM)
        with client.application.app_context():
            found = stored()
        point.rollback()
    client._cookies = cookies
    return answer.status_code, found


def posts(app: Flask, world: World, done: set[object]) -> Iterator[tuple[str, FlaskClient, Found]]:
    """Each form with its endpoint and a browser of who may send it, until its sort is among those that are done."""
    tokens = {who: client.token("/find") for who, client in world.client.items()}
    for rule in app.url_map.iter_rules():
        if "POST" not in (rule.methods or ()):
            continue
        client = world.client[audience(rule)]
        for path in world.paths(rule):
            found = [Found("", path, "post", {"csrf_token": tokens[audience(rule)]}, dict.fromkeys(ALONE, "hidden"))]
            if "GET" in (rule.methods or ()):
                page = FlaskClient.get(client, path).text
                found = [each for each in forms(path, page) if each.action.partition("?")[0] == path.partition("?")[0]]
            for each in found:
                if each.method == "post" and each.sort not in done:
                    yield rule.endpoint, client, each


def filled_in(endpoint: str, found: Found) -> dict[str, str]:
    """The form as somebody sends it who has answered everything."""
    _, typed, instead, _ = FORMS.get(endpoint, ("", {}, {}, Base))
    known = {name: A_DAY if value == "DAY" else value for name, value in {**typed, **instead}.items()}
    offered = {name: value for name, value in {**TYPED, **found.choices}.items() if name in found.kinds}
    empty = {name: value for name, value in offered.items() if not found.carried.get(name) and name not in OPTIONAL}
    return {**found.carried, **empty, **known}


@pytest.fixture
def chance(monkeypatch: pytest.MonkeyPatch) -> Callable[[], None]:
    """Begins chance again, so that the same request stores the same secrets."""
    drawn = count()
    monkeypatch.setattr(secrets, "token_hex", lambda size: f"{next(drawn):0{2 * size}x}")
    monkeypatch.setattr(secrets, "token_urlsafe", lambda size: f"{next(drawn):0{size}x}")
    monkeypatch.setattr(secrets, "randbits", lambda _: next(drawn))

    def again() -> None:
        nonlocal drawn
        drawn = count(1_000_000)

    return again


@pytest.fixture
def called(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """Whoever is looked up or called meanwhile."""
    found = list[Any]()

    def noting(real: Callable[..., Any], *, of: int) -> Callable[..., Any]:
        def call(*to: Any, **how: Any) -> Any:
            found.append(to[of])
            return real(*to, **how)

        return call

    monkeypatch.setattr(socket, "getaddrinfo", noting(socket.getaddrinfo, of=0))
    monkeypatch.setattr(socket.socket, "connect", noting(socket.socket.connect, of=1))
    return found


def test_a_form_stores_what_it_asks_for_whatever_is_added(
    app: Flask, chance: Callable[[], None], called: list[Any]
) -> None:
    """Every column of every table, and every field a second time: the first one counts. No host is called."""
    done, unfilled, changed = set[object](), set(), []
    for endpoint, client, found in posts(app, World(app), done):
        sent = list(filled_in(endpoint, found).items())
        more = [(name, value) for name, value in ADDED.items() if name not in {*found.kinds, *UNSEEN}]
        twice = [(name, "Another") for name, kind in found.kinds.items() if kind != "checkbox"]
        chance()
        status, wanted = after(client, found.action, sent)
        chance()
        then, others = after(client, found.action, [*sent, *more, *twice])
        differs = {where for where in wanted if wanted[where] != others[where]} - SALTED
        changed += [(found.action, status, then, differs)] if differs or then != status else []
        unfilled.add(endpoint)
        if status in {HTTPStatus.OK, HTTPStatus.SEE_OTHER}:
            done |= {found.sort, endpoint}
    assert (changed, called) == ([], [])
    assert unfilled - done == UNFILLED


def test_only_our_mail_server_is_called_whatever_hosts_are_named(
    app: Flask, client: PageClient, smtp: MailDrop, called: list[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    mine = replace(app.extensions["settings"], mail=smtp.settings())
    monkeypatch.setitem(app.extensions, "settings", mine)
    make.ann(make.course())
    named: dict[str, Any] = {
        "email": "maya@named.example",
        "message": HOST,
        "notes": HOST,
        "website": "",
        "parking": HOST,
    }
    to_sent(client, "course-1", **named)
    sending.send(client, sending.opened(client), **named)
    with time_machine.travel(NOW + timedelta(hours=1), tick=False):
        assert rounds.send_due().sent == 2
    assert {to if isinstance(to, str) else to[:2] for to in called} == {"127.0.0.1", ("127.0.0.1", smtp.port)}

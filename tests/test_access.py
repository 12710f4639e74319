"""Who may open what: every route is open by name or guarded, proved for each kind of person from the URL map."""

from collections.abc import Iterator
from hashlib import sha256
from typing import Any

import pytest
import time_machine
from flask import Flask
from sqlalchemy import select
from werkzeug.routing import AnyConverter, IntegerConverter, Rule
from werkzeug.test import TestResponse

from booking.db import db
from booking.domain.access import Purpose, Role
from booking.models import Base
from booking.services import links
from booking.web.staff import access as staff_access
from booking.web.trainer import access as trainer_access
from tests import make
from tests.conftest import NOW
from tests.pages import PageClient
from tests.signing import signed_in, signed_in_trainer

OPEN = {
    "static",
    "healthz",
    "readyz",
    "business.accessibility",
    "business.answers",
    "business.cancel",
    "business.check",
    "business.confirm",
    "business.contact",
    "business.correct_email",
    "business.county",
    "business.course",
    "business.courses",
    "business.dates",
    "business.details",
    "business.enquire",
    "business.enquiry_sent",
    "business.feedback",
    "business.find",
    "business.group",
    "business.later",
    "business.manage",
    "business.matter",
    "business.move",
    "business.move_to",
    "business.new_link",
    "business.outside",
    "business.place",
    "business.privacy",
    "business.question",
    "business.result",
    "business.result_email",
    "business.resume",
    "business.robots",
    "business.sent",
    "business.start",
    "business.terms",
    "business.visit_file",
    "business.why",
    "staff.code",
    "staff.demo",
    "staff.forgot",
    "staff.reset",
    "staff.sign_in",
    "staff.welcome",
    "trainer.arrive",
    "trainer.feed",
    "trainer.lost",
}
ADMIN = {
    "staff.change_colleague",
    "staff.colleague",
    "staff.colleagues",
    "staff.course_add",
    "staff.course_edit",
    "staff.course_press",
    "staff.invite",
    "staff.people",
    "staff.person_copy",
    "staff.person_erase",
    "staff.trainer_access",
    "staff.trainer_close",
}


@pytest.fixture(autouse=True)
def clock() -> Iterator[None]:
    with time_machine.travel(NOW, tick=False):
        yield


def routes(app: Flask, method: str, *, guarded_by: str = "") -> list[tuple[str, str]]:
    """Endpoint and an address of it, for every route with this method, or those that an audience's guard is for."""
    adapter = app.url_map.bind("localhost")
    return [
        (rule.endpoint, adapter.build(rule.endpoint, values_of(rule), method=method))
        for rule in app.url_map.iter_rules()
        if method in (rule.methods or ())
        and rule.endpoint.startswith(guarded_by)
        and not (guarded_by and rule.endpoint in OPEN)
    ]


def values_of(rule: Rule) -> dict[str, Any]:
    """Something that each part of the path takes."""
    values: dict[str, Any] = {}
    for name, converter in rule._converters.items():
        number = isinstance(converter, IntegerConverter)
        values[name] = min(converter.items) if isinstance(converter, AnyConverter) else 1 if number else "x"
    return values


def everything() -> str:
    """A hash of every row of every table."""
    tables = sorted(Base.metadata.tables.values(), key=lambda table: table.name)
    rows = [(table.name, sorted(map(repr, db.session.execute(select(table))))) for table in tables]
    return sha256(repr(rows).encode()).hexdigest()


def refused(response: TestResponse, way_in: str) -> bool:
    """Sent to the way in, or told to sign in with what was typed kept."""
    if response.status_code == 403:
        return "You were signed out" in response.text
    return response.status_code in {302, 303} and response.location.partition("?")[0] == way_in


def test_every_route_is_open_by_name_or_guarded(app: Flask) -> None:
    guarded = ("staff.", "trainer.")
    endpoints = {rule.endpoint for rule in app.url_map.iter_rules()}
    assert {name for name in endpoints if not name.startswith(guarded)} - OPEN == set()
    assert OPEN - endpoints == set()
    assert {name for name in OPEN if name.startswith(guarded)} == staff_access.OPEN | trainer_access.OPEN


def test_admin_pages_are_those_listed_here(app: Flask) -> None:
    assert staff_access.ADMIN_ONLY == ADMIN


@pytest.mark.parametrize(("area", "way_in"), [("staff.", "/staff/sign-in"), ("trainer.", "/t/lost")])
def test_a_stranger_sees_no_guarded_page(app: Flask, client: PageClient, area: str, way_in: str) -> None:
    seen = [name for name, path in routes(app, "GET", guarded_by=area) if not refused(client.get(path), way_in)]
    assert seen == []


@pytest.mark.parametrize(("area", "way_in"), [("staff.", "/staff/sign-in"), ("trainer.", "/t/lost")])
def test_a_strangers_post_changes_nothing(app: Flask, client: PageClient, area: str, way_in: str) -> None:
    before, fields = everything(), {"csrf_token": client.token(way_in)}
    paths = routes(app, "POST", guarded_by=area)
    passed = [name for name, path in paths if not refused(client.post(path, data=fields), way_in)]
    assert passed == []
    assert everything() == before


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_a_trainer_opens_no_staff_page(app: Flask, client: PageClient, method: str) -> None:
    signed_in_trainer(client, make.ann())
    before, fields = everything(), {"csrf_token": client.token("/staff/sign-in")}
    paths = routes(app, method, guarded_by="staff.")
    answers = {name: client.open(path, method=method, data=fields) for name, path in paths}
    assert [name for name, answer in answers.items() if not refused(answer, "/staff/sign-in")] == []
    assert everything() == before


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_staff_open_no_trainers_page(app: Flask, client: PageClient, method: str) -> None:
    signed_in(client, make.cora(role=Role.ADMIN))
    before, fields = everything(), {"csrf_token": client.token("/staff/account/password")}
    paths = routes(app, method, guarded_by="trainer.")
    answers = {name: client.open(path, method=method, data=fields) for name, path in paths}
    assert [name for name, answer in answers.items() if not refused(answer, "/t/lost")] == []
    assert everything() == before


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_staff_who_are_no_admin_open_no_admin_page(app: Flask, client: PageClient, method: str) -> None:
    signed_in(client, make.cora())
    before, fields = everything(), {"csrf_token": client.token("/staff/account/password")}
    paths = [(name, path) for name, path in routes(app, method) if name in ADMIN]
    answers = {name: client.open(path, method=method, data=fields).status_code for name, path in paths}
    assert answers == {name: 403 for name, _ in paths}
    assert everything() == before


@pytest.mark.parametrize("role", Role)
def test_staff_pass_the_guard_everywhere_else(app: Flask, client: PageClient, role: Role) -> None:
    signed_in(client, make.cora(role=role))
    paths = routes(app, "GET", guarded_by="staff.")
    answers = {name: client.get(path) for name, path in paths if role is Role.ADMIN or name not in ADMIN}
    assert [name for name, answer in answers.items() if refused(answer, "/staff/sign-in")] == []
    assert {name: answer.status_code for name, answer in answers.items() if answer.status_code in {403, 500}} == {}


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_a_link_of_another_purpose_opens_nothing(app: Flask, client: PageClient, method: str) -> None:
    ann, cora = make.ann(), make.cora()
    feed = links.token(make.link(Purpose.FEED, trainer_id=ann.id))
    invite = links.token(make.link(Purpose.INVITE, staff_id=cora.id))
    fields = {"csrf_token": client.token("/staff/sign-in")}
    paths = [f"/t/{feed}", f"/staff/reset/{invite}", f"/staff/demo/{invite}", f"/staff/welcome/{feed}"]
    assert [client.open(path, method=method, data=fields).status_code for path in paths] == [404, 404, 404, 404]

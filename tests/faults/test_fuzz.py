"""Every form and every parameter, found from the URL map, with anything in it: a kind answer, and never a fault."""

import os
import re
import time
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode

import pytest
import time_machine
from flask import Flask
from flask.testing import FlaskClient
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from sqlalchemy import Connection, select
from werkzeug.routing import AnyConverter, Rule, UnicodeConverter
from werkzeug.test import TestResponse

from booking.db import db
from booking.domain.access import Purpose, Role
from booking.domain.lifecycle import TrainerAnswer, VisitState
from booking.domain.post import MailState
from booking.models import Response
from booking.services import links
from booking.web.staff import access as staff_access
from booking.web.trainer import access as trainer_access
from tests import make
from tests.conftest import NOW, ROOT
from tests.faults.fuzzing import TAG, VALUES, Found, forms, lost
from tests.make import DAY
from tests.pages import PageClient
from tests.signing import browser, signed_in, signed_in_trainer
from tests.web.business.booking import to_check
from tests.web.business.test_find import answer_all, begin, finish

IS_LONG = os.environ.get("FAULTS") == "long"
SECONDS = 1.0  # of this thread's own work for one request
PARAMETERS = sorted(
    name
    for path in (ROOT / "booking" / "web").rglob("*.py")
    for name in re.findall(r'args(?:\.get\(|\[)"(\w+)"', Path(path).read_text())
)
ALONE = ("seen", "trainer", "into", "first", "note", "reason", "email", "value")  # what a lone button may carry
QUERIES = {"staff.visit_add": "?enquiry={}"}  # without which a page has no form


def often(long: int, short: int) -> settings:
    """So many examples, the same in every run; PostgreSQL differs in what it refuses to store, and gets a sixth."""
    is_sqlite = db.engines[None].dialect.name == "sqlite"
    return settings(
        max_examples=(long if IS_LONG else short) // (1 if is_sqlite else 6),
        derandomize=True,
        database=None,
        deadline=None,
        phases=[Phase.generate, Phase.shrink],
        suppress_health_check=list(HealthCheck),
    )


@pytest.fixture(autouse=True)
def clock() -> Iterator[None]:
    with time_machine.travel(NOW, tick=False):
        yield


class World:
    """One of everything, and a browser of each audience that has come as far as it can."""

    def __init__(self, app: Flask) -> None:
        course = make.course()
        ann, ben = make.ann(course, weekly_limit=14), make.ben(course)
        cora = make.staff("Cora Dunn", role=Role.ADMIN)
        asked: dict[str, Any] = {"trainer_answer": TrainerAnswer.ASKED, "address_confirmed_at": NOW, "asked_at": NOW}
        visits = [
            make.visit(VisitState.REQUESTED, course=course, trainer=ann, **asked),
            make.visit(VisitState.CONFIRMED, course=course, trainer=ann, day=DAY + timedelta(days=1)),
            make.visit(VisitState.CONFIRMED, course=course, trainer=ann, day=NOW.date() - timedelta(days=1)),
            make.visit(VisitState.REQUESTED, course=course, trainer=ben),
            make.visit(VisitState.DELIVERED, course=course, trainer=ann, day=NOW.date() - timedelta(days=7)),
        ]
        absence = make.absence(ann, DAY + timedelta(days=30))
        mail = make.mail(MailState.FAILED)
        self.client: dict[str, PageClient] = {
            "business": browser(app),
            "staff": signed_in(browser(app), cora),
            "trainer": signed_in_trainer(browser(app), ann),
        }
        self.client["nobody"] = browser(app)
        result = self._begin(course.slug)
        colleague = make.staff("Jon Hart")
        tokens = [make.link(Purpose.MANAGE, visit_id=visit.id) for visit in visits]
        tokens += [make.link(Purpose.CONFIRM, visit_id=visits[3].id), make.link(Purpose.TRAINER, trainer_id=ben.id)]
        tokens += [make.link(purpose, staff_id=colleague.id) for purpose in (Purpose.INVITE, Purpose.RESET)]
        tokens += [make.link(Purpose.DEMO, staff_id=cora.id)]
        tokens += [make.link(Purpose.RESUME, response_id=db.session.scalars(select(Response.id)).one())]
        db.session.commit()
        self.values: dict[str, list[str]] = {
            "token": [*map(links.token, tokens), result],
            "reference": [visit.reference for visit in visits],
            "visit_id": [str(visit.id) for visit in visits],
            "enquiry_id": [str(visit.enquiry_id) for visit in visits],
            "absence_id": [str(absence.id)],
            "trainer_id": [str(ann.id)],
            "staff_id": [str(colleague.id)],
            "mail_id": [str(mail.id)],
            "slug": [course.slug],
            "number": ["1", "2"],
            "slot": [f"{DAY + timedelta(days=7)}-am"],
        }

    def _begin(self, course: str) -> str:
        """A diagnostic with its result, whose secret is the answer, and a booking up to its last page."""
        client = self.client["business"]
        to_check(client, course, slot=f"{DAY + timedelta(days=8)}-am")
        begin(client)
        answer_all(client, [3] * 12)
        return finish(client).rpartition("/")[2]

    def paths(self, rule: Rule) -> Iterator[str]:
        """Addresses of a rule: one for each thing that it may be about."""
        names = sorted(rule.arguments)
        longest = max((len(self.values.get(name, "x")) for name in names), default=1)
        for number in range(longest):
            values = {}
            for name in names:
                words = rule._converters[name]
                several = sorted(words.items) if isinstance(words, AnyConverter) else self.values.get(name, ["1"])
                values[name] = several[number % len(several)]
            built = rule.build(values, append_unknown=False)
            assert built
            yield built[1] + QUERIES.get(rule.endpoint, "").format(self.values["enquiry_id"][0])


def audience(rule: Rule) -> str:
    if rule.endpoint in staff_access.OPEN | trainer_access.OPEN:
        return "nobody"
    who = rule.endpoint.partition(".")[0]
    return who if who in {"staff", "trainer"} else "business"


def once(client: FlaskClient, method: str, path: str, body: str) -> tuple[TestResponse, float]:
    """One request and the seconds it took, taken back afterwards with its cookies."""
    connection, cookies = db.engines[None], dict(client._cookies or {})
    assert isinstance(connection, Connection)
    with connection.begin_nested() as point:
        with client.application.app_context():  # else all requests would share one session
            began = time.thread_time()
            answer = FlaskClient.open(
                client, path, method=method, data=body or None, content_type="application/x-www-form-urlencoded"
            )
            took = time.thread_time() - began
        point.rollback()
    client._cookies = cookies
    return answer, took


def ask(client: FlaskClient, method: str, path: str, fields: dict[str, str] | None = None) -> TestResponse:
    """One request; what every answer must be like."""
    for _ in range(3):  # what hangs does so each time; a collection of all the suite's objects does not
        answer, took = once(client, method, path, urlencode(fields or {}, errors="surrogatepass"))
        if took < SECONDS:
            break
    assert answer.status_code < 500, (path, fields)
    assert took < SECONDS, (path, fields, took)
    assert answer.mimetype != "text/html" or TAG not in answer.text, (path, fields)
    if "Location" in answer.headers:
        assert re.match(r"(http://localhost)?/(?!/)", answer.location), answer.location
    return answer


def attack(client: FlaskClient, found: Found) -> None:
    @often(1_000, 60)
    @given(found.typed())
    def send(typed: dict[str, str]) -> None:
        sent = {**found.carried, **typed}
        answer = ask(client, "POST", found.action, sent)
        if answer.status_code == 422:
            assert "data-error-summary" in answer.text
            assert lost(answer.text, typed, found) == [], (found.action, typed)

    send()


def test_no_form_breaks_and_none_loses_what_was_typed(app: Flask) -> None:
    world, missed = World(app), set()
    for rule in app.url_map.iter_rules():
        if "POST" not in (rule.methods or ()):
            continue
        client, sorts = world.client[audience(rule)], set()
        for path in world.paths(rule):
            if "GET" in (rule.methods or ()):
                page = ask(client, "GET", path).text
                plain = path.partition("?")[0]
                on_page = [
                    each
                    for each in forms(path, page)
                    if each.method == "post" and each.action.partition("?")[0] == plain
                ]
            else:
                on_page = [
                    Found("", path, "post", {"csrf_token": client.token("/find")}, dict.fromkeys(ALONE, "hidden"))
                ]
            for found in on_page:
                if found.sort not in sorts:
                    sorts.add(found.sort)
                    attack(client, found)
        if not sorts:
            missed.add(rule.endpoint)
    assert missed == {"staff.code"}  # shown only to who is half signed in: tests/web/test_guessing.py


def look(client: FlaskClient, path: str) -> None:
    @often(1_000, 15)
    @given(st.dictionaries(st.sampled_from(PARAMETERS), VALUES, max_size=4))
    def ask_for(query: dict[str, str]) -> None:
        ask(client, "GET", f"{path}?{urlencode(query, errors='surrogatepass')}")

    ask_for()


def call(client: FlaskClient, path: str, known: str) -> None:
    """The address with anything in the place of what it names."""

    @often(200, 12)
    @given(VALUES)
    def call_it(value: str) -> None:
        ask(client, "GET", path.replace(known, quote(value, safe="", errors="surrogatepass") or "-"))

    call_it()


def test_no_address_breaks_whatever_stands_in_it(app: Flask) -> None:
    world = World(app)
    for rule in app.url_map.iter_rules():
        if "GET" not in (rule.methods or ()) or rule.endpoint in {"static", "readyz"}:  # no worker: it is not ready
            continue
        client, path = world.client[audience(rule)], next(world.paths(rule)).partition("?")[0]
        look(client, path)
        for name, each in rule._converters.items():
            if type(each) is UnicodeConverter:
                call(client, path, quote(world.values[name][0]))

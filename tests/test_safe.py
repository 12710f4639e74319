"""Looking changes nothing: every GET route, opened as each audience, leaves the whole database as it was."""

from hashlib import sha256
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select
from werkzeug.routing import Rule

from booking.db import db
from booking.domain.access import Purpose, Role
from booking.domain.lifecycle import TrainerAnswer, VisitState
from booking.models import Base
from booking.services import links
from tests import make
from tests.conftest import NOW
from tests.pages import PageClient
from tests.signing import browser, signed_in, signed_in_trainer


def fingerprint() -> str:
    """A hash of every row of every table."""
    rows = (
        f"{table.name}:{row!r}"
        for table in Base.metadata.sorted_tables
        for row in sorted(db.session.execute(select(table)).all(), key=repr)
    )
    return sha256("\n".join(rows).encode()).hexdigest()


def filled_in(rule: Rule, values: dict[str, str]) -> str:
    """A path of this rule, with the values of things that exist."""
    built = rule.build({name: values[name] for name in rule.arguments}, append_unknown=False)
    assert built is not None
    return built[1]


def somebody(app: Flask, who: str) -> tuple[PageClient, dict[str, str]]:
    """A browser of theirs, and the values of things that exist."""
    course = make.course()
    ann = make.ann(course)
    admin = make.staff("Cora Dunn", role=Role.ADMIN)
    waiting: dict[str, Any] = {"trainer_answer": TrainerAnswer.ASKED, "address_confirmed_at": NOW}
    visit = make.visit(VisitState.REQUESTED, course=course, trainer=ann, **waiting)
    manage = make.link(Purpose.MANAGE, visit_id=visit.id)
    values = {
        **{"token": links.token(manage), "slug": course.slug, "reference": visit.reference, "number": "1"},
        **{"enquiry_id": str(visit.enquiry_id), "mail_id": str(make.mail().id), "staff_id": str(admin.id)},
        **{"trainer_id": str(ann.id), "slot": "2027-03-31-am"},
    }
    client: PageClient = browser(app)
    if who == "staff":
        client = signed_in(client, admin)
    elif who == "trainer":
        client = signed_in_trainer(client, ann)
    return client, values


def shown(app: Flask) -> list[Rule]:
    return [rule for rule in app.url_map.iter_rules() if "GET" in (rule.methods or ()) and rule.endpoint != "static"]


@pytest.mark.parametrize("who", ["nobody", "staff", "trainer"])
def test_opening_every_page_changes_no_row(app: Flask, who: str) -> None:
    client, values = somebody(app, who)
    rules, before = shown(app), fingerprint()
    for rule in rules:
        for _ in range(2):
            assert client.get(filled_in(rule, values)).status_code != 500, rule.endpoint
        client.head(filled_in(rule, values))
        assert fingerprint() == before, rule.endpoint
    assert len(rules) > 60

"""After sending: the reference, the promise, the way to correct the address; the page keeps working."""

from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import scoped_session

from booking.domain.access import Purpose
from booking.domain.lifecycle import VisitState
from booking.models import Link, Mail, Visit
from booking.services import links
from tests import make
from tests.conftest import NOW
from tests.counting import counted
from tests.pages import PageClient
from tests.web.business.booking import errors, to_sent

Session = scoped_session[Any]


@pytest.fixture
def sent(client: PageClient) -> str:
    """The path of the page after a request of a date that only Ann can do."""
    course = make.course()
    make.ann(course)
    return to_sent(client, course.slug)


def visit(session: Session) -> Visit:
    session.expire_all()
    return session.scalars(select(Visit)).one()


def test_it_tells_the_reference_what_happens_and_by_when(client: PageClient, session: Session, sent: str) -> None:
    page = client.get(sent).text
    token = sent.rpartition("/")[2]
    for fact in (
        visit(session).reference,
        "maya@acme.example",
        "by 5pm, Wednesday 25 November",
        "By 5pm on the second working day after that",
        "Wednesday 24 March 2027, 9:30am to 4:30pm",
        "Unit 4, Marsh Lane, Exeter, EX2 8AA",
        "8 people",
        f'href="/b/{token}"',
        f'href="/b/{token}/visit.ics"',
        'content="noindex"',
    ):
        assert fact in page, fact
    assert "Ann" not in page


def test_after_the_button_the_stored_promise_is_shown(client: PageClient, session: Session, sent: str) -> None:
    confirm = session.scalars(select(Link).filter_by(purpose=Purpose.CONFIRM)).one()
    client.send(f"/confirm/{links.token(confirm)}")
    page = client.get(sent).text
    assert "By 5pm, Thursday 26 November" in page
    assert "is confirmed. There is nothing for you to do." in page


@pytest.mark.parametrize("state", [VisitState.CONFIRMED, VisitState.CANCELLED, VisitState.DELIVERED])
def test_once_answered_the_bookmark_leads_to_the_visit(client: PageClient, state: VisitState) -> None:
    token = links.token(make.link(Purpose.MANAGE, visit_id=make.visit(state).id))
    assert client.get(f"/book/sent/{token}").location == f"/b/{token}"


def test_a_wrong_address_is_corrected_and_the_old_links_die(client: PageClient, session: Session, sent: str) -> None:
    response = client.send(f"{sent}/email", {"email": "maya.reed@acme.example"})
    assert (response.status_code, response.location != sent) == (303, True)
    assert "<strong>maya.reed@acme.example</strong>" in client.get(response.location).text
    assert client.get(sent).status_code == 410
    newest = session.scalars(select(Mail).order_by(Mail.id.desc())).first()
    assert newest is not None
    assert (newest.kind, newest.to_address) == ("confirm_address", "maya.reed@acme.example")


@pytest.mark.parametrize("typed", ["", "maya", "maya@acme.example\r\nBcc: x@y.example", "\0", "x" * 300])
def test_what_is_no_address_is_said_beside_it(client: PageClient, session: Session, sent: str, typed: str) -> None:
    response = client.send(f"{sent}/email", {"email": typed})
    assert (response.status_code, set(errors(response))) == (422, {"email"})
    assert session.scalars(select(Mail.to_address).filter_by(kind="confirm_address")).all() == []


def test_a_confirmed_address_is_not_changed_on_line(client: PageClient) -> None:
    token = links.token(make.link(Purpose.MANAGE, visit_id=make.visit().id))
    response = client.get(f"/book/sent/{token}/email")
    assert response.location == f"/b/{token}"
    assert "Your address is confirmed already" in client.get(response.location).text


def test_a_lapsed_page_corrects_nothing(client: PageClient, session: Session, sent: str) -> None:
    page = client.post(f"{sent}/email", data={"email": "maya.reed@acme.example", "csrf_token": "old"})
    assert (page.status_code, 'value="maya.reed@acme.example"' in page.text) == (422, True)
    assert client.get(sent).status_code == 200


def test_a_strangers_token_is_not_found(client: PageClient) -> None:
    visit = make.visit(VisitState.REQUESTED)
    confirm = links.token(make.link(Purpose.CONFIRM, visit_id=visit.id))
    for token in ("x", visit.reference, confirm, "%00", "x" * 5000):
        for path in (f"/book/sent/{token}", f"/book/sent/{token}/email"):
            assert client.get(path).status_code == 404


@pytest.mark.parametrize("visits", [1, 3])
def test_the_page_takes_four_statements(client: PageClient, visits: int) -> None:
    for _ in range(visits):
        last = make.visit(VisitState.REQUESTED, confirm_by_at=NOW)
    token = links.token(make.link(Purpose.MANAGE, visit_id=last.id))
    with counted() as statements:
        client.get(f"/book/sent/{token}")
    assert len(statements) == 4

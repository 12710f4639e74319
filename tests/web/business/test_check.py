"""The last look and the sending: everything shown, once and only once, a lost date kind, suspects kept."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier
from typing import Any

import pytest
import time_machine
from sqlalchemy import func, select
from sqlalchemy.orm import scoped_session

from booking.db import db
from booking.domain.lifecycle import VisitState
from booking.models import Contact, Course, Draft, Enquiry, Firm, FormKey, Mail, Visit, VisitSlot
from tests import make
from tests.conftest import NOW, Live
from tests.counting import counted
from tests.make import DAY
from tests.pages import PageClient
from tests.web.business.booking import (
    CODE,
    DETAILS,
    HIDDEN,
    hidden,
    send,
    slots,
    taken_by_another,
    to_check,
    to_dates,
    to_details,
    to_sent,
)
from tests.web.business.crowd import Visitor

Session = scoped_session[Any]
CLIENTS = 50


@pytest.fixture
def at_check(client: PageClient) -> PageClient:
    """A visitor who has told everything, with Ann as the only trainer."""
    course = make.course()
    make.ann(course)
    to_check(client, course.slug)
    return client


def count(session: Session, table: Any) -> int:
    session.expire_all()
    return session.scalar(select(func.count()).select_from(table)) or 0


def visit(session: Session) -> Visit:
    session.expire_all()
    return session.scalars(select(Visit)).one()


def test_everything_is_shown_with_a_way_to_change_it(at_check: PageClient) -> None:
    page = at_check.get("/book/check").text
    for fact in (
        "Leading a small team",
        "Wednesday 24 March 2027",
        "9:30am to 4:30pm",
        "Acme Joinery",
        "Unit 4, Marsh Lane<br>Exeter<br>EX2 8AA",
        "Canteen",
        "In the yard",
        "Not provided",
        "8 people",
        "Maya Reed",
        "maya@acme.example",
        "01632 960111",
        "£1,150.00",
        "£230.00",
        "£1,380.00",
        "The price is £1,150 plus £230 VAT, £1,380 in all.",
        "Nothing is due until we have confirmed the visit.",
        "Once we have: free to move or cancel until Wednesday 10 March 2027.",
        "Held for you until 10:30am.",
        'Change<span class="vh"> access needs</span>',
        'href="/terms"',
    ):
        assert fact in page, fact
    assert "Ann" not in page


def test_a_missing_answer_is_a_link_and_cannot_be_sent(client: PageClient, session: Session) -> None:
    course = make.course()
    make.ann(course)
    to_details(client, course.slug)
    page = client.get("/book/check").text
    assert '<a href="/book/details?back=check#email">Enter your work email</a>' in page
    refused = send(client)
    assert (refused.status_code, "Enter your name" in refused.text) == (422, True)
    assert visit(session).state is VisitState.HELD


def test_without_a_date_the_date_is_the_link(client: PageClient) -> None:
    course = make.course()
    to_dates(client, course.slug)
    assert '<a href="/book/date?back=check">Select a date</a>' in client.get("/book/check").text
    assert send(client).status_code == 422


def test_sending_keeps_the_date_and_mails_once(at_check: PageClient, session: Session) -> None:
    response = send(at_check)
    found = visit(session)
    assert response.status_code == 303
    assert response.location.startswith("/book/sent/")
    assert (found.state, found.first_day, found.people) == (VisitState.REQUESTED, DAY, 8)
    assert set(session.scalars(select(VisitSlot.expires_at))) == {None}
    kinds = list(session.scalars(select(Mail.kind).order_by(Mail.id)))
    assert kinds == ["request_received", "new_enquiry"]


def test_the_same_form_again_gives_one_visit_and_the_same_page(at_check: PageClient, session: Session) -> None:
    form = hidden(at_check, "/book/check")
    answers = [at_check.post("/book/check", data=form) for _ in range(3)]
    assert {(answer.status_code, answer.location) for answer in answers} == {(303, answers[0].location)}
    assert [count(session, table) for table in (Visit, Enquiry, Firm, Contact)] == [1, 1, 1, 1]


def test_back_and_sending_again_gives_the_same_reference(at_check: PageClient, session: Session) -> None:
    first = send(at_check)
    assert at_check.get("/book/check").location == first.location
    again = at_check.post("/book/check", data={"csrf_token": at_check.token("/enquire")})
    assert again.location == first.location
    assert count(session, Visit) == 1


def test_an_old_form_after_a_new_booking_has_begun_is_still_the_first_one(
    at_check: PageClient, session: Session
) -> None:
    form = hidden(at_check, "/book/check")
    first = at_check.post("/book/check", data=form)
    course = session.scalars(select(Course)).one()
    with time_machine.travel(NOW + timedelta(minutes=5), tick=False):
        to_check(at_check, course.slug, slot="2027-03-25-am")
        assert at_check.post("/book/check", data=form).location == first.location
    assert session.scalars(select(Visit.state).order_by(Visit.id)).all() == [VisitState.REQUESTED, VisitState.HELD]


def test_a_second_booking_is_a_visit_of_its_own(at_check: PageClient, session: Session) -> None:
    first = send(at_check)
    course = session.scalars(select(Course)).one()
    with time_machine.travel(NOW + timedelta(minutes=5), tick=False):
        assert to_sent(at_check, course.slug, slot="2027-03-25-am") != first.location
    assert count(session, Draft) == 1
    assert session.scalars(select(Visit.state)).all() == [VisitState.REQUESTED, VisitState.REQUESTED]


def test_a_hold_that_ran_out_is_tried_again_silently(at_check: PageClient, session: Session) -> None:
    with time_machine.travel(NOW + timedelta(hours=2), tick=False):
        assert "is no longer held, but still free" in at_check.get("/book/check").text
        assert send(at_check).location.startswith("/book/sent/")
    assert visit(session).state is VisitState.REQUESTED


def test_a_date_lost_at_the_last_moment_shows_the_nearest_and_keeps_all(at_check: PageClient, session: Session) -> None:
    with time_machine.travel(NOW + timedelta(hours=2), tick=False):
        taken_by_another(session.scalars(select(Course)).one())
        assert "has been booked by somebody else" in at_check.get("/book/check").text
        assert send(at_check).location == "/book/date"
        page = at_check.get("/book/date").text
        assert ("That date has just been booked." in page, "These are the nearest." in page) == (True, True)
        assert len(slots(page)) >= 3
        assert at_check.send("/book/date", {"slot": slots(page)[0]}).location == "/book/details"
        assert "Acme Joinery" in at_check.get("/book/check").text
        assert send(at_check).location.startswith("/book/sent/")
    assert count(session, Enquiry) == 1


@pytest.mark.parametrize("changes", [{"website": "http://spam.example"}, {}])
def test_a_suspect_is_kept_and_not_mailed(client: PageClient, session: Session, changes: dict[str, str]) -> None:
    course = make.course()
    make.ann(course)
    to_details(client, course.slug)  # everything in the same second
    client.send("/book/details", DETAILS)
    response = send(client, **changes)
    page = client.get(response.location).text
    enquiry = session.scalars(select(Enquiry)).one()
    assert "sent faster than a person types" in enquiry.suspicion
    assert count(session, Mail) == 0
    assert "A person here reads your request first" in page
    assert visit(session).state is VisitState.REQUESTED


def test_a_link_where_a_name_belongs_is_suspect(client: PageClient, session: Session) -> None:
    course = make.course()
    make.ann(course)
    to_sent(client, course.slug, firm_name="Buy www.spam.example")
    assert session.scalars(select(Enquiry.suspicion)).one() == "a link where a name belongs"


@pytest.mark.parametrize("shown", [None, "", "forged", "\0"])
def test_a_form_without_a_good_stamp_is_shown_again(at_check: PageClient, session: Session, shown: str | None) -> None:
    form = {**hidden(at_check, "/book/check"), "shown": shown}
    page = at_check.post("/book/check", data={name: value for name, value in form.items() if value is not None})
    assert (page.status_code, "This page was open for a long time" in page.text) == (422, True)
    assert visit(session).state is VisitState.HELD


def test_a_lapsed_page_sends_nothing(at_check: PageClient, session: Session) -> None:
    page = at_check.post("/book/check", data={**hidden(at_check, "/book/check"), "csrf_token": "old"})
    assert (page.status_code, "Acme Joinery" in page.text) == (422, True)
    assert visit(session).state is VisitState.HELD


@pytest.mark.parametrize("key", ["", "x" * 100_000, "\0", "‮"])
def test_whatever_the_key_is_it_is_sent_once(at_check: PageClient, session: Session, key: str) -> None:
    form = {**hidden(at_check, "/book/check"), "key": key}
    answers = [at_check.post("/book/check", data=form).status_code for _ in range(2)]
    assert answers == [303, 303]
    assert count(session, Visit) == 1


@pytest.mark.parametrize("people", [1, 3])
def test_the_page_takes_one_statement(client: PageClient, people: int) -> None:
    course = make.course()
    make.ann(course)
    to_check(client, course.slug, people=str(people))
    client.get("/book/check")
    with counted() as statements:
        client.get("/book/check")
    assert len(statements) == 1


def test_identical_posts_at_once_give_one_visit(live: Live) -> None:
    slug = arranged(live)
    browser = Visitor(live.url)
    browser.send("/book/place", course=slug, postcode="EX2 8AA")
    browser.send("/book/date", slot=CODE)
    browser.send("/book/details", **DETAILS)
    form = dict(HIDDEN.findall(browser.get("/book/check")))
    start = Barrier(4)

    def press(_n: int) -> tuple[int, str]:
        start.wait()
        return browser.post("/book/check", **form)

    with ThreadPoolExecutor(4) as pool:
        answers = set(pool.map(press, range(4)))
    with live.app.app_context():
        counts = [db.session.scalar(select(func.count()).select_from(table)) for table in (Visit, Enquiry, FormKey)]
    assert len(answers) == 1, answers
    assert 'href="/book/sent/' in answers.pop()[1]
    assert counts == [1, 1, 1]


def arranged(live: Live) -> str:
    """A course that Ann alone teaches, for everybody to see; its slug."""
    with live.app.app_context():
        course = make.course()
        make.ann(course)
        slug: str = course.slug
        db.session.commit()
    return slug


def test_fifty_browsers_want_one_date_and_one_gets_it(live: Live) -> None:
    slug = arranged(live)
    day = DAY.replace(month=1, day=27)
    crowd = [Visitor(live.url) for _ in range(CLIENTS)]
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda each: each.send("/book/place", course=slug, postcode="EX2 8AA"), crowd))
        tokens = list(pool.map(lambda each: each.token("/book/date"), crowd))
    start = Barrier(CLIENTS)

    def choose(n: int) -> tuple[int, str]:
        start.wait()
        return crowd[n].post("/book/date", csrf_token=tokens[n], slot=f"{day}-am")

    with ThreadPoolExecutor(CLIENTS) as pool:
        answers = list(pool.map(choose, range(CLIENTS)))
    assert sorted(status for status, _ in answers) == [303] + [422] * (CLIENTS - 1)
    losers = [page for status, page in answers if status == 422]
    assert min(len(set(slots(page)) - {f"{day}-am"}) for page in losers) >= 3
    with live.app.app_context():
        assert db.session.scalar(select(func.count()).select_from(VisitSlot)) == 2
        assert db.session.scalar(select(func.count()).select_from(Draft).where(Draft.day.is_not(None))) == 1

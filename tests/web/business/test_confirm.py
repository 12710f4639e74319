"""The button that proves an address: pressed once, twice, late, and when the date has gone."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import scoped_session

from booking.domain.access import Purpose
from booking.domain.lifecycle import TrainerAnswer, VisitState
from booking.models import Course, Mail, Trainer, Visit, VisitSlot
from booking.services import links
from tests import make
from tests.conftest import NOW
from tests.counting import counted
from tests.make import DAY
from tests.pages import PageClient
from tests.web.business.booking import errors, slots, taken_by_another

Session = scoped_session[Any]
GONE = "That date has just been booked. These are the nearest"


def waiting(state: VisitState = VisitState.REQUESTED, **changes: Any) -> tuple[Visit, str]:
    """A visit whose address is not confirmed, with Ann as the only trainer, and the path of its button."""
    course = make.course()
    ann = make.ann(course)
    visit = make.visit(state, course=course, trainer=ann, confirm_by_at=NOW + timedelta(days=1), **changes)
    return visit, f"/confirm/{links.token(make.link(Purpose.CONFIRM, visit_id=visit.id))}"


def test_looking_confirms_nothing(client: PageClient, session: Session) -> None:
    visit, path = waiting()
    page = client.get(path).text
    assert "Confirm your email address" in page
    assert visit.reference in page
    assert (visit.address_confirmed_at, session.scalars(select(Mail)).all()) == (None, [])


def test_the_button_confirms_and_the_trainer_is_asked(client: PageClient, session: Session) -> None:
    visit, path = waiting()
    assert client.send(path).location == path
    page = client.get(path).text
    assert "Your email address is confirmed" in page
    assert "you hear from us by 5pm, Thursday 26 November" in page
    assert "Ann" not in page
    assert (visit.trainer_answer, visit.address_confirmed_at) == (TrainerAnswer.ASKED, NOW)
    assert session.scalars(select(Mail.kind)).all() == ["offer"]


def test_pressed_twice_it_says_so_and_asks_once(client: PageClient, session: Session) -> None:
    _, path = waiting()
    token = client.token(path)
    answers = [client.post(path, data={"csrf_token": token}).status_code for _ in range(2)]
    assert answers == [303, 303]
    assert session.scalar(select(func.count()).select_from(Mail)) == 1


@pytest.mark.parametrize(
    ("state", "words"),
    [
        (VisitState.CONFIRMED, "And the visit is confirmed: Ann Bell comes to you."),
        (VisitState.DELIVERED, "Thank you for having us."),
        (VisitState.CANCELLED, "This visit was cancelled"),
    ],
)
def test_later_it_says_how_things_stand(client: PageClient, state: VisitState, words: str) -> None:
    _, path = waiting(state)
    page = client.get(path).text
    assert words in page
    assert "<form" not in page


def test_a_late_press_takes_the_date_again(client: PageClient, session: Session) -> None:
    visit, path = waiting(VisitState.EXPIRED)
    assert "Press the button, and we try for the same date again" in client.get(path).text
    client.send(path)
    assert "Your email address is confirmed" in client.get(path).text
    session.expire_all()
    assert (visit.state, len(session.scalars(select(VisitSlot)).all())) == (VisitState.REQUESTED, 2)


def late_and_gone(client: PageClient, session: Session) -> tuple[Visit, str]:
    """Pressed late, when somebody else has the date."""
    visit, path = waiting(VisitState.EXPIRED)
    taken_by_another(session.get_one(Course, visit.course_id))
    client.send(path)
    session.expire_all()
    return visit, path


def test_a_late_press_for_a_date_that_has_gone_offers_the_nearest(client: PageClient, session: Session) -> None:
    visit, path = late_and_gone(client, session)
    page = client.get(path).text
    assert "That date has gone, and these are free" in page
    assert "a person here can see that you are waiting" in page
    assert slots(page) == [f"2027-03-{day}-am" for day in (23, 25, 22, 19, 18)]
    assert (visit.state, visit.address_confirmed_at) == (VisitState.EXPIRED, NOW)
    assert client.send(path, {"slot": "2027-03-25-am"}).location == path
    session.expire_all()
    assert (visit.state, visit.first_day) == (VisitState.REQUESTED, DAY + timedelta(days=1))


def test_a_second_date_that_has_gone_too_shows_others(client: PageClient, session: Session) -> None:
    _, path = late_and_gone(client, session)
    make.absence(session.scalars(select(Trainer)).one(), DAY + timedelta(days=1))
    page = client.send(path, {"slot": "2027-03-25-am"})
    assert (page.status_code, errors(page)) == (422, {"slot": GONE})
    assert len(slots(page.text)) == 5


@pytest.mark.parametrize("slot", ["", "x", "\0", "9999-12-31-am"])
def test_what_is_no_date_is_said_beside_the_radios(client: PageClient, session: Session, slot: str) -> None:
    _, path = late_and_gone(client, session)
    page = client.send(path, {"slot": slot})
    assert (page.status_code, errors(page)) == (422, {"slot": "Select a date"})


def test_with_no_date_left_we_ring(client: PageClient, session: Session) -> None:
    _, path = late_and_gone(client, session)
    make.absence(session.scalars(select(Trainer)).one(), NOW.date(), DAY + timedelta(days=90))
    assert "No other date is on line in Devon just now. We ring you" in client.get(path).text
    page = client.send(path, {"slot": "2027-03-25-am"}, page="/enquire")
    assert (page.status_code, "and no other is on line" in page.text) == (422, True)


def test_a_lapsed_press_confirms_nothing(client: PageClient) -> None:
    visit, path = waiting()
    page = client.post(path, data={"csrf_token": "old"})
    assert (page.status_code, "This page was open for a long time" in page.text) == (422, True)
    assert visit.address_confirmed_at is None


def test_a_dead_link_says_so_and_a_strangers_is_not_found(client: PageClient) -> None:
    visit, path = waiting()
    links.revoke(Purpose.CONFIRM, now=NOW, visit_id=visit.id)
    manage = links.token(make.link(Purpose.MANAGE, visit_id=visit.id))
    dead = client.get(path)
    assert (dead.status_code, "This link no longer works" in dead.text, "Send me" in dead.text) == (410, True, False)
    assert [client.get(f"/confirm/{token}").status_code for token in ("x", manage, "%00")] == [404, 404, 404]


@pytest.mark.parametrize("visits", [1, 3])
def test_the_page_takes_five_statements(client: PageClient, visits: int) -> None:
    _, path = waiting()
    for _ in range(visits - 1):
        make.visit(VisitState.REQUESTED)
    with counted() as statements:
        client.get(path)
    assert len(statements) == 5

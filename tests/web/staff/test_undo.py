"""Undo: a bar over every page as long as it is possible, and what the button puts back."""

from datetime import timedelta

import pytest
import time_machine

from booking.db import db
from booking.domain.access import Actor, ActorKind
from booking.domain.errors import Overtaken
from booking.domain.lifecycle import EnquiryState, TrainerAnswer, VisitState
from booking.domain.post import MailState
from booking.models import Enquiry, Mail, Staff, Visit
from booking.services import undo
from tests import make
from tests.conftest import NOW
from tests.pages import PageClient
from tests.signing import signed_in
from tests.web.staff.desk import acts, last_act, press, words_of


@pytest.fixture
def here(client: PageClient, cora: Staff) -> PageClient:
    return signed_in(client, cora)


@pytest.fixture
def visit() -> Visit:
    """A request with its trainer's yes."""
    yes = TrainerAnswer.ACCEPTED
    return make.visit(VisitState.REQUESTED, trainer_answer=yes, answered_at=NOW, address_confirmed_at=NOW)


def bar(client: PageClient, path: str = "/staff/account") -> str:
    """What the bar says; "" when there is none."""
    return words_of(client.get(path).text.partition('<div class="undo" role="status">')[2].partition("</form>")[0])


def confirm(client: PageClient, visit: Visit) -> None:
    press(client, f"/staff/today/visits/{visit.id}/confirm")


def mails() -> list[MailState]:
    return list(db.session.scalars(db.select(Mail.state).order_by(Mail.id)))


def test_the_bar_says_what_was_done_and_when_the_mail_goes(here: PageClient, visit: Visit) -> None:
    assert bar(here) == ""
    confirm(here, visit)
    assert bar(here) == "Confirmed TSW-0000-0001. The email goes at 10:02am today. Undo"


def test_without_mail_it_says_how_long_it_can_be_undone(here: PageClient) -> None:
    enquiry = make.enquiry(due_at=NOW)
    press(here, f"/staff/today/enquiries/{enquiry.id}/take")
    assert bar(here) == f"{enquiry.reference} given to Cora Dunn. You can undo it until 10:10am today. Undo"


def test_undo_puts_everything_back_and_stops_the_mails(here: PageClient, visit: Visit) -> None:
    confirm(here, visit)
    page = press(here, f"/staff/undo/{last_act().id}")
    assert "Undone: confirmed TSW-0000-0001. No email goes out about it" in words_of(page.text)
    assert (visit.state, set(mails())) == (VisitState.REQUESTED, {MailState.WITHDRAWN})
    assert acts() == ["confirmed", "undone"]
    assert bar(here) == ""


def test_undo_comes_back_to_the_page_it_was_pressed_on(here: PageClient) -> None:
    enquiry = make.enquiry(due_at=NOW)
    page = f"/staff/enquiries/{enquiry.id}"
    here.send(page, {"act": "move", "state": "quoted", "seen": "1"})
    answer = press(here, f"/staff/undo/{last_act().id}", page=page)
    assert answer.request.path == page
    assert enquiry.state is EnquiryState.NEW


def test_pressed_twice_it_says_that_it_is_done(here: PageClient, visit: Visit) -> None:
    confirm(here, visit)
    act = last_act().id
    press(here, f"/staff/undo/{act}")
    here.send(f"/staff/undo/{act}", page="/staff/account/password")
    assert "This has been undone already" in words_of(here.get("/staff").text)
    assert acts() == ["confirmed", "undone"]


def test_once_the_mail_has_left_it_is_too_late(here: PageClient, visit: Visit) -> None:
    confirm(here, visit)
    act = last_act().id
    db.session.execute(db.update(Mail).values(state=MailState.SENT))
    assert bar(here) == ""
    here.send(f"/staff/undo/{act}", page="/staff/account/password")
    assert "The email about this has gone out, so it cannot be undone" in words_of(here.get("/staff").text)
    assert visit.state is VisitState.CONFIRMED


def test_after_ten_minutes_the_bar_is_gone(here: PageClient, clock: time_machine.Traveller) -> None:
    enquiry = make.enquiry(due_at=NOW)
    press(here, f"/staff/today/enquiries/{enquiry.id}/take")
    clock.move_to(NOW + timedelta(minutes=9))
    assert bar(here) != ""
    clock.move_to(NOW + timedelta(minutes=10))
    assert bar(here) == ""


def test_a_colleagues_act_is_not_mine_to_undo(here: PageClient, visit: Visit) -> None:
    confirm(here, visit)
    act = last_act().id
    his = signed_in(here.application.test_client(), make.staff("Dan Field"))
    assert bar(his) == ""
    assert his.send(f"/staff/undo/{act}", page="/staff/account/password").status_code == 404
    assert visit.state is VisitState.CONFIRMED


def test_what_a_colleague_has_done_since_stands(here: PageClient, clock: time_machine.Traveller) -> None:
    enquiry = make.enquiry(due_at=NOW)
    press(here, f"/staff/today/enquiries/{enquiry.id}/take")
    act = last_act().id
    clock.move_to(NOW + timedelta(minutes=1))
    his = signed_in(here.application.test_client(), make.staff("Dan Field"))
    press(his, f"/staff/today/enquiries/{enquiry.id}/take")
    here.send(f"/staff/undo/{act}", page="/staff/account/password")
    said = words_of(here.get("/staff").text)
    assert "Dan Field changed this at 10:01am on 24 November: Gave it to Dan Field, so it cannot be undone" in said


def test_an_act_that_never_was_is_not_found(here: PageClient) -> None:
    assert here.send("/staff/undo/999", page="/staff/account/password").status_code == 404


def test_a_change_at_the_very_same_moment_wins(here: PageClient) -> None:
    enquiry = make.enquiry(due_at=NOW)
    press(here, f"/staff/today/enquiries/{enquiry.id}/take")
    act, version = last_act(), enquiry.version
    db.session.execute(db.update(Enquiry).values(version=version + 1), execution_options={"synchronize_session": False})
    with pytest.raises(Overtaken, match="A colleague has just changed this"):
        undo.undo(act.id, actor=Actor(ActorKind.STAFF, act.staff_id, "Cora Dunn"), now=NOW)

"""One visit on staff's screen: how it stands, and every change with its reason, its fee and its second thoughts."""

from datetime import date, timedelta

import pytest
from flask import Flask

from booking.domain.lifecycle import TrainerAnswer, VisitState
from booking.models import Visit
from tests import make
from tests.conftest import NOW
from tests.counting import counted
from tests.pages import PageClient
from tests.signing import browser, signed_in
from tests.web.staff.desk import NO_NUMBERS, told_beside, words_of

pytestmark = pytest.mark.usefixtures("clock")


def seen(visit: Visit) -> dict[str, str]:
    return {"seen": str(visit.version)}


@pytest.mark.parametrize("state", [each for each in VisitState if each is not VisitState.HELD])
def test_a_visit_in_any_state_shows_what_it_is_and_what_is_next(desk: PageClient, state: VisitState) -> None:
    visit = make.visit(state)
    page = desk.get(f"/staff/visits/{visit.reference}").text
    for fact in (visit.reference, "Acme Joinery, Exeter", "Wednesday 24 March 2027", "Maya Reed", "£1,150.00"):
        assert fact in page


@pytest.mark.parametrize(("fee", "owed"), [(0, "To pay Nothing"), (57500, "To pay £575.00 plus VAT")])
def test_of_a_cancelled_visit_only_the_fee_is_to_pay(desk: PageClient, fee: int, owed: str) -> None:
    visit = make.visit(VisitState.CANCELLED, fee_pence=fee)
    page = words_of(desk.get(f"/staff/visits/{visit.reference}").text)
    assert (owed in page, "£1,380.00" in page) == (True, False)


@pytest.mark.parametrize("mails", [1, 3])
def test_the_page_takes_the_same_statements_for_one_mail_and_for_three(desk: PageClient, mails: int) -> None:
    visit = make.visit()
    for _ in range(mails):
        make.mail(visit_id=visit.id)
    with counted() as statements:
        desk.get(f"/staff/visits/{visit.reference}")
    assert len(statements) == 9


@pytest.mark.parametrize("page", ["", "/assign", "/move", "/cancel", "/report"])
def test_a_visit_that_does_not_exist_and_a_hold_are_not_there(desk: PageClient, page: str) -> None:
    held = make.visit(VisitState.HELD)
    assert desk.get(f"/staff/visits/TSW-0000-0000{page}").status_code == 404
    assert desk.get(f"/staff/visits/{held.reference}{page}").status_code == 404


def test_cancelling_needs_a_reason_shows_the_fee_and_keeps_it(desk: PageClient) -> None:
    visit = make.visit(day=date(2026, 12, 3))
    path = f"/staff/visits/{visit.reference}/cancel"
    assert "Cancelling it costs £575" in desk.get(path).text
    assert desk.send(path, seen(visit)).status_code == 422
    assert desk.send(path, {**seen(visit), "reason": "The trainer is ill"}).status_code == 303
    assert (visit.state, visit.fee_pence) == (VisitState.CANCELLED, 575_00)


def test_a_fee_can_be_waived_with_a_reason(desk: PageClient) -> None:
    visit = make.visit(day=date(2026, 12, 3))
    fields = {**seen(visit), "reason": "The trainer is ill", "waive": "Our fault"}
    desk.send(f"/staff/visits/{visit.reference}/cancel", fields)
    assert (visit.fee_pence, visit.fee_waived) == (0, "Our fault")


def test_who_comes_second_is_told_who_was_first_and_loses_nothing_typed(app: Flask, desk: PageClient) -> None:
    visit = make.visit()
    stale = seen(visit)
    other = signed_in(browser(app), make.staff("Rob Penhale"))
    other.send(f"/staff/visits/{visit.reference}/move", {**stale, "day": "31 March 2027", "half": "am"})
    response = desk.send(f"/staff/visits/{visit.reference}/cancel", {**stale, "reason": "They closed"})
    assert response.status_code == 422
    assert "Rob Penhale" in response.text
    assert "They closed" in response.text
    assert visit.state is VisitState.CONFIRMED


def test_a_confirmed_visit_keeps_its_date_until_the_trainer_agrees(desk: PageClient) -> None:
    visit = make.visit()
    path = f"/staff/visits/{visit.reference}"
    desk.send(f"{path}/move", {**seen(visit), "day": "31 March 2027", "half": "am"})
    assert (visit.first_day, visit.proposed_day) == (make.DAY, date(2027, 3, 31))
    desk.send(f"{path}/keep", seen(visit), page=path)
    assert visit.proposed_day is None


@pytest.mark.parametrize(
    "day", ["", "someday", "32 March 2027", "31 December 9999", "1 January 2026", "\x00", "x" * 300]
)
def test_a_day_that_is_none_is_refused_beside_its_field(desk: PageClient, day: str) -> None:
    visit = make.visit()
    response = desk.send(f"/staff/visits/{visit.reference}/move", {**seen(visit), "day": day})
    assert response.status_code == 422
    assert 'id="day-error"' in response.text


def test_the_shortlist_says_why_and_why_not_and_asks(desk: PageClient) -> None:
    course = make.course()
    ann, ben = make.ann(course), make.ben(course)
    make.trainer("Dev Nair")
    visit = make.visit(
        VisitState.REQUESTED, course=course, trainer=ann, address_confirmed_at=NOW, trainer_answer=TrainerAnswer.ASKED
    )
    path = f"/staff/visits/{visit.reference}/assign"
    page = desk.get(path).text
    assert "Ask Ben and send" in page
    assert "Dev Nair does not teach" in page
    assert desk.send(path, {**seen(visit), "trainer": str(ben.id)}).status_code == 303
    assert (visit.trainer_id, visit.trainer_answer) == (ben.id, TrainerAnswer.ASKED)


@pytest.mark.parametrize("trainer", ["", "0", "-1", "999999", "9" * 30, "ann"])
def test_a_trainer_that_is_none_is_refused(desk: PageClient, trainer: str) -> None:
    visit = make.visit(VisitState.REQUESTED, address_confirmed_at=NOW)
    response = desk.send(f"/staff/visits/{visit.reference}/assign", {**seen(visit), "trainer": trainer})
    assert response.status_code == 422


@pytest.mark.parametrize("people", NO_NUMBERS)
def test_a_number_of_people_that_is_none_is_said_in_our_words_and_stays(desk: PageClient, people: str) -> None:
    visit = make.visit(day=(NOW - timedelta(days=1)).date())
    response = desk.send(f"/staff/visits/{visit.reference}/report", {"took_place": "yes", "people": people})
    assert response.status_code == 422
    assert told_beside("people", response.text)
    assert f'value="{people}"' in response.text
    assert visit.state is VisitState.CONFIRMED


@pytest.mark.parametrize("version", [*NO_NUMBERS, "\0"])
def test_a_version_that_no_page_carries_is_passed_over(desk: PageClient, version: str) -> None:
    visit = make.visit()
    response = desk.send(f"/staff/visits/{visit.reference}/cancel", {"seen": version, "reason": "They closed"})
    assert (response.status_code, visit.state) == (303, VisitState.CANCELLED)


def test_a_visit_is_reported_from_its_day_on(desk: PageClient) -> None:
    visit = make.visit(day=(NOW - timedelta(days=1)).date())
    path = f"/staff/visits/{visit.reference}/report"
    assert desk.send(path, seen(visit)).status_code == 422
    desk.send(path, {**seen(visit), "took_place": "yes", "people": "6", "report": "Fine"})
    assert (visit.state, visit.people_came) == (VisitState.DELIVERED, 6)

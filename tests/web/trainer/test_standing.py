"""A trainer's visit while something else is asked for, or has been reported: what stands, and whom to ring."""

from datetime import date, timedelta

import pytest
from flask import Flask

from booking.domain.days import Half, Slot
from booking.domain.lifecycle import TrainerAnswer, VisitState
from booking.models import Course, Trainer, Visit
from booking.services import visits
from tests import make
from tests.conftest import NOW
from tests.pages import PageClient
from tests.services.mailed import acting
from tests.signing import browser, signed_in_trainer
from tests.web.staff.desk import acts, words_of

THURSDAY = date(2027, 3, 25)
STANDS = "Wednesday 24 March stands with you until that is answered."


@pytest.fixture
def course(app: Flask) -> Course:
    return make.course()


@pytest.fixture
def ann(course: Course) -> Trainer:
    return make.ann(course)


@pytest.fixture
def visit(course: Course, ann: Trainer) -> Visit:
    return make.visit(course=course, trainer=ann)


@pytest.fixture
def phone(app: Flask, ann: Trainer) -> PageClient:
    return signed_in_trainer(browser(app), ann)


def cannot(phone: PageClient, visit: Visit) -> str:
    """What is said to somebody who presses "I cannot make it" on a page that is older than the question."""
    fields = {"note": "Broken leg", "at": f"{visit.first_day} {visit.first_half}"}
    response = phone.send(f"/t/visits/{visit.reference}/cannot", fields, page="/t/days")
    assert response.status_code == 422
    return words_of(response.text)


def test_while_another_trainer_is_asked_the_page_says_whom_to_ring(
    phone: PageClient, visit: Visit, course: Course
) -> None:
    visits.ask(visit, make.ben(course).id, actor=acting(make.cora()), now=NOW)
    text = phone.get(f"/t/visits/{visit.reference}").text
    assert f"Another trainer is being asked. {STANDS}" in words_of(text)
    assert "If you cannot make Wednesday 24 March, call 0330" in words_of(text)
    assert f"/t/visits/{visit.reference}/cannot" not in text
    assert 'name="note"' not in phone.get(f"/t/visits/{visit.reference}/cannot").text
    assert "until that is answered Wednesday 24 March stands with you" in cannot(phone, visit)
    assert (visit.trainer_answer, acts()) == (TrainerAnswer.ASKED, ["asked"])


def test_while_a_move_is_asked_for_both_dates_have_their_way(phone: PageClient, visit: Visit) -> None:
    visits.move_by_firm(visit, at=Slot(THURSDAY, Half.AM), now=NOW)
    text = phone.get(f"/t/visits/{visit.reference}").text
    assert f"A move to Thursday 25 March is being asked for. {STANDS} Answer about the new date" in words_of(text)
    assert "If you cannot make it, call us on 0330" in cannot(phone, visit)
    phone.send(f"/t/offers/{visit.reference}", {"answer": "no", "at": f"{THURSDAY} am"})
    assert (visit.state, visit.first_day, visit.trainer_answer) == (
        *(VisitState.CONFIRMED, make.DAY),
        TrainerAnswer.UNASKED,
    )


def test_a_second_report_shows_the_first(phone: PageClient, course: Course, ann: Trainer) -> None:
    visit = make.visit(course=course, trainer=ann, day=(NOW - timedelta(days=1)).date())
    page = f"/t/visits/{visit.reference}/after"
    first = {"seen": visit.version, "took_place": "no", "report": "The gate was shut"}
    phone.send(page, first)
    phone.send(page, first)  # pressed twice
    assert acts() == ["missed"]
    assert "It did not take place, says the report of" in words_of(phone.get(page).text)
    response = phone.send(page, {**first, "report": "Snow"})
    assert response.status_code == 422
    assert "The gate was shut" in response.text
    phone.send(page, {**first, "seen": visit.version, "report": "Snow"})
    assert (visit.report, acts()) == ("Snow", ["missed", "missed"])

"""What staff change about a visit on its own pages: another day, another trainer, a no by phone, a second report."""

import re
from datetime import date, timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from booking.db import db
from booking.domain.days import Half, Slot
from booking.domain.lifecycle import TrainerAnswer, VisitState
from booking.models import HistoryEntry, Mail, Visit
from booking.services import slots, visits
from tests import make
from tests.conftest import NOW
from tests.counting import counted
from tests.pages import PageClient
from tests.services.mailed import told
from tests.signing import browser, signed_in
from tests.web.staff.desk import acts, last_act, press, told_beside, words_of

THURSDAY = date(2027, 3, 25)


pytestmark = pytest.mark.usefixtures("clock")


def at(visit: Visit, page: str = "") -> str:
    return f"/staff/visits/{visit.reference}{page}"


def asked(**changes: Any) -> Visit:
    """A request that Ann has been asked for, and that Ben could take."""
    course = make.course()
    ann, _ = make.ann(course), make.ben(course)
    waits: dict[str, Any] = {"address_confirmed_at": NOW, "trainer_answer": TrainerAnswer.ASKED, "asked_at": NOW}
    return make.visit(VisitState.REQUESTED, course=course, trainer=ann, **{**waits, **changes})


def moving(**changes: Any) -> Visit:
    """Ann's confirmed visit on Wednesday, of which a move to Thursday is asked for."""
    course = make.course()
    visit = make.visit(course=course, trainer=make.ann(course), **changes)
    make.ben(course)
    visits.move_by_firm(visit, at=Slot(THURSDAY, Half.AM), now=NOW)
    return visit


def offered(text: str) -> list[str]:
    """The days that can be selected on the page of a move."""
    return re.findall(r'<input type="radio" name="slot" id="slot-\d+" value="([^"]+)"', text)


def send(desk: PageClient, visit: Visit, page: str, **fields: Any) -> Any:
    return desk.send(at(visit, page), {"seen": visit.version, **fields})


def test_a_change_of_trainer_is_told_as_one_and_not_as_a_move(desk: PageClient) -> None:
    visit = make.visit(course=make.course())
    desk.send(at(visit, "/assign"), {"seen": visit.version, "trainer": make.ben(visit.course).id})
    page = words_of(desk.get(at(visit)).text)
    assert "Ben Cole is asked to go instead and answers by 5pm, Wednesday 25 November. Ann Bell has the visit" in page
    assert ("Keep Ann Bell" in page, "A move to" in page) == (True, False)
    assert "Ben Cole is asked to go instead. Ann Bell" in words_of(desk.get(at(visit, "/assign")).text)


def test_a_free_day_is_selected_where_it_is_shown(desk: PageClient) -> None:
    visit = asked()
    days = offered(desk.get(at(visit, "/move")).text)
    assert (len(days), days[0], days[-1]) == (7, "2026-12-01-am", "typed")
    send(desk, visit, "/move", slot=days[1])
    assert visit.first_day == date(2026, 12, 2)


def test_another_day_is_typed_and_another_trainer_picked(desk: PageClient) -> None:
    visit = asked()
    ben = db.session.scalars(select(Visit.trainer_id)).one() or 0
    fields = {"slot": "typed", "day": "25/3/2027", "trainer": ben + 1}
    assert send(desk, visit, "/move", **fields).status_code == 303
    assert (visit.first_day, visit.trainer_id) == (THURSDAY, ben + 1)


@pytest.mark.parametrize(
    ("fields", "beside", "why"),
    [
        ({"slot": "2027-03-25-am", "day": "26 March 2027"}, "slot", "Select “Another day” for the day you typed"),
        ({"slot": "2026-03-25-am"}, "day", "Wednesday 25 March 2026 is in the past"),
        ({"slot": "2099-03-25-am"}, "day", "Wednesday 25 March 2099 must be within the next 18 months"),
        ({"slot": "9999-99-99-am"}, "day", "Enter a day, like 12 January or 12/1/2027"),
        ({"slot": "typed"}, "day", "Enter a day, like 12 January"),
        ({"day": "27 March 2027"}, "trainer", "Nobody can come then without breaking a rule"),
        ({"day": "25 March 2027", "trainer": "9" * 5000}, "trainer", "Select a trainer, or whoever is best"),
        ({"day": "25 March 2027", "trainer": "4711"}, "trainer", "Select a trainer"),
    ],
)
def test_a_day_that_cannot_be_is_said_beside_what_was_asked(
    desk: PageClient, fields: dict[str, str], beside: str, why: str
) -> None:
    visit = asked()
    response = send(desk, visit, "/move", reason="They rang", **fields)
    assert response.status_code == 422
    assert told_beside(beside, response.text).startswith(why)
    assert 'value="They rang"' in response.text
    assert visit.first_day == make.DAY


def test_a_day_that_somebody_was_quicker_for_gives_way_to_the_nearest(
    desk: PageClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    visit = asked()
    claim = slots.claim

    def quicker(of: Visit, run: Any, **rest: Any) -> None:
        with db.session.no_autoflush:
            monkeypatch.setattr(slots, "claim", claim)
        for each in (visit.trainer_id, (visit.trainer_id or 0) + 1):
            other = make.visit(VisitState.REQUESTED, is_placed=False)
            claim(other, run, trainer_id=each or 0, now=NOW)
        claim(of, run, **rest)

    monkeypatch.setattr(slots, "claim", quicker)
    response = send(desk, visit, "/move", slot="2027-03-25-am")
    assert told_beside("slot", response.text) == "That date has just been booked. These are the nearest"
    assert offered(response.text)[:2] == ["2027-03-24-am", "2027-03-23-am"]


def test_choosing_a_trainer_while_a_move_is_asked_for_is_about_the_new_date(desk: PageClient) -> None:
    visit = moving()
    text = words_of(desk.get(at(visit, "/assign")).text)
    assert "Who goes to Exeter on Thursday 25 March?" in text
    assert "Wednesday 24 March with Ann Bell stands until somebody says yes; Ann Bell is asked now." in text
    make.absence(visit.trainer or make.ann(), make.DAY)  # about Wednesday, and so beside the question
    send(desk, visit, "/assign", trainer=(visit.trainer_id or 0) + 1)
    assert visit.proposed_trainer_id == (visit.trainer_id or 0) + 1
    assert (visit.proposed_day, visit.first_day) == (THURSDAY, make.DAY)


def test_who_said_no_to_the_date_comes_last_and_says_so(desk: PageClient) -> None:
    visit = asked()
    send(desk, visit, "/no")
    text = desk.get(at(visit, "/assign")).text
    assert re.findall(r'<th scope="row">(\w+ \w+)<small>', text) == ["Ben Cole", "Ann Bell"]
    assert "<b>Said no to this date, or nothing.</b>" in text.partition("Ann Bell")[2]
    assert re.findall(r'class="(btn[^"]*)">Ask (\w+)', text) == [("btn", "Ben"), ("btn alt", "Ann")]


def test_a_no_by_phone_asks_the_next_with_the_note_and_can_be_undone(desk: PageClient) -> None:
    visit = asked()
    ann = visit.trainer_id
    assert "Ann said no" in desk.get(at(visit)).text
    send(desk, visit, "/no", note="Her knee", other_date="any Friday")
    assert (visit.trainer_id, visit.trainer_answer) == ((ann or 0) + 1, TrainerAnswer.ASKED)
    assert told(visit) == ["declined", "asked"]
    entry = db.session.scalars(select(HistoryEntry).filter_by(act="declined")).one()
    assert (entry.actor_name, entry.reason) == ("Cora Dunn", "Her knee; could do any Friday")
    due = NOW + timedelta(minutes=2)
    assert {tuple(row) for row in db.session.execute(select(Mail.kind, Mail.due_at))} == {
        ("declined", due),
        ("offer", due),
    }
    assert "Noted for TSW-0000-0001: Ann Bell said no. The email goes at 10:02am" in words_of(desk.get(at(visit)).text)
    press(desk, f"/staff/undo/{last_act().id}", page=at(visit))
    assert (visit.trainer_id, visit.trainer_answer) == (ann, TrainerAnswer.ASKED)


def test_a_no_to_a_confirmed_visit_by_phone_can_be_undone(desk: PageClient) -> None:
    course = make.course()
    visit = make.visit(course=course, trainer=make.ann(course))
    assert "Ann cannot come" in desk.get(at(visit)).text
    send(desk, visit, "/no", note="Her knee")
    assert (visit.state, visit.trainer_id) == (VisitState.REQUESTED, None)
    press(desk, f"/staff/undo/{last_act().id}", page=at(visit))
    assert (visit.state, visit.trainer_answer) == (VisitState.CONFIRMED, TrainerAnswer.ACCEPTED)


def test_a_no_that_comes_second_is_told_who_was_first_and_keeps_the_note(app: Flask, desk: PageClient) -> None:
    visit = asked()
    stale = visit.version
    signed_in(browser(app), make.staff("Rob Penhale")).send(at(visit, "/no"), {"seen": stale})
    response = desk.send(at(visit, "/no"), {"seen": stale, "note": "Her knee"})
    assert response.status_code == 422
    said = "Rob Penhale changed this at 10am on 24 November: Ann Bell said no to Wednesday 24 March"
    assert said in words_of(response.text)
    assert 'value="Her knee"' in response.text
    assert acts() == ["declined", "asked"]


def test_where_nobody_is_asked_nobody_can_have_said_no(desk: PageClient) -> None:
    visit = make.visit(VisitState.REQUESTED, is_placed=False, address_confirmed_at=NOW)
    assert desk.get(at(visit, "/no")).location == at(visit)


def test_a_second_report_shows_the_first_and_the_history_keeps_both(app: Flask, desk: PageClient) -> None:
    visit = make.visit(day=(NOW - timedelta(days=1)).date())
    assert visit.trainer
    stale = visit.version
    ann, why = visits.actor_of(visit.trainer), "The gate was shut"
    visits.deliver(visit, took_place=False, people=None, report=why, actor=ann, now=NOW)
    blind = desk.send(at(visit, "/report"), {"seen": stale, "took_place": "no", "report": "Snow"})
    assert blind.status_code == 422
    text = words_of(blind.text)
    assert "Ann Bell changed this at 10am on 24 November: It did not take place" in text
    assert "The gate was shut" in text
    send(desk, visit, "/report", took_place="no", report="Snow")
    assert visit.report == "Snow"
    entries = db.session.scalars(select(HistoryEntry).filter_by(act="missed").order_by(HistoryEntry.id)).all()
    assert [entry.reason for entry in entries] == ["The gate was shut", "Snow"]
    assert "The gate was shut" in entries[1].before


@pytest.mark.parametrize("rows", [1, 3])
@pytest.mark.parametrize(("page", "statements"), [("assign", 12), ("move", 14), ("add", 14)])
def test_a_page_takes_as_many_statements_for_three_trainers_as_for_one(
    desk: PageClient, page: str, statements: int, rows: int
) -> None:
    course = make.course()
    for number in range(rows):
        make.trainer(f"Trainer {number}", courses=[course])
        make.visit(course=course, trainer=make.trainer(f"Busy {number}", courses=[course]), day=THURSDAY)
    visit = make.visit(VisitState.REQUESTED, course=course, is_placed=False, address_confirmed_at=NOW)
    enquiry = make.enquiry(course=course)
    path = f"/staff/visits/add?enquiry={enquiry.id}" if page == "add" else at(visit, f"/{page}")
    with counted() as seen:
        text = desk.get(path).text
    assert text.count("Trainer ") >= rows
    assert len(seen) == statements

"""A trainer's pages: what to answer, where to be, what to say afterwards, days off, the calendar."""

from datetime import date, timedelta
from typing import Any

import icalendar
import pytest
import time_machine
from flask import Flask
from sqlalchemy import select

from booking.db import db
from booking.domain.access import WORKER, Purpose
from booking.domain.days import Half, Slot
from booking.domain.lifecycle import TrainerAnswer, VisitState
from booking.models import Absence, Schedule, Trainer, Visit
from booking.services import history, links
from tests import make
from tests.conftest import NOW
from tests.counting import counted
from tests.pages import PageClient
from tests.signing import browser


def offered(ann: Trainer, **changes: Any) -> Visit:
    waiting: dict[str, Any] = {"trainer_answer": TrainerAnswer.ASKED, "asked_at": NOW, "address_confirmed_at": NOW}
    return make.visit(
        VisitState.REQUESTED, trainer=ann, **{**waiting, "answer_due_at": NOW + timedelta(days=1), **changes}
    )


def at(visit: Visit) -> str:
    return f"{visit.first_day} {visit.first_half}"


def test_somebody_new_is_told_what_to_do_first(phone: PageClient) -> None:
    page = phone.get("/t/").text
    assert "No visits yet" in page


@pytest.mark.parametrize("rows", [1, 3])
def test_my_visits_take_the_same_statements_for_one_and_for_three(phone: PageClient, ann: Trainer, rows: int) -> None:
    for number in range(rows):
        make.visit(trainer=ann, day=make.DAY + timedelta(days=7 * number))
    with counted() as seen:
        page = phone.get("/t/").text
    assert page.count("Acme Joinery") == rows + 1
    assert len(seen) == 12


def test_an_offer_shows_what_is_needed_and_no_contact(phone: PageClient, ann: Trainer) -> None:
    visit = offered(ann)
    page = phone.get(f"/t/offers/{visit.reference}").text
    assert "Can you do Wednesday 24 March, Exeter?" in page
    assert "Maya" not in page
    assert "Marsh Lane" not in page


def test_a_yes_is_kept_once_and_a_second_answer_is_told_kindly(phone: PageClient, ann: Trainer) -> None:
    visit = offered(ann)
    path = f"/t/offers/{visit.reference}"
    assert phone.send(path, {"answer": "yes", "at": at(visit)}).location == "/t/"
    assert visit.trainer_answer is TrainerAnswer.ACCEPTED
    page = phone.get(path).text
    assert "You said yes to this." in page


def test_a_yes_stays_in_sight_until_the_office_has_confirmed(phone: PageClient, ann: Trainer) -> None:
    visit = offered(ann, trainer_answer=TrainerAnswer.ACCEPTED)
    page = phone.get("/t/").text
    assert ("You said yes" in page, "No visits yet" in page) == (True, False)
    assert f'href="/t/offers/{visit.reference}"' in page
    assert "You said yes to this." in phone.get(f"/t/offers/{visit.reference}").text


def test_what_is_over_is_not_what_comes_next(phone: PageClient, ann: Trainer) -> None:
    make.visit(trainer=ann, day=NOW.date(), half=Half.AM)  # it is 10 o'clock
    assert "Next: today" in phone.get("/t/").text
    with time_machine.travel(NOW.replace(hour=17), tick=False):
        page = phone.get("/t/").text
    assert ("Next:" in page, "Report on Exeter" in page) == (False, True)


def test_a_no_passes_the_visit_on_with_its_note(phone: PageClient, ann: Trainer) -> None:
    visit = offered(ann)
    fields = {"answer": "no", "note": "Wedding", "other_date": "any Friday", "at": at(visit)}
    phone.send(f"/t/offers/{visit.reference}", fields)
    assert visit.trainer_id is None
    assert visit.passed_over == str(ann.id)


def test_an_answer_to_a_date_that_has_moved_is_not_taken(phone: PageClient, ann: Trainer) -> None:
    visit = offered(ann)
    phone.send(f"/t/offers/{visit.reference}", {"answer": "yes", "at": "2027-03-25 am"})
    assert visit.trainer_answer is TrainerAnswer.ASKED
    assert "has moved to Wednesday 24 March meanwhile" in phone.get("/t/").text


@pytest.mark.parametrize("typed", ["", "nonsense", "2027-99-99 am", "2027-03-24 xx", "\x00"])
def test_a_strange_date_is_no_fault(phone: PageClient, ann: Trainer, typed: str) -> None:
    visit = offered(ann)
    assert phone.send(f"/t/offers/{visit.reference}", {"answer": "yes", "at": typed}).status_code == 303


def test_the_visit_page_has_all_that_the_day_needs(phone: PageClient, ann: Trainer) -> None:
    visit = make.visit(trainer=ann, parking="By the gate", access_needs="A hearing loop")
    page = phone.get(f"/t/visits/{visit.reference}").text
    for fact in ("Unit 4, Marsh Lane", "EX2 8AA", "Maya Reed", "By the gate", "Canteen", "A hearing loop", "Workbooks"):
        assert fact in page


def test_got_it_is_noted_and_shown(phone: PageClient, ann: Trainer) -> None:
    visit = make.visit(trainer=ann)
    path = f"/t/visits/{visit.reference}"
    phone.send(f"{path}/got-it", page=path)
    assert visit.seen_at == NOW
    assert "You pressed “Got it”" in phone.get(path).text


def test_a_week_that_was_mailed_is_marked_as_read(phone: PageClient, ann: Trainer) -> None:
    week = Schedule(trainer_id=ann.id, monday=date(2026, 11, 23), version=1, visits="[]", queued_at=NOW)
    db.session.add(week)
    db.session.flush()
    phone.send(f"/t/weeks/{week.id}", page="/t/")
    assert week.seen_at == NOW


def test_who_cannot_come_says_why_and_the_office_finds_somebody_else(phone: PageClient, ann: Trainer) -> None:
    visit = make.visit(trainer=ann)
    path = f"/t/visits/{visit.reference}/cannot"
    assert phone.send(path, {"note": "", "at": at(visit)}).status_code == 422
    phone.send(path, {"note": "Broken leg", "at": at(visit)})
    assert visit.state is VisitState.REQUESTED
    assert visit.trainer_id is None


def test_a_report_needs_its_answer_and_keeps_what_was_typed(phone: PageClient, ann: Trainer) -> None:
    visit = make.visit(trainer=ann, day=date(2026, 11, 23))
    path = f"/t/visits/{visit.reference}/after"
    response = phone.send(path, {"people": "1e3", "report": "Went well"})
    assert "Number of people who came must be a number from 0 to 500" in response.text
    assert 'value="1e3"' in response.text
    assert response.status_code == 422
    assert "Went well" in response.text
    phone.send(path, {"took_place": "yes", "people": "7", "report": "Went well"})
    assert (visit.state, visit.people_came, visit.report) == (VisitState.DELIVERED, 7, "Went well")


def test_a_report_before_the_visit_is_refused_in_words(phone: PageClient, ann: Trainer) -> None:
    visit = make.visit(trainer=ann)
    response = phone.send(f"/t/visits/{visit.reference}/after", {"took_place": "yes"})
    assert response.status_code == 422
    assert "The visit has not begun yet" in response.text


@pytest.mark.parametrize("page", ["offers/{0}", "visits/{0}", "visits/{0}/after", "visits/{0}/cannot"])
def test_somebody_elses_visit_is_not_there(phone: PageClient, page: str) -> None:
    ben, asked = make.ben(make.course()), dict[str, Any](trainer_answer=TrainerAnswer.ASKED, asked_at=NOW)
    moves = {"proposed_day": date(2027, 3, 31), "proposed_half": Half.AM, "proposed_trainer": ben, **asked}
    visits = [
        make.visit(trainer=ben),
        make.visit(VisitState.REQUESTED, trainer=ben, day=date(2027, 3, 25), **asked),
        make.visit(trainer=ben, day=date(2027, 3, 30), **moves),
    ]
    for visit in visits:
        history.add("asked", actor=WORKER, now=NOW, visit=visit, trainer=ben, words="Asked Ben")
    references = [*(visit.reference for visit in visits), "TSW-NONE"]
    assert [phone.get(f"/t/{page.format(each)}").status_code for each in references] == [404] * 4


@pytest.mark.parametrize("rows", [1, 3])
def test_days_off_take_the_same_statements_for_one_and_for_three(phone: PageClient, ann: Trainer, rows: int) -> None:
    for number in range(rows):
        make.absence(ann, make.DAY + timedelta(days=number))
    with counted() as seen:
        page = phone.get("/t/days?month=2027-03").text
    assert page.count('value="day" selected') == rows
    assert len(seen) == 6


def test_days_off_are_saved_and_shown_again(phone: PageClient, ann: Trainer) -> None:
    phone.send("/t/days?month=2027-03", {"off-2027-03-22": "day", "off-2027-03-23": "am", "off-2027-03-25": "pm"})
    runs = [(row.first_slot, row.last_slot) for row in db.session.scalars(select(Absence).order_by(Absence.first_slot))]
    monday, thursday = Slot(date(2027, 3, 22), Half.AM).number, Slot(date(2027, 3, 25), Half.PM).number
    assert runs == [(monday, monday + 2), (thursday, thursday)]
    page = phone.get("/t/days?month=2027-03").text
    assert page.count("selected>Off all day") == 1
    phone.send("/t/days?month=2027-03", {})
    assert db.session.scalars(select(Absence)).all() == []


def test_a_day_off_over_a_visit_is_allowed_and_says_what_happens(phone: PageClient, ann: Trainer) -> None:
    make.visit(trainer=ann)
    phone.send("/t/days?month=2027-03", {f"off-{make.DAY}": "day"})
    assert "You are booked on Wednesday 24 March" in phone.get("/t/days?month=2027-03").text


@pytest.mark.parametrize("month", ["", "x", "2027-13", "1999-01", "9999-12", "2027-03-01"])
def test_a_strange_month_shows_this_one(phone: PageClient, month: str) -> None:
    assert "Your days off in November 2026" in phone.get(f"/t/days?month={month}").text


def test_the_private_calendar_is_read_until_it_is_reset(app: Flask, phone: PageClient, ann: Trainer) -> None:
    make.visit(trainer=ann)
    phone.send("/t/calendar", {"way": "feed"})
    first = links.living(Purpose.FEED, now=NOW, trainer_id=ann.id)
    assert first is not None
    path = f"/t/feed/{links.token(first)}.ics"
    assert path in phone.get("/t/calendar").text
    answer = browser(app).get(path)
    assert answer.mimetype == "text/calendar"
    assert len(icalendar.Calendar.from_ical(answer.text).walk("VEVENT")) == 1
    assert browser(app).get(path, headers={"If-None-Match": answer.headers["ETag"]}).status_code == 304
    phone.send("/t/calendar/reset", page="/t/calendar")
    assert browser(app).get(path).status_code == 410


def test_a_private_calendar_without_an_address_offers_to_make_one(phone: PageClient, ann: Trainer) -> None:
    ann.wants_feed = True
    db.session.commit()
    assert "has no address at present" in phone.get("/t/calendar").text
    phone.send("/t/calendar/reset", page="/t/calendar")
    assert "Your private address" in phone.get("/t/calendar").text


def test_who_goes_back_to_invitations_has_no_feed(app: Flask, phone: PageClient, ann: Trainer) -> None:
    phone.send("/t/calendar", {"way": "feed"})
    link = links.living(Purpose.FEED, now=NOW, trainer_id=ann.id)
    assert link is not None
    token = links.token(link)
    phone.send("/t/calendar", {"way": "invitations"})
    assert browser(app).get(f"/t/feed/{token}.ics").status_code == 410
    assert not ann.wants_feed


def test_a_feed_nobody_has_is_not_there(app: Flask) -> None:
    assert browser(app).get("/t/feed/nothing.ics").status_code == 404

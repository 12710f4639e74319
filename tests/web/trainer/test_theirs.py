"""What is a trainer's own: visits, and those they are only asked about; reports, weeks, days off, the calendar."""

from datetime import date, timedelta
from typing import Any

import icalendar
import pytest
import time_machine
from flask import Flask
from sqlalchemy import select

from booking.db import db
from booking.domain.access import Purpose
from booking.domain.days import Half, Slot
from booking.domain.lifecycle import TrainerAnswer, VisitState
from booking.models import Absence, HistoryEntry, Schedule, Trainer, Visit, VisitSlot
from booking.queries.road import mine
from booking.services import links
from tests import make
from tests.conftest import NOW
from tests.make import DAY
from tests.pages import PageClient
from tests.signing import browser

YESTERDAY, TODAY = date(2026, 11, 23), date(2026, 11, 24)
A_WEEK = timedelta(days=7)


def bens_that_ann_is_asked_about(ann: Trainer, **changes: Any) -> Visit:
    """Ben's confirmed visit, which Ann is asked to take a week later."""
    proposed: dict[str, Any] = {"proposed_day": DAY + A_WEEK, "proposed_half": Half.AM, "proposed_trainer": ann}
    return make.visit(trainer=make.ben(), **proposed, trainer_answer=TrainerAnswer.ASKED, **changes)


def asked(ann: Trainer) -> Visit:
    return make.visit(
        VisitState.REQUESTED, trainer=ann, trainer_answer=TrainerAnswer.ASKED, asked_at=NOW, address_confirmed_at=NOW
    )


class TestWhatIsOnlyAskedAbout:
    def test_another_date_of_a_colleagues_visit_is_shown_and_taken(self, phone: PageClient, ann: Trainer) -> None:
        visit = bens_that_ann_is_asked_about(ann)
        path = f"/t/offers/{visit.reference}"
        assert "Can you do Wednesday 31 March, Exeter?" in phone.get(path).text
        phone.send(path, {"answer": "yes", "at": "2027-03-31 am"})
        assert (visit.trainer_id, visit.first_day) == (ann.id, DAY + A_WEEK)

    @pytest.mark.parametrize("make_it", [bens_that_ann_is_asked_about, asked])
    def test_it_gives_away_no_contact_and_no_address(self, phone: PageClient, ann: Trainer, make_it: Any) -> None:
        visit = make_it(ann)
        for page in ("offers/{}", "visits/{}"):
            text = phone.get(f"/t/{page.format(visit.reference)}").text
            assert "Maya" not in text
            assert "Marsh Lane" not in text
        assert phone.get(f"/t/visits/{visit.reference}/visit.ics").status_code == 404

    def test_it_is_for_its_trainer_to_report_on(self, phone: PageClient, ann: Trainer) -> None:
        visit = bens_that_ann_is_asked_about(ann, day=YESTERDAY)
        path = f"/t/visits/{visit.reference}/after"
        assert phone.get(path).status_code == 404
        assert phone.post(path, data={"csrf_token": phone.token("/t/"), "took_place": "yes"}).status_code == 404
        assert visit.state is VisitState.CONFIRMED


class TestAnswers:
    def test_one_that_was_given_is_not_asked_for_again(self, phone: PageClient, ann: Trainer) -> None:
        visit = asked(ann)
        path = f"/t/offers/{visit.reference}"
        assert 'name="answer"' in phone.get(path).text
        visit.trainer_answer = TrainerAnswer.ACCEPTED
        assert 'name="answer"' not in phone.get(path).text

    def test_neither_yes_nor_no_is_no_answer(self, phone: PageClient, ann: Trainer) -> None:
        visit = asked(ann)
        path = f"/t/offers/{visit.reference}"
        assert [phone.send(path, answer).status_code for answer in ({}, {"answer": "YES"})] == [422, 422]
        assert (visit.trainer_answer, visit.trainer_id) == (TrainerAnswer.ASKED, ann.id)

    def test_who_said_no_is_told_so_by_the_link_in_the_mail(self, phone: PageClient, ann: Trainer) -> None:
        visit = asked(ann)
        path = f"/t/offers/{visit.reference}"
        phone.send(path, {"answer": "no"})
        assert (phone.get(path).status_code, phone.get(path).location) == (303, "/t/")
        assert "That visit is with somebody else now" in phone.get("/t/").text

    def test_a_no_is_for_the_date_that_was_on_the_page(self, phone: PageClient, ann: Trainer) -> None:
        visit = asked(ann)
        phone.send(f"/t/offers/{visit.reference}", {"answer": "no", "at": "2027-03-25 am"})
        assert (visit.trainer_answer, visit.trainer_id) == (TrainerAnswer.ASKED, ann.id)

    def test_so_is_who_cannot_come(self, phone: PageClient, ann: Trainer) -> None:
        visit = make.visit(trainer=ann)
        path = f"/t/visits/{visit.reference}/cannot"
        assert phone.send(path, {"note": "Broken leg", "at": "2027-03-25 am"}).status_code == 422
        assert (visit.state, visit.trainer_id) == (VisitState.CONFIRMED, ann.id)

    def test_got_it_is_a_button_and_opening_its_address_does_nothing(self, phone: PageClient, ann: Trainer) -> None:
        visit = make.visit(trainer=ann)
        assert phone.get(f"/t/visits/{visit.reference}/got-it").status_code == 405
        assert visit.seen_at is None


class TestReports:
    def test_one_is_asked_for_when_the_visit_is_over_and_nothing_is_known(
        self, phone: PageClient, ann: Trainer
    ) -> None:
        make.visit(trainer=ann, day=YESTERDAY)
        make.visit(trainer=ann, day=YESTERDAY - A_WEEK, took_place=False)
        make.visit(trainer=ann, day=TODAY)  # it is 10am, and they teach until half past four
        page = phone.get("/t/").text
        assert page.count("Report on ") == 1
        assert "Report on Exeter, Monday 23 November" in page

    def test_a_visit_ahead_can_be_given_back_and_one_that_is_over_reported_once(
        self, phone: PageClient, ann: Trainer
    ) -> None:
        ahead, over = make.visit(trainer=ann), make.visit(trainer=ann, day=YESTERDAY)
        missed = make.visit(trainer=ann, day=YESTERDAY - A_WEEK, took_place=False)
        pages = [phone.get(f"/t/visits/{visit.reference}").text for visit in (ahead, over, missed)]
        assert ["I cannot make it" in page for page in pages] == [True, False, False]
        assert ["Send report" in page for page in pages] == [False, True, False]

    def test_a_date_that_is_only_proposed_puts_no_visit_of_the_past_ahead(self, app: Flask, ann: Trainer) -> None:
        visit = make.visit(trainer=ann, day=YESTERDAY)
        slot = Slot(DAY, Half.AM)
        proposed = {"slot": slot.number, "day": slot.day, "half": slot.half, "is_proposed": True}
        db.session.add(VisitSlot(visit_id=visit.id, trainer_id=ann.id, **proposed))
        db.session.flush()
        assert mine.ahead(ann.id, today=TODAY) == []


def week(of: Trainer, version: int = 1) -> Schedule:
    row = Schedule(trainer_id=of.id, monday=YESTERDAY, version=version, visits="[]", queued_at=NOW)
    db.session.add(row)
    db.session.flush()
    return row


class TestWeeks:
    def test_the_newest_is_asked_about_until_it_is_read(self, phone: PageClient, ann: Trainer) -> None:
        older, newer = week(ann), week(ann, 2)
        page = phone.get("/t/").text
        assert (f"/t/weeks/{newer.id}" in page, f"/t/weeks/{older.id}" in page) == (True, False)
        phone.send(f"/t/weeks/{newer.id}", page="/t/")
        assert "/t/weeks/" not in phone.get("/t/").text

    def test_when_it_was_read_is_kept_however_often_it_is_pressed(
        self, phone: PageClient, ann: Trainer, clock: time_machine.Traveller
    ) -> None:
        row = week(ann)
        for _ in range(2):
            phone.send(f"/t/weeks/{row.id}", page="/t/")
            clock.shift(timedelta(hours=1))
        assert row.seen_at == NOW

    def test_nobody_reads_for_somebody_else(self, phone: PageClient) -> None:
        bens = week(make.ben())
        assert phone.send(f"/t/weeks/{bens.id}", page="/t/").status_code == 404
        assert bens.seen_at is None


class TestDaysOff:
    def test_those_of_others_are_neither_shown_nor_touched(self, phone: PageClient) -> None:
        make.absence(make.ben(), date(2027, 3, 22))
        assert "selected>Off all day" not in phone.get("/t/days?month=2027-03").text
        phone.send("/t/days?month=2027-03", {})
        assert len(db.session.scalars(select(Absence)).all()) == 1

    def test_a_visit_that_is_not_confirmed_yet_is_warned_of_too(self, phone: PageClient, ann: Trainer) -> None:
        asked(ann)
        phone.send("/t/days?month=2027-03", {f"off-{DAY}": "day"})
        assert "You are booked on Wednesday 24 March" in phone.get("/t/days?month=2027-03").text

    def test_neither_a_visit_on_another_day_nor_a_colleagues_is_warned_of(
        self, phone: PageClient, ann: Trainer
    ) -> None:
        make.visit(trainer=ann)
        make.visit(trainer=make.ben(), day=date(2027, 3, 23))
        phone.send("/t/days?month=2027-03", {"off-2027-03-23": "day"})
        assert "Saved. We offer you nothing on the days that are off" in phone.get("/t/days?month=2027-03").text

    def test_a_day_that_is_over_stays_as_it_was(self, phone: PageClient) -> None:
        phone.send("/t/days?month=2026-11", {f"off-{YESTERDAY}": "day", f"off-{TODAY}": "day"})
        off = db.session.scalars(select(Absence)).one()
        assert (off.first_slot, off.last_slot) == (Slot(TODAY, Half.AM).number, Slot(TODAY, Half.PM).number)

    def test_a_strange_answer_is_a_day_that_can_be_worked(self, phone: PageClient) -> None:
        assert phone.send("/t/days?month=2027-03", {"off-2027-03-22": "maybe"}).status_code == 303
        assert db.session.scalars(select(Absence)).all() == []

    def test_saving_what_is_saved_already_is_no_news(self, phone: PageClient) -> None:
        for _ in range(2):
            phone.send("/t/days?month=2027-03", {"off-2027-03-22": "day"})
        assert db.session.scalars(select(HistoryEntry.act)).all() == ["changed days off"]


def feed_of(phone: PageClient, ann: Trainer) -> str:
    """Ann's private calendar, chosen just now; its address."""
    phone.send("/t/calendar", {"way": "feed"})
    link = links.living(Purpose.FEED, now=NOW, trainer_id=ann.id)
    assert link is not None
    return f"/t/feed/{links.token(link)}.ics"


class TestTheFeed:
    def test_it_shows_what_is_on_or_was_within_90_days(self, app: Flask, phone: PageClient, ann: Trainer) -> None:
        shown = {make.visit(trainer=ann).id, make.visit(VisitState.DELIVERED, trainer=ann, day=YESTERDAY).id}
        make.visit(VisitState.CANCELLED, trainer=ann)
        make.visit(VisitState.REQUESTED, trainer=ann, day=DAY + A_WEEK)
        make.visit(VisitState.DELIVERED, trainer=ann, day=TODAY - timedelta(days=91))
        events = icalendar.Calendar.from_ical(browser(app).get(feed_of(phone, ann)).text).walk("VEVENT")
        assert len(events) == len(shown)

    def test_a_calendar_that_asks_again_is_told_of_a_change(self, app: Flask, phone: PageClient, ann: Trainer) -> None:
        visit, path = make.visit(trainer=ann), feed_of(phone, ann)
        known = {"If-None-Match": browser(app).get(path).headers["ETag"]}
        visit.people = 11
        assert browser(app).get(path, headers=known).status_code == 200

    def test_who_has_left_has_none(self, app: Flask, phone: PageClient, ann: Trainer) -> None:
        path = feed_of(phone, ann)
        ann.is_active = False
        assert browser(app).get(path).status_code == 404

    def test_choosing_it_again_is_no_news_and_keeps_its_address(self, phone: PageClient, ann: Trainer) -> None:
        assert feed_of(phone, ann) == feed_of(phone, ann)
        assert db.session.scalars(select(HistoryEntry.act)).all() == ["chose a calendar"]

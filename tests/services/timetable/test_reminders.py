"""What a date brings on: each mail once, late if need be, and not when it is of no use any more."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import scoped_session

from booking.domain.days import Half
from booking.domain.lifecycle import VisitState
from booking.emails import business
from booking.models import Mail
from booking.services.timetable import reminders, sending
from tests import make

Session = scoped_session[Any]
WEEK_BEFORE = datetime(2027, 3, 17, 9, tzinfo=UTC)  # the visits of make.py are on Wednesday 24 March 2027
DAY_BEFORE = datetime(2027, 3, 23, 9, tzinfo=UTC)
AT_4PM = datetime(2027, 3, 23, 16, tzinfo=UTC)
BEGINS = datetime(2027, 3, 24, 9, 30, tzinfo=UTC)
AFTERWARDS = datetime(2027, 3, 25, 10, tzinfo=UTC)
SECOND, HOUR, DAY = timedelta(seconds=1), timedelta(hours=1), timedelta(days=1)


def mails(session: Session) -> list[str]:
    return list(session.scalars(select(Mail.key).order_by(Mail.id)))


class TestRemindersToFirms:
    def test_they_go_7_days_and_1_working_day_before_at_9am(self, session: Session) -> None:
        visit = make.visit()
        counts = []
        for moment in (WEEK_BEFORE - SECOND, WEEK_BEFORE, DAY_BEFORE - SECOND, DAY_BEFORE, BEGINS):
            reminders.remind_firms(moment)
            counts.append(len(mails(session)))
        assert counts == [0, 1, 1, 2, 2]
        assert mails(session) == [
            f"visit:{visit.id}:reminder-week-2027-03-24:v1:business",
            f"visit:{visit.id}:reminder-day-2027-03-24:v1:business",
        ]

    def test_9am_is_londons_in_summer_too(self, session: Session) -> None:
        make.visit(day=date(2027, 4, 7))  # summer time began on 28 March
        reminders.remind_firms(datetime(2027, 3, 31, 7, 59, tzinfo=UTC))
        assert mails(session) == []
        reminders.remind_firms(datetime(2027, 3, 31, 8, 0, tzinfo=UTC))
        assert len(mails(session)) == 1

    def test_before_a_monday_the_working_day_is_the_friday(self, session: Session) -> None:
        visit = make.visit(day=date(2027, 3, 22))
        reminders.remind_firms(datetime(2027, 3, 19, 9, tzinfo=UTC))
        assert mails(session) == [f"visit:{visit.id}:reminder-day-2027-03-22:v1:business"]

    def test_a_worker_that_was_down_for_days_sends_the_later_one_alone(self, session: Session) -> None:
        visit = make.visit()
        reminders.remind_firms(DAY_BEFORE + HOUR)
        reminders.remind_firms(DAY_BEFORE + HOUR)
        assert mails(session) == [f"visit:{visit.id}:reminder-day-2027-03-24:v1:business"]

    def test_a_visit_that_has_just_been_confirmed_needs_no_reminder_of_that_date(self, session: Session) -> None:
        make.visit(confirmed_at=WEEK_BEFORE + HOUR)
        reminders.remind_firms(WEEK_BEFORE + 2 * HOUR)
        assert mails(session) == []

    def test_a_visit_that_moves_is_reminded_of_its_new_date(self, session: Session) -> None:
        visit = make.visit()
        reminders.remind_firms(WEEK_BEFORE)
        visit.first_day = date(2027, 3, 25)
        session.flush()
        reminders.remind_firms(WEEK_BEFORE + DAY)
        assert mails(session)[1:] == [f"visit:{visit.id}:reminder-week-2027-03-25:v1:business"]

    @pytest.mark.parametrize("state", [VisitState.REQUESTED, VisitState.CANCELLED, VisitState.DELIVERED])
    def test_only_confirmed_visits_are_reminded_of(self, session: Session, state: VisitState) -> None:
        make.visit(state)
        reminders.remind_firms(DAY_BEFORE)
        assert mails(session) == []

    def test_one_that_waits_is_withdrawn_once_the_visit_begins(self, session: Session) -> None:
        make.visit()
        reminders.remind_firms(DAY_BEFORE)
        assert sending.claim(BEGINS) is None
        assert session.scalars(select(Mail.error)).all() == ["Too late to be of use"]

    def test_one_that_waits_goes_no_more_once_the_visit_is_cancelled(self, session: Session) -> None:
        visit = make.visit()
        reminders.remind_firms(DAY_BEFORE)
        visit.state = VisitState.CANCELLED
        session.flush()
        assert sending.claim(DAY_BEFORE) is None

    def test_a_worker_that_comes_back_when_the_visit_has_begun_writes_none(self, session: Session) -> None:
        make.visit()
        reminders.remind_firms(BEGINS)
        assert mails(session) == []

    def test_one_visit_that_cannot_be_written_about_keeps_no_other_from_its_reminder(
        self, session: Session, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
    ) -> None:
        broken, sound = make.visit(), make.visit()
        written = business.reminder

        def fails_for_one(visit: Any, **facts: Any) -> Any:
            if visit is broken:
                raise RuntimeError("a bug")
            return written(visit, **facts)

        monkeypatch.setattr(business, "reminder", fails_for_one)
        reminders.remind_firms(DAY_BEFORE)
        assert mails(session) == [f"visit:{sound.id}:reminder-day-2027-03-24:v1:business"]
        assert "a bug" in caplog.text


class TestTheDayBefore:
    def test_the_trainer_hears_at_4pm_once(self, session: Session) -> None:
        visit = make.visit()
        counts = []
        for moment in (AT_4PM - SECOND, AT_4PM, AT_4PM + HOUR, BEGINS - SECOND):
            reminders.tell_trainers(moment)
            counts.append(len(mails(session)))
        assert counts == [0, 1, 1, 1]
        assert mails(session) == [f"trainer:{visit.trainer_id}:tomorrow-2027-03-24:v1:trainer"]

    def test_4pm_is_londons_in_summer_too(self, session: Session) -> None:
        make.visit(day=date(2027, 4, 7))
        summer, counts = datetime(2027, 4, 6, 15, tzinfo=UTC), []
        for moment in (summer - SECOND, summer):
            reminders.tell_trainers(moment)
            counts.append(len(mails(session)))
        assert counts == [0, 1]

    def test_two_visits_of_a_day_are_one_mail(self, session: Session) -> None:
        course = make.course(half_days=1)
        ann = make.ann(course)
        make.visit(course=course, trainer=ann)
        make.visit(course=course, trainer=ann, half=Half.PM)
        reminders.tell_trainers(AT_4PM)
        assert len(mails(session)) == 1

    @pytest.mark.parametrize(
        ("moment", "says"),
        [
            (datetime(2027, 4, 6, 15, tzinfo=UTC), "Tomorrow: Exeter"),
            (datetime(2027, 4, 6, 22, 59, tzinfo=UTC), "Tomorrow: Exeter"),
            (datetime(2027, 4, 6, 23, tzinfo=UTC), "Today: Exeter"),  # midnight in London's summer
            (datetime(2027, 4, 7, 8, tzinfo=UTC), "Today: Exeter"),
        ],
    )
    def test_tomorrow_and_today_are_londons(self, session: Session, moment: datetime, says: str) -> None:
        make.visit(day=date(2027, 4, 7))
        reminders.tell_trainers(moment)
        assert session.scalars(select(Mail.subject)).one().startswith(says)

    def test_once_the_visit_has_begun_it_is_not_sent_any_more(self, session: Session) -> None:
        make.visit()
        reminders.tell_trainers(BEGINS)
        assert mails(session) == []

    def test_one_that_waits_goes_no_more_once_the_visit_is_cancelled(self, session: Session) -> None:
        visit = make.visit()
        reminders.tell_trainers(AT_4PM)
        visit.state = VisitState.CANCELLED
        session.flush()
        assert sending.claim(AT_4PM) is None

    def test_one_that_waits_goes_no_more_once_the_visit_has_begun(self, session: Session) -> None:
        make.visit()
        reminders.tell_trainers(AT_4PM)
        assert sending.claim(BEGINS) is None

    def test_of_two_visits_the_other_is_told_though_one_is_cancelled(self, session: Session) -> None:
        course = make.course(half_days=1)
        ann = make.ann(course)
        morning = make.visit(course=course, trainer=ann)
        make.visit(course=course, trainer=ann, half=Half.PM)
        reminders.tell_trainers(AT_4PM)
        morning.state = VisitState.CANCELLED
        session.flush()
        assert sending.claim(AT_4PM) is not None

    def test_a_visit_that_is_only_requested_is_not_told(self, session: Session) -> None:
        make.visit(VisitState.REQUESTED)
        reminders.tell_trainers(AT_4PM)
        assert mails(session) == []

    def test_each_day_of_a_long_visit_is_announced(self, session: Session) -> None:
        visit = make.visit(course=make.course(half_days=4))
        for moment in (AT_4PM, AT_4PM + DAY):
            reminders.tell_trainers(moment)
        who = visit.trainer_id
        assert mails(session) == [f"trainer:{who}:tomorrow-2027-03-{day}:v1:trainer" for day in (24, 25)]


class TestAfterwards:
    def test_the_firm_is_asked_the_next_day_at_10am_once(self, session: Session) -> None:
        visit = make.visit(VisitState.DELIVERED)
        counts = []
        for moment in (AFTERWARDS - SECOND, AFTERWARDS, AFTERWARDS + DAY):
            reminders.ask_how_it_was(moment)
            counts.append(len(mails(session)))
        assert counts == [0, 1, 1]
        assert mails(session) == [f"visit:{visit.id}:after_visit:v1:business"]

    def test_a_long_visit_is_asked_about_after_its_last_day(self, session: Session) -> None:
        make.visit(course=make.course(half_days=4))
        reminders.ask_how_it_was(AFTERWARDS)
        assert mails(session) == []
        reminders.ask_how_it_was(AFTERWARDS + DAY)
        assert len(mails(session)) == 1

    def test_nobody_is_asked_about_a_visit_that_did_not_take_place(self, session: Session) -> None:
        make.visit(took_place=False)
        reminders.ask_how_it_was(AFTERWARDS)
        assert mails(session) == []

    def test_after_a_week_the_question_is_stale(self, session: Session) -> None:
        make.visit(VisitState.DELIVERED)
        reminders.ask_how_it_was(AFTERWARDS + 7 * DAY)
        assert mails(session) == []

    def test_one_that_waits_is_stale_after_a_week_too(self, session: Session) -> None:
        make.visit(VisitState.DELIVERED)
        reminders.ask_how_it_was(AFTERWARDS)
        assert sending.claim(AFTERWARDS + 7 * DAY) is None

    def test_nobody_is_asked_about_a_visit_that_was_cancelled_meanwhile(self, session: Session) -> None:
        visit = make.visit()
        reminders.ask_how_it_was(AFTERWARDS)
        visit.state = VisitState.CANCELLED
        session.flush()
        assert sending.claim(AFTERWARDS) is None

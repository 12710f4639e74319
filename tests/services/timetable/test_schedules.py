"""Trainers' weeks: on Friday at 2pm, again when there is news, never without."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import scoped_session

from booking.domain.lifecycle import VisitState
from booking.domain.post import MailState
from booking.models import Mail, Schedule, Visit, VisitSlot
from booking.queries.desk import piles
from booking.queries.desk.piles import Pile
from booking.services.timetable import schedules, sending
from tests import make

Session = scoped_session[Any]
FRIDAY = datetime(2027, 3, 19, 14, tzinfo=UTC)
AT_9AM, BEGINS = datetime(2027, 3, 24, 9, tzinfo=UTC), datetime(2027, 3, 24, 9, 30, tzinfo=UTC)
SECOND, MINUTE, HOUR, DAY = timedelta(seconds=1), timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)


def subjects(session: Session) -> list[str]:
    return list(session.scalars(select(Mail.subject).order_by(Mail.id)))


def states(session: Session) -> list[MailState]:
    session.expire_all()
    return list(session.scalars(select(Mail.state).order_by(Mail.id)))


def leave(now: datetime) -> str:
    """The next mail leaves; its words."""
    letter = sending.claim(now)
    assert letter is not None
    sending.record_sent(letter, now)
    return letter.text


def move(visit: Visit, day: date, session: Session) -> None:
    for slot in session.scalars(select(VisitSlot).filter_by(visit_id=visit.id)):
        session.delete(slot)
    visit.first_day = day
    session.flush()
    make.slots(visit)


def cancel(visit: Visit, session: Session) -> None:
    for slot in session.scalars(select(VisitSlot).filter_by(visit_id=visit.id)):
        session.delete(slot)
    visit.state = VisitState.CANCELLED
    session.flush()


def test_next_week_goes_out_on_friday_at_2pm_once(session: Session) -> None:
    visit = make.visit()
    counts = []
    for moment in (FRIDAY - SECOND, FRIDAY, FRIDAY + HOUR, FRIDAY + 3 * DAY):
        schedules.queue_due(moment)
        counts.append(len(subjects(session)))
    assert counts == [0, 1, 1, 1]
    assert subjects(session) == ["Your week 22 to 28 March: 1 visit"]
    assert session.scalars(select(Mail.key)).all() == [f"trainer:{visit.trainer_id}:week-2027-03-22:v1:trainer"]


def test_2pm_is_londons_in_summer_too(session: Session) -> None:
    make.visit(day=date(2027, 4, 14))
    summer, counts = datetime(2027, 4, 9, 13, tzinfo=UTC), []
    for moment in (summer - SECOND, summer):
        schedules.queue_due(moment)
        counts.append(len(subjects(session)))
    assert counts == [0, 1]


def test_a_trainer_without_visits_hears_nothing(session: Session) -> None:
    make.ann()
    schedules.queue_due(FRIDAY)
    assert subjects(session) == []


def test_the_words_name_the_visit_and_the_days_that_are_free(session: Session) -> None:
    make.visit()
    schedules.queue_due(FRIDAY)
    text = leave(FRIDAY)
    assert "Acme Joinery" in text
    assert "Free: Monday, Tuesday, Thursday\n" in text  # and Good Friday
    assert "Changed since" not in text


def test_a_change_after_friday_is_told_in_words(session: Session) -> None:
    visit = make.visit()
    schedules.queue_due(FRIDAY)
    leave(FRIDAY)
    visit.people = 11
    move(visit, date(2027, 3, 25), session)
    schedules.queue_due(FRIDAY + HOUR)
    assert subjects(session)[1:] == ["Your week 22 to 28 March has changed: 1 visit"]
    assert "Thursday 25 was on Wednesday." in leave(FRIDAY + 2 * HOUR)


def test_a_visit_that_is_gone_is_told_in_words(session: Session) -> None:
    visit = make.visit()
    schedules.queue_due(FRIDAY)
    leave(FRIDAY)
    cancel(visit, session)
    schedules.queue_due(FRIDAY + HOUR)
    assert "Wednesday 24 March (Acme Joinery, Exeter) is cancelled." in leave(FRIDAY + 2 * HOUR)


def test_what_is_undone_before_it_left_is_not_told(session: Session) -> None:
    visit = make.visit()
    schedules.queue_due(FRIDAY)
    leave(FRIDAY)
    visit.people = 11
    session.flush()
    schedules.queue_due(FRIDAY + HOUR)
    visit.people = 8
    session.flush()
    schedules.queue_due(FRIDAY + HOUR + MINUTE)
    assert states(session) == [MailState.SENT, MailState.WITHDRAWN]


def test_what_was_undone_and_is_done_again_is_told(session: Session) -> None:
    visit = make.visit()
    schedules.queue_due(FRIDAY)
    leave(FRIDAY)
    for number, people in enumerate((11, 8, 11)):
        visit.people = people
        session.flush()
        schedules.queue_due(FRIDAY + HOUR + number * MINUTE)
    assert states(session) == [MailState.SENT, MailState.WITHDRAWN, MailState.WAITING]


def test_a_change_waits_two_minutes_for_the_next_one(session: Session) -> None:
    visit = make.visit()
    schedules.queue_due(FRIDAY)
    leave(FRIDAY)
    visit.people = 11
    session.flush()
    schedules.queue_due(FRIDAY + HOUR)
    assert sending.claim(FRIDAY + HOUR + MINUTE) is None
    assert sending.claim(FRIDAY + HOUR + 2 * MINUTE) is not None


def test_a_week_that_waits_goes_no_more_once_its_first_visit_has_begun(session: Session) -> None:
    make.visit()
    schedules.queue_due(FRIDAY)
    assert sending.claim(BEGINS) is None
    assert states(session) == [MailState.WITHDRAWN]


@pytest.mark.parametrize(("moment", "mails"), [(AT_9AM - SECOND, 2), (AT_9AM, 1)])
def test_that_a_visit_is_off_is_told_until_who_believes_in_it_has_set_out(
    session: Session, moment: datetime, mails: int
) -> None:
    visit = make.visit()
    schedules.queue_due(FRIDAY)
    leave(FRIDAY)
    cancel(visit, session)
    schedules.queue_due(moment)
    assert len(subjects(session)) == mails


def test_a_visit_that_somebody_else_has_now_is_told_as_no_longer_yours(session: Session) -> None:
    visit = make.visit()
    schedules.queue_due(FRIDAY)
    leave(FRIDAY)
    visit.trainer = make.ben()
    for slot in session.scalars(select(VisitSlot).filter_by(visit_id=visit.id)):
        slot.trainer_id = visit.trainer.id
    session.flush()
    schedules.queue_due(FRIDAY + HOUR)
    told = [leave(FRIDAY + 2 * HOUR) for _ in range(2)]
    assert [text.count("Wednesday 24 March (Acme Joinery, Exeter) is no longer yours.") for text in told] == [0, 1]


def test_two_changes_in_a_row_go_out_as_one(session: Session) -> None:
    visit = make.visit()
    schedules.queue_due(FRIDAY)
    leave(FRIDAY)
    for number, people in enumerate((11, 12)):
        visit.people = people
        session.flush()
        schedules.queue_due(FRIDAY + HOUR + number * MINUTE)
    assert states(session) == [MailState.SENT, MailState.WITHDRAWN, MailState.WAITING]
    assert "Wednesday 24 has 12 people now." in leave(FRIDAY + 2 * HOUR)


def test_a_worker_that_was_down_over_the_weekend_still_tells_the_week(session: Session) -> None:
    make.visit()
    schedules.queue_due(FRIDAY + 4 * DAY)
    assert len(subjects(session)) == 1


def test_a_week_is_not_told_once_its_first_visit_has_begun(session: Session) -> None:
    make.visit()
    schedules.queue_due(BEGINS)
    assert subjects(session) == []


def test_a_proposed_date_is_not_in_the_week_yet(session: Session) -> None:
    make.visit()
    for slot in session.scalars(select(VisitSlot)):
        slot.is_proposed = True
    session.flush()
    schedules.queue_due(FRIDAY)
    assert subjects(session) == []


def unread(session: Session, now: datetime) -> Sequence[int]:
    return session.scalars(piles.ids(Pile.WEEKS), piles.at(now)).all()


def test_silence_is_seen_after_48_hours_until_the_trainer_has_pressed_got_it(session: Session) -> None:
    make.visit()
    schedules.queue_due(FRIDAY)
    leave(FRIDAY)
    week = session.scalars(select(Schedule)).one()
    assert unread(session, FRIDAY + 2 * DAY - SECOND) == []
    assert unread(session, FRIDAY + 2 * DAY) == [week.id]
    assert unread(session, FRIDAY + 10 * DAY) == [], "the week is over"
    week.seen_at = FRIDAY + DAY
    session.flush()
    assert unread(session, FRIDAY + 2 * DAY) == []


def test_a_newer_week_that_has_not_left_does_not_end_the_silence_about_the_older(session: Session) -> None:
    visit = make.visit()
    schedules.queue_due(FRIDAY)
    leave(FRIDAY)
    visit.people = 11
    session.flush()
    schedules.queue_due(FRIDAY + 2 * DAY)
    older, _ = session.scalars(select(Schedule.id).order_by(Schedule.version))
    assert unread(session, FRIDAY + 2 * DAY) == [older]


def test_leave_and_half_days_stand_beside_the_visits(session: Session) -> None:
    course = make.course(half_days=1)
    ann = make.ann(course)
    make.visit(course=course, trainer=ann)
    make.absence(ann, date(2027, 3, 22))
    schedules.queue_due(FRIDAY)
    text = leave(FRIDAY)
    assert "Free: Tuesday, Wednesday from 1:30pm, Thursday\nLeave: Monday\n" in text

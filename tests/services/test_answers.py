"""Trainers' answers: a yes counts once, a no finds the next, and nobody answers for a date that has moved."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from booking.domain.days import Half, Slot
from booking.domain.errors import Overtaken
from booking.domain.lifecycle import TrainerAnswer, VisitState
from booking.domain.post import MailState
from booking.models import Mail, Trainer, Visit, VisitSlot
from booking.services import visits
from tests import make
from tests.conftest import NOW
from tests.make import DAY
from tests.services.mailed import acting, everything_left, kinds, told

AT = Slot(DAY, Half.AM)


def offer(**changes: Any) -> tuple[Visit, Trainer, Trainer]:
    """A request that Ann has been asked for, and that Ben could take."""
    course = make.course()
    ann, ben = make.ann(course), make.ben(course)
    asked = {"address_confirmed_at": NOW, "trainer_answer": TrainerAnswer.ASKED, "asked_at": NOW, **changes}
    return make.visit(VisitState.REQUESTED, course=course, trainer=ann, **asked), ann, ben


def test_a_yes_waits_for_staff_to_confirm(session: Any, now: datetime) -> None:
    visit, ann, _ = offer()
    visits.accept(visit, ann, at=AT, now=now)
    assert (visit.state, visit.trainer_answer, visit.answered_at) == (VisitState.REQUESTED, TrainerAnswer.ACCEPTED, now)
    assert kinds(visit) == []


def test_with_auto_confirm_a_yes_is_enough(fresh_app: Any, now: datetime) -> None:
    app: Flask = fresh_app(auto_confirm=True)
    with app.app_context():
        visit, ann, _ = offer()
        visits.accept(visit, ann, at=AT, now=now)
        assert (visit.state, kinds(visit)) == (VisitState.CONFIRMED, ["business/confirmed", "trainer/new_visit"])


def test_a_yes_given_twice_says_so_kindly(session: Any, now: datetime) -> None:
    visit, ann, _ = offer()
    visits.accept(visit, ann, now=now)
    with pytest.raises(Overtaken, match="The trainer has said yes already"):
        visits.accept(visit, ann, now=now)


def test_a_yes_to_a_date_that_has_moved_says_so_kindly(session: Any, now: datetime) -> None:
    visit, ann, _ = offer()
    visits.move_by_firm(visit, at=Slot(DAY + timedelta(days=1), Half.AM), now=now)
    with pytest.raises(Overtaken, match="This visit has moved to Thursday 25 March meanwhile"):
        visits.accept(visit, ann, at=AT, now=now)


def test_a_yes_to_a_visit_given_away_or_cancelled_says_so_kindly(session: Any, now: datetime) -> None:
    visit, ann, ben = offer()
    visits.ask(visit, ben.id, actor=acting(make.cora()), now=now)
    with pytest.raises(Overtaken, match="given to another trainer"):
        visits.accept(visit, ann, at=AT, now=now)
    visits.cancel_by_firm(visit, now=now)
    with pytest.raises(Overtaken, match="not going ahead"):
        visits.accept(visit, ben, at=AT, now=now)


@pytest.mark.parametrize("answer", [visits.accept, visits.decline])
def test_whoever_answers_before_the_question_has_left_does_not_get_it(session: Any, now: datetime, answer: Any) -> None:
    visit = make.visit(VisitState.REQUESTED, course=make.course(), is_placed=False, address_confirmed_at=NOW)
    ann, cora = make.ann(visit.course), acting(make.cora())
    visits.ask(visit, ann.id, actor=cora, now=now)
    answer(visit, ann, actor=cora, now=now)
    assert kinds(visit, state=MailState.WITHDRAWN) == ["trainer/offer"]


def test_staff_note_a_yes_given_by_phone(session: Any, now: datetime) -> None:
    visit, ann, _ = offer()
    visits.accept(visit, ann, actor=acting(make.cora()), now=now)
    assert visit.trainer_answer is TrainerAnswer.ACCEPTED


def test_a_no_holds_and_asks_the_next_and_staff_see_it(session: Any, now: datetime) -> None:
    visit, ann, ben = offer()
    visits.decline(visit, ann, note="Teaching elsewhere", other_date="31 March", at=AT, now=now)
    assert (visit.trainer_id, visit.trainer_answer, visit.passed_over) == (ben.id, TrainerAnswer.ASKED, str(ann.id))
    assert set(session.scalars(select(VisitSlot.trainer_id))) == {ben.id}
    assert (told(visit), kinds(visit)) == (["declined", "asked"], ["trainer/offer", "staff/declined"])
    text = session.scalars(select(Mail.text).filter_by(kind="declined")).first()
    assert "Teaching elsewhere" in text
    assert "31 March" in text
    assert "Ben Cole" in text


def test_two_noes_leave_nobody(session: Any, now: datetime) -> None:
    visit, ann, ben = offer()
    visits.decline(visit, ann, now=now)
    visits.decline(visit, ben, now=now)
    assert (visit.trainer_id, visit.trainer_answer, visit.first_day) == (None, TrainerAnswer.UNASKED, DAY)
    assert session.scalars(select(VisitSlot)).all() == []
    assert told(visit) == ["declined", "asked", "declined", "unplaced"]


def test_who_said_no_is_asked_again_when_the_date_moves(session: Any, now: datetime) -> None:
    visit, ann, _ben = offer()
    visits.decline(visit, ann, now=now)
    visits.move_by_firm(visit, at=Slot(DAY + timedelta(days=1), Half.AM), now=now)
    assert (visit.passed_over, visit.trainer_id) == ("", ann.id)


def test_a_no_after_the_confirmation_makes_it_a_request_again(session: Any, now: datetime) -> None:
    course = make.course()
    ann, ben = make.ann(course), make.ben(course)
    visit = make.visit(course=course, trainer=ann, sequence=1)
    visits.decline(visit, ann, note="Ill", now=now)
    assert (visit.state, visit.trainer_id, visit.sequence) == (VisitState.REQUESTED, ben.id, 2)
    assert visit.promised_at == datetime(2026, 11, 26, 17, tzinfo=UTC)
    assert kinds(visit) == [
        "trainer/cancelled_visit",
        "trainer/offer",
        "business/still_looking",
        "staff/declined",
    ]
    calendar = session.scalars(select(Mail.calendar).filter_by(kind="cancelled_visit")).one()
    assert "METHOD:CANCEL" in calendar
    assert "SEQUENCE:2" in calendar


def test_got_it_is_kept_until_the_visit_changes(session: Any, now: datetime) -> None:
    course = make.course()
    ann = make.ann(course)
    visit = make.visit(course=course, trainer=ann)
    visits.got_it(visit, ann, now=now)
    visits.got_it(visit, ann, now=now + timedelta(hours=1))
    assert (visit.seen_at, told(visit)) == (now, ["seen"])
    visits.move_by_firm(visit, at=Slot(DAY + timedelta(days=1), Half.AM), now=now)
    visits.accept(visit, ann, now=now)
    assert visit.seen_at is None


def test_only_the_trainer_of_a_confirmed_visit_has_got_it(session: Any, now: datetime) -> None:
    visit, ann, ben = offer()
    with pytest.raises(Overtaken):
        visits.got_it(visit, ann, now=now)
    with pytest.raises(Overtaken):
        visits.got_it(visit, ben, now=now)


def test_an_answer_does_not_lift_anything_from_a_mail_that_has_left(session: Any, now: datetime) -> None:
    visit, ann, _ = offer()
    everything_left(visit)
    visits.accept(visit, ann, now=now)
    assert kinds(visit) == []

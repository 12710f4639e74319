"""Confirming: only with a trainer's yes, told to firm and trainer, in both calendars, and the enquiry is won."""

from datetime import datetime
from typing import Any

import pytest
from sqlalchemy import select

from booking.domain.errors import Overtaken, Refused
from booking.domain.lifecycle import EnquiryState, TrainerAnswer, VisitState
from booking.models import Act, Mail, Visit
from booking.services import visits
from tests import make
from tests.conftest import NOW
from tests.services.mailed import acting, kinds


def accepted(**changes: Any) -> Visit:
    said_yes = {"address_confirmed_at": NOW, "trainer_answer": TrainerAnswer.ACCEPTED, "promised_at": NOW}
    return make.visit(VisitState.REQUESTED, **{**said_yes, **changes})


def test_a_confirmed_visit_wins_its_enquiry_and_keeps_the_promise(session: Any, now: datetime) -> None:
    visit = accepted()
    visits.confirm(visit, actor=acting(make.cora()), now=now)
    assert visit.enquiry is not None
    assert (visit.state, visit.confirmed_at, visit.promised_at) == (VisitState.CONFIRMED, now, None)
    assert (visit.enquiry.state, visit.enquiry.answered_at) == (EnquiryState.WON, now)


def test_a_closed_enquiry_is_not_opened_by_it(session: Any, now: datetime) -> None:
    visit = accepted(enquiry=make.enquiry(EnquiryState.LOST))
    visits.confirm(visit, actor=acting(make.cora()), now=now)
    assert visit.enquiry is not None
    assert visit.enquiry.state is EnquiryState.LOST


def test_both_calendars_get_an_invitation_for_each_day(session: Any, now: datetime) -> None:
    visit = accepted(course=make.course(half_days=4))
    visits.confirm(visit, actor=acting(make.cora()), now=now)
    assert kinds(visit) == [
        "business/confirmed",
        "business/invitation",
        "trainer/new_visit",
        "trainer/invitation",
    ]
    calendars = session.scalars(select(Mail.calendar).order_by(Mail.id)).all()
    assert ["METHOD:REQUEST" in text and "SEQUENCE:1" in text for text in calendars] == [True] * 4


def test_a_trainer_with_the_feed_gets_no_invitation(session: Any, now: datetime) -> None:
    course = make.course(half_days=4)
    visit = accepted(course=course, trainer=make.ann(course, wants_feed=True))
    visits.confirm(visit, actor=acting(make.cora()), now=now)
    assert kinds(visit) == ["business/confirmed", "business/invitation", "trainer/new_visit"]
    assert session.scalars(select(Mail.calendar).filter_by(kind="new_visit")).one() is None


def test_its_mails_wait_so_that_it_can_be_undone(session: Any, now: datetime) -> None:
    visit = accepted()
    visits.confirm(visit, actor=acting(make.cora()), now=now)
    act = session.scalars(select(Act)).one()
    found = session.execute(select(Mail.act_id, Mail.due_at).distinct()).all()
    assert [(act_id, (due_at - now).seconds) for act_id, due_at in found] == [(act.id, 120)]


def test_without_a_yes_nothing_is_confirmed(session: Any, now: datetime) -> None:
    visit = accepted(trainer_answer=TrainerAnswer.ASKED)
    with pytest.raises(Refused, match="once a trainer has said yes"):
        visits.confirm(visit, actor=acting(make.cora()), now=now)
    session.refresh(visit)
    assert (visit.state, session.scalars(select(Act)).all()) == (VisitState.REQUESTED, [])


def test_the_second_colleague_is_told_who_confirmed_it(session: Any, now: datetime) -> None:
    visit = accepted()
    visits.confirm(visit, actor=acting(make.cora()), now=now)
    with pytest.raises(Overtaken) as overtaken:
        visits.confirm(visit, actor=acting(make.staff("Dan Ellis")), now=now)
    assert str(overtaken.value) == (
        "This visit is confirmed already. Cora Dunn changed this at 10am on 24 November: "
        "Confirmed Wednesday 24 March with Ann Bell"
    )

"""Undo: everything back as it was, mails included, as long as none has left and nothing else has happened."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select, update

from booking.domain.days import Half, Slot
from booking.domain.errors import NotFound, Overtaken, Taken
from booking.domain.lifecycle import EnquiryState, TrainerAnswer, VisitState
from booking.domain.places import County
from booking.domain.post import MOST_TRIES, MailState
from booking.models import Act, Enquiry, Mail, Trainer, Visit, VisitSlot
from booking.services import enquiries, slots, undo, visits
from tests import make
from tests.conftest import NOW
from tests.make import DAY
from tests.services.mailed import acting, everything_left, kinds

NEXT = Slot(DAY + timedelta(days=1), Half.AM)
A_MINUTE = timedelta(minutes=1)


def cancelled(now: datetime) -> tuple[Visit, Trainer, Any]:
    """Ann's confirmed visit, which Cora has just cancelled."""
    course = make.course()
    ann, cora = make.ann(course), make.cora()
    visit = make.visit(course=course, trainer=ann, enquiry=make.enquiry(EnquiryState.WON))
    visits.cancel_by_staff(visit, reason="They rang", actor=acting(cora), now=now)
    return visit, ann, acting(cora)


def latest(actor: Any, now: datetime) -> int:
    act = undo.latest(actor.id, now=now)
    assert act is not None
    return act.id


def held(session: Any, visit: Visit) -> list[tuple[int, str, bool]]:
    rows = session.scalars(select(VisitSlot).filter_by(visit_id=visit.id).order_by(VisitSlot.slot))
    return [(row.trainer_id, f"{row.day:%a} {row.half}", row.is_proposed) for row in rows]


def test_a_cancellation_is_taken_back_with_its_mails_and_its_slots(session: Any, now: datetime) -> None:
    visit, ann, cora = cancelled(now)
    undo.undo(latest(cora, now), actor=cora, now=now + A_MINUTE)
    assert (visit.state, visit.ended_at, visit.cancel_reason) == (VisitState.CONFIRMED, None, "")
    assert held(session, visit) == [(ann.id, "Wed am", False), (ann.id, "Wed pm", False)]
    assert (kinds(visit), len(kinds(visit, state=MailState.WITHDRAWN))) == ([], 2)


def test_a_confirmation_is_taken_back_with_the_enquirys_state(session: Any, now: datetime) -> None:
    visit = make.visit(VisitState.REQUESTED, trainer_answer=TrainerAnswer.ACCEPTED, address_confirmed_at=NOW)
    cora = acting(make.cora())
    visits.confirm(visit, actor=cora, now=now)
    undo.undo(latest(cora, now), actor=cora, now=now + A_MINUTE)
    enquiry = session.get(Enquiry, visit.enquiry_id)
    assert (visit.state, visit.confirmed_at, enquiry.state) == (VisitState.REQUESTED, None, EnquiryState.NEW)
    visits.confirm(visit, actor=cora, now=now + 2 * A_MINUTE)
    assert (visit.sequence, kinds(visit)) == (2, ["business/confirmed", "trainer/new_visit"])


def test_a_trainer_who_was_asked_is_not_any_more(session: Any, now: datetime) -> None:
    course = make.course()
    ann, ben, cora = make.ann(course), make.ben(course), acting(make.cora())
    visit = make.visit(VisitState.REQUESTED, course=course, trainer=ann, address_confirmed_at=NOW)
    visits.ask(visit, ben.id, actor=cora, now=now)
    undo.undo(latest(cora, now), actor=cora, now=now + A_MINUTE)
    assert (visit.trainer_id, visit.trainer_answer) == (ann.id, TrainerAnswer.UNASKED)
    assert {row[0] for row in held(session, visit)} == {ann.id}


def test_a_proposed_date_is_taken_back(session: Any, now: datetime) -> None:
    course = make.course()
    ann, cora = make.ann(course), acting(make.cora())
    visit = make.visit(course=course, trainer=ann)
    visits.move_by_staff(visit, at=NEXT, actor=cora, now=now)
    undo.undo(latest(cora, now), actor=cora, now=now + A_MINUTE)
    assert (visit.proposed_day, visit.trainer_answer) == (None, TrainerAnswer.ACCEPTED)
    assert held(session, visit) == [(ann.id, "Wed am", False), (ann.id, "Wed pm", False)]


def test_a_visit_booked_by_hand_ends_with_its_mail_and_its_slots(session: Any, now: datetime) -> None:
    course = make.course()
    make.ann(course)
    cora, enquiry = acting(make.cora()), make.enquiry()
    place = visits.Place("Unit 4", "Exeter", "EX2 8AA", "EX2", County.DEVON)
    at, on_the_day = Slot(DAY, Half.AM), visits.OnTheDay(people=6)
    visit = visits.book(enquiry, course=course, place=place, on_the_day=on_the_day, at=at, actor=cora, now=now)
    assert [mail.due_at for mail in session.scalars(select(Mail))] == [now + 2 * A_MINUTE]
    undo.undo(latest(cora, now), actor=cora, now=now + A_MINUTE)
    assert (visit.state, visit.ended_at, visit.promised_at) == (VisitState.CANCELLED, now + A_MINUTE, None)
    assert (held(session, visit), kinds(visit), enquiry.is_address_confirmed) == ([], [], False)


def test_mails_that_an_act_had_stopped_wait_again(session: Any, now: datetime) -> None:
    course = make.course()
    ann, ben, cora = make.ann(course), make.ben(course), acting(make.cora())
    visit = make.visit(VisitState.REQUESTED, course=course, trainer=ben, address_confirmed_at=NOW)
    visits.ask(visit, ann.id, actor=cora, now=now)
    session.execute(update(Mail).values(state=MailState.FAILED, attempts=MOST_TRIES))
    visits.ask(visit, ben.id, actor=cora, now=now + A_MINUTE)
    undo.undo(latest(cora, now), actor=cora, now=now + A_MINUTE)
    waiting = session.scalars(select(Mail).filter_by(state=MailState.WAITING)).all()
    assert (visit.trainer_id, [(mail.to_name, mail.attempts) for mail in waiting]) == (ann.id, [("Ann Bell", 0)])


def test_a_yes_by_phone_that_moved_a_visit_is_taken_back(session: Any, now: datetime) -> None:
    course = make.course()
    ann, cora = make.ann(course), acting(make.cora())
    visit = make.visit(course=course, trainer=ann)
    visits.move_by_firm(visit, at=NEXT, now=now)
    visits.accept(visit, ann, actor=cora, now=now + A_MINUTE)
    assert visit.first_day == NEXT.day
    undo.undo(latest(cora, now + A_MINUTE), actor=cora, now=now + A_MINUTE)
    assert (visit.first_day, visit.proposed_day, visit.trainer_answer) == (DAY, NEXT.day, TrainerAnswer.ASKED)
    assert [row[2] for row in held(session, visit)] == [False, False, True, True]


def test_an_address_confirmed_by_phone_is_taken_back(session: Any, now: datetime) -> None:
    course = make.course()
    ann, cora = make.ann(course), acting(make.cora())
    visit = make.visit(VisitState.EXPIRED, course=course, trainer=ann, ended_at=NOW)
    visits.confirm_address(visit, actor=cora, now=now)
    assert visit.state is VisitState.REQUESTED
    undo.undo(latest(cora, now), actor=cora, now=now + A_MINUTE)
    assert (visit.state, visit.address_confirmed_at, held(session, visit)) == (VisitState.EXPIRED, None, [])


def test_what_a_trainer_or_a_firm_does_is_not_staffs_to_undo(session: Any, now: datetime) -> None:
    course = make.course()
    ann = make.ann(course)
    visit = make.visit(course=course, trainer=ann)
    visits.decline(visit, ann, now=now)
    assert session.scalars(select(Act)).all() == []


def test_slots_that_somebody_has_taken_meanwhile_end_it(session: Any, now: datetime) -> None:
    visit, ann, cora = cancelled(now)
    other = make.visit(VisitState.REQUESTED, is_placed=False)
    slots.claim(other, [Slot(DAY, Half.PM)], trainer_id=ann.id, now=now)
    with pytest.raises(Taken), session.begin_nested():
        undo.undo(latest(cora, now), actor=cora, now=now + A_MINUTE)
    session.refresh(visit)
    assert visit.state is VisitState.CANCELLED


def test_it_is_too_late_once_a_mail_has_left(session: Any, now: datetime) -> None:
    visit, _, cora = cancelled(now)
    act_id = latest(cora, now)
    everything_left(visit)
    assert undo.latest(cora.id, now=now) is None
    with pytest.raises(Overtaken, match="The email about this has gone out"):
        undo.undo(act_id, actor=cora, now=now)


def test_it_is_too_late_after_ten_minutes(session: Any, now: datetime) -> None:
    _, _, cora = cancelled(now)
    with pytest.raises(Overtaken, match="too late"):
        undo.undo(latest(cora, now), actor=cora, now=now + timedelta(minutes=10))


def test_it_is_too_late_when_more_has_happened(session: Any, now: datetime) -> None:
    course = make.course()
    ann, cora = make.ann(course), acting(make.cora())
    visit = make.visit(course=course, trainer=ann)
    visits.move_by_staff(visit, at=NEXT, actor=cora, now=now)
    act_id = latest(cora, now)
    visits.accept(visit, ann, now=now + A_MINUTE)
    with pytest.raises(Overtaken, match="Ann Bell changed this at 10:01am on 24 November"):
        undo.undo(act_id, actor=cora, now=now + 2 * A_MINUTE)


def test_what_a_colleague_did_to_the_enquiry_meanwhile_stays(session: Any, now: datetime) -> None:
    visit = make.visit(VisitState.REQUESTED, trainer_answer=TrainerAnswer.ACCEPTED, address_confirmed_at=NOW)
    cora, dan, enquiry = acting(make.cora()), make.staff("Dan Ellis"), session.get(Enquiry, visit.enquiry_id)
    visits.confirm(visit, actor=cora, now=now)
    act_id = latest(cora, now)
    enquiries.assign_owner(enquiry, dan, actor=acting(dan), now=now + A_MINUTE)
    with pytest.raises(Overtaken, match="Dan Ellis changed this at 10:01am on 24 November"):
        undo.undo(act_id, actor=cora, now=now + A_MINUTE)
    assert enquiry.owner_id == dan.id


def test_it_happens_once(session: Any, now: datetime) -> None:
    _, _, cora = cancelled(now)
    act_id = latest(cora, now)
    undo.undo(act_id, actor=cora, now=now)
    with pytest.raises(Overtaken, match="undone already"):
        undo.undo(act_id, actor=cora, now=now)


def test_a_colleagues_act_is_not_mine_to_undo(session: Any, now: datetime) -> None:
    _, _, cora = cancelled(now)
    with pytest.raises(NotFound):
        undo.undo(latest(cora, now), actor=acting(make.staff("Dan Ellis")), now=now)

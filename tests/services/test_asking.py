"""Asking trainers: the address first, then the best, then the next; and whoever staff pick."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from booking.domain.days import Half, Slot
from booking.domain.errors import Overtaken, Refused
from booking.domain.lifecycle import TrainerAnswer, VisitState
from booking.domain.places import County
from booking.models import HistoryEntry, Trainer, Visit, VisitSlot
from booking.services import visits
from tests import make
from tests.conftest import NOW
from tests.make import DAY
from tests.services.mailed import acting, everything_left, kinds, told

AT = Slot(DAY, Half.AM)


def request(**changes: Any) -> tuple[Visit, Trainer, Trainer]:
    """A request that Ann holds and Ben could take."""
    course = make.course()
    ann, ben = make.ann(course), make.ben(course)
    return make.visit(VisitState.REQUESTED, course=course, trainer=ann, **changes), ann, ben


def holder(session: Any, visit: Visit) -> list[int]:
    return sorted(session.scalars(select(VisitSlot.trainer_id).filter_by(visit_id=visit.id, is_proposed=False)))


def test_a_confirmed_address_starts_the_promise_and_asks_the_trainer_who_is_held(session: Any, now: datetime) -> None:
    visit, ann, _ = request()
    visits.confirm_address(visit, now=now)
    assert visit.enquiry is not None
    assert (visit.address_confirmed_at, visit.enquiry.is_address_confirmed) == (now, True)
    assert visit.promised_at == visit.enquiry.due_at == datetime(2026, 11, 26, 17, tzinfo=UTC)
    assert (visit.trainer_id, visit.trainer_answer) == (ann.id, TrainerAnswer.ASKED)
    assert visit.answer_due_at == datetime(2026, 11, 25, 17, tzinfo=UTC)
    assert kinds(visit) == ["trainer/offer"]


def test_pressed_twice_the_button_does_nothing_more(session: Any, now: datetime) -> None:
    visit, _, _ = request()
    visits.confirm_address(visit, now=now)
    visits.confirm_address(visit, now=now + timedelta(hours=5))
    assert (visit.address_confirmed_at, told(visit)) == (now, ["address confirmed", "asked"])


def test_pressed_late_the_date_is_tried_again(session: Any, now: datetime) -> None:
    course = make.course()
    ann = make.ann(course)
    visit = make.visit(VisitState.EXPIRED, course=course, trainer=ann)
    visits.confirm_address(visit, now=now)
    assert (visit.state, visit.trainer_answer, visit.ended_at) == (VisitState.REQUESTED, TrainerAnswer.ASKED, None)
    assert holder(session, visit) == [ann.id, ann.id]


def test_pressed_late_and_the_date_is_gone_another_can_be_chosen(session: Any, now: datetime) -> None:
    course = make.course()
    ann = make.ann(course)
    make.visit(course=course, trainer=ann)
    visit = make.visit(VisitState.EXPIRED, course=course, trainer=ann)
    visits.confirm_address(visit, now=now)
    assert visit.enquiry is not None
    assert (visit.state, visit.enquiry.is_address_confirmed) == (VisitState.EXPIRED, True)
    visits.confirm_address(visit, at=Slot(DAY + timedelta(days=1), Half.AM), now=now)
    assert (visit.state, visit.first_day) == (VisitState.REQUESTED, DAY + timedelta(days=1))


def test_staff_confirm_an_address_by_phone(session: Any, now: datetime) -> None:
    visit, _, _ = request()
    visits.confirm_address(visit, actor=acting(make.cora()), now=now)
    words = session.scalars(select(HistoryEntry.words).filter_by(act="address confirmed")).one()
    assert words == "Confirmed the address by phone"


def test_a_cancelled_visit_has_nothing_to_confirm(session: Any, now: datetime) -> None:
    visit = make.visit(VisitState.CANCELLED, address_confirmed_at=None)
    with pytest.raises(Overtaken, match="This visit has been cancelled"):
        visits.confirm_address(visit, now=now)


def test_staff_give_it_to_another_trainer_and_the_first_need_not_answer(session: Any, now: datetime) -> None:
    visit, _ann, ben = request()
    visits.confirm_address(visit, now=now)
    everything_left(visit)
    visits.ask(visit, ben.id, actor=acting(make.cora()), now=now)
    assert (visit.trainer_id, holder(session, visit)) == (ben.id, [ben.id, ben.id])
    assert kinds(visit) == ["trainer/offer_withdrawn", "trainer/offer"]


def test_an_offer_that_has_not_left_is_withdrawn_without_a_word(session: Any, now: datetime) -> None:
    visit, _, ben = request()
    visits.confirm_address(visit, now=now)
    visits.ask(visit, ben.id, actor=acting(make.cora()), now=now)
    assert kinds(visit) == ["trainer/offer"]


def test_a_hard_rule_cannot_be_overridden_and_a_soft_one_only_with_a_reason(session: Any, now: datetime) -> None:
    visit, _, _ = request(address_confirmed_at=NOW)
    ben = make.ben(visit.course, counties=[County.SOMERSET], email="ben2@trainers.example")
    cora = acting(make.cora())
    with pytest.raises(Refused, match="Enter a reason of at least 10 characters") as soft:
        visits.ask(visit, ben.id, actor=cora, now=now)
    absence = make.absence(ben, DAY)
    with pytest.raises(Refused, match="Ben Cole is on leave on 24 March") as hard:
        visits.ask(visit, ben.id, reason="He knows the firm", actor=cora, now=now)
    assert (soft.value.field, hard.value.field) == ("reason", "trainer")
    session.delete(absence)
    session.flush()
    visits.ask(visit, ben.id, reason="He knows the firm", actor=cora, now=now)
    assert session.scalars(select(HistoryEntry.reason).filter_by(act="asked")).one() == "He knows the firm"


def test_nobody_is_asked_for_a_firm_that_has_not_confirmed_its_address(session: Any, now: datetime) -> None:
    visit, _, ben = request()
    with pytest.raises(Refused, match="Confirm it by phone first"):
        visits.ask(visit, ben.id, actor=acting(make.cora()), now=now)


def test_the_second_colleague_is_told_who_asked_whom(session: Any, now: datetime) -> None:
    visit, ann, ben = request(address_confirmed_at=NOW)
    seen = visit.version
    visits.ask(visit, ben.id, actor=acting(make.cora()), seen=seen, now=now)
    with pytest.raises(Overtaken, match="Cora Dunn changed this at 10am on 24 November: Asked Ben Cole"):
        visits.ask(visit, ann.id, actor=acting(make.staff("Dan Ellis")), seen=seen, now=now)


def test_another_trainer_of_a_confirmed_visit_takes_over_with_the_yes(session: Any, now: datetime) -> None:
    course = make.course()
    ann, ben = make.ann(course), make.ben(course)
    visit = make.visit(course=course, trainer=ann)
    visits.ask(visit, ben.id, actor=acting(make.cora()), now=now)
    assert (visit.state, visit.trainer_id, visit.proposed_trainer_id) == (VisitState.CONFIRMED, ann.id, ben.id)
    assert holder(session, visit) == [ann.id, ann.id]
    everything_left(visit)
    visits.accept(visit, ben, at=AT, now=now)
    assert (visit.trainer_id, visit.proposed_day, holder(session, visit)) == (ben.id, None, [ben.id, ben.id])
    assert kinds(visit) == ["business/confirmed", "trainer/cancelled_visit", "trainer/new_visit"]


@pytest.mark.parametrize(
    ("at", "by"),
    [
        (datetime(2027, 3, 22, 16, tzinfo=UTC), datetime(2027, 3, 23, 17, tzinfo=UTC)),
        (datetime(2027, 3, 23, 16, tzinfo=UTC), datetime(2027, 3, 23, 20, tzinfo=UTC)),
        (datetime(2027, 3, 23, 21, tzinfo=UTC), datetime(2027, 3, 23, 22, tzinfo=UTC)),
        (datetime(2027, 3, 24, 7, tzinfo=UTC), datetime(2027, 3, 24, 8, tzinfo=UTC)),
    ],
)
def test_the_nearer_the_day_the_sooner_an_answer_is_wanted(session: Any, at: datetime, by: datetime) -> None:
    course = make.course()
    ann, ben = make.ann(course), make.ben(course)
    visit = make.visit(course=course, trainer=ann)
    visits.ask(visit, ben.id, actor=acting(make.cora()), now=at)  # a date that stands is not weighed again: no reason
    assert visit.answer_due_at == by


def test_a_trainer_who_has_the_visit_is_not_asked_again(session: Any, now: datetime) -> None:
    course = make.course()
    ann = make.ann(course)
    visit = make.visit(course=course, trainer=ann)
    with pytest.raises(Overtaken, match="Ann Bell has this visit already"):
        visits.ask(visit, ann.id, actor=acting(make.cora()), now=now)


def test_when_nobody_is_left_the_wish_stays_and_the_firm_is_told(session: Any, now: datetime) -> None:
    visit, ann, ben = request(address_confirmed_at=NOW)
    visit.passed_over = f"{ann.id},{ben.id}"
    assert not visits.ask_next(visit, now=now)
    session.refresh(visit)
    assert (visit.first_day, visit.trainer_id, holder(session, visit)) == (DAY, None, [])
    assert visit.promised_at == datetime(2026, 11, 26, 17, tzinfo=UTC)
    assert (kinds(visit), told(visit)) == (["business/still_looking"], ["unplaced"])

"""Moving: what is confirmed stays until the trainer of the new date agrees; the fee is what the firm was shown."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from booking.domain.days import Half, Slot
from booking.domain.errors import Overtaken, Refused, Taken
from booking.domain.lifecycle import TrainerAnswer, VisitState
from booking.models import HistoryEntry, Mail, Trainer, Visit, VisitSlot
from booking.services import visits
from tests import make
from tests.conftest import NOW
from tests.make import DAY
from tests.services.mailed import acting, everything_left, kinds, told

NEXT = Slot(DAY + timedelta(days=1), Half.AM)
LATE = datetime(2027, 3, 15, 10, tzinfo=UTC)  # nine days before DAY: half the price, or the free move
LATER = Slot(DAY + timedelta(days=7), Half.AM)


def confirmed(**changes: Any) -> tuple[Visit, Trainer, Trainer]:
    """Ann's confirmed visit, which Ben could take."""
    course = make.course()
    ann, ben = make.ann(course), make.ben(course)
    return make.visit(course=course, trainer=ann, **{"sequence": 1, **changes}), ann, ben


def held(session: Any, visit: Visit, *, proposed: bool) -> list[str]:
    rows = session.scalars(
        select(VisitSlot).filter_by(visit_id=visit.id, is_proposed=proposed).order_by(VisitSlot.slot)
    )
    return [f"{row.day:%a} {row.half}" for row in rows]


def test_the_old_date_stands_until_the_trainer_agrees_to_the_new(session: Any, now: datetime) -> None:
    visit, ann, _ = confirmed()
    visits.move_by_firm(visit, at=NEXT, now=now)
    assert (visit.state, visit.first_day, visit.proposed_day) == (VisitState.CONFIRMED, DAY, NEXT.day)
    assert (held(session, visit, proposed=False), held(session, visit, proposed=True)) == (
        ["Wed am", "Wed pm"],
        ["Thu am", "Thu pm"],
    )
    assert (visit.proposed_trainer_id, visit.trainer_answer) == (ann.id, TrainerAnswer.ASKED)
    assert kinds(visit) == ["trainer/offer"]
    offer = session.scalars(select(Mail.subject).filter_by(kind="offer")).one()
    assert offer == "Can you do Thu 25 March, Exeter?"


def test_the_yes_swaps_the_dates_and_everybody_is_told(session: Any, now: datetime) -> None:
    visit, ann, _ = confirmed()
    visits.move_by_firm(visit, at=NEXT, now=now)
    everything_left(visit)
    visits.accept(visit, ann, at=NEXT, now=now)
    assert (visit.first_day, visit.proposed_day, visit.sequence) == (NEXT.day, None, 2)
    assert (held(session, visit, proposed=False), held(session, visit, proposed=True)) == (["Thu am", "Thu pm"], [])
    assert kinds(visit) == ["business/moved", "trainer/changed_visit"]
    calendars = session.scalars(select(Mail.calendar).where(Mail.calendar.is_not(None))).all()
    assert ["SEQUENCE:2" in text and "METHOD:REQUEST" in text for text in calendars] == [True, True]
    line = session.scalars(select(HistoryEntry).filter_by(act="moved")).one()
    assert line.words == "Moved from Wednesday 24 March to Thursday 25 March"


def test_a_no_to_the_new_date_asks_the_next_and_the_old_date_stands(session: Any, now: datetime) -> None:
    visit, ann, ben = confirmed()
    visits.move_by_firm(visit, at=NEXT, now=now)
    visits.decline(visit, ann, at=NEXT, now=now)
    assert (visit.state, visit.trainer_id, visit.proposed_trainer_id) == (VisitState.CONFIRMED, ann.id, ben.id)
    visits.decline(visit, ben, at=NEXT, now=now)
    assert (visit.state, visit.first_day, visit.trainer_id) == (VisitState.CONFIRMED, DAY, ann.id)
    assert (visit.proposed_day, visit.proposed_trainer_id) == (NEXT.day, None)
    assert (held(session, visit, proposed=False), held(session, visit, proposed=True)) == (["Wed am", "Wed pm"], [])


def test_another_new_date_is_asked_of_everybody_again(session: Any, now: datetime) -> None:
    visit, ann, _ = confirmed()
    visits.move_by_firm(visit, at=NEXT, now=now)
    visits.decline(visit, ann, at=NEXT, now=now)
    visits.move_by_firm(visit, at=LATER, now=now)
    assert (visit.proposed_trainer_id, visit.passed_over) == (ann.id, "")


def test_another_trainer_may_take_the_new_date(session: Any, now: datetime) -> None:
    visit, ann, ben = confirmed()
    make.absence(ann, NEXT.day)
    visits.move_by_firm(visit, at=NEXT, now=now)
    everything_left(visit)
    visits.accept(visit, ben, at=NEXT, now=now)
    assert (visit.trainer_id, visit.first_day) == (ben.id, NEXT.day)
    assert kinds(visit) == ["business/moved", "trainer/cancelled_visit", "trainer/new_visit"]


def test_a_date_nobody_has_free_changes_nothing(session: Any, now: datetime) -> None:
    visit, ann, ben = confirmed()
    for trainer in (ann, ben):
        make.absence(trainer, NEXT.day)
    version = visit.version
    with pytest.raises(Taken):
        visits.move_by_firm(visit, at=NEXT, now=now)
    session.refresh(visit)
    assert (visit.version, visit.proposed_day, told(visit)) == (version, None, [])


def test_back_to_the_date_that_stands_drops_the_other(session: Any, now: datetime) -> None:
    visit, _, _ = confirmed()
    visits.move_by_firm(visit, at=NEXT, now=now)
    visits.move_by_firm(visit, at=Slot(DAY, Half.AM), now=now)
    assert (visit.proposed_day, visit.trainer_answer) == (None, TrainerAnswer.ACCEPTED)
    assert held(session, visit, proposed=True) == []


def test_staff_drop_a_date_nobody_can_do(session: Any, now: datetime) -> None:
    visit, ann, ben = confirmed()
    visits.move_by_firm(visit, at=NEXT, now=now)
    visits.decline(visit, ann, now=now)
    visits.decline(visit, ben, now=now)
    visits.keep_date(visit, actor=acting(make.cora()), now=now)
    assert (visit.proposed_day, visit.trainer_answer, visit.promised_at) == (None, TrainerAnswer.ACCEPTED, None)
    with pytest.raises(Overtaken, match="no other date"):
        visits.keep_date(visit, actor=acting(make.staff("Dan Ellis")), now=now)


def test_the_same_date_is_no_move(session: Any, now: datetime) -> None:
    visit, _, _ = confirmed()
    with pytest.raises(Refused, match="Select another date") as refusal:
        visits.move_by_firm(visit, at=Slot(DAY, Half.AM), now=now)
    assert refusal.value.field == "slot"


def test_the_first_late_move_is_free_and_counted_when_it_happens(session: Any) -> None:
    visit, ann, _ = confirmed()
    visits.move_by_firm(visit, at=LATER, now=LATE)
    assert visit.free_moves_used == 0
    visits.accept(visit, ann, now=LATE)
    assert (visit.free_moves_used, visit.fee_pence) == (1, 0)


def test_the_second_late_move_costs_what_was_shown(session: Any) -> None:
    visit, ann, _ = confirmed(free_moves_used=1)
    visits.move_by_firm(visit, at=LATER, now=LATE)
    visits.accept(visit, ann, now=LATE + timedelta(days=3))
    assert visit.fee_pence == 575_00


def test_a_dropped_move_costs_nothing(session: Any) -> None:
    visit, _, _ = confirmed(free_moves_used=1)
    visits.move_by_firm(visit, at=LATER, now=LATE)
    visits.keep_date(visit, actor=acting(make.cora()), now=LATE)
    assert (visit.fee_pence, visit.proposed_fee_pence) == (0, 0)


def test_too_late_on_line_the_firm_calls(session: Any) -> None:
    visit, _, _ = confirmed()
    with pytest.raises(Refused, match="Call us on 0330 027 0207"):
        visits.move_by_firm(visit, at=LATER, now=datetime(2027, 3, 23, 10, tzinfo=UTC))


def test_staff_move_it_that_late_and_may_waive_the_fee(session: Any) -> None:
    visit, ann, _ = confirmed()
    late = datetime(2027, 3, 23, 10, tzinfo=UTC)
    why: dict[str, Any] = {"reason": "Agreed on the phone", "waive": "Our trainer's car broke down"}
    visits.move_by_staff(visit, at=LATER, trainer_id=ann.id, **why, actor=acting(make.cora()), now=late)
    visits.accept(visit, ann, now=late)
    assert (visit.first_day, visit.fee_pence, visit.fee_waived) == (LATER.day, 0, "Our trainer's car broke down")


def test_staff_who_do_not_waive_it_store_the_fee(session: Any) -> None:
    visit, ann, _ = confirmed()
    late = datetime(2027, 3, 23, 10, tzinfo=UTC)
    reason = "Agreed on the phone"
    visits.move_by_staff(visit, at=LATER, trainer_id=ann.id, reason=reason, actor=acting(make.cora()), now=late)
    visits.accept(visit, ann, now=late)
    assert visit.fee_pence == 1_150_00


def test_what_is_not_confirmed_moves_at_once(session: Any, now: datetime) -> None:
    course = make.course()
    ann, ben = make.ann(course), make.ben(course)
    asked: dict[str, Any] = {"address_confirmed_at": NOW, "trainer_answer": TrainerAnswer.ASKED}
    visit = make.visit(VisitState.REQUESTED, course=course, trainer=ann, **asked)
    make.absence(ann, NEXT.day)
    visits.move_by_firm(visit, at=NEXT, now=now)
    assert (visit.first_day, visit.trainer_id, visit.trainer_answer) == (NEXT.day, ben.id, TrainerAnswer.ASKED)
    assert held(session, visit, proposed=False) == ["Thu am", "Thu pm"]
    assert (kinds(visit), visit.fee_pence) == (["business/moved", "trainer/offer"], 0)


def test_an_unconfirmed_address_asks_nobody_when_it_moves(session: Any, now: datetime) -> None:
    course = make.course()
    visit = make.visit(VisitState.REQUESTED, course=course, trainer=make.ann(course))
    visits.move_by_firm(visit, at=NEXT, now=now)
    assert (visit.first_day, visit.trainer_answer, kinds(visit)) == (
        NEXT.day,
        TrainerAnswer.UNASKED,
        ["business/moved"],
    )


def test_a_cancelled_visit_does_not_move(session: Any, now: datetime) -> None:
    visit = make.visit(VisitState.CANCELLED)
    with pytest.raises(Overtaken, match="has been cancelled"):
        visits.move_by_firm(visit, at=NEXT, now=now)


def test_without_a_trainer_named_staff_get_the_best_or_must_choose(session: Any, now: datetime) -> None:
    visit, ann, ben = confirmed()
    for trainer in (ann, ben):
        make.absence(trainer, NEXT.day)
    with pytest.raises(Refused, match="Select a trainer and say why") as refusal:
        visits.move_by_staff(visit, at=NEXT, actor=acting(make.cora()), now=now)
    assert refusal.value.field == "trainer"

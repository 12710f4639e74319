"""The worker's sweeps: due and not done, once, however late or often they run."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

from sqlalchemy import select

from booking.domain.days import Half, Slot
from booking.domain.lifecycle import EnquiryState, TrainerAnswer, VisitState
from booking.models import Enquiry, VisitSlot
from booking.services import visits
from tests import make
from tests.conftest import NOW
from tests.make import DAY
from tests.services.mailed import everything_left, kinds, told

DUE = datetime(2026, 11, 25, 17, tzinfo=UTC)
A_MINUTE = timedelta(minutes=1)


def test_an_unconfirmed_address_frees_the_date_and_never_loses_the_enquiry(session: Any) -> None:
    visit = make.visit(VisitState.REQUESTED, confirm_by_at=DUE)
    assert visits.expire_due(DUE - A_MINUTE) == 0
    assert visits.expire_due(DUE) == 1
    session.refresh(visit)
    enquiry = session.get(Enquiry, visit.enquiry_id)
    assert (visit.state, session.scalars(select(VisitSlot)).all()) == (VisitState.EXPIRED, [])
    assert (enquiry.state, enquiry.is_address_confirmed) == (EnquiryState.NEW, False)
    assert (enquiry.next_step, enquiry.due_at) == (
        "Ring them: the address was not confirmed",
        datetime(2026, 11, 26, 12, tzinfo=UTC),
    )


def test_a_mail_that_has_not_left_expires_nothing(session: Any) -> None:
    visit = make.visit(VisitState.REQUESTED, confirm_by_at=None)
    assert visits.expire_due(DUE + timedelta(days=30)) == 0
    assert visit.state is VisitState.REQUESTED


def test_a_confirmed_address_does_not_expire(session: Any) -> None:
    make.visit(VisitState.REQUESTED, confirm_by_at=DUE, address_confirmed_at=NOW)
    assert visits.expire_due(DUE) == 0


def test_holds_that_ran_out_are_tidied_up(session: Any, now: datetime) -> None:
    visit = make.visit(VisitState.HELD)
    assert visits.expire_due(now + timedelta(minutes=29)) == 0
    assert visits.expire_due(now + timedelta(minutes=30)) == 1
    assert visits.expire_due(now + timedelta(minutes=30)) == 0
    session.refresh(visit)
    assert (visit.state, session.scalars(select(VisitSlot)).all()) == (VisitState.EXPIRED, [])


def test_a_silent_trainer_is_passed_over_once(session: Any) -> None:
    course = make.course()
    ann, ben = make.ann(course), make.ben(course)
    visit = make.visit(VisitState.REQUESTED, course=course, trainer=ann)
    visits.confirm_address(visit, now=NOW)
    everything_left(visit)
    assert visits.pass_over_silent(DUE - A_MINUTE) == 0
    assert visits.pass_over_silent(DUE) == 1
    assert visits.pass_over_silent(DUE) == 0
    session.refresh(visit)
    assert (visit.trainer_id, visit.trainer_answer, visit.passed_over) == (ben.id, TrainerAnswer.ASKED, str(ann.id))
    assert visit.answer_due_at == datetime(2026, 11, 26, 17, tzinfo=UTC)
    assert kinds(visit) == ["trainer/offer_withdrawn", "trainer/offer", "staff/no_answer"]


def test_the_next_is_asked_though_the_date_has_come_closer_than_the_notice(session: Any) -> None:
    course = make.course()
    ann, ben = make.ann(course), make.ben(course)
    soon = date(2026, 12, 1)  # the first that can be booked at NOW
    visit = make.visit(VisitState.REQUESTED, course=course, trainer=ann, day=soon)
    visits.confirm_address(visit, now=NOW)
    visits.pass_over_silent(DUE)
    session.refresh(visit)
    assert visit.trainer_id == ben.id


def test_silence_about_a_proposed_date_asks_the_next_for_that_date(session: Any) -> None:
    course = make.course()
    ann, ben = make.ann(course), make.ben(course)
    visit = make.visit(course=course, trainer=ann)
    visits.move_by_firm(visit, at=Slot(DAY + timedelta(days=1), Half.AM), now=NOW)
    assert visits.pass_over_silent(DUE) == 1
    session.refresh(visit)
    assert (visit.trainer_id, visit.proposed_trainer_id, visit.first_day) == (ann.id, ben.id, DAY)


def test_a_worker_that_was_down_for_a_week_does_it_once(session: Any) -> None:
    course = make.course()
    visit = make.visit(VisitState.REQUESTED, course=course, trainer=make.ann(course))
    visits.confirm_address(visit, now=NOW)
    late = NOW + timedelta(days=7)
    assert [visits.pass_over_silent(late), visits.pass_over_silent(late)] == [1, 0]
    session.refresh(visit)
    assert (visit.trainer_id, told(visit)[-2:]) == (None, ["no answer", "unplaced"])


def test_a_late_promise_is_renewed_a_working_day_later_with_an_apology(session: Any) -> None:
    promised = datetime(2026, 11, 26, 17, tzinfo=UTC)
    visit = make.visit(VisitState.REQUESTED, address_confirmed_at=NOW, promised_at=promised)
    assert visits.promise_again(promised + timedelta(hours=1)) == 0  # Today's, before it is the firm's
    friday_evening = datetime(2026, 11, 27, 17, tzinfo=UTC)
    assert [visits.promise_again(friday_evening), visits.promise_again(friday_evening)] == [1, 0]
    session.refresh(visit)
    assert visit.promised_at == datetime(2026, 12, 1, 17, tzinfo=UTC)
    assert (kinds(visit), told(visit)) == (["business/still_looking"], ["promised"])


def test_a_kept_promise_is_not_renewed(session: Any) -> None:
    make.visit(VisitState.CONFIRMED, promised_at=None)
    make.visit(VisitState.CANCELLED, promised_at=NOW)
    assert visits.promise_again(NOW + timedelta(days=9)) == 0

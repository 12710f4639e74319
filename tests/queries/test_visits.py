"""One visit: found by its reference however it is typed, complete for its mails, with its fees."""

from datetime import UTC, datetime, timedelta
from typing import Any

from booking.domain.lifecycle import VisitState
from booking.queries import fees, visits
from tests import make
from tests.conftest import NOW
from tests.counting import counted


def test_a_visit_is_found_by_its_reference(session: Any) -> None:
    visit = make.visit()
    found = [visits.by_reference(typed) for typed in ("tsw 0000 0001", "00000001", "TSW-0000-0002", "nonsense")]
    assert found == [visit, visit, None, None]


def test_a_complete_visit_is_read_in_one_statement_and_asks_no_more(session: Any) -> None:
    visit_id = make.visit().id
    session.expire_all()
    with counted() as statements:
        visit = visits.complete(visit_id)
        assert visit is not None
        assert visit.enquiry is not None
        told = (visit.course, visit.firm, visit.site, visit.contact, visit.trainer, visit.enquiry.contact)
    assert (len(statements), None in told) == (1, False)
    assert visits.complete(visit_id + 1) is None


def test_a_hold_says_until_when(session: Any, now: datetime) -> None:
    visit = make.visit(VisitState.HELD)
    assert visits.held_until(visit, now=now) == now + timedelta(minutes=30)
    assert visits.held_until(visit, now=now + timedelta(minutes=30)) is None
    assert visits.held_until(make.visit(), now=now) is None


def test_who_is_asked_is_the_proposed_trainer_while_there_is_a_proposal(session: Any) -> None:
    visit, ben = make.visit(), make.ben()
    assert visits.asked_trainer_id(visit) == visit.trainer_id
    visit.proposed_day, visit.proposed_trainer_id = make.DAY, ben.id
    assert visits.asked_trainer_id(visit) == ben.id
    visit.proposed_trainer_id = None
    assert visits.asked_trainer_id(visit) is None


def test_fees_follow_the_terms(session: Any) -> None:
    visit = make.visit()
    late = datetime(2027, 3, 15, 10, tzinfo=UTC)
    found = [fees.to_cancel(visit, now=late), fees.to_move(visit, now=late)]
    assert [(fee.price.net_pence, fee.is_online) for fee in found] == [(575_00, True), (0, True)]
    assert (fees.is_late(visit, now=late), fees.is_late(visit, now=NOW)) == (True, False)

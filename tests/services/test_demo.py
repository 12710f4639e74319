"""The demo data: something of everything, on any day of the week, and no mail left to go out."""

from collections.abc import Sequence
from datetime import UTC, datetime

import pytest
from sqlalchemy import func, select

from booking.db import db
from booking.domain.lifecycle import EnquiryState, TrainerAnswer, VisitState
from booking.domain.post import MailState
from booking.models import Absence, Course, Enquiry, Mail, Staff, Trainer, Visit, VisitSlot
from booking.services import demo

DAYS = [
    datetime(2026, 11, 24, 10, tzinfo=UTC),  # a Tuesday morning
    datetime(2026, 11, 29, 21, tzinfo=UTC),  # a Sunday night
    datetime(2027, 1, 4, 7, tzinfo=UTC),  # the first Monday after Christmas
]


def states(column: object) -> set[object]:
    return set(db.session.scalars(select(column).distinct()))  # type: ignore[call-overload]  # any column will do


@pytest.mark.usefixtures("session")
@pytest.mark.parametrize("now", DAYS, ids=["tuesday", "sunday", "january"])
def test_there_is_something_of_everything_and_all_mail_has_left_but_for_one_address(now: datetime) -> None:
    demo.load(now=now)
    assert states(Visit.state) == set(VisitState) - {VisitState.OFFERED}
    assert states(Visit.trainer_answer) >= {TrainerAnswer.UNASKED, TrainerAnswer.ASKED, TrainerAnswer.ACCEPTED}
    assert states(Enquiry.state) == set(EnquiryState)
    assert db.session.scalar(select(func.count()).where(Enquiry.suspicion != "")) == 1
    assert db.session.scalar(select(func.count()).where(Visit.proposed_day.is_not(None))) == 1
    counts: Sequence[int | None] = [
        db.session.scalar(select(func.count(model.id))) for model in (Trainer, Staff, Course)
    ]
    assert counts == [8, 3, 12]
    assert len(db.session.scalars(select(Enquiry.id)).all()) == 40
    waiting = select(func.count()).where(Mail.state == MailState.WAITING, Mail.due_at <= now)
    assert db.session.scalar(waiting) == 0
    failed = db.session.scalars(select(Mail.to_address).where(Mail.state == MailState.FAILED).distinct()).all()
    assert failed == ["sam@quantockdairy.exmaple"]
    over = (
        select(func.count(Visit.id.distinct()))
        .join(VisitSlot, VisitSlot.visit_id == Visit.id)
        .join(
            Absence,
            (Absence.trainer_id == VisitSlot.trainer_id)
            & VisitSlot.slot.between(Absence.first_slot, Absence.last_slot),
        )
        .where(Visit.state == VisitState.CONFIRMED)
    )
    assert db.session.scalar(over) == 1

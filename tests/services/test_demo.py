"""The demo data: something of everything, on any day of the week, and no mail left to go out."""

from collections.abc import Sequence
from datetime import UTC, datetime

import pytest
from sqlalchemy import func, select

from booking.db import db
from booking.domain.lifecycle import EnquiryState, TrainerAnswer, VisitState
from booking.domain.post import MailState
from booking.models import Absence, Course, Enquiry, Firm, Mail, Staff, Trainer, Visit, VisitSlot
from booking.queries.desk.finding import words_of
from booking.services import demo
from tests.services.test_finding import stored

DAYS = [
    datetime(2026, 11, 24, 10, tzinfo=UTC),  # a Tuesday morning
    datetime(2026, 11, 29, 21, tzinfo=UTC),  # a Sunday night
    datetime(2027, 1, 4, 7, tzinfo=UTC),  # the first Monday after Christmas
]


def states(column: object) -> set[object]:
    return set(db.session.scalars(select(column).distinct()))  # type: ignore[call-overload]  # any column will do


@pytest.mark.usefixtures("session")
@pytest.mark.parametrize(
    ("database", "now"),
    [*(("sqlite", day) for day in DAYS), ("postgresql", DAYS[0])],
    indirect=["database"],
    scope="session",
)
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
    assert stored(db.session) == words_of(db.session.scalars(select(Firm.id)).all())
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


def what_is_told() -> list[tuple[object, ...]]:
    """Every visit and mail of a demonstration, without what is drawn at random."""
    visits = select(Firm.name, Visit.state, Visit.first_day, Visit.first_half, Trainer.name, Visit.ended_at)
    visits = visits.outerjoin(Firm, Firm.id == Visit.firm_id).outerjoin(Trainer, Trainer.id == Visit.trainer_id)
    mails = select(Mail.kind, Mail.to_address, Mail.state, Mail.due_at, Mail.sent_at)
    return [
        tuple(row) for rows in (visits.order_by(Visit.id), mails.order_by(Mail.id)) for row in db.session.execute(rows)
    ]


@pytest.mark.usefixtures("session")
def test_two_loads_at_the_same_moment_tell_the_same() -> None:
    told = []
    for _ in range(2):
        with db.session.begin_nested() as load:
            demo.load(now=DAYS[0])
            told.append(what_is_told())
            load.rollback()
    assert len(told[0]) > 100
    assert told[0] == told[1]

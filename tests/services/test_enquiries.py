"""Enquiries: received, promised, owned, answered; a suspect mails nothing until a person has looked."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import scoped_session

from booking.domain.access import Actor, ActorKind
from booking.domain.errors import Overtaken, Refused
from booking.domain.lifecycle import CallBand, EnquiryReason, EnquiryState, LostReason
from booking.domain.places import County
from booking.domain.words import Span
from booking.models import Enquiry, HistoryEntry, Mail, Staff
from booking.services import enquiries, undo
from booking.services.enquiries import Told
from tests import make

Session = scoped_session[Any]


def told(**changes: Any) -> Told:
    return Told(
        **{
            "reason": EnquiryReason.COURSE,
            "firm_name": "Hallett Joinery",
            "contact_name": "Jo Hallett",
            "email": "jo@hallett.example",
            "phone": "+441632960002",
            "message": "We have two new supervisors.",
            "county": County.DEVON,
            "place": "EX16 4ZZ",
            "people": 8,
            **changes,
        }
    )


def by(staff: Staff) -> Actor:
    return Actor(ActorKind.STAFF, staff.id, staff.name)


def mails(session: Session) -> list[tuple[str, str]]:
    return [(mail.key, mail.to_address) for mail in session.scalars(select(Mail).order_by(Mail.id))]


def acts(session: Session) -> list[str]:
    return [entry.act for entry in session.scalars(select(HistoryEntry).order_by(HistoryEntry.id))]


@pytest.fixture(autouse=True)
def application(app: object) -> None:
    """Every mail here is rendered."""


def test_an_enquiry_is_stored_acknowledged_and_told_to_staff_in_one_go(session: Session, now: datetime) -> None:
    cora = make.cora()
    course = make.course()
    span = Span(date(2027, 1, 12), date(2027, 1, 20))
    enquiry = enquiries.receive(told(course_id=course.id, windows=(span,)), now=now)
    assert (enquiry.state, enquiry.reason, enquiry.suspicion) == (EnquiryState.NEW, EnquiryReason.COURSE, "")
    assert (enquiry.firm.name, enquiry.contact.email, enquiry.course) == (
        "Hallett Joinery",
        "jo@hallett.example",
        course,
    )
    assert [(window.first_on, window.last_on) for window in enquiry.windows] == [(span.first_on, span.last_on)]
    assert (enquiry.owner, enquiry.privacy_version) == (cora, "2026-11")
    assert mails(session) == [
        (f"enquiry:{enquiry.id}:received:v1:business", "jo@hallett.example"),
        (f"enquiry:{enquiry.id}:new_office:v1:staff", "office@trainingsouthwest.example"),
        (f"enquiry:{enquiry.id}:new_owner:v1:staff", "cora@trainingsouthwest.example"),
    ]
    assert acts(session) == ["received"]


def test_the_acknowledgement_repeats_what_was_told(session: Session, now: datetime) -> None:
    enquiry = enquiries.receive(told(windows=(Span(date(2027, 1, 12), date(2027, 1, 20)),)), now=now)
    text = " ".join(session.scalars(select(Mail).filter_by(kind="enquiry_received")).one().text.split())
    for fact in (
        enquiry.reference,
        "We have two new supervisors.",
        "Hallett Joinery",
        "EX16 4ZZ",
        "People: 8",
        "12 to 20 January",
    ):
        assert fact in text


@pytest.mark.parametrize(
    ("changes", "due"),
    [
        ({}, datetime(2026, 11, 25, 10, tzinfo=UTC)),  # nine working hours
        ({"reason": EnquiryReason.OUTSIDE, "county": None}, datetime(2026, 11, 25, 10, tzinfo=UTC)),
        ({"reason": EnquiryReason.CALL, "call_band": CallBand.ANY}, datetime(2026, 11, 24, 14, tzinfo=UTC)),
        ({"reason": EnquiryReason.CALL, "call_band": CallBand.MORNING}, datetime(2026, 11, 24, 11, tzinfo=UTC)),
        ({"reason": EnquiryReason.COMPLAINT}, datetime(2026, 11, 26, 17, tzinfo=UTC)),  # two working days
    ],
)
def test_an_answer_is_promised_in_working_hours(
    session: Session, now: datetime, changes: dict[str, Any], due: datetime
) -> None:
    assert enquiries.receive(told(**changes), now=now).due_at == due


def test_whoever_has_the_fewest_open_enquiries_owns_the_next(session: Session, now: datetime) -> None:
    cora, asha = make.cora(), make.staff("Asha Pol")
    gone = make.staff("Gone Away", active=False)
    make.enquiry(owner=cora)
    make.enquiry(EnquiryState.LOST, owner=asha)
    owners = [enquiries.receive(told(email=f"jo@{n}.example"), now=now).owner for n in range(3)]
    assert owners == [asha, cora, asha]
    assert gone not in owners


def test_a_firm_without_staff_still_gets_its_answer(session: Session, now: datetime) -> None:
    enquiry = enquiries.receive(told(), now=now)
    assert enquiry.owner is None
    assert len(mails(session)) == 2


def test_a_suspect_is_kept_and_mails_nobody(session: Session, now: datetime) -> None:
    make.cora()
    enquiry = enquiries.receive(told(), suspicion="3 links", now=now)
    assert (enquiry.state, enquiry.suspicion, mails(session)) == (EnquiryState.NEW, "3 links", [])
    assert enquiry.due_at is not None


def test_a_released_suspect_is_acknowledged_and_staff_hear_of_it_after_the_time_for_undo(
    session: Session, now: datetime
) -> None:
    cora = make.cora()
    enquiry = enquiries.receive(told(), suspicion="3 links", now=now)
    enquiries.release(enquiry, actor=by(cora), now=now)
    assert enquiry.suspicion == ""
    due = session.scalars(select(Mail.due_at)).all()
    assert due == [now + timedelta(minutes=2)] * 3
    assert acts(session) == ["received", "released"]


def test_a_release_can_be_undone_with_its_mails(session: Session, now: datetime) -> None:
    cora = make.cora()
    enquiry = enquiries.receive(told(), suspicion="3 links", now=now)
    enquiries.release(enquiry, actor=by(cora), now=now)
    act = undo.latest(cora.id, now=now)
    assert act is not None
    undo.undo(act.id, actor=by(cora), now=now)
    session.expire_all()
    assert session.get_one(Enquiry, enquiry.id).suspicion == "3 links"
    assert {mail.state for mail in session.scalars(select(Mail))} == {"withdrawn"}


def test_a_late_release_makes_a_new_promise(session: Session, now: datetime) -> None:
    cora = make.cora()
    enquiry = enquiries.receive(told(), suspicion="3 links", now=now)
    enquiries.release(enquiry, actor=by(cora), now=now + timedelta(days=7))
    assert enquiry.due_at == datetime(2026, 12, 2, 10, tzinfo=UTC)


def test_only_a_suspect_is_released(session: Session, now: datetime) -> None:
    enquiry = make.enquiry()
    with pytest.raises(Overtaken, match="This enquiry is not held back"):
        enquiries.release(enquiry, actor=by(make.cora()), now=now)


def test_a_phone_call_belongs_to_whoever_took_it(session: Session, now: datetime) -> None:
    make.staff("Asha Pol")
    cora = make.cora()
    enquiry = enquiries.by_phone(told(), actor=by(cora), now=now)
    assert (enquiry.by_phone, enquiry.owner, len(mails(session))) == (True, cora, 1)
    assert session.scalars(select(HistoryEntry)).one().actor == f"staff:{cora.id}"


def test_a_phone_call_without_an_address_mails_nobody(session: Session, now: datetime) -> None:
    enquiries.by_phone(told(email=""), actor=by(make.cora()), now=now)
    assert mails(session) == []


def test_moving_on_from_new_keeps_the_promise(session: Session, now: datetime) -> None:
    enquiry = make.enquiry()
    enquiries.move_state(enquiry, EnquiryState.TALKING, actor=by(make.cora()), now=now)
    assert (enquiry.state, enquiry.answered_at) == (EnquiryState.TALKING, now)


def test_spam_is_no_answer_and_can_come_back(session: Session, now: datetime) -> None:
    cora, enquiry = make.cora(), make.enquiry()
    enquiries.mark_spam(enquiry, actor=by(cora), now=now)
    assert (enquiry.state, enquiry.answered_at) == (EnquiryState.SPAM, None)
    enquiries.move_state(enquiry, EnquiryState.NEW, actor=by(cora), now=now)
    assert enquiry.state is EnquiryState.NEW


def test_what_may_not_follow_is_refused(session: Session, now: datetime) -> None:
    enquiry = make.enquiry(EnquiryState.LOST)
    with pytest.raises(Overtaken, match="This enquiry has been closed as lost, so it cannot be won"):
        enquiries.move_state(enquiry, EnquiryState.WON, actor=by(make.cora()), now=now)


def test_an_enquiry_is_lost_only_with_a_reason(session: Session, now: datetime) -> None:
    cora, enquiry = make.cora(), make.enquiry()
    with pytest.raises(Refused, match="Select why this enquiry was lost") as refused:
        enquiries.lose(enquiry, None, actor=by(cora), now=now)
    assert refused.value.field == "reason"
    enquiries.lose(enquiry, LostReason.DATES, actor=by(cora), now=now)
    assert (enquiry.state, enquiry.lost_reason) == (EnquiryState.LOST, LostReason.DATES)


def test_going_back_from_lost_forgets_the_reason(session: Session, now: datetime) -> None:
    enquiry = make.enquiry(EnquiryState.LOST, lost_reason=LostReason.DATES)
    enquiries.move_state(enquiry, EnquiryState.TALKING, actor=by(make.cora()), now=now)
    assert enquiry.lost_reason is None


def test_a_move_can_be_undone(session: Session, now: datetime) -> None:
    cora, enquiry = make.cora(), make.enquiry()
    enquiries.move_state(enquiry, EnquiryState.TALKING, actor=by(cora), now=now)
    act = undo.latest(cora.id, now=now)
    assert act is not None
    undo.undo(act.id, actor=by(cora), now=now)
    session.expire_all()
    assert (enquiry.state, enquiry.answered_at) == (EnquiryState.NEW, None)


def test_a_colleague_who_was_quicker_is_named(session: Session, now: datetime) -> None:
    cora, asha, enquiry = make.cora(), make.staff("Asha Pol"), make.enquiry()
    seen = enquiry.version
    enquiries.assign_owner(enquiry, asha, actor=by(asha), seen=seen, now=now)
    with pytest.raises(Overtaken, match="Asha Pol changed this at 10am: Gave it to Asha Pol"):
        enquiries.move_state(enquiry, EnquiryState.LOST, actor=by(cora), seen=seen, now=now)
    assert enquiry.owner_id == asha.id


def test_the_next_step_has_a_day(session: Session, now: datetime) -> None:
    cora, enquiry = make.cora(), make.enquiry()
    with pytest.raises(Refused, match="Enter the day of the next step") as refused:
        enquiries.set_next_step(enquiry, "Ring again", None, actor=by(cora), now=now)
    assert refused.value.field == "next_on"
    enquiries.set_next_step(enquiry, "Ring again", date(2026, 12, 1), actor=by(cora), now=now)
    assert session.scalars(select(HistoryEntry)).one().words == "Next: Ring again, Tuesday 1 December"
    enquiries.set_next_step(enquiry, "", None, actor=by(cora), now=now)
    assert (enquiry.next_step, enquiry.next_on) == ("", None)


def test_a_note_is_never_empty(session: Session, now: datetime) -> None:
    cora, enquiry = make.cora(), make.enquiry()
    with pytest.raises(Refused, match="Enter a note") as refused:
        enquiries.add_note(enquiry, "", actor=by(cora), now=now)
    assert refused.value.field == "note"
    note = enquiries.add_note(enquiry, "Wants January", actor=by(cora), now=now)
    assert (note.enquiry_id, note.staff_id, note.text) == (enquiry.id, cora.id, "Wants January")

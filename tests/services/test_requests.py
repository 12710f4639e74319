"""Requests: one visit however often it is sent, a promise from the first minute, nothing mailed to a suspect."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import func, select

from booking.db import db
from booking.domain.access import Purpose
from booking.domain.days import Half, Slot
from booking.domain.errors import Overtaken, Refused, Taken
from booking.domain.lifecycle import EnquiryState, TrainerAnswer, VisitState
from booking.domain.places import County
from booking.models import Course, Draft, Enquiry, Firm, Link, Mail, Visit, VisitSlot
from booking.queries.desk.finding import words_of
from booking.services import links, visits
from tests import make
from tests.make import DAY
from tests.services.mailed import acting, everything_left, kinds, told
from tests.services.test_finding import stored

AT = Slot(DAY, Half.AM)


def held_draft(now: datetime, **changes: Any) -> Draft:
    course = make.course()
    make.ann(course)
    return make.draft(
        visits.hold(visitor="v", network="n", course=course, county=County.DEVON, outcode="EX2", at=AT, now=now),
        **changes,
    )


def count(model: type[Any]) -> int:
    return db.session.scalar(select(func.count()).select_from(model)) or 0


def test_a_request_makes_firm_site_contact_and_enquiry(session: Any, now: datetime) -> None:
    visit = visits.request(held_draft(now, people=9, room="Canteen", notes="Two new supervisors"), network="n", now=now)
    assert visit.enquiry is not None
    assert visit.firm is not None
    assert visit.site is not None
    assert visit.contact is not None
    assert (visit.firm.name, visit.firm.email_domain, visit.site.town) == ("Acme Joinery", "acme.example", "Exeter")
    assert (visit.contact.email, visit.people, visit.room) == ("maya@acme.example", 9, "Canteen")
    assert (visit.enquiry.reference, visit.enquiry.state) == (visit.reference, EnquiryState.NEW)
    assert (visit.price_pence, visit.vat_percent, visit.terms_version) == (1_150_00, 20, "2026-11")
    assert kinds(visit) == ["business/request_received", "staff/new_enquiry"]


def test_what_is_requested_is_held_for_good(session: Any, now: datetime) -> None:
    visit = visits.request(held_draft(now), network="n", now=now)
    assert session.scalars(select(VisitSlot.expires_at).filter_by(visit_id=visit.id)).all() == [None, None]


def test_sent_again_it_is_the_same_visit(session: Any, now: datetime) -> None:
    draft = held_draft(now)
    first = visits.request(draft, network="n", now=now)
    again = visits.request(draft, network="n", now=now + timedelta(minutes=1))
    assert (again.id, again.reference) == (first.id, first.reference)
    assert (count(Visit), count(Enquiry), count(Firm)) == (1, 1, 1)


def test_a_date_changed_in_the_draft_is_the_one_that_is_sent(session: Any, now: datetime) -> None:
    draft = held_draft(now)
    draft.day = DAY + timedelta(days=1)
    visit = visits.request(draft, network="n", now=now)
    assert visit.first_day == DAY + timedelta(days=1)
    assert session.scalars(select(VisitSlot.day).distinct()).all() == [DAY + timedelta(days=1)]


def test_a_hold_that_ran_out_is_tried_again_silently(session: Any, now: datetime) -> None:
    draft = held_draft(now)
    later = now + timedelta(hours=2)
    visits.expire_due(later)
    session.expire_all()
    assert visits.request(draft, network="n", now=later).state is VisitState.REQUESTED


def test_a_date_that_is_gone_stores_nothing(session: Any, now: datetime) -> None:
    draft = held_draft(now)
    later = now + timedelta(hours=2)
    course = session.get_one(Course, draft.course_id)
    visits.hold(visitor="w", network="m", course=course, county=County.DEVON, outcode="EX2", at=AT, now=later)
    with pytest.raises(Taken):
        visits.request(draft, network="n", now=later)
    assert (count(Enquiry), count(Firm), count(Mail)) == (0, 0, 0)


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"course_id": None}, "course"),
        ({"county": None}, "postcode"),
        ({"day": None}, "slot"),
        ({"people": 13}, "people"),
    ],
)
def test_an_unfinished_draft_is_refused_beside_its_field(
    session: Any, now: datetime, changes: dict[str, Any], field: str
) -> None:
    draft = held_draft(now)
    for name, value in changes.items():
        setattr(draft, name, value)
    with pytest.raises(Refused) as refusal:
        visits.request(draft, network="n", now=now)
    assert refusal.value.field == field


def test_a_suspect_holds_its_date_but_nothing_is_mailed_and_nobody_asked(session: Any, now: datetime) -> None:
    visit = visits.request(held_draft(now), network="n", suspicion="sent faster than a person types", now=now)
    assert (visit.state, visit.trainer_answer) == (VisitState.REQUESTED, TrainerAnswer.UNASKED)
    assert visit.enquiry is not None
    assert visit.enquiry.suspicion == "sent faster than a person types"
    assert (count(Mail), count(VisitSlot)) == (0, 2)
    assert visit.confirm_by_at == datetime(2026, 11, 25, 17, tzinfo=UTC)


def test_a_released_suspect_goes_its_way(session: Any, now: datetime) -> None:
    visit = visits.request(held_draft(now), network="n", suspicion="3 links", now=now)
    assert visit.enquiry is not None
    visits.release(visit.enquiry, actor=acting(make.cora()), now=now)
    session.refresh(visit)
    assert (visit.enquiry.suspicion, visit.confirm_by_at) == ("", None)
    assert kinds(visit) == ["business/request_received", "staff/new_enquiry"]


def test_a_released_suspects_mail_repeats_the_address_of_the_page_they_saw(session: Any, now: datetime) -> None:
    visit = visits.request(held_draft(now), network="n", suspicion="3 links", now=now)
    page = links.keep(Purpose.MANAGE, now=now, visit_id=visit.id)
    assert visit.enquiry is not None
    visits.release(visit.enquiry, actor=acting(make.cora()), now=now)
    mail = session.scalars(select(Mail).filter_by(kind="request_received")).one()
    assert links.marker(page) in mail.text
    assert session.scalars(select(Link).filter_by(visit_id=visit.id, purpose=Purpose.MANAGE)).all() == [page]


def test_a_request_is_found_by_where_it_goes(session: Any, now: datetime) -> None:
    visit = visits.request(held_draft(now), network="n", now=now)
    assert visit.firm_id
    assert visit.site is not None
    assert {visit.site.town.casefold(), visit.site.outcode.casefold()} <= {word for word, _ in stored(session)}
    assert stored(session) == words_of({visit.firm_id})


def test_a_released_enquiry_without_a_visit_is_acknowledged(session: Any, now: datetime) -> None:
    enquiry = make.enquiry(suspicion="3 links", owner=None, windows=[], course=None)
    visits.release(enquiry, actor=acting(make.cora()), now=now)
    assert session.scalars(select(Mail.kind).order_by(Mail.id)).all() == ["enquiry_received", "new_enquiry"]


def test_a_corrected_address_gets_the_mail_and_the_old_links_die(session: Any, now: datetime) -> None:
    visit = visits.request(held_draft(now), network="n", now=now)
    everything_left(visit)
    before = session.scalars(select(Link.id).filter_by(visit_id=visit.id)).all()
    visits.change_email(visit, "maya.reed@acme.example", now=now)
    alive = session.scalars(select(Link).filter_by(visit_id=visit.id, revoked_at=None)).all()
    assert {link.purpose for link in alive} == {Purpose.CONFIRM, Purpose.MANAGE}
    assert not {link.id for link in alive} & set(before)
    last = session.scalars(select(Mail).order_by(Mail.id.desc())).first()
    assert (last.kind, last.to_address) == ("confirm_address", "maya.reed@acme.example")
    assert f"[link-{links.keep(Purpose.CONFIRM, now=now, visit_id=visit.id).id}" in last.text


def test_a_confirmed_address_is_not_changed_here(session: Any, now: datetime) -> None:
    visit = visits.request(held_draft(now), network="n", now=now)
    visits.confirm_address(visit, now=now)
    with pytest.raises(Overtaken, match="confirmed already"):
        visits.change_email(visit, "other@acme.example", now=now)


def place(**changes: Any) -> visits.Place:
    return visits.Place(
        **{
            "address": "Unit 4",
            "town": "Exeter",
            "postcode": "EX2 8AA",
            "outcode": "EX2",
            "county": County.DEVON,
            **changes,
        }
    )


def test_staff_book_a_visit_for_somebody_on_the_phone(session: Any, now: datetime) -> None:
    course = make.course()
    ann, cora = make.ann(course), make.cora()
    enquiry = make.enquiry()
    visit = visits.book(
        enquiry, course=course, place=place(), on_the_day=visits.OnTheDay(people=6), at=AT, actor=acting(cora), now=now
    )
    assert (visit.state, visit.trainer_id, visit.trainer_answer) == (VisitState.REQUESTED, ann.id, TrainerAnswer.ASKED)
    assert (visit.enquiry_id, visit.address_confirmed_at) == (enquiry.id, now)
    assert visit.promised_at == datetime(2026, 11, 26, 17, tzinfo=UTC)
    assert (kinds(visit), told(visit)) == (["trainer/offer"], ["requested", "asked"])


def test_staff_may_break_soft_rules_with_a_reason_and_no_hard_one(session: Any, now: datetime) -> None:
    course = make.course()
    ann, ben = make.ann(course), make.ben()
    cora, enquiry = acting(make.cora()), make.enquiry()
    friday = Slot(datetime(2026, 11, 27, tzinfo=UTC).date(), Half.AM)

    def book(trainer_id: int, reason: str = "") -> Visit:
        facts = visits.OnTheDay()
        return visits.book(
            enquiry,
            course=course,
            place=place(),
            on_the_day=facts,
            at=friday,
            trainer_id=trainer_id,
            reason=reason,
            actor=cora,
            now=now,
        )

    with pytest.raises(Refused, match="Enter a reason") as soft:
        book(ann.id)
    with pytest.raises(Refused, match="Ben Cole does not teach Leading a small team") as hard:
        book(ben.id, "He knows it well enough")
    assert (soft.value.field, hard.value.field, count(Visit)) == ("reason", "trainer", 0)
    assert book(ann.id, "She has said she can").trainer_id == ann.id

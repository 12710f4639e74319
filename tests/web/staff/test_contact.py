"""How a firm is reached is corrected once, and no mail goes to the old address any more."""

from datetime import timedelta
from typing import Any

import pytest

from booking.db import db
from booking.domain.post import Audience, MailState
from booking.models import Contact, Enquiry, Firm, HistoryEntry, Mail
from tests import make
from tests.conftest import NOW
from tests.pages import PageClient
from tests.web.staff.desk import last_act, press, words_of

OLD, NEW = "maya@acme.exmaple", "maya@acme.example"


@pytest.fixture
def enquiry(desk: PageClient) -> Enquiry:
    enquiry = make.enquiry(is_address_confirmed=True)
    enquiry.contact.email, enquiry.contact.phone = OLD, "+441632960111"
    db.session.commit()
    return enquiry


def mail(enquiry: Enquiry, state: MailState, **changes: Any) -> Mail:
    return make.mail(state, **{"enquiry_id": enquiry.id, "audience": Audience.BUSINESS, "to_address": OLD, **changes})


def correct(desk: PageClient, enquiry: Enquiry, **typed: Any) -> Any:
    fields = {"act": "correct", "seen": enquiry.version, "contact": "Maya Reed", "phone": "01632 960112", "email": NEW}
    return desk.send(f"/staff/enquiries/{enquiry.id}", {**fields, **typed})


def of(enquiry: Enquiry) -> Contact:
    return db.session.get_one(Contact, enquiry.contact_id, populate_existing=True)


def test_what_waits_and_what_failed_goes_to_the_new_address_and_no_other(desk: PageClient, enquiry: Enquiry) -> None:
    theirs = [mail(enquiry, state) for state in (MailState.WAITING, MailState.FAILED, MailState.SENT)]
    others = [mail(enquiry, MailState.FAILED, audience=Audience.STAFF), mail(make.enquiry(), MailState.FAILED)]
    assert correct(desk, enquiry).status_code == 303
    db.session.expire_all()
    assert [(each.state, each.to_address) for each in theirs] == [
        (MailState.WAITING, NEW),
        (MailState.WAITING, NEW),
        (MailState.SENT, OLD),
    ]
    assert {(each.state, each.to_address) for each in others} == {(MailState.FAILED, OLD)}
    assert (of(enquiry).email, of(enquiry).phone, enquiry.is_address_confirmed) == (NEW, "+441632960112", False)


def test_the_history_says_that_it_was_done_and_names_no_address(desk: PageClient, enquiry: Enquiry) -> None:
    correct(desk, enquiry)
    entry = db.session.query(HistoryEntry).filter_by(act="corrected").one()
    assert (entry.words, entry.before, entry.after) == ("Corrected how to reach the contact", "{}", "{}")


def test_another_number_leaves_the_address_confirmed(desk: PageClient, enquiry: Enquiry) -> None:
    correct(desk, enquiry, email=OLD)
    assert (enquiry.is_address_confirmed, of(enquiry).phone) == (True, "+441632960112")


def test_a_contact_keeps_a_way_to_be_reached(desk: PageClient, enquiry: Enquiry) -> None:
    answer = correct(desk, enquiry, email="", phone="")
    assert (answer.status_code, "Enter an email address, like name@example.com" in answer.text) == (422, True)
    assert "<details open>" in answer.text


def test_a_colleague_who_was_quicker_is_named_and_what_was_typed_stays(desk: PageClient, enquiry: Enquiry) -> None:
    seen = enquiry.version
    correct(desk, enquiry, email=OLD)  # the number alone
    answer = correct(desk, enquiry, seen=seen, contact="Maya Reede")
    assert (answer.status_code, "Cora Dunn changed this at" in words_of(answer.text)) == (422, True)
    assert 'value="Maya Reede"' in answer.text


def test_a_failed_mail_sent_to_a_mended_address_mends_the_contact_and_its_other_mails(
    desk: PageClient, enquiry: Enquiry
) -> None:
    first, second = mail(enquiry, MailState.FAILED), mail(enquiry, MailState.FAILED)
    assert desk.send(f"/staff/outbox/{first.id}", {"email": NEW}).status_code == 303
    db.session.expire_all()
    assert [(each.state, each.to_address) for each in (first, second)] == [(MailState.WAITING, NEW)] * 2
    assert of(enquiry).email == NEW


def test_a_copy_to_somebody_else_leaves_the_contact_alone(desk: PageClient, enquiry: Enquiry) -> None:
    copy = mail(enquiry, MailState.SENT, to_address="accounts@acme.example")
    desk.send(f"/staff/outbox/{copy.id}", {"email": "boss@acme.example"})
    assert of(enquiry).email == OLD


def test_a_correction_is_undone_with_its_mails_and_no_others(desk: PageClient, enquiry: Enquiry) -> None:
    later = {"attempts": 2, "error": "No such box", "due_at": NOW + timedelta(hours=1)}
    theirs = [mail(enquiry, state, **later) for state in (MailState.WAITING, MailState.FAILED)]
    copy = mail(enquiry, MailState.WAITING, to_address=NEW)
    page, was = f"/staff/enquiries/{enquiry.id}", [(each.state, each.due_at, OLD, 2, "No such box") for each in theirs]
    correct(desk, enquiry, contact="May Reed")
    bar = f"Corrected the contact of {enquiry.reference}. The email goes at 10:02am today."
    assert bar in words_of(desk.get(page).text)
    press(desk, f"/staff/undo/{last_act().id}", page=page)
    db.session.expire_all()
    contact = of(enquiry)
    assert (contact.name, contact.email, contact.phone) == ("Maya Reed", OLD, "+441632960111")
    assert (enquiry.is_address_confirmed, copy.to_address) == (True, NEW)
    assert [(each.state, each.due_at, each.to_address, each.attempts, each.error) for each in theirs] == was


def test_a_correction_whose_mail_has_left_stands(desk: PageClient, enquiry: Enquiry) -> None:
    theirs = mail(enquiry, MailState.FAILED)
    correct(desk, enquiry)
    theirs.state = MailState.SENT
    db.session.commit()
    assert "Corrected the contact" not in desk.get(f"/staff/enquiries/{enquiry.id}").text
    desk.send(f"/staff/undo/{last_act().id}", page="/staff/account")
    assert of(enquiry).email == NEW


def test_who_has_the_page_open_from_before_the_undo_is_told(desk: PageClient, enquiry: Enquiry) -> None:
    correct(desk, enquiry, email=OLD)  # the number alone
    stale = db.session.get_one(Enquiry, enquiry.id, populate_existing=True).version
    press(desk, f"/staff/undo/{last_act().id}", page=f"/staff/enquiries/{enquiry.id}")
    answer = correct(desk, enquiry, email=OLD, seen=stale)
    assert (answer.status_code, "Undid: Corrected the contact" in words_of(answer.text)) == (422, True)


@pytest.mark.parametrize(("own", "then"), [("acme.exmaple", "acme.example"), ("group.example", "group.example")])
def test_the_firms_domain_follows_where_it_was_the_contacts(
    desk: PageClient, enquiry: Enquiry, own: str, then: str
) -> None:
    firm = db.session.get_one(Firm, enquiry.firm_id)
    firm.email_domain = own
    db.session.commit()
    correct(desk, enquiry)
    domains = [firm.email_domain]
    press(desk, f"/staff/undo/{last_act().id}", page=f"/staff/enquiries/{enquiry.id}")
    assert [*domains, firm.email_domain] == [then, own]

"""Firms: made for whoever writes, recognised for staff, joined with one click; references drawn until one is free."""

from dataclasses import replace
from datetime import datetime
from typing import Any

import pytest
from sqlalchemy import func, select

from booking.domain.errors import Refused
from booking.domain.places import County
from booking.models import Contact, Enquiry, Firm, Site, TrainerBar, Visit
from booking.services import firms, references
from tests import make
from tests.conftest import NOW
from tests.services.mailed import acting, told

UNIT_4 = firms.Place("Unit 4", "Exeter", "EX2 8AA", "EX2", County.DEVON)


def test_a_firm_keeps_the_domain_of_its_address_unless_it_is_everybodys(session: Any, now: datetime) -> None:
    domains = [firms.add(name="A", email=email, now=now).email_domain for email in ("a@ACME.example", "a@gmail.com")]
    assert domains == ["acme.example", None]


def test_a_choice_about_marketing_is_stored_with_its_moment(session: Any, now: datetime) -> None:
    contact = firms.add_contact(make.firm(), name="Maya", email="m@acme.example", wants_marketing=True, now=now)
    assert (contact.wants_marketing, contact.marketing_chosen_at) == (True, now)


def test_the_same_place_is_one_site(session: Any) -> None:
    firm = make.firm()
    first = firms.site_at(firm, UNIT_4)
    assert firms.site_at(firm, UNIT_4) is first
    assert firms.site_at(firm, replace(UNIT_4, address="Unit 5")) is not first


@pytest.mark.parametrize(
    ("name", "email_domain", "postcode", "is_known"),
    [
        ("Anything", "acme.example", "PL1 1AA", True),
        ("ACME Joinery Limited", None, "EX2 8AA", True),
        ("The Acme Joinery Co.", "other.example", "EX2 8AA", True),
        ("Acme Joinery", None, "PL1 1AA", False),
        ("Next Door Bakery", None, "EX2 8AA", False),
    ],
)
def test_a_firm_that_comes_back_is_recognised(
    session: Any, name: str, email_domain: str | None, postcode: str, is_known: bool
) -> None:
    acme = make.firm("Acme Joinery", email_domain="acme.example")
    make.site(acme)
    new = make.firm(name, email_domain=email_domain)
    make.site(new, postcode=postcode)
    assert [firm.id for firm in firms.likely(new)] == ([acme.id] if is_known else [])


def test_two_firms_of_a_mail_provider_are_not_one(session: Any) -> None:
    make.firm("One", email_domain=None)
    assert firms.likely(make.firm("Two", email_domain=None)) == []


def test_joined_firms_are_one_with_all_that_was_theirs(session: Any, now: datetime) -> None:
    visit = make.visit(enquiry=make.enquiry(of=make.firm("Acme Joinery")))
    again = make.visit(enquiry=make.enquiry(of=make.firm("Acme Joinery Ltd")))
    ann_id = visit.trainer_id
    into, gone = visit.firm, again.firm
    assert into is not None
    assert gone is not None
    for firm in (into, gone):
        session.add(TrainerBar(firm_id=firm.id, trainer_id=ann_id, created_at=NOW))
    session.flush()
    firms.join(gone, into=into, actor=acting(make.cora()), now=now)
    assert session.scalars(select(Firm.name)).all() == ["Acme Joinery"]
    for model in (Contact, Enquiry, Site, Visit):
        assert set(session.scalars(select(model.firm_id))) == {into.id}
    assert session.scalar(select(func.count()).select_from(TrainerBar)) == 1
    assert "joined" in told(session.get(Enquiry, again.enquiry_id))


def test_a_firm_is_not_joined_with_itself(session: Any, now: datetime) -> None:
    acme = make.firm()
    with pytest.raises(Refused):
        firms.join(acme, into=acme, actor=acting(make.cora()), now=now)


def test_a_taken_reference_is_drawn_again(session: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    taken = make.visit()
    draws = iter((1, 2, 3))
    monkeypatch.setattr("secrets.randbits", lambda _bits: next(draws))
    drawn = references.fresh()
    assert (taken.reference, drawn) == ("TSW-0000-0001", "TSW-0000-0002")

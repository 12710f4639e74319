"""How one search box finds enquiries, visits and trainers."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, SQLColumnExpression, func, or_, select
from sqlalchemy.orm import joinedload

from booking.db import db
from booking.domain.desk.finding import Sought
from booking.models import Contact, Enquiry, Firm, Site, Trainer, Visit

MOST = 20


@dataclass(frozen=True, slots=True)
class Found:
    """What a search has found, the newest first, at most `MOST` of each."""

    enquiries: Sequence[Enquiry]
    visits: Sequence[Visit]
    trainers: Sequence[Trainer]

    def __len__(self) -> int:
        return len(self.enquiries) + len(self.visits) + len(self.trainers)


def find(what: Sought) -> Found:
    """3 statements; none for an empty search."""
    if not what.text:
        return Found((), (), ())
    return Found(_enquiries(what), _visits(what), _trainers(what))


def of_enquiry(what: Sought) -> ColumnElement[bool]:
    """Which enquiries, joined to firm and contact: by who they are, by reference, by where it would be."""
    ways = [*_of_firm(what), *_reference(what, Enquiry.reference), *_postcode(what, Enquiry.place)]
    if what.postcode:
        there = select(Visit.enquiry_id).join(Site, Site.id == Visit.site_id).where(*_postcode(what, Site.postcode))
        ways.append(Enquiry.id.in_(there))
    return or_(*ways)


def of_visit(what: Sought) -> ColumnElement[bool]:
    """Which visits: by whose they are, by reference, by where they go."""
    ways = [*_of_firm(what), *_reference(what, Visit.reference), *_postcode(what, Site.postcode)]
    rows = (
        select(Visit.id)
        .join(Firm, Firm.id == Visit.firm_id)
        .join(Contact, Contact.id == Visit.contact_id)
        .join(Site, Site.id == Visit.site_id)
        .where(or_(*ways, Site.town.icontains(what.text, autoescape=True)))
    )
    return Visit.id.in_(rows)


def _enquiries(what: Sought) -> Sequence[Enquiry]:
    rows = (
        select(Enquiry)
        .join(Firm, Firm.id == Enquiry.firm_id)
        .join(Contact, Contact.id == Enquiry.contact_id)
        .where(of_enquiry(what))
        .options(joinedload(Enquiry.firm), joinedload(Enquiry.contact))
    )
    return db.session.scalars(rows.order_by(Enquiry.created_at.desc(), Enquiry.id.desc()).limit(MOST)).all()


def _visits(what: Sought) -> Sequence[Visit]:
    rows = (
        select(Visit)
        .where(of_visit(what))
        .options(joinedload(Visit.firm), joinedload(Visit.site), joinedload(Visit.course), joinedload(Visit.trainer))
    )
    return db.session.scalars(rows.order_by(Visit.first_day.desc(), Visit.id.desc()).limit(MOST)).all()


def _trainers(what: Sought) -> Sequence[Trainer]:
    ways = [column.icontains(what.text, autoescape=True) for column in (Trainer.name, Trainer.email)]
    rows = select(Trainer).where(or_(*ways, *_phone(what, Trainer.phone)))
    return db.session.scalars(rows.order_by(Trainer.name, Trainer.id).limit(MOST)).all()


def _of_firm(what: Sought) -> list[ColumnElement[bool]]:
    words = (Firm.name, Contact.name, Contact.email)
    return [*(column.icontains(what.text, autoescape=True) for column in words), *_phone(what, Contact.phone)]


def _phone(what: Sought, column: SQLColumnExpression[str]) -> list[ColumnElement[bool]]:
    """Stored with its country, or, of a trainer, as somebody typed it."""
    national = f"0{what.digits[2:]}" if what.digits.startswith("44") else what.digits
    return [column.contains(digits, autoescape=True) for digits in (what.digits, national) if digits]


def _reference(what: Sought, column: SQLColumnExpression[str]) -> list[ColumnElement[bool]]:
    return [column == what.reference] if what.reference else []


def _postcode(what: Sought, column: SQLColumnExpression[Any]) -> list[ColumnElement[bool]]:
    """A postcode, or its beginning, in any spacing."""
    bare = func.replace(func.upper(column), " ", "")
    return [bare.contains(what.postcode, autoescape=True)] if what.postcode else []

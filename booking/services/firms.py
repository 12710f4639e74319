"""Firms, their contacts and their sites: made for whoever writes, joined when staff see that two are one, and found by
their words, which follow every change."""

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, select, union, update
from sqlalchemy.dialects import postgresql, sqlite

from booking.db import db
from booking.domain.access import Actor
from booking.domain.desk.finding import words_in
from booking.domain.errors import Refused
from booking.domain.places import County
from booking.domain.text import own_domain
from booking.models import Contact, Enquiry, Firm, FirmWord, Site, TrainerBar, Visit, table
from booking.queries.desk.finding import words_of
from booking.services import history


@dataclass(frozen=True, slots=True)
class Place:
    """Where a visit goes, cleaned; the county is the one the firm named."""

    address: str
    town: str
    postcode: str
    outcode: str
    county: County


_NEW_WORDS = {
    name: insert(table(FirmWord)).on_conflict_do_nothing()
    for name, insert in (("sqlite", sqlite.insert), ("postgresql", postgresql.insert))
}
_LEGAL_FORM = re.compile(r"\b(and|co|company|limited|llp|ltd|plc|the|uk)\b|[^a-z0-9 ]")


def add(*, name: str, email: str, now: datetime) -> Firm:
    """A new firm, always: one that we seem to know is shown to staff (`likely`), who join the two."""
    firm = Firm(name=name, email_domain=own_domain(email), created_at=now)
    db.session.add(firm)
    return firm


def add_contact(
    firm: Firm, *, name: str, email: str, phone: str = "", wants_marketing: bool = False, now: datetime
) -> Contact:
    """A person at a firm. `phone` is E.164 or ""; the choice about marketing is stored with its instant."""
    contact = Contact(
        firm=firm,
        name=name,
        email=email,
        phone=phone,
        wants_marketing=wants_marketing,
        marketing_chosen_at=now if wants_marketing else None,
    )
    db.session.add(contact)
    return contact


def correct(contact: Contact, *, name: str, phone: str, email: str) -> None:
    """How to reach a contact whose firm is loaded."""
    if contact.firm.email_domain == own_domain(contact.email):
        contact.firm.email_domain = own_domain(email)
    contact.name, contact.phone, contact.email = name, phone, email
    renew_words({contact.firm_id})


def new_site(place: Place) -> Site:
    """A site that no firm has yet."""
    return Site(
        address=place.address,
        town=place.town,
        postcode=place.postcode,
        outcode=place.outcode,
        county=place.county,
    )


def site_at(firm: Firm, place: Place) -> Site:
    """The stored firm's site at this place: the one that is there, or a new one."""
    known = select(Site).filter_by(firm_id=firm.id, postcode=place.postcode, address=place.address, town=place.town)
    site = db.session.scalars(known.order_by(Site.id)).first()
    if site is None:
        site = new_site(place)
        site.firm = firm
        db.session.add(site)
        db.session.flush()  # before its words: whoever renews those of the firm has to wait
        add_words(firm.id, words_of_site(site))
    return site


def words_of_site(site: Site) -> set[str]:
    """What staff find its firm by."""
    return words_in(site.town, site.postcode)


def likely(firm: Firm) -> Sequence[Firm]:
    """Other firms that are probably this one, oldest first: the same address domain, or a postcode and the name."""
    postcodes = select(Site.postcode).filter_by(firm_id=firm.id)
    neighbours = select(Site.firm_id).where(Site.postcode.in_(postcodes))
    near = union(neighbours, select(Firm.id).where(Firm.email_domain == firm.email_domain))  # either by its index
    found = db.session.scalars(select(Firm).where(Firm.id != firm.id, Firm.id.in_(near)).order_by(Firm.id))
    return [other for other in found if _is_alike(other, firm)]


def join(firm: Firm, *, into: Firm, actor: Actor, now: datetime) -> None:
    """All that belongs to `firm` goes to `into`, and the first is no more. Cannot be undone. Refused for one firm."""
    if firm.id == into.id:
        raise Refused("Select another firm", field="into")
    _alone({firm.id, into.id})
    barred = select(TrainerBar.trainer_id).filter_by(firm_id=into.id)
    db.session.execute(delete(TrainerBar).where(TrainerBar.firm_id == firm.id, TrainerBar.trainer_id.in_(barred)))
    for model in (Contact, Site, Enquiry, Visit, TrainerBar):
        db.session.execute(update(model).filter_by(firm_id=firm.id).values(firm_id=into.id))
    db.session.execute(delete(FirmWord).filter_by(firm_id=firm.id))
    renew_words({into.id})
    words = f"Joined {firm.name} (firm {firm.id}) into {into.name}"
    first = db.session.scalars(select(Enquiry).filter_by(firm_id=into.id).order_by(Enquiry.id.desc())).first()
    history.add("joined", actor=actor, now=now, words=words[:400], enquiry=first, before={"firm": firm.id})
    db.session.delete(firm)
    db.session.flush()
    db.session.expire_all()


def add_words(firm_id: int, words: Collection[str]) -> None:
    """The firm is found by these too."""
    _write([{"word": word, "firm_id": firm_id} for word in sorted(words)])


def renew_words(firm_ids: Collection[int]) -> None:
    """What these firms are found by, from what their rows say now, and nobody else changes meanwhile."""
    _alone(firm_ids)
    gone = delete(FirmWord).where(FirmWord.firm_id.in_(firm_ids))
    db.session.execute(gone, execution_options={"synchronize_session": False})
    _write([{"word": word, "firm_id": firm} for word, firm in sorted(words_of(firm_ids))])


def _alone(firm_ids: Collection[int]) -> None:
    """Whoever else changes these firms, or adds to them, waits until this transaction ends."""
    db.session.execute(select(Firm.id).where(Firm.id.in_(firm_ids)).order_by(Firm.id).with_for_update())


def _write(rows: Sequence[Mapping[str, object]]) -> None:
    if rows:
        db.session.execute(_NEW_WORDS[db.engine.dialect.name], rows)


def _is_alike(one: Firm, other: Firm) -> bool:
    return (one.email_domain is not None and one.email_domain == other.email_domain) or _bare(one) == _bare(other)


def _bare(firm: Firm) -> str:
    """The name without what people leave out: its legal form, marks and spaces."""
    return "".join(_LEGAL_FORM.sub(" ", firm.name.casefold()).split())

"""How one search box finds enquiries, visits and trainers."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

from sqlalchemy import ColumnElement, Select, SQLColumnExpression, exists, false, func, or_, select, union
from sqlalchemy.orm import aliased, joinedload

from booking.db import db
from booking.domain.desk.finding import Sought, phone_words, words_in
from booking.models import Contact, Enquiry, Firm, FirmWord, Site, Trainer, Visit

MOST = 20
ENOUGH = 1_000  # firms that have a word: whether there are more makes it no less rare
Words: TypeAlias = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Found:
    """What a search has found, the newest first, at most `MOST` of each."""

    enquiries: Sequence[Enquiry]
    visits: Sequence[Visit]
    trainers: Sequence[Trainer]

    def __len__(self) -> int:
        return len(self.enquiries) + len(self.visits) + len(self.trainers)


def find(what: Sought) -> Found:
    """3 statements, one more for several words; none for an empty search."""
    if not what.text:
        return Found((), (), ())
    wanted = _ways(what)
    return Found(_enquiries(what, wanted), _visits(what, wanted), _trainers(what))


def of_enquiry(what: Sought) -> ColumnElement[bool]:
    """Which enquiries: by whose they are, by reference. 1 statement for several words."""
    return _is_one_of(Enquiry, what, _ways(what))


def of_visit(what: Sought) -> ColumnElement[bool]:
    """Which visits: by whose they are, by reference. 1 statement for several words."""
    return _is_one_of(Visit, what, _ways(what))


def words_of(firm_ids: Collection[int]) -> set[tuple[str, int]]:
    """Each word with the firm that it should find: of its name, its people, their places and ours. 4 statements."""
    texts: list[Select[*tuple[Any, ...]]] = [
        select(Firm.id, Firm.name).where(Firm.id.in_(firm_ids)),
        select(Enquiry.firm_id, Enquiry.place).where(Enquiry.firm_id.in_(firm_ids)),
        select(Site.firm_id, Site.town, Site.postcode).where(Site.firm_id.in_(firm_ids)),
    ]
    found = {(word, firm) for each in texts for firm, *told in db.session.execute(each) for word in words_in(*told)}
    people: Select[*tuple[Any, ...]] = select(Contact.firm_id, Contact.phone, Contact.name, Contact.email).where(
        Contact.firm_id.in_(firm_ids)
    )
    for firm, phone, *told in db.session.execute(people):
        found |= {(word, firm) for word in words_in(*told) | phone_words(phone)}
    return found


def _enquiries(what: Sought, wanted: Sequence[Words]) -> Sequence[Enquiry]:
    rows = (
        select(Enquiry)
        .where(_is_one_of(Enquiry, what, wanted))
        .options(joinedload(Enquiry.firm), joinedload(Enquiry.contact))
    )
    return db.session.scalars(rows.order_by(Enquiry.created_at.desc(), Enquiry.id.desc()).limit(MOST)).all()


def _visits(what: Sought, wanted: Sequence[Words]) -> Sequence[Visit]:
    rows = (
        select(Visit)
        .where(_is_one_of(Visit, what, wanted))
        .options(joinedload(Visit.firm), joinedload(Visit.site), joinedload(Visit.course), joinedload(Visit.trainer))
    )
    return db.session.scalars(rows.order_by(Visit.first_day.desc(), Visit.id.desc()).limit(MOST)).all()


def _trainers(what: Sought) -> Sequence[Trainer]:
    ways = [column.icontains(what.text, autoescape=True) for column in (Trainer.name, Trainer.email)]
    ways += [Trainer.phone.contains(digits, autoescape=True) for digits in what.digits]
    rows = select(Trainer).where(or_(*ways))
    return db.session.scalars(rows.order_by(Trainer.name, Trainer.id).limit(MOST)).all()


def _ways(what: Sought) -> list[Words]:
    """By its words, the rarest first, and by its digits when they may be a phone number."""
    words = what.words
    if len(words) > 1:
        few = (select(FirmWord.firm_id).where(*_begins(FirmWord.word, word)).limit(ENOUGH).subquery() for word in words)
        (heights,) = db.session.execute(select(*(select(func.count(each.c.firm_id)).scalar_subquery() for each in few)))
        words = tuple(word for _, word in sorted(zip(heights, words, strict=True)))
    return [way for way in (words, *((digits,) for digits in what.digits)) if way]


def _is_one_of(model: type[Enquiry | Visit], what: Sought, wanted: Sequence[Words]) -> ColumnElement[bool]:
    found = [select(model.id).where(model.firm_id.in_(_firms(way))) for way in wanted]
    if what.reference:  # a hold that nobody has sent is of no firm
        found.append(select(model.id).where(model.reference == what.reference, model.firm_id.is_not(None)))
    return model.id.in_(union(*found)) if found else false()


def _firms(way: Words) -> Select[int]:
    """Firms that have, for each of these, a word that begins with it."""
    first, *others = way
    rows = select(FirmWord.firm_id).where(*_begins(FirmWord.word, first))
    for other in others:
        too = aliased(FirmWord)
        rows = rows.where(exists().where(too.firm_id == FirmWord.firm_id, *_begins(too.word, other)))
    return rows


def _begins(column: SQLColumnExpression[str], beginning: str) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    """As a range, which an index can tell on both databases."""
    return column >= beginning, column < f"{beginning}\U0010ffff"

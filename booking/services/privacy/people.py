"""Which rows are about a person."""

import re
from collections.abc import Collection, Iterable, Mapping
from typing import Any, TypeAlias

from sqlalchemy import ColumnElement, SQLColumnExpression, func, or_, select

from booking.db import db
from booking.models import (
    Absence,
    Act,
    Base,
    Contact,
    Draft,
    Enquiry,
    Firm,
    HistoryEntry,
    Link,
    Mail,
    Note,
    Response,
    Result,
    Schedule,
    SignIn,
    Site,
    Trainer,
    Visit,
)
from booking.models.personal import ERASED

Rows: TypeAlias = dict[type[Base], set[int]]  # ids by table


def of_email(email: str) -> Rows:
    """Everything about the person with this address, in any case: as a contact, a visitor, a trainer."""
    address = email.strip().lower()
    if not address:
        return {}
    rows = of_contacts(_ids(Contact.id, func.lower(Contact.email) == address))
    drafts, responses = func.lower(Draft.email) == address, func.lower(Response.resume_email) == address
    _join(rows, {Draft: _ids(Draft.id, drafts), Response: _ids(Response.id, responses)})
    _follow_browsers(rows)
    _join(rows, _of_trainers(_ids(Trainer.id, func.lower(Trainer.email) == address)))
    _join(rows, {Mail: _ids(Mail.id, func.lower(Mail.to_address) == address)})
    return rows


def of_contacts(contacts: Collection[int]) -> Rows:
    """Everything about these contacts; firm and sites too where nobody else is left at the firm."""
    enquiries = _ids(Enquiry.id, Enquiry.contact_id.in_(contacts))
    visits = _ids(Visit.id, Visit.contact_id.in_(contacts), Visit.enquiry_id.in_(enquiries))
    firms = _ids(Contact.firm_id, Contact.id.in_(contacts))
    firms -= _ids(Contact.firm_id, Contact.firm_id.in_(firms) & Contact.id.not_in(contacts) & (Contact.name != ERASED))
    results = set(db.session.scalars(select(Enquiry.result_id).where(Enquiry.id.in_(enquiries)))) - {None}
    rows: Rows = {
        Contact: set(contacts),
        Firm: firms,
        Site: _ids(Site.id, Site.firm_id.in_(firms)),
        Enquiry: enquiries,
        Visit: visits,
        Note: _ids(Note.id, Note.enquiry_id.in_(enquiries)),
        Draft: _ids(Draft.id, Draft.visit_id.in_(visits)),
        Response: _ids(Result.response_id, Result.id.in_(results)),
    }
    for model in (Mail, HistoryEntry, Act, Link):
        rows[model] = _ids(model.id, model.enquiry_id.in_(enquiries), model.visit_id.in_(visits))
    _join(rows, _links_of_answers(rows[Response]))
    return rows


def firms_of(rows: Rows) -> set[int]:
    """The firms whose people are among these rows."""
    return _ids(Contact.firm_id, Contact.id.in_(rows.get(Contact, ())))


def naming(rows: Rows, email: str) -> Rows:
    """Rows about several people at once that name this one too: a trainer's week, staff's morning mail, the history of
    what became of a mail."""
    known = (select(model.reference).where(model.id.in_(rows.get(model, ()))) for model in (Enquiry, Visit))
    references = {reference for statement in known for reference in db.session.scalars(statement)}
    told = (Schedule.visits.contains(f'"visit_id": {visit},') for visit in rows.get(Visit, ()))
    joined = db.session.scalars(select(Firm.name).where(Firm.id.in_(rows.get(Firm, ()))))
    names = (
        (HistoryEntry.act == "joined") & HistoryEntry.words.contains(each, autoescape=True) for each in joined if each
    )
    return {
        Mail: set[int]().union(*(_with(Mail.id, Mail.text, each) for each in {email.strip(), *references})),
        HistoryEntry: _with(HistoryEntry.id, HistoryEntry.words, email.strip()) | _ids(HistoryEntry.id, *names),
        Schedule: _ids(Schedule.id, *told),
    }


def _with(key: SQLColumnExpression[int], column: SQLColumnExpression[str], word: str) -> set[int]:
    """Rows with this address or reference by itself: ann@acme.example does not stand in joann@acme.example."""
    whole = re.compile(rf"(?<![\w.+-]){re.escape(word)}(?![\w-]|\.\w)", re.IGNORECASE)
    found = db.session.execute(select(key, column).where(column.icontains(word, autoescape=True)))
    return {number for number, words in found if whole.search(words)}


def heights(email: str) -> Mapping[str, int]:
    """How many rows of each table are about this person; tables without any are left out."""
    return {model.__tablename__: len(ids) for model, ids in of_email(email).items() if ids}


def _of_trainers(trainers: Collection[int]) -> Rows:
    actors = [f"trainer:{each}" for each in trainers]
    return {
        Trainer: set(trainers),
        **{model: _ids(model.id, model.trainer_id.in_(trainers)) for model in (Absence, Link, Schedule, SignIn)},
        Mail: _ids(Mail.id, Mail.trainer_id.in_(trainers)),
        HistoryEntry: _ids(HistoryEntry.id, HistoryEntry.trainer_id.in_(trainers), HistoryEntry.actor.in_(actors)),
    }


def _follow_browsers(rows: Rows) -> None:
    """A browser's answers and unfinished booking belong to whoever has sent something from it."""
    browsers = {
        browser
        for model in (Visit, Draft, Response)
        for browser in db.session.scalars(select(model.visitor).where(model.id.in_(rows.get(model, ()))))
    } - {""}
    _join(rows, {Draft: _ids(Draft.id, Draft.visitor.in_(browsers))})
    _join(rows, {Response: _ids(Response.id, Response.visitor.in_(browsers))})
    _join(rows, {Visit: _ids(Visit.id, Visit.visitor.in_(browsers) & Visit.contact_id.is_(None))})
    _join(rows, _links_of_answers(rows[Response]))


def _links_of_answers(responses: Collection[int]) -> Rows:
    results = select(Result.id).where(Result.response_id.in_(responses))
    return {Link: _ids(Link.id, Link.response_id.in_(responses), Link.result_id.in_(results))}


def _join(rows: Rows, more: Mapping[type[Base], Iterable[int]]) -> None:
    for model, ids in more.items():
        rows.setdefault(model, set()).update(ids)


def _ids(column: SQLColumnExpression[Any], *ways: ColumnElement[bool]) -> set[int]:
    """The ids of rows for which any of these holds."""
    return set(db.session.scalars(select(column).where(or_(False, *ways))))

"""A person with something to recognise them by in every personal column that can hold words."""

from collections.abc import Iterator
from datetime import timedelta
from itertools import count
from typing import Any

from sqlalchemy import String, update

from booking.db import db
from booking.domain.access import Purpose
from booking.domain.lifecycle import VisitState
from booking.domain.post import MailState
from booking.models import (
    Absence,
    Act,
    Base,
    Draft,
    HistoryEntry,
    Mail,
    Note,
    Response,
    Result,
    Schedule,
    SignIn,
    Trainer,
    Visit,
)
from booking.models.base import Word
from booking.models.history import ERASING
from booking.models.personal import GONE, PERSONAL, SECRET
from tests import make
from tests.conftest import NOW

EMAIL = "maya@acme.example"
PAST = NOW.date() - timedelta(days=30)
ADDRESSES = {"email", "resume_email", "to_address"}
JSON = {"before", "after", "snapshot"}


def customer(email: str = EMAIL) -> dict[type[Base], Base]:
    """A customer with a row in every table that tells about one: a visit took place, the last mail has been sent."""
    firm = make.firm()
    contact, site = make.contact(firm, email=email), make.site(firm)
    response = Response(
        visitor=f"visitor of {email}", subject="self", instrument="x", scorer="x", started_at=NOW, updated_at=NOW
    )
    db.session.add(response)
    db.session.flush()
    result = Result(
        response_id=response.id, scorer="x", instrument="x", wording="x", story="{}", recommended="{}", created_at=NOW
    )
    db.session.add(result)
    db.session.flush()
    enquiry = make.enquiry(of=firm, contact=contact, result_id=result.id)
    visit = make.visit(VisitState.DELIVERED, enquiry=enquiry, site=site, contact=contact, firm=firm, day=PAST)
    about: dict[str, Any] = {"enquiry_id": enquiry.id, "visit_id": visit.id}
    cora = make.staff(f"Cora{visit.id} Dunn")
    others = (
        Note(enquiry_id=enquiry.id, staff_id=cora.id, text="Rang.", created_at=NOW),
        HistoryEntry(at=NOW, actor="business", actor_name="Maya Reed", act="received", words="Wrote", **about),
        Act(staff_id=cora.id, words="Did it", snapshot="{}", created_at=NOW, until_at=NOW, **about),
        Schedule(trainer_id=visit.trainer_id, monday=PAST, version=1, visits="[]", queued_at=NOW),
    )
    db.session.add_all(others)
    db.session.flush()
    rows = (
        *(firm, site, contact, enquiry, visit, response, make.mail(MailState.WAITING, to_address=email, **about)),
        *(
            make.draft(visit, visitor=f"draft of {email}", email=email),
            make.link(Purpose.MANAGE, visit_id=visit.id),
            *others,
        ),
    )
    return {type(row): row for row in rows}


def trainer() -> dict[type[Base], Base]:
    """A trainer who has left, with a row in every table that tells about one."""
    ann = make.trainer("Tom Wren", is_active=False)
    rows = (
        *(make.absence(ann, PAST), make.link(Purpose.TRAINER, trainer_id=ann.id)),
        SignIn(token_hash="x", trainer_id=ann.id, created_at=NOW, last_seen_at=NOW),
        HistoryEntry(at=NOW, actor=f"trainer:{ann.id}", actor_name="x", act="added", words="x", trainer_id=ann.id),
        Schedule(trainer_id=ann.id, monday=PAST, version=1, visits="[]", queued_at=NOW),
        make.mail(MailState.SENT, trainer_id=ann.id),
    )
    db.session.add_all(rows)
    db.session.flush()
    return {type(row): row for row in (ann, *rows)}


def mark(rows: dict[type[Base], Base]) -> dict[str, str]:
    """Writes a word of its own into each of these columns; what stands where, by "table.column"."""
    visit = rows.get(Visit)
    numbers, found = count(1), {}
    for model, row in rows.items():
        values = {}
        for name in columns(model):
            word = found[f"{model.__tablename__}.{name}"] = f"Zq{next(numbers):03}{model.__tablename__[:2].upper()}"
            if name in ADDRESSES:
                values[name] = getattr(row, name)  # by which they are found; `EMAIL` is looked for too
                del found[f"{model.__tablename__}.{name}"]
            elif model is Schedule:
                values[name] = f'[{{"visit_id": {visit.id if isinstance(visit, Visit) else 0}, "place": "{word}"}}]'
            else:
                values[name] = f'{{"x": "{word}"}}' if name in JSON else word
        if not values:
            continue
        key = model.__mapper__.primary_key[0]
        this = key == row.__mapper__.primary_key_from_instance(row)[0]
        db.session.execute(update(model).where(this).values(values), execution_options={ERASING: True})
    db.session.expire_all()
    return found


def columns(model: type[Base]) -> Iterator[str]:
    """The columns of a model that hold somebody's words."""
    for column in model.__table__.c:
        is_text = isinstance(column.type, String) and not isinstance(column.type, Word)
        named = model in GONE or column.name in PERSONAL.get(model, ())
        is_short = isinstance(column.type, String) and (column.type.length or 99) < len("Zq001XX")
        if named and is_text and not is_short and column.name not in SECRET:
            yield column.name


ABOUT_CUSTOMERS = (set(PERSONAL) | set(GONE)) - {Trainer, Absence, SignIn}
ABOUT_TRAINERS = {Trainer, Absence, SignIn, Schedule, HistoryEntry, Mail}
assert Draft in ABOUT_CUSTOMERS

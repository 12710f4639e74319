"""Everything about one person, for that person: what the law calls subject access."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from json import dumps

from sqlalchemy import select

from booking.db import db
from booking.domain.access import Actor
from booking.domain.errors import Refused
from booking.models import Base, Enquiry
from booking.models.personal import SECRET
from booking.models.snapshots import Columns, columns
from booking.services import history
from booking.services.privacy import people
from booking.services.privacy.erasing import NOBODY


@dataclass(frozen=True, slots=True)
class Export:
    """Rows by table; a column that holds a secret is left out."""

    email: str
    taken_at: str  # UTC
    tables: Mapping[str, Sequence[Columns]]

    @property
    def json(self) -> str:
        return dumps(asdict(self), indent=2, ensure_ascii=False)


def export(email: str, *, actor: Actor, now: datetime) -> Export:
    """Everything about the person with this address; that it was handed out goes into the history. Raises Refused."""
    rows = people.of_email(email)
    if not any(rows.values()):
        raise Refused(NOBODY, field="email")
    tables = {model.__tablename__: _rows(model, ids) for model, ids in rows.items() if ids}
    latest = db.session.get(Enquiry, max(rows.get(Enquiry, ()), default=0))
    words = "Handed out a copy of everything about one person"
    history.add("exported", actor=actor, now=now, words=words, enquiry=latest)
    return Export(email, now.isoformat(), tables)


def _rows(model: type[Base], ids: set[int]) -> Sequence[Columns]:
    key = model.__table__.c.id
    return [columns(row, but=SECRET) for row in db.session.scalars(select(model).where(key.in_(ids)).order_by(key))]

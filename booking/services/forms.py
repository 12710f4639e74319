"""Forms that create: the same form sent twice gives one thing and the first answer."""

from collections.abc import Mapping
from datetime import datetime
from hashlib import sha256

from sqlalchemy.exc import IntegrityError

from booking.db import db
from booking.domain.errors import Overtaken
from booking.models import FormKey

CHANGED = "This form was sent already, with other answers. Check what we have before you send it again"


class Changed(Overtaken):
    """The form was sent before, with other fields: shown again, it is a new form."""


class Repeated(Exception):
    """The very same form again; `answer` is where the first one was sent on to."""

    def __init__(self, answer: str) -> None:
        super().__init__(answer)
        self.answer = answer


def first_time(key: str, fields: Mapping[str, str], *, now: datetime) -> FormKey:
    """A row that makes this key unique from here on; set its `answer` before the transaction ends.

    The key is what a browser sent, so anything: only its hash is stored. Raises Repeated with the first answer, or
    Changed when the same key comes with other fields.
    """
    key, digest = (sha256(text.encode()).hexdigest() for text in (key, repr(sorted(fields.items()))))
    row = FormKey(key=key, fields_hash=digest, answer="", created_at=now)
    try:
        with db.session.begin_nested():
            db.session.add(row)
    except IntegrityError:
        earlier = db.session.get_one(FormKey, key)
        if earlier.fields_hash != digest:
            raise Changed(CHANGED) from None
        raise Repeated(earlier.answer) from None
    return row

"""References: drawn at random, and drawn again where one is taken."""

import secrets

from sqlalchemy import bindparam, select

from booking.db import db
from booking.domain.references import BITS, reference
from booking.models import Enquiry, Visit

_TAKEN = (
    select(Visit.id)
    .where(Visit.reference == bindparam("drawn"))
    .union_all(select(Enquiry.id).where(Enquiry.reference == bindparam("drawn")))
)


def fresh() -> str:
    """A reference that neither a visit nor an enquiry has; a booking and its enquiry then share it.

    Should two people draw the same 40 bits within the same second, the UNIQUE columns refuse the second.
    """
    while True:
        drawn = reference(secrets.randbits(BITS))
        if db.session.execute(_TAKEN, {"drawn": drawn}).first() is None:
            return drawn

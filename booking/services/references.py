"""References: drawn at random, and drawn again where one is taken."""

import secrets

from sqlalchemy import select

from booking.db import db
from booking.domain.references import BITS, reference
from booking.models import Enquiry, Visit


def fresh() -> str:
    """A reference that neither a visit nor an enquiry has; a booking and its enquiry then share it.

    Should two people draw the same 40 bits within the same second, the UNIQUE columns refuse the second.
    """
    while True:
        drawn = reference(secrets.randbits(BITS))
        taken = select(Visit.id).filter_by(reference=drawn).union_all(select(Enquiry.id).filter_by(reference=drawn))
        if db.session.execute(taken).first() is None:
            return drawn

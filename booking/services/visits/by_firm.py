"""What only a firm does on the pages of its visit: says how it was, asks for a new link."""

from datetime import datetime, timedelta

from booking.db import db
from booking.domain.errors import Refused
from booking.emails import business
from booking.models import Visit
from booking.queries.journey.bookings import is_over
from booking.services import addresses, history, outbox
from booking.services.visits.acting import FIRM, alone, firm_of


def rate(visit: Visit, *, rating: int, comment: str, now: datetime) -> None:
    """The firm's answers, 1 (of little use) to 5 (very useful), once: the first stay. Refused before the end."""
    with alone(visit, actor=FIRM) as visit:
        if not is_over(visit, now=now):
            raise Refused("Tell us after the visit: it has not ended yet")
        if visit.firm_rating is not None:
            return
        visit.firm_rating, visit.firm_comment = rating, comment
        db.session.flush()
        history.add("rated", actor=firm_of(visit), now=now, words="Told us how it was", visit=visit)


def send_link(visit: Visit, *, now: datetime) -> None:
    """Mails the living address of the visit's page to the address we have, wherever it was asked for from."""
    message = business.new_link(visit, manage_url=addresses.of_visit(visit, now=now))
    minute = int(now.replace(second=0, microsecond=0).timestamp()) // int(timedelta(minutes=1).total_seconds())
    outbox.put(message, key=f"visit:{visit.id}:new_link:business", version=minute, now=now, visit=visit)

"""The visit behind a secret link; and the page for a link that was good once."""

from flask import abort, render_template

from booking import clock
from booking.domain.access import Purpose
from booking.queries.journey import bookings
from booking.queries.journey.bookings import Booking
from booking.services import links
from booking.web.business import pages


def opened(token: str, purpose: Purpose = Purpose.MANAGE) -> Booking:
    """The visit this link opens; a stranger's token is a 404, an old one a 410."""
    now = clock.now()
    link = links.open_link(token, purpose, now=now)
    return bookings.of(link.visit_id or 0, now=now) or abort(404)


@pages.errorhandler(links.Expired)
def old_link(expired: links.Expired) -> tuple[str, int]:
    """Kindly, with a button that mails a new link to the address we have, and shows nothing else."""
    link = expired.link
    token = links.token(link) if link and link.visit_id and link.purpose is Purpose.MANAGE else ""
    return render_template("business/old_link.html", token=token), 410

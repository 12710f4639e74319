"""How a trainer gets from visit to visit in a day."""

from collections.abc import Sequence
from datetime import date

from booking.domain.travel import needs_night_before, peak_minutes
from booking.emails import visits as told
from booking.emails.visits import Drive
from booking.models import Trainer, Visit
from booking.queries import rules


def drives(trainer: Trainer, visits: Sequence[Visit], *, day: date) -> list[Drive | None]:
    """The drive to each of a day's visits, in order: from home, then from the one before. None where it is unknown."""
    travel = rules.travel()
    found: list[Drive | None] = []
    here, town = trainer.home_outcode, trainer.home_town
    for visit in visits:
        start = next(slot for slot in told.slots(visit) if slot.day == day)
        minutes = travel.minutes(here, visit.outcode)
        from_home = not found
        found.append(
            None
            if minutes is None
            else Drive(
                peak_minutes(minutes, start, from_home=from_home),
                town,
                from_home and needs_night_before(minutes, start),
            )
        )
        here, town = visit.outcode, visit.site.town if visit.site else town
    return found

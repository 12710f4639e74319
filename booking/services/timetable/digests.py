"""Staff's morning: one mail at 8:30am of each working day on which something needs them."""

from collections.abc import Sequence
from datetime import datetime

from booking.domain.days import DAY_ENDS, DESK_OPENS, london, london_time
from booking.emails import staff as emails
from booking.queries import calendar, staff
from booking.services import outbox
from booking.services.timetable.turns import each
from config import settings


def is_due(now: datetime) -> bool:
    """From 8:30am to 5pm of a working day; a worker that comes back in the evening lets it be."""
    today = london_time(now).date()
    return calendar.working_days().is_open(today) and london(today, DESK_OPENS) <= now < london(today, DAY_ENDS)


def queue(items: Sequence[str], *, now: datetime) -> None:
    """The day's digest for each colleague who can sign in, once; none when there are no items."""
    today = london_time(now).date()
    colleagues = {f"staff:{row.id}:digest-{today}:staff": row for row in staff.everyone() if row.active and items}
    new = outbox.unwritten(colleagues)

    def tell(key: str) -> None:
        message = emails.digest(colleagues[key], items=items, today_url=f"{settings().base_url}/staff")
        outbox.put(message, key=key, now=now, until=london(today, DAY_ENDS))

    each(sorted(new), tell)

"""Staff's morning: one mail at 8:30am of each working day on which something needs them."""

from datetime import datetime, time

from booking.domain.days import DESK_OPENS, london, london_time
from booking.emails import staff as emails
from booking.queries import calendar, staff
from booking.queries.desk import today
from booking.services import outbox
from booking.services.timetable.turns import each
from config import settings

NOON = time(12)  # a worker that comes back later leaves it to Today


def queue_due(now: datetime) -> None:
    """The day's digest for each colleague who can sign in, once; none while nothing needs anybody."""
    day = london_time(now).date()
    if not (london(day, DESK_OPENS) <= now < london(day, NOON) and calendar.working_days().is_open(day)):
        return
    colleagues = {f"staff:{row.id}:digest-{day}:staff": row for row in staff.everyone() if row.active}
    new = outbox.unwritten(colleagues)
    items = [need.sentence for need in today.needs(now)] if new else []

    def tell(key: str) -> None:
        message = emails.digest(colleagues[key], items=items, today_url=f"{settings().base_url}/staff")
        outbox.put(message, key=key, now=now, until=london(day, NOON))

    each(new if items else (), tell)

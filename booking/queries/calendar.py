"""The working week, with the days that are open or closed whatever the bank holidays say."""

from sqlalchemy import select

from booking.db import db
from booking.domain.days import WorkingDays
from booking.models import CalendarDay

_DAYS = select(CalendarDay.day, CalendarDay.is_open)


def working_days() -> WorkingDays:
    """The firm's working days as they are set now."""
    rows = db.session.execute(_DAYS)
    return WorkingDays({row.day: row.is_open for row in rows})

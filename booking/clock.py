"""The only clock, read only at the edges (web, cli, worker) and handed down as `now`."""

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

LONDON = ZoneInfo("Europe/London")


def now() -> datetime:
    """This instant, aware, in UTC."""
    return datetime.now(UTC)


def today() -> date:
    """The date on the wall in London."""
    return now().astimezone(LONDON).date()

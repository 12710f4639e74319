"""What the firm has laid down, settings and tables, as the values that rules work with."""

from functools import lru_cache

from sqlalchemy import select

from booking.db import db
from booking.domain.days import HalfTimes
from booking.domain.matching.needs import Policy
from booking.domain.terms import Terms
from booking.domain.travel import STARTING_ADDED, STARTING_PAIRS, Travel
from booking.models import OutcodePair
from config import settings

_PAIRS = select(OutcodePair.low, OutcodePair.high, OutcodePair.minutes)


def times() -> HalfTimes:
    """When the halves of a day start and end."""
    s = settings()
    return HalfTimes(s.am_opens, s.am_closes, s.pm_opens, s.pm_closes)


def policy() -> Policy:
    """How soon and how far ahead the public may book."""
    s = settings()
    return Policy(notice_days=s.notice_days, horizon_days=s.horizon_days, times=times())


def terms() -> Terms:
    """The terms that hold for new requests."""
    s = settings()
    return Terms(
        version=s.terms_version,
        free_days=s.free_until_days,
        part_days=s.half_until_days,
        online_working_days=s.online_until_working_days,
    )


def travel() -> Travel:
    """Drives, with those that somebody knows better than the formula."""
    return _travel(*((row.low, row.high, row.minutes) for row in db.session.execute(_PAIRS)))


@lru_cache(maxsize=4)
def _travel(*known: tuple[str, str, int]) -> Travel:
    """The same for as long as the same is known, so that what was worked out of it is not worked out again."""
    pairs = {(low, high): minutes for low, high, minutes in known}
    return Travel({**STARTING_PAIRS, **pairs}, STARTING_ADDED)

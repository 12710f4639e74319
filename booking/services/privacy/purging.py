"""What goes when its time is up: found as "due and not gone", in batches that never hold the database for long."""

from collections.abc import Mapping
from datetime import UTC, datetime, time

from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError

from booking.db import db
from booking.domain.days import london, london_time
from booking.models import Heartbeat
from booking.services.privacy.erasing import LEFTOVERS
from booking.services.privacy.overdue import KINDS

MOST = 200  # rows of a kind in one transaction
NIGHT = time(3)
PURGE = "purge"  # its row among the heartbeats says on which day all was done
LONG_AGO = datetime(2000, 1, 1, tzinfo=UTC)


def due(now: datetime) -> Mapping[str, int]:
    """How many rows of each kind would go. Changes nothing."""
    counts = {words: select(func.count()).select_from(kind.due(now).subquery()) for words, kind in KINDS.items()}
    return {words: db.session.scalar(count) or 0 for words, count in counts.items()}


def purge(now: datetime, *, most: int = MOST) -> Mapping[str, int]:
    """One batch of each kind that is due: how many rows went; empty when nothing is left to do."""
    found = {}
    for words, kind in KINDS.items():
        ids = list(db.session.scalars(kind.due(now).limit(most)))
        if ids:
            kind.forget(ids)
            found[words] = len(ids)
    if found:
        db.session.info[LEFTOVERS] = True
    return found


def nightly(now: datetime) -> int:
    """One batch each time it is called, from 3am until nothing is left; then no more that London day; how many rows."""
    day = london_time(now).date()
    if now < london(day, NIGHT):
        return 0
    turn = _turn()
    if turn is None or london_time(turn.beat_at).date() >= day:
        return 0
    gone = sum(purge(now).values())
    if not gone:
        turn.beat_at = now
        db.session.info[LEFTOVERS] = True
    return gone


def _turn() -> Heartbeat | None:
    """The row that says when all was done, locked; None while another worker has it."""
    mine = select(Heartbeat).filter_by(name=PURGE)
    row = db.session.scalars(mine.with_for_update(skip_locked=True)).one_or_none()
    if row is None and db.session.scalars(mine).one_or_none() is None:
        row = Heartbeat(name=PURGE, beat_at=LONG_AGO)
        try:
            with db.session.begin_nested():
                db.session.add(row)
        except IntegrityError:
            return None
    return row

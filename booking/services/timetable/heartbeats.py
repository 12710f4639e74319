"""The worker's sign of life."""

from datetime import datetime

from sqlalchemy import update
from sqlalchemy.exc import IntegrityError

from booking.db import db
from booking.models import Heartbeat

WORKER = "worker"  # one row for all of them: mail moves as long as any is alive


def beat(now: datetime) -> None:
    """A worker has just run the whole timetable."""
    beaten = update(Heartbeat).where(Heartbeat.name == WORKER).values(beat_at=now).returning(Heartbeat.name)
    if db.session.execute(beaten).first() is None:
        try:
            with db.session.begin_nested():
                db.session.add(Heartbeat(name=WORKER, beat_at=now))
        except IntegrityError:  # another worker's first beat, this very moment
            return

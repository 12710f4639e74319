"""Staff's morning mail."""

from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import scoped_session

from booking.domain.post import MailState
from booking.models import Heartbeat, Mail
from booking.services.timetable import digests, heartbeats, sending
from tests import make

Session = scoped_session[Any]
TUESDAY = datetime(2026, 11, 24, 8, 30, tzinfo=UTC)
SECOND, DAY = timedelta(seconds=1), timedelta(days=1)


def told(session: Session) -> list[str]:
    return list(session.scalars(select(Mail.to_name).where(Mail.kind == "digest").order_by(Mail.id)))


def something_needs_us() -> None:
    make.mail(MailState.FAILED, error="550 No such person")


def test_each_colleague_hears_once_at_half_past_eight(session: Session) -> None:
    something_needs_us()
    make.cora()
    make.staff("Asha Rao")
    make.staff("Dan Low", active=False)
    counts = []
    for moment in (TUESDAY - SECOND, TUESDAY, TUESDAY + DAY / 24):
        digests.queue_due(moment)
        counts.append(len(told(session)))
    assert counts == [0, 2, 2]
    assert set(told(session)) == {"Cora Dunn", "Asha Rao"}


def test_nobody_hears_when_nothing_needs_anybody(session: Session) -> None:
    make.cora()
    heartbeats.beat(TUESDAY)
    digests.queue_due(TUESDAY)
    assert told(session) == []


def test_at_the_weekend_and_after_noon_nobody_hears(session: Session) -> None:
    something_needs_us()
    make.cora()
    for moment in (TUESDAY + 4 * DAY, TUESDAY + 5 * DAY, TUESDAY + DAY / 6):
        digests.queue_due(moment)
    assert told(session) == []


def test_one_that_waits_goes_no_more_after_noon(session: Session) -> None:
    something_needs_us()
    make.cora()
    digests.queue_due(TUESDAY)
    assert sending.claim(TUESDAY + DAY / 6) is None


def test_every_beat_counts(session: Session) -> None:
    for moment in (TUESDAY, TUESDAY + DAY):
        heartbeats.beat(moment)
    assert session.scalars(select(Heartbeat.beat_at)).all() == [TUESDAY + DAY]

"""A trainer's week by mail: on Friday at 2pm, and again when the week changes after that; never without news."""

import json
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict
from datetime import date, datetime, time, timedelta
from itertools import groupby

from sqlalchemy.exc import IntegrityError

from booking.db import db
from booking.domain.days import london, london_time, monday_of
from booking.domain.lifecycle import VisitState
from booking.domain.post import MailState
from booking.domain.road.weeks import Told, changes
from booking.domain.words import near_day
from booking.emails import trainer as emails
from booking.emails.trainer import Stop
from booking.emails.visits import address, sessions, span
from booking.models import Schedule, Trainer, Visit
from booking.queries.timetable import going, weeks
from booking.queries.timetable.going import Going
from booking.services import addresses, outbox
from booking.services.timetable.drives import drives
from booking.services.timetable.spare import spare
from booking.services.timetable.turns import each

FRIDAY, FIRST_THING = time(14), time(9)
WEEK, BEFORE_MONDAY = timedelta(days=7), timedelta(days=3)


def queue_due(now: datetime) -> None:
    """Next week from Friday 2pm on; each trainer's until their first visit in it begins."""
    this = monday_of(london_time(now).date())
    for monday in (this, this + WEEK):
        if london(monday - BEFORE_MONDAY, FRIDAY) <= now:
            queue_week(monday, now=now)


def queue_week(monday: date, *, now: datetime) -> None:
    """Writes the week down for every trainer to whom it is news."""
    going_by_trainer = defaultdict(list)
    for row in going.between(monday, monday + WEEK - timedelta(days=1)):
        going_by_trainer[row.trainer.id].append(row)
    issues = weeks.issues(monday)
    weeks_of = {who: (going_by_trainer[who], issues.get(who, ())) for who in sorted({*going_by_trainer, *issues})}
    each(weeks_of.values(), lambda of: _queue(monday, of[0], issues=of[1], now=now))


def _queue(monday: date, rows: Sequence[Going], *, issues: Sequence[weeks.Issue], now: datetime) -> None:
    """One trainer's week, if it differs from the last that left; one that still waits and is wrong does not leave."""
    present = [_told(row) for row in rows]
    left = [issue for issue in issues if issue.mail_state not in (MailState.WAITING, MailState.WITHDRAWN)]
    known = _stored(left[-1]) if left else []
    waiting = issues[-1] if issues and issues[-1].mail_state is MailState.WAITING else None
    if now >= _begins(monday, rows=rows, known=known) or (waiting and _stored(waiting) == present):
        return
    if waiting:
        outbox.withdraw(mail_id=waiting.schedule.mail_id or 0)
    if present != known:
        trainer = rows[0].trainer if rows else issues[0].trainer
        _write(
            trainer, monday, rows=rows, known=known, version=issues[-1].schedule.version + 1 if issues else 1, now=now
        )


def _write(
    trainer: Trainer, monday: date, *, rows: Sequence[Going], known: Sequence[Told], version: int, now: datetime
) -> None:
    present = [_told(row) for row in rows]
    schedule = Schedule(trainer_id=trainer.id, monday=monday, version=version, visits=_as_json(present), queued_at=now)
    try:
        with db.session.begin_nested():
            db.session.add(schedule)
    except IntegrityError:  # another worker was quicker
        return
    changed = changes(known, present) if version > 1 else None
    free = spare(trainer, monday, now=now)
    message = emails.week(
        trainer,
        monday=monday,
        stops=_stops(trainer, rows, words=changed.by_stop if changed else {}, now=now),
        gone=[_gone(trainer, told) for told in changed.gone] if changed else (),
        free=free.free,
        leave=free.leave,
        is_again=bool(known),
        week_url=addresses.of_trainer(trainer, now=now),
        cannot_url=addresses.of_trainer(trainer, now=now),
        calendar_url=addresses.of_trainer(trainer, now=now, page="/t/calendar"),
    )
    schedule.mail_id = outbox.put(
        message,
        key=f"trainer:{trainer.id}:week-{monday}:trainer",
        version=version,
        now=now,
        trainer=trainer,
        delay=version > 1,  # staff are at it: what they undo, or change again, goes out once
        until=_begins(monday, rows=rows, known=known),
    )
    db.session.flush()


def _stops(
    trainer: Trainer, rows: Sequence[Going], *, words: Mapping[tuple[int, date], str], now: datetime
) -> list[Stop]:
    found = []
    for day, group in groupby(rows, key=lambda row: row.day):
        visits = [row.visit for row in group]
        for visit, drive in zip(visits, drives(trainer, visits, day=day), strict=True):
            url = addresses.of_trainer(trainer, now=now, page=f"/t/visits/{visit.reference}")
            found.append(Stop(visit, url, day, drive, words.get((visit.id, day), "")))
    return found


def _told(row: Going) -> Told:
    visit = row.visit
    assert visit.site is not None
    assert visit.firm is not None
    assert visit.contact is not None
    return Told(
        visit_id=visit.id,
        day=row.day,
        hours=span(next(session for session in sessions(visit) if session.day == row.day)),
        place=address(visit.site),
        people=visit.people,
        contact=visit.contact.name,
        where=f"{visit.firm.name}, {visit.site.town}",
    )


def _gone(trainer: Trainer, told: Told) -> str:
    visit = db.session.get_one(Visit, told.visit_id)
    if visit.state is VisitState.CANCELLED:
        what = "is cancelled"
    elif visit.state is VisitState.CONFIRMED and visit.trainer_id == trainer.id:
        what = f"has moved to {near_day(visit.first_day)}"
    else:
        what = "is no longer yours"
    return f"{near_day(told.day)} ({told.where}) {what}."


def _begins(monday: date, *, rows: Sequence[Going], known: Sequence[Told]) -> datetime:
    """When a week is no longer news: as its first visit starts, the one that is still believed in too."""
    starts = [session.starts_at for row in rows for session in sessions(row.visit) if session.day == row.day]
    starts += [london(told.day, FIRST_THING) for told in known]
    return min(starts, default=london(monday, FIRST_THING))


def _as_json(week: Iterable[Told]) -> str:
    return json.dumps([{**asdict(told), "day": told.day.isoformat()} for told in week])


def _stored(issue: weeks.Issue) -> list[Told]:
    rows = json.loads(issue.schedule.visits)
    return [Told(**{**row, "day": date.fromisoformat(row["day"])}) for row in rows]

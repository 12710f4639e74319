"""The history: every change, who made it, and what it was before and after."""

import json
from collections.abc import Mapping
from datetime import date, datetime

from booking.db import db
from booking.domain.access import Actor
from booking.domain.days import london_time
from booking.domain.words import clock_words, date_words
from booking.models import Course, Enquiry, HistoryEntry, Trainer, Visit, table

_LINE = table(HistoryEntry).insert()
Value = str | int | bool | date | datetime | None


def add(
    act: str,
    *,
    actor: Actor,
    now: datetime,
    words: str,
    visit: Visit | None = None,
    enquiry: Enquiry | None = None,
    trainer: Trainer | None = None,
    course: Course | None = None,
    reason: str = "",
    before: Mapping[str, Value] | None = None,
    after: Mapping[str, Value] | None = None,
) -> None:
    """One line of history. `act` is a past participle, `words` the sentence on the timeline, `reason` what was typed.

    A visit's line also belongs to its enquiry. `before` and `after` hold only what changed.
    """
    db.session.flush()
    row = {
        "at": now,
        "actor": str(actor),
        "actor_name": actor.name,
        "act": act,
        "enquiry_id": enquiry.id if enquiry else visit.enquiry_id if visit else None,
        "visit_id": visit.id if visit else None,
        "trainer_id": trainer.id if trainer else visit.trainer_id if visit else None,
        "course_id": course.id if course else None,
        "words": words,
        "reason": reason,
        "before": json.dumps(before or {}, default=str),
        "after": json.dumps(after or {}, default=str),
    }
    db.session.execute(_LINE, row)


def sentence(entry: HistoryEntry) -> str:
    """Who did what when, for whoever comes second: "Cora Dunn changed this at 10:12am on 24 March: Confirmed it"."""
    at = london_time(entry.at)
    return f"{entry.actor_name} changed this at {clock_words(at.time())} on {date_words(at.date())}: {entry.words}"

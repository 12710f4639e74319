"""What has happened to a visit, as its firm may read it: no trainer's no, no colleague's name."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from booking.db import db
from booking.domain.access import ActorKind
from booking.models import HistoryEntry

# The history says who was asked and who said no; of what is here the firm knows, or was told.
_TOLD: Mapping[str, str] = {
    "requested": "You sent the booking request",
    "address confirmed": "Your email address was confirmed",
    "corrected": "You corrected your email address",
    "expired": "The address was not confirmed in time, so the date was given back",
    "revived": "The date was free again, and we took it for you",
    "confirmed": "We confirmed the visit",
    "kept": "The visit stays on the date it had",
    "promised": "We were late, and wrote to you with a new promise",
    "unplaced": "We wrote to you that we are still looking for a trainer",
    "delivered": "The visit took place",
    "rated": "You told us how it was",
}
_AS_WRITTEN = {"moved", "move asked", "cancelled"}


@dataclass(frozen=True, slots=True)
class Happened:
    """One line of the timeline."""

    at: datetime
    words: str


def of_visit(visit_id: int) -> Sequence[Happened]:
    """Newest first."""
    acts = {*_TOLD, *_AS_WRITTEN}
    rows = db.session.scalars(
        select(HistoryEntry)
        .where(HistoryEntry.visit_id == visit_id, HistoryEntry.act.in_(acts))
        .order_by(HistoryEntry.at.desc(), HistoryEntry.id.desc())
    )
    return [Happened(row.at, _words(row)) for row in rows]


def _words(row: HistoryEntry) -> str:
    if row.act in _TOLD:
        return _TOLD[row.act]
    who = "You" if row.actor == ActorKind.BUSINESS else "We"
    return f"{who} {row.words[0].lower()}{row.words[1:]}"

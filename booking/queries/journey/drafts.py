"""A visitor's unfinished booking, and whether its date is still held."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import bindparam, func, select
from sqlalchemy.orm import joinedload

from booking.db import db
from booking.domain.days import Slot
from booking.domain.diagnostic.context import GroupSize
from booking.domain.lifecycle import VisitState
from booking.models import Draft, Response, Result, VisitSlot
from booking.queries.diaries import live


@dataclass(frozen=True, slots=True)
class Begun:
    """What a visitor has told us so far; course and visit of the draft are loaded."""

    draft: Draft
    held_until: datetime | None  # None: nothing is chosen, or the hold has run out

    @property
    def is_placed(self) -> bool:
        """A course on sale and a place are known, so that dates can be shown."""
        return self.draft.course is not None and self.draft.course.is_active and self.draft.county is not None

    @property
    def is_sent(self) -> bool:
        return self.draft.visit is not None and self.draft.visit.requested_at is not None

    @property
    def at(self) -> Slot | None:
        """The date that was chosen."""
        return Slot(self.draft.day, self.draft.half) if self.draft.day and self.draft.half else None


_HELD = VisitSlot.visit_id == Draft.visit_id, live(bindparam("now"))
_BEGUN = (  # built once: every page of a booking begins with it
    select(
        Draft,
        select(func.count(VisitSlot.id)).where(*_HELD).scalar_subquery(),
        select(func.min(VisitSlot.expires_at)).where(*_HELD).scalar_subquery(),
    )
    .where(Draft.visitor == bindparam("visitor"))
    .options(joinedload(Draft.course), joinedload(Draft.visit))
)


def of(visitor: str, *, now: datetime) -> Begun | None:
    """This browser's draft. One statement."""
    found = db.session.execute(_BEGUN, {"visitor": visitor, "now": now}).one_or_none()
    if found is None:
        return None
    draft, slots, expires_at = found
    is_held = draft.visit is not None and draft.visit.state is VisitState.HELD and slots == draft.visit.half_days
    return Begun(draft, expires_at if is_held else None)


def answers_of(visitor: str) -> tuple[int | None, GroupSize | None]:
    """The newest result of this browser's diagnostic, by its id, and how many would take part."""
    found = db.session.execute(
        select(Result.id, Response.group)
        .join(Response)
        .where(Response.visitor == visitor)
        .order_by(Result.id.desc())
        .limit(1)
    ).first()
    if found is None:
        return None, None
    return found.id, GroupSize(found.group) if found.group else None

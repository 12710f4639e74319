"""The statements that diaries are read with. They are built once: putting one together costs as much as running it."""

from collections.abc import Mapping
from functools import cache
from typing import Any

from sqlalchemy import (
    BigInteger,
    CompoundSelect,
    Integer,
    Result,
    Select,
    bindparam,
    cast,
    func,
    literal,
    or_,
    select,
    type_coerce,
    union_all,
)

from booking.db import db
from booking.domain.lifecycle import VisitState
from booking.models import (
    Absence,
    Site,
    Trainer,
    TrainerBar,
    TrainerCounty,
    TrainerCourse,
    TrainerHours,
    Visit,
    VisitSlot,
)
from booking.models.base import Instant

PIECE = 60  # slots whose bits the database adds into one 64-bit integer


def rows(
    statement: Select[*tuple[Any, ...]] | CompoundSelect[*tuple[Any, ...]], values: Mapping[str, object] | None = None
) -> Result[*tuple[Any, ...]]:
    """Rows as the driver gives them: hundreds of them go past the session, which would look at each."""
    db.session.flush()
    return db.session.connection().execute(statement, values)


_IDS = bindparam("ids", type_=Integer, expanding=True)
_FIRST, _LAST = bindparam("first", type_=Integer), bindparam("last", type_=Integer)
_WHO = type_coerce(VisitSlot.trainer_id, Integer)  # of slots that are held: never NULL
_HELD = (
    VisitSlot.visit_id != bindparam("but_visit"),
    or_(VisitSlot.expires_at.is_(None), VisitSlot.expires_at > bindparam("now", type_=Instant())),
)


@cache
def sums(pieces: int) -> CompoundSelect[*tuple[Any, ...]]:
    """Of each trainer and each piece of the window, the held bits added up: a range of the index for each piece."""
    one = cast(1, BigInteger)  # a plain 1 would be shifted as 32 bits by PostgreSQL
    parts = []
    for piece in range(pieces):
        start = _FIRST + PIECE * piece
        bits = func.sum(one.op("<<")(VisitSlot.slot - start))
        there = VisitSlot.trainer_id.in_(_IDS), VisitSlot.slot.between(start, start + PIECE - 1)
        parts.append(select(_WHO, literal(piece), bits).where(*there, *_HELD).group_by(_WHO))
    return union_all(*parts)


_FACTS = select(
    Trainer.id,
    Trainer.name,
    Trainer.home_outcode,
    Trainer.is_active,
    Trainer.weekly_limit,
    Trainer.drive_limit_minutes,
).order_by(Trainer.id)
ACTIVE = _FACTS.where(Trainer.is_active)
POOL = (
    ACTIVE.add_columns(TrainerCounty.liking)
    .join(TrainerCounty, (TrainerCounty.trainer_id == Trainer.id) & (TrainerCounty.county == bindparam("county")))
    .join(TrainerCourse, (TrainerCourse.trainer_id == Trainer.id) & (TrainerCourse.course_id == bindparam("course_id")))
)
TAUGHT = select(TrainerCourse.trainer_id, TrainerCourse.course_id)
_TEACHES = TAUGHT.where(TrainerCourse.trainer_id == Trainer.id, TrainerCourse.course_id == bindparam("course_id"))
_BARRED = select(TrainerBar.created_at).where(
    TrainerBar.trainer_id == Trainer.id, TrainerBar.firm_id == bindparam("firm_id", type_=Integer)
)
_BEEN = (
    select(Visit.trainer_id, func.max(Visit.first_day).label("taught_on"))
    .where(Visit.firm_id == bindparam("firm_id", type_=Integer), Visit.state == VisitState.DELIVERED)
    .group_by(Visit.trainer_id)
    .subquery()
)
EVERYONE = _FACTS.outerjoin(_BEEN, _BEEN.c.trainer_id == Trainer.id).add_columns(
    _TEACHES.exists().label("teaches"), _BARRED.scalar_subquery().label("barred_at"), _BEEN.c.taught_on
)

_LINE = TrainerHours
HOURS = (
    select(_LINE.trainer_id, _LINE.weekday, _LINE.opens, _LINE.closes, _LINE.week, _LINE.valid_from, _LINE.valid_until)
    .where(_LINE.trainer_id.in_(_IDS))
    .order_by(_LINE.id)
)
ABSENCES = (
    select(Absence.trainer_id, Absence.first_slot, Absence.last_slot, Absence.kind)
    .where(Absence.trainer_id.in_(_IDS), Absence.first_slot <= _LAST, Absence.last_slot >= _FIRST)
    .order_by(Absence.id)
)
LIKINGS = select(TrainerCounty.trainer_id, TrainerCounty.county, TrainerCounty.liking)

NEAR = select(Visit.trainer_id, Visit.outcode, Visit.state, Visit.first_day, Visit.first_half, Visit.half_days).where(
    Visit.outcode.in_(bindparam("outcodes", expanding=True)),
    Visit.first_day.between(bindparam("first_day"), bindparam("last_day")),
    (Visit.trainer_id + 0).in_(_IDS),  # a sum: or SQLite would read all that these trainers ever did
)
BESIDE = (
    select(_WHO, Visit.id, VisitSlot.slot, Visit.outcode, Site.town, Visit.reference, Visit.state)
    .select_from(VisitSlot)
    .join(Visit, Visit.id == VisitSlot.visit_id)
    .outerjoin(Site, Site.id == Visit.site_id)
    .where(VisitSlot.slot.between(_FIRST, _LAST), *_HELD)
    .order_by(VisitSlot.slot, VisitSlot.trainer_id)
)

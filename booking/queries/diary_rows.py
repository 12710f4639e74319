"""The statements that diaries are read with. They are built once: putting one together costs as much as running it."""

from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any

from sqlalchemy import (
    BigInteger,
    Integer,
    Select,
    String,
    bindparam,
    cast,
    func,
    or_,
    select,
    type_coerce,
)

from booking.db import Facts, db
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


def rows(statement: Select[*tuple[Any, ...]], values: Mapping[str, object] | None = None) -> Sequence[Facts]:
    """Rows as the driver gives them, all at once: hundreds of them go past the session, which would look at each."""
    db.session.flush()
    return db.session.connection().execute(statement, values).all()


IDS = bindparam("ids", type_=Integer, expanding=True)
FIRST, LAST = bindparam("first", type_=Integer), bindparam("last", type_=Integer)
_WHO = type_coerce(VisitSlot.trainer_id, Integer)  # of slots that are held: never NULL
_HELD = (
    VisitSlot.visit_id != bindparam("but_visit"),
    or_(VisitSlot.expires_at.is_(None), VisitSlot.expires_at > bindparam("now", type_=Instant())),
)


_FACTS = select(
    Trainer.id,
    Trainer.name,
    Trainer.home_outcode,
    Trainer.is_active,
    Trainer.weekly_limit,
    Trainer.drive_limit_minutes,
).order_by(Trainer.id)
SOME = select(Trainer.id).where(Trainer.id.in_(IDS))
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


@cache
def with_held(trainers: Select[*tuple[Any, ...]], pieces: int) -> Select[*tuple[Any, ...]]:
    """These trainers with their held bits behind their own columns, a column for each piece of the window.

    The database adds them up, from a range of the index for each; NULL where nothing is held.
    """
    one = cast(1, BigInteger)  # a plain 1 would be shifted as 32 bits by PostgreSQL
    held = []
    for start in (FIRST + PIECE * piece for piece in range(pieces)):
        there = VisitSlot.trainer_id == Trainer.id, VisitSlot.slot.between(start, start + PIECE - 1)
        bits = select(func.sum(one.op("<<")(VisitSlot.slot - start))).where(*there, *_HELD)
        held.append(bits.scalar_subquery())
    return trainers.add_columns(*held)


_LINE = TrainerHours
_HOURS = _LINE.weekday, _LINE.opens, _LINE.closes, _LINE.week, _LINE.valid_from, _LINE.valid_until
HOURS = (  # a row for each line of a pattern that anybody has, and who has it: most people's are alike
    select(func.aggregate_strings(cast(_LINE.trainer_id, String), ","), *_HOURS)
    .where(_LINE.trainer_id.in_(IDS))
    .group_by(*_HOURS)
    .order_by(*_HOURS)
)
ABSENCES = (
    select(Absence.trainer_id, Absence.first_slot, Absence.last_slot, Absence.kind)
    .where(Absence.trainer_id.in_(IDS), Absence.first_slot <= LAST, Absence.last_slot >= FIRST)
    .order_by(Absence.id)
)
LIKINGS = select(TrainerCounty.trainer_id, TrainerCounty.county, TrainerCounty.liking)

NEAR = select(
    Visit.trainer_id,
    Visit.outcode,
    Visit.first_day,
    type_coerce(Visit.first_half, String),
    Visit.half_days,
    type_coerce(Visit.state, String),
).where(
    Visit.outcode.in_(bindparam("outcodes", expanding=True)),
    Visit.first_day.between(bindparam("first_day"), bindparam("last_day")),
    (Visit.trainer_id + 0).in_(IDS),  # a sum: or SQLite would read all that these trainers ever did
)
BESIDE = (
    select(_WHO, Visit.id, VisitSlot.slot, Visit.outcode, Site.town, Visit.reference, Visit.state)
    .select_from(VisitSlot)
    .join(Visit, Visit.id == VisitSlot.visit_id)
    .outerjoin(Site, Site.id == Visit.site_id)
    .where(VisitSlot.slot.between(FIRST, LAST), *_HELD)
    .order_by(VisitSlot.slot, VisitSlot.trainer_id)
)

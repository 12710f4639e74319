"""Trainers: what they teach, where, when; and the calendar everybody shares."""

from datetime import date, datetime, time

from sqlalchemy import CheckConstraint, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from booking.domain.places import County
from booking.models.base import Base, Id, Word, ref


class Trainer(Base):
    __tablename__ = "trainers"

    id: Mapped[Id]
    name: Mapped[str] = mapped_column(String(80))
    email: Mapped[str] = mapped_column(String(254), unique=True)
    phone: Mapped[str] = mapped_column(String(20), default="")
    home_outcode: Mapped[str] = mapped_column(String(4))
    home_town: Mapped[str] = mapped_column(String(60))
    weekly_limit: Mapped[int] = mapped_column(default=8)  # half-days
    drive_limit_minutes: Mapped[int] = mapped_column(default=150)  # one way
    wants_feed: Mapped[bool] = mapped_column(default=False)  # the private feed instead of invitations
    is_active: Mapped[bool] = mapped_column(default=True)
    created_at: Mapped[datetime]
    version: Mapped[int] = mapped_column(default=1)

    counties: Mapped[list["TrainerCounty"]] = relationship(lazy="raise_on_sql", order_by="TrainerCounty.county")
    courses: Mapped[list["TrainerCourse"]] = relationship(lazy="raise_on_sql", order_by="TrainerCourse.course_id")
    hours: Mapped[list["TrainerHours"]] = relationship(lazy="raise_on_sql", order_by="TrainerHours.id")

    __mapper_args__ = {"version_id_col": version}


class TrainerCounty(Base):
    __tablename__ = "trainer_counties"

    trainer_id: Mapped[int] = mapped_column(ref("trainers"), primary_key=True)
    county: Mapped[County] = mapped_column(Word(County), primary_key=True)
    liking: Mapped[int] = mapped_column(default=0)  # 1 likes going there, -1 rather not


class TrainerCourse(Base):
    __tablename__ = "trainer_courses"

    trainer_id: Mapped[int] = mapped_column(ref("trainers"), primary_key=True)
    course_id: Mapped[int] = mapped_column(ref("courses"), primary_key=True)


class TrainerHours(Base):
    """When a trainer works on a weekday (0 is Monday), each week or only in weeks A or B."""

    __tablename__ = "trainer_hours"

    id: Mapped[Id]
    trainer_id: Mapped[int] = mapped_column(ref("trainers"), index=True)
    weekday: Mapped[int]
    week: Mapped[str] = mapped_column(String(3), default="any")  # any, A, B
    opens: Mapped[time]
    closes: Mapped[time]
    valid_from: Mapped[date | None]
    valid_until: Mapped[date | None]


class Absence(Base):
    """Slots a trainer is away, first and last inclusive, as slot numbers (domain.availability)."""

    __tablename__ = "absences"
    __table_args__ = (CheckConstraint("first_slot <= last_slot", name="order"),)

    id: Mapped[Id]
    trainer_id: Mapped[int] = mapped_column(ref("trainers"), index=True)
    first_slot: Mapped[int]
    last_slot: Mapped[int] = mapped_column(index=True)
    kind: Mapped[str] = mapped_column(String(20))  # leave, sick, other
    note: Mapped[str] = mapped_column(String(200), default="")
    created_at: Mapped[datetime]


class TrainerBar(Base):
    """A firm has asked for another trainer: this one is not sent there again."""

    __tablename__ = "trainer_bars"

    firm_id: Mapped[int] = mapped_column(ref("firms"), primary_key=True)
    trainer_id: Mapped[int] = mapped_column(ref("trainers"), primary_key=True)
    reason: Mapped[str] = mapped_column(String(200), default="")
    created_at: Mapped[datetime]


class Schedule(Base):
    """A week as it was last mailed to a trainer; the next version says what changed since."""

    __tablename__ = "schedules"
    __table_args__ = (UniqueConstraint("trainer_id", "monday", "version"),)

    id: Mapped[Id]
    trainer_id: Mapped[int] = mapped_column(ref("trainers"))
    monday: Mapped[date]
    version: Mapped[int]
    visits: Mapped[str] = mapped_column(Text)  # JSON: what was told of each day, for domain.road.weeks
    mail_id: Mapped[int | None] = mapped_column(ref("mails"))
    queued_at: Mapped[datetime]
    seen_at: Mapped[datetime | None]  # the trainer pressed "Got it"


class CalendarDay(Base):
    """A day that is open or closed whatever the working week and the bank holidays say."""

    __tablename__ = "calendar_days"

    day: Mapped[date] = mapped_column(primary_key=True)
    is_open: Mapped[bool]
    note: Mapped[str] = mapped_column(String(80), default="")


class OutcodePair(Base):
    """A drive somebody knows better than the formula; `low` sorts before `high`."""

    __tablename__ = "outcode_pairs"
    __table_args__ = (CheckConstraint("low <= high", name="order"),)

    low: Mapped[str] = mapped_column(String(4), primary_key=True)
    high: Mapped[str] = mapped_column(String(4), primary_key=True)
    minutes: Mapped[int]
    note: Mapped[str] = mapped_column(String(120), default="")

"""What we sell."""

from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from booking.models.base import Base, Id, Lines


class Course(Base):
    """One course at one price per visit; `tags` say which result and group it fits (booking.domain.courses)."""

    __tablename__ = "courses"

    id: Mapped[Id]
    slug: Mapped[str] = mapped_column(String(60), unique=True)
    title: Mapped[str] = mapped_column(String(80))
    summary: Mapped[str] = mapped_column(String(250))
    for_whom: Mapped[Lines]
    outcomes: Mapped[Lines]  # one a line
    outline: Mapped[Lines]  # a block for each half-day, blank line between
    site_needs: Mapped[Lines]
    kit: Mapped[Lines]  # what the trainer brings, one a line
    half_days: Mapped[int]
    group_min: Mapped[int]
    group_max: Mapped[int]
    price_pence: Mapped[int]
    need: Mapped[str] = mapped_column(String(20))  # managing, leading, both
    starts_with: Mapped[str | None] = mapped_column(String(20))  # of a course for both: which half comes first
    is_first_time: Mapped[bool] = mapped_column(default=False)  # written for new managers
    is_active: Mapped[bool] = mapped_column(default=True)
    version: Mapped[int] = mapped_column(default=1)

    __mapper_args__ = {"version_id_col": version}

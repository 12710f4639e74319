"""One person's answers and the stored result."""

from datetime import datetime

from sqlalchemy import String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from booking.models.base import Base, Id, ref


class Response(Base):
    """Answers as they come in; scored once, when finished."""

    __tablename__ = "responses"

    id: Mapped[Id]
    visitor: Mapped[str] = mapped_column(String(64), index=True)  # hash of the browser's random key
    subject: Mapped[str] = mapped_column(String(20))  # about whom: domain.diagnostic.instrument.Subject
    is_quick: Mapped[bool] = mapped_column(default=False)
    instrument: Mapped[str] = mapped_column(String(64))  # sha256 of the questions asked
    scorer: Mapped[str] = mapped_column(String(20))
    group: Mapped[str | None] = mapped_column(String(10))  # how many would take part
    triggers: Mapped[str] = mapped_column(String(120), default="")  # what made them look, comma separated
    trigger_other: Mapped[str] = mapped_column(String(200), default="")
    picks: Mapped[str] = mapped_column(String(60), default="")  # what matters most, question ids, comma separated
    resume_email: Mapped[str] = mapped_column(String(254), default="")
    started_at: Mapped[datetime]
    updated_at: Mapped[datetime]
    finished_at: Mapped[datetime | None]
    previous_id: Mapped[int | None] = mapped_column(ref("responses"))  # started again from this one

    answers: Mapped[list["Answer"]] = relationship(lazy="raise_on_sql", order_by="Answer.id")
    result: Mapped["Result | None"] = relationship(lazy="raise_on_sql")


class Answer(Base):
    __tablename__ = "answers"
    __table_args__ = (UniqueConstraint("response_id", "item"),)

    id: Mapped[Id]
    response_id: Mapped[int] = mapped_column(ref("responses"))
    item: Mapped[str] = mapped_column(String(20))
    code: Mapped[int | None]  # 0 going well … 4 a real problem; None: not sure
    seconds: Mapped[int | None]  # from page to answer, by the server's clock
    revision: Mapped[int] = mapped_column(default=1)


class Result(Base):
    """What was shown, word for word; pages render it and never score again."""

    __tablename__ = "results"

    id: Mapped[Id]
    response_id: Mapped[int] = mapped_column(ref("responses"), unique=True)
    scorer: Mapped[str] = mapped_column(String(20))
    instrument: Mapped[str] = mapped_column(String(64))
    wording: Mapped[str] = mapped_column(String(20))
    story: Mapped[str] = mapped_column(Text)  # JSON of domain.diagnostic's story
    recommended: Mapped[str] = mapped_column(Text)  # JSON of the courses offered, with the prices of that moment
    created_at: Mapped[datetime]

    response: Mapped[Response] = relationship(lazy="raise_on_sql", viewonly=True)

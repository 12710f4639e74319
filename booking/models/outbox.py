"""Mail written down before it is sent, and the worker's sign of life."""

from datetime import datetime

from sqlalchemy import Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from booking.domain.post import Audience, MailState
from booking.models.base import Base, Id, Word, ref


class Mail(Base):
    """One mail to one person. Secret links stand in the body as `[link-ID-…]` and become addresses when it is sent."""

    __tablename__ = "mails"
    __table_args__ = (Index("ix_mails_state_due_at", "state", "due_at"),)

    id: Mapped[Id]
    key: Mapped[str] = mapped_column(String(120), unique=True)  # visit:12:confirmed:v3:business
    series: Mapped[str] = mapped_column(String(120), index=True)  # the key without its version
    kind: Mapped[str] = mapped_column(String(40))  # the template's name
    audience: Mapped[Audience] = mapped_column(Word(Audience))
    to_name: Mapped[str] = mapped_column(String(80))
    to_address: Mapped[str] = mapped_column(String(254))
    subject: Mapped[str] = mapped_column(String(200))
    text: Mapped[str] = mapped_column(Text)
    html: Mapped[str] = mapped_column(Text)
    calendar: Mapped[str | None] = mapped_column(Text)
    calendar_method: Mapped[str | None] = mapped_column(String(10))
    message_id: Mapped[str] = mapped_column(String(120))
    state: Mapped[MailState] = mapped_column(Word(MailState))
    due_at: Mapped[datetime]
    until_at: Mapped[datetime | None]  # worth nothing from then on: "tomorrow" after the visit has begun
    lease_until: Mapped[datetime | None]
    attempts: Mapped[int] = mapped_column(default=0)
    error: Mapped[str] = mapped_column(String(300), default="")
    true_while: Mapped[str] = mapped_column(String(120), default="")  # visit states in which it still holds
    visit_id: Mapped[int | None] = mapped_column(ref("visits"), index=True)
    enquiry_id: Mapped[int | None] = mapped_column(ref("enquiries"), index=True)
    trainer_id: Mapped[int | None] = mapped_column(ref("trainers"), index=True)
    act_id: Mapped[int | None] = mapped_column(ref("acts"), index=True)  # undone together
    created_at: Mapped[datetime]
    sent_at: Mapped[datetime | None] = mapped_column(index=True)


class Heartbeat(Base):
    """When the worker last ran its timetable, and when it last had nothing left to purge."""

    __tablename__ = "heartbeats"

    name: Mapped[str] = mapped_column(String(40), primary_key=True)
    beat_at: Mapped[datetime]

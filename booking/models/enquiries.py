"""What firms send us, by whichever door."""

from datetime import date, datetime

from sqlalchemy import Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from booking.domain.lifecycle import EnquiryReason, EnquiryState, LostReason
from booking.domain.places import County
from booking.models.base import Base, Id, Word, ref
from booking.models.courses import Course
from booking.models.diagnostic import Result
from booking.models.firms import Contact, Firm
from booking.models.staff import Staff


class Enquiry(Base):
    __tablename__ = "enquiries"
    # All that the desk's counts and the order of its list read of an enquiry.
    __table_args__ = (Index("ix_enquiries_desk", "state", "answered_at", "suspicion", "next_on", "due_at"),)

    id: Mapped[Id]
    reference: Mapped[str] = mapped_column(String(16), unique=True)
    state: Mapped[EnquiryState] = mapped_column(Word(EnquiryState))
    reason: Mapped[EnquiryReason] = mapped_column(Word(EnquiryReason))
    lost_reason: Mapped[LostReason | None] = mapped_column(Word(LostReason))
    suspicion: Mapped[str] = mapped_column(String(120), default="")  # why it is in quarantine; nothing is mailed
    by_phone: Mapped[bool] = mapped_column(default=False)  # typed in by staff
    firm_id: Mapped[int] = mapped_column(ref("firms"), index=True)
    contact_id: Mapped[int] = mapped_column(ref("contacts"), index=True)
    is_address_confirmed: Mapped[bool] = mapped_column(default=False)
    course_id: Mapped[int | None] = mapped_column(ref("courses"))
    result_id: Mapped[int | None] = mapped_column(ref("results"))
    message: Mapped[str] = mapped_column(Text, default="")
    county: Mapped[County | None] = mapped_column(Word(County))  # None: outside the four, or not said
    place: Mapped[str] = mapped_column(String(60), default="")  # postcode or place as told
    people: Mapped[int | None]
    call_band: Mapped[str] = mapped_column(String(20), default="")  # when to ring
    owner_id: Mapped[int | None] = mapped_column(ref("staff"), index=True)
    due_at: Mapped[datetime | None]  # the promise: somebody answers by then
    next_step: Mapped[str] = mapped_column(String(120), default="")
    next_on: Mapped[date | None]
    privacy_version: Mapped[str] = mapped_column(String(20))
    created_at: Mapped[datetime]
    answered_at: Mapped[datetime | None]  # the promise was kept
    version: Mapped[int] = mapped_column(default=1)

    firm: Mapped[Firm] = relationship(lazy="raise_on_sql")
    contact: Mapped[Contact] = relationship(lazy="raise_on_sql")
    course: Mapped[Course | None] = relationship(lazy="raise_on_sql")
    result: Mapped[Result | None] = relationship(lazy="raise_on_sql")
    owner: Mapped[Staff | None] = relationship(lazy="raise_on_sql")
    windows: Mapped[list["Window"]] = relationship(lazy="raise_on_sql", order_by="Window.id")
    notes: Mapped[list["Note"]] = relationship(lazy="raise_on_sql", order_by="Note.id.desc()")

    __mapper_args__ = {"version_id_col": version}


class Window(Base):
    """Dates that would suit, first and last inclusive."""

    __tablename__ = "windows"

    id: Mapped[Id]
    enquiry_id: Mapped[int] = mapped_column(ref("enquiries"), index=True)
    first_on: Mapped[date]
    last_on: Mapped[date]


class Note(Base):
    __tablename__ = "notes"

    id: Mapped[Id]
    enquiry_id: Mapped[int] = mapped_column(ref("enquiries"), index=True)
    staff_id: Mapped[int] = mapped_column(ref("staff"))
    text: Mapped[str] = mapped_column(Text)
    created_at: Mapped[datetime]

    staff: Mapped[Staff] = relationship(lazy="raise_on_sql")

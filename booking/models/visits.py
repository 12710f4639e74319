"""Visits, the slots they hold, and the drafts they grow from."""

from datetime import date, datetime

from sqlalchemy import CheckConstraint, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from booking.domain.days import Half
from booking.domain.lifecycle import TrainerAnswer, VisitState
from booking.domain.places import County
from booking.models.base import Base, Id, Word, only, ref
from booking.models.courses import Course
from booking.models.enquiries import Enquiry
from booking.models.firms import Contact, Firm, Site
from booking.models.trainers import Trainer


class Visit(Base):
    """One course at one site on one run of slots. What is owed (price, terms) is stored, never worked out again."""

    __tablename__ = "visits"
    __table_args__ = (
        # With what tells a hold from a visit, so that lists and their counts need not read the rows.
        Index("ix_visits_state_first_day", "state", "first_day", "requested_at"),
        Index("ix_visits_first_day", "first_day", "requested_at"),
        Index(
            "ix_visits_proposed",
            "state",
            "proposed_day",
            **only("proposed_day IS NOT NULL"),
        ),
        Index(
            "ix_visits_unread",
            "state",
            "first_day",
            **only("seen_at IS NULL"),
        ),
        # With all that dates ask of visits nearby, so that their rows are not read.
        Index("ix_visits_near", "outcode", "first_day", "trainer_id", "first_half", "half_days", "state"),
        Index(
            "uq_visits_visitor",  # of a date that is held and not sent: one, in however many tabs
            "visitor",
            unique=True,
            **only("state = 'held' AND requested_at IS NULL AND visitor != ''"),
        ),
        CheckConstraint("half_days between 1 and 10", name="half_days"),
    )

    id: Mapped[Id]
    reference: Mapped[str] = mapped_column(String(16), unique=True)
    state: Mapped[VisitState] = mapped_column(Word(VisitState))
    visitor: Mapped[str] = mapped_column(String(64), default="", index=True)  # who holds it, hash of the browser's key
    network: Mapped[str] = mapped_column(String(64), default="", index=True)  # of a hold: hash of the network address
    course_id: Mapped[int] = mapped_column(ref("courses"))
    enquiry_id: Mapped[int | None] = mapped_column(ref("enquiries"), index=True)
    firm_id: Mapped[int | None] = mapped_column(ref("firms"), index=True)
    site_id: Mapped[int | None] = mapped_column(ref("sites"))
    contact_id: Mapped[int | None] = mapped_column(ref("contacts"), index=True)
    county: Mapped[County] = mapped_column(Word(County))
    outcode: Mapped[str] = mapped_column(String(4))

    first_day: Mapped[date]  # the date wish; visit_slots is what is held
    first_half: Mapped[Half] = mapped_column(Word(Half))
    half_days: Mapped[int]
    trainer_id: Mapped[int | None] = mapped_column(ref("trainers"), index=True)
    trainer_answer: Mapped[TrainerAnswer] = mapped_column(Word(TrainerAnswer), default=TrainerAnswer.UNASKED)
    asked_at: Mapped[datetime | None]
    answer_due_at: Mapped[datetime | None]
    answered_at: Mapped[datetime | None]
    answer_note: Mapped[str] = mapped_column(String(400), default="")
    passed_over: Mapped[str] = mapped_column(String(200), default="")  # trainers who said no or nothing, ids

    # Of a confirmed visit: another date or trainer, until that trainer's yes. The old stands meanwhile, and the answer
    # above is about this. No trainer: nobody is left to ask, and staff decide.
    proposed_day: Mapped[date | None]
    proposed_half: Mapped[Half | None] = mapped_column(Word(Half))
    proposed_trainer_id: Mapped[int | None] = mapped_column(ref("trainers"), index=True)
    proposed_fee_pence: Mapped[int] = mapped_column(default=0)
    proposed_is_late: Mapped[bool] = mapped_column(default=False)  # after the free days: it uses up the free move

    people: Mapped[int | None]
    room: Mapped[str] = mapped_column(String(200), default="")
    parking: Mapped[str] = mapped_column(String(200), default="")
    access_needs: Mapped[str] = mapped_column(String(400), default="")
    notes: Mapped[str] = mapped_column(Text, default="")

    price_pence: Mapped[int]  # net
    vat_percent: Mapped[int]
    terms_version: Mapped[str] = mapped_column(String(20), default="")
    fee_pence: Mapped[int] = mapped_column(default=0)  # net: of a late move or cancellation
    fee_waived: Mapped[str] = mapped_column(String(200), default="")  # why staff asked for none
    free_moves_used: Mapped[int] = mapped_column(default=0)

    requested_at: Mapped[datetime | None]
    confirm_by_at: Mapped[datetime | None]  # the address; set when the first mail has left
    address_confirmed_at: Mapped[datetime | None]
    promised_at: Mapped[datetime | None]  # the firm hears from us by then
    confirmed_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]  # delivered, cancelled or expired
    cancel_reason: Mapped[str] = mapped_column(String(400), default="")
    took_place: Mapped[bool | None]
    people_came: Mapped[int | None]
    report: Mapped[str] = mapped_column(Text, default="")
    reported_at: Mapped[datetime | None]
    seen_at: Mapped[datetime | None]  # the trainer pressed "Got it" for this state of it
    firm_rating: Mapped[int | None]
    firm_comment: Mapped[str] = mapped_column(Text, default="")

    sequence: Mapped[int] = mapped_column(default=0)  # of its calendar entries
    created_at: Mapped[datetime]
    version: Mapped[int] = mapped_column(default=1)

    course: Mapped[Course] = relationship(lazy="raise_on_sql")
    enquiry: Mapped[Enquiry | None] = relationship(lazy="raise_on_sql")
    firm: Mapped[Firm | None] = relationship(lazy="raise_on_sql")
    site: Mapped[Site | None] = relationship(lazy="raise_on_sql")
    contact: Mapped[Contact | None] = relationship(lazy="raise_on_sql")
    trainer: Mapped[Trainer | None] = relationship(lazy="raise_on_sql", foreign_keys="Visit.trainer_id")
    proposed_trainer: Mapped[Trainer | None] = relationship(
        lazy="raise_on_sql", foreign_keys="Visit.proposed_trainer_id"
    )
    slots: Mapped[list["VisitSlot"]] = relationship(lazy="raise_on_sql", order_by="VisitSlot.slot", viewonly=True)

    __mapper_args__ = {"version_id_col": version}

    @property
    def is_swap(self) -> bool:
        """Another trainer is looked for, or asked, for the date as it stands."""
        return (self.proposed_day, self.proposed_half) == (self.first_day, self.first_half)


class VisitSlot(Base):
    """A claim on one trainer's half-day. The first unique constraint is the promise that nobody is booked twice."""

    __tablename__ = "visit_slots"
    __table_args__ = (
        UniqueConstraint("trainer_id", "day", "half"),
        Index(
            "uq_visit_slots_seat",
            "visit_id",
            "day",
            "half",
            "seat",
            unique=True,
            **only("NOT is_proposed"),
        ),
        Index("ix_visit_slots_slot", "slot"),
        # All that a diary is added up from, so that the rows themselves need not be read.
        Index("ix_visit_slots_diary", "trainer_id", "slot", "expires_at", "visit_id"),
    )

    id: Mapped[Id]
    visit_id: Mapped[int] = mapped_column(ref("visits"), index=True)
    part: Mapped[int] = mapped_column(default=1)
    seat: Mapped[int] = mapped_column(default=1)
    slot: Mapped[int]  # domain.availability's number of day and half
    day: Mapped[date]
    half: Mapped[Half] = mapped_column(Word(Half))
    trainer_id: Mapped[int | None] = mapped_column(ref("trainers"))
    is_proposed: Mapped[bool] = mapped_column(default=False)  # of a move that the trainer has not agreed to yet
    expires_at: Mapped[datetime | None]  # of a hold; past it, the slot is free


class Draft(Base):
    """A visitor's unfinished booking: kept from the first Continue, so that nothing is typed twice."""

    __tablename__ = "drafts"

    id: Mapped[Id]
    visitor: Mapped[str] = mapped_column(String(64), unique=True)
    course_id: Mapped[int | None] = mapped_column(ref("courses"))
    result_id: Mapped[int | None] = mapped_column(ref("results"))
    county: Mapped[County | None] = mapped_column(Word(County))
    postcode: Mapped[str] = mapped_column(String(8), default="")
    outcode: Mapped[str] = mapped_column(String(4), default="")
    day: Mapped[date | None]
    half: Mapped[Half | None] = mapped_column(Word(Half))
    visit_id: Mapped[int | None] = mapped_column(ref("visits"))  # the hold
    firm_name: Mapped[str] = mapped_column(String(120), default="")
    contact_name: Mapped[str] = mapped_column(String(80), default="")
    email: Mapped[str] = mapped_column(String(254), default="")
    phone: Mapped[str] = mapped_column(String(20), default="")
    address: Mapped[str] = mapped_column(String(250), default="")
    town: Mapped[str] = mapped_column(String(60), default="")
    people: Mapped[int | None]
    room: Mapped[str] = mapped_column(String(200), default="")
    parking: Mapped[str] = mapped_column(String(200), default="")
    access_needs: Mapped[str] = mapped_column(String(400), default="")
    notes: Mapped[str] = mapped_column(Text, default="")
    wants_marketing: Mapped[bool] = mapped_column(default=False)
    updated_at: Mapped[datetime]

    course: Mapped[Course | None] = relationship(lazy="raise_on_sql")
    visit: Mapped[Visit | None] = relationship(lazy="raise_on_sql")

"""Customers: firms, the sites we go to, the contacts we write to."""

from datetime import datetime

from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from booking.domain.places import County
from booking.models.base import Base, Id, Word, ref


class Firm(Base):
    __tablename__ = "firms"

    id: Mapped[Id]
    name: Mapped[str] = mapped_column(String(120), index=True)
    email_domain: Mapped[str | None] = mapped_column(String(120), index=True)  # None for gmail and its like
    created_at: Mapped[datetime]


class FirmWord(Base):
    """A word that a firm is found by: see booking.queries.desk.finding. In the order of its bytes on every database."""

    __tablename__ = "firm_words"
    __table_args__ = {"sqlite_with_rowid": False}

    word: Mapped[str] = mapped_column(
        String(40).with_variant(String(40, collation="C"), "postgresql"), primary_key=True
    )
    firm_id: Mapped[int] = mapped_column(ref("firms"), primary_key=True, index=True)


class Site(Base):
    __tablename__ = "sites"

    id: Mapped[Id]
    firm_id: Mapped[int] = mapped_column(ref("firms"), index=True)
    address: Mapped[str] = mapped_column(String(250))  # lines before the town
    town: Mapped[str] = mapped_column(String(60))
    postcode: Mapped[str] = mapped_column(String(8), index=True)
    outcode: Mapped[str] = mapped_column(String(4))
    county: Mapped[County] = mapped_column(Word(County))

    firm: Mapped[Firm] = relationship(lazy="raise_on_sql")


class Contact(Base):
    __tablename__ = "contacts"

    id: Mapped[Id]
    firm_id: Mapped[int] = mapped_column(ref("firms"), index=True)
    name: Mapped[str] = mapped_column(String(80))
    email: Mapped[str] = mapped_column(String(254), index=True)  # as typed; compared in lower case
    phone: Mapped[str] = mapped_column(String(20), default="")  # E.164, "" when not given
    wants_marketing: Mapped[bool] = mapped_column(default=False)
    marketing_chosen_at: Mapped[datetime | None]

    firm: Mapped[Firm] = relationship(lazy="raise_on_sql")

"""Secret addresses."""

from datetime import datetime

from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from booking.domain.access import Purpose
from booking.models.base import Base, Id, Word, ref


class Link(Base):
    """One secret address. The token is made from `nonce` and the server's key, and only its hash is stored."""

    __tablename__ = "links"

    id: Mapped[Id]
    purpose: Mapped[Purpose] = mapped_column(Word(Purpose))
    nonce: Mapped[str] = mapped_column(String(32))
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    result_id: Mapped[int | None] = mapped_column(ref("results"), index=True)
    response_id: Mapped[int | None] = mapped_column(ref("responses"), index=True)
    visit_id: Mapped[int | None] = mapped_column(ref("visits"), index=True)
    enquiry_id: Mapped[int | None] = mapped_column(ref("enquiries"), index=True)
    trainer_id: Mapped[int | None] = mapped_column(ref("trainers"), index=True)
    staff_id: Mapped[int | None] = mapped_column(ref("staff"), index=True)
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime | None]
    revoked_at: Mapped[datetime | None]
    used_at: Mapped[datetime | None]

"""Our own people, and every sign-in that is alive."""

from datetime import datetime

from sqlalchemy import String, Text
from sqlalchemy.orm import Mapped, mapped_column

from booking.domain.access import Role
from booking.models.base import Base, Id, Word, ref


class Staff(Base):
    """A colleague who can sign in. The fs_ and tf_ columns are what Flask-Security asks for."""

    __tablename__ = "staff"

    id: Mapped[Id]
    email: Mapped[str] = mapped_column(String(254), unique=True)
    name: Mapped[str] = mapped_column(String(80))
    role: Mapped[Role] = mapped_column(Word(Role))
    password: Mapped[str | None] = mapped_column(String(255))
    active: Mapped[bool] = mapped_column(default=True)
    fs_uniquifier: Mapped[str] = mapped_column(String(64), unique=True)
    tf_primary_method: Mapped[str | None] = mapped_column(String(64))
    tf_totp_secret: Mapped[str | None] = mapped_column(String(255))
    tf_last_counter: Mapped[int | None]  # of the last one-time code that was used: none works twice
    mf_recovery_codes: Mapped[str | None] = mapped_column(Text)  # JSON list of hashes
    created_at: Mapped[datetime]


class SignIn(Base):
    """A browser that is signed in, as staff or as a trainer. A cookie without a live row here is dead."""

    __tablename__ = "sign_ins"

    id: Mapped[Id]
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    staff_id: Mapped[int | None] = mapped_column(ref("staff"), index=True)
    trainer_id: Mapped[int | None] = mapped_column(ref("trainers"), index=True)
    created_at: Mapped[datetime]
    last_seen_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]

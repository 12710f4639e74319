"""What happened: an append-only history, acts that can still be undone, forms already answered."""

import re
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Engine, String, Text, event
from sqlalchemy.engine import ExecutionContext
from sqlalchemy.orm import Mapped, Mapper, mapped_column

from booking.models.base import Base, Id, ref


class HistoryEntry(Base):
    """Who did what, when, before and after. Never deleted, and changed only to erase a person: see `refuse`."""

    __tablename__ = "history"

    id: Mapped[Id]
    at: Mapped[datetime]
    actor: Mapped[str] = mapped_column(String(40))  # staff:3, trainer:2, business, worker
    actor_name: Mapped[str] = mapped_column(String(80))  # as it was then
    act: Mapped[str] = mapped_column(String(40))  # past participle: requested, confirmed, moved
    enquiry_id: Mapped[int | None] = mapped_column(ref("enquiries"), index=True)
    visit_id: Mapped[int | None] = mapped_column(ref("visits"), index=True)
    trainer_id: Mapped[int | None] = mapped_column(ref("trainers"), index=True)
    course_id: Mapped[int | None] = mapped_column(ref("courses"))
    words: Mapped[str] = mapped_column(String(400), default="")  # a sentence for the timeline
    reason: Mapped[str] = mapped_column(String(400), default="")  # typed: an override, a waiver
    before: Mapped[str] = mapped_column(Text, default="{}")  # JSON of what changed
    after: Mapped[str] = mapped_column(Text, default="{}")


@event.listens_for(HistoryEntry, "before_update")
@event.listens_for(HistoryEntry, "before_delete")
def refuse(_mapper: Mapper[HistoryEntry], _connection: Connection, _entry: HistoryEntry) -> None:
    raise TypeError("history is append-only")


ERASING = "erases_history"  # the execution option of the one statement that may: see services.privacy
CHANGES = re.compile(
    r"""\b(update|delete\s+from|replace\s+into|truncate(\s+table)?) \s+ (only\s+)? (\w+\.)? "?history\b
    | \binto\s+(\w+\.)?"?history\b .* \bdo\s+update\b""",
    re.IGNORECASE | re.DOTALL | re.VERBOSE,
)


@event.listens_for(Engine, "before_cursor_execute")
def refuse_statement(
    _connection: Connection, _cursor: Any, statement: str, _values: Any, context: ExecutionContext | None, _many: bool
) -> None:
    """The same for what goes past the session, as SQL too. Whoever has the database's password is not held by it."""
    if statement.startswith("SELECT") or not CHANGES.search(statement):
        return
    if context is None or not context.execution_options.get(ERASING):
        raise TypeError("history is append-only")


class Act(Base):
    """Something staff did that can be undone until `until_at`, unless more has happened since."""

    __tablename__ = "acts"

    id: Mapped[Id]
    staff_id: Mapped[int] = mapped_column(ref("staff"))
    words: Mapped[str] = mapped_column(String(200))  # for the undo bar
    visit_id: Mapped[int | None] = mapped_column(ref("visits"), index=True)
    enquiry_id: Mapped[int | None] = mapped_column(ref("enquiries"), index=True)
    trainer_id: Mapped[int | None] = mapped_column(ref("trainers"))
    course_id: Mapped[int | None] = mapped_column(ref("courses"))
    snapshot: Mapped[str] = mapped_column(Text)  # JSON of what to put back, see booking.services.undo
    created_at: Mapped[datetime]
    until_at: Mapped[datetime]
    undone_at: Mapped[datetime | None]


class FormKey(Base):
    """A form that created something: sent again, it gives the first answer."""

    __tablename__ = "form_keys"

    key: Mapped[str] = mapped_column(String(64), primary_key=True)
    fields_hash: Mapped[str] = mapped_column(String(64))
    answer: Mapped[str] = mapped_column(String(300))  # where the first one was sent on to
    created_at: Mapped[datetime]

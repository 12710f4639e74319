"""What every table shares: names of constraints, enums by value, instants that are always aware UTC."""

from datetime import UTC, datetime
from enum import StrEnum
from typing import Annotated, Any, cast

from sqlalchemy import DateTime, Dialect, ForeignKey, MetaData, String, Table, Text, TypeDecorator, text
from sqlalchemy.orm import DeclarativeBase, mapped_column

NAMES = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_name)s",
    "pk": "pk_%(table_name)s",
}


def only(condition: str) -> dict[str, Any]:
    """Which rows an index is about, as SQL; for `Index`, on both databases."""
    return {"sqlite_where": text(condition), "postgresql_where": text(condition)}


class Instant(TypeDecorator[datetime]):
    """An aware instant; stored and given back as UTC on every database. A naive one is refused."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("an instant must be aware")
        return value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class Word(TypeDecorator[StrEnum]):
    """A StrEnum stored by its value in VARCHAR(20), so that a new member needs no migration."""

    impl = String(20)
    cache_ok = True

    def __init__(self, kind: type[StrEnum]) -> None:
        super().__init__()
        self.kind = kind

    def process_bind_param(self, value: StrEnum | str | None, dialect: Dialect) -> str | None:
        return None if value is None else self.kind(value).value

    def process_result_value(self, value: str | None, dialect: Dialect) -> StrEnum | None:
        return None if value is None else self.kind(value)


Id = Annotated[int, mapped_column(primary_key=True)]
Lines = Annotated[str, mapped_column(Text, default="")]


def ref(table: str) -> ForeignKey:
    """A foreign key to `table.id`."""
    return ForeignKey(f"{table}.id")


class Base(DeclarativeBase):
    metadata = MetaData(naming_convention=NAMES)
    type_annotation_map = {datetime: Instant}


def table(model: type[Base]) -> Table:
    """A model's table. A statement about it makes no object, and looks for none in the session that it would change."""
    return cast(Table, model.__table__)

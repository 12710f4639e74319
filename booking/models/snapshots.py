"""Rows as JSON can hold them, and back: every column by its name."""

from collections.abc import Collection, Mapping
from datetime import date, datetime, time
from typing import Any, TypeAlias

from sqlalchemy import Column, Date, Time

from booking.models.base import Base, Instant, Word

Stored: TypeAlias = str | int | bool | None
Columns: TypeAlias = dict[str, Stored]


def columns(row: Base, *, but: Collection[str] = ()) -> Columns:
    """What the row's columns hold."""
    return {each.key: _stored(getattr(row, each.key)) for each in row.__mapper__.columns if each.key not in but}


def restored(kind: type[Base], stored: Mapping[str, Stored]) -> dict[str, Any]:
    """The same as the columns of such a row want it."""
    found = {each.key: each for each in kind.__mapper__.columns}
    return {key: _restored(found[key], value) for key, value in stored.items()}


def _stored(value: object) -> Stored:
    if isinstance(value, date | time):  # a datetime is a date too
        return value.isoformat()
    assert value is None or isinstance(value, str | int)
    return value


def _restored(column: Column[Any], value: Stored) -> object:
    if not isinstance(value, str):
        return value
    if isinstance(column.type, Instant):
        return datetime.fromisoformat(value)
    if isinstance(column.type, Date):
        return date.fromisoformat(value)
    if isinstance(column.type, Time):
        return time.fromisoformat(value)
    return column.type.kind(value) if isinstance(column.type, Word) else value

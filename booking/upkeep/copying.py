"""Every row of one database into another that is empty, and the proof that both then say the same."""

from collections.abc import Iterator
from hashlib import blake2b

from sqlalchemy import URL, Connection, Row, Table, create_engine, exists, func, insert, select

from booking import schema
from booking.db import db

BATCH = 1000  # rows in memory at a time


class Differs(Exception):
    """A copy is not what was copied; the message names the tables."""


class NotEmpty(Exception):
    """There are rows already where a copy was to go."""


def fill(source: Connection, url: URL) -> int:
    """Migrates a database without rows and copies everything into it; how many rows. Raises NotEmpty, Differs.

    One transaction: nothing is copied unless all of it is, and is the same.
    """
    schema.upgrade(url.render_as_string(hide_password=False))
    engine = create_engine(url)
    try:
        with engine.begin() as target:
            if not is_empty(target):
                raise NotEmpty("There are rows in that database already")
            rows = copy(source, target)
            if wrong := differences(source, target):
                raise Differs("; ".join(wrong))
        return rows
    finally:
        engine.dispose()


def tables() -> list[Table]:
    """All of ours, each after those it points to."""
    return db.metadata.sorted_tables


def copy(source: Connection, target: Connection) -> int:
    """Copies everything, ids included; how many rows. The target has the same migrations and no rows."""
    rows = 0
    for table in tables():
        for batch in batches(source, table):
            target.execute(insert(table), [dict(row._mapping) for row in batch])
            rows += len(batch)
        if target.dialect.name == "postgresql" and "id" in table.c:
            go_on_counting(target, table)
    return rows


def batches(connection: Connection, table: Table) -> Iterator[list[Row[tuple[object, ...]]]]:
    """A table's rows by its key: a row that points into its own table points backwards."""
    found = connection.execution_options(yield_per=BATCH).execute(select(table).order_by(*table.primary_key))
    yield from (list(batch) for batch in found.partitions(BATCH))


def go_on_counting(target: Connection, table: Table) -> None:
    """The next id is one that no copied row has."""
    highest = target.scalar(select(func.max(table.c.id)))
    if highest is not None:
        sequence = func.pg_get_serial_sequence(table.name, "id")
        target.execute(select(func.setval(sequence, highest)))


def differences(one: Connection, other: Connection) -> list[str]:
    """A sentence for each table whose rows are not the same, to the letter, in both."""
    return [
        f"{table.name}: {mine[0]} rows and {theirs[0]}, or not the same in them"
        for table in tables()
        if (mine := summed(one, table)) != (theirs := summed(other, table))
    ]


def summed(connection: Connection, table: Table) -> tuple[int, int]:
    """How many rows, and a sum over the digests of all: in whatever order a database's collation puts its keys."""
    count, total = 0, 0
    for batch in batches(connection, table):
        for row in batch:
            total += int.from_bytes(blake2b(repr(tuple(row)).encode(), digest_size=16).digest())
        count += len(batch)
    return count, total


def is_empty(connection: Connection) -> bool:
    """Whether none of our tables has a row."""
    return not any(connection.scalar(select(exists(select(table)))) for table in tables())

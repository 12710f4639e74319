"""The move from SQLite to PostgreSQL: every row, proved."""

from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError

from booking.db import db, sqlite_file
from booking.upkeep import copying
from config import driver


def to_postgresql(url: str) -> int:
    """Copies this database into an empty PostgreSQL one; how many rows. Raises NotEmpty, Differs, ValueError.

    SQLite lets nobody write meanwhile, so that nothing is left behind.
    """
    try:
        target = make_url(driver(url))
    except ArgumentError:
        raise ValueError("That is no address of a database") from None
    if target.get_backend_name() != "postgresql" or sqlite_file() is None:
        raise ValueError("The move is from SQLite to an address that begins with postgresql://")
    with db.engine.begin() as source:
        return copying.fill(source, target)

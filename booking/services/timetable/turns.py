"""One thing after another: what fails is logged and stays due, and keeps nothing else from its turn."""

import logging
from collections.abc import Callable, Iterable
from typing import TypeVar

from booking.db import db

log = logging.getLogger(__name__)

Thing = TypeVar("Thing")


def each(things: Iterable[Thing], do: Callable[[Thing], object]) -> None:
    """Does it to each thing, all or nothing for that thing."""
    for thing in things:
        try:
            with db.session.begin_nested():
                do(thing)
        except Exception:
            log.exception("%s failed for %r", do.__name__, thing, extra={"ids": {"step": do.__name__}})

"""How many statements something takes: a list page has the same literal number at 1 row and at 3."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import event
from sqlalchemy.engine import Engine


@contextmanager
def counted() -> Iterator[list[str]]:
    """The statements that ran inside, without savepoints; the list fills as they run."""
    statements: list[str] = []
    with noting(lambda statement, _values: statements.append(statement)):
        yield statements


@contextmanager
def noting(note: Callable[[str, Any], object]) -> Iterator[None]:
    """Tells of each statement that runs inside, with its values; not of savepoints, nor of SQLite's BEGIN."""

    def tell(_connection: Any, _cursor: Any, statement: str, values: Any, *_rest: Any) -> None:
        if not statement.startswith(("BEGIN", "SAVEPOINT", "RELEASE", "ROLLBACK")):
            note(statement, values)

    event.listen(Engine, "before_cursor_execute", tell)
    try:
        yield
    finally:
        event.remove(Engine, "before_cursor_execute", tell)

"""Whether this installation can do its whole work, for a monitor or a balancer: yes or no, and never why."""

from flask import Flask
from sqlalchemy.exc import DBAPIError

from booking import clock, schema
from booking.domain.desk.needs import WORKER_SILENT
from booking.queries import outbox

PLAIN = {"Content-Type": "text/plain; charset=utf-8"}


def register(app: Flask) -> None:
    """Adds /readyz; what is wrong, `flask doctor` tells at the machine itself."""
    app.add_url_rule("/readyz", "readyz", readyz)


def readyz() -> tuple[str, int, dict[str, str]]:
    return ("ready\n", 200, PLAIN) if is_ready() else ("not ready\n", 503, PLAIN)


def is_ready() -> bool:
    """The database answers, no migration is missing, and a worker has given a sign of life."""
    try:
        beat = outbox.last_beat() if schema.ran() >= schema.newest() else None
    except DBAPIError:
        return False
    return beat is not None and clock.now() - beat <= WORKER_SILENT

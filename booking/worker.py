"""The background worker: a timetable of services, nothing else (edge). Rows are the ledger, huey only kicks."""

import logging
import sqlite3
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from typing import cast

from flask import Flask, Response, current_app

from booking import clock, leftovers
from booking.db import db, transaction
from booking.post_office import rounds
from booking.redis import Away, Shared, shared
from booking.services import outbox, privacy, visits
from booking.services.timetable import digests, heartbeats, reminders, schedules
from booking.spared import spared
from config import settings

with spared("psycopg"):  # 10 MiB and a tenth of a second, for a kind of queue that we do not have
    from huey import Huey, MemoryHuey, SqliteHuey, crontab
    from huey.serializer import SignedSerializer
    from huey.storage import MemoryStorage

log = logging.getLogger(__name__)


# Each finds what is due and not done: it may run late, twice, or in several workers at once.
TIMETABLE: Sequence[Callable[[datetime], object]] = (
    visits.expire_due,
    visits.pass_over_silent,
    visits.promise_again,
    reminders.remind_firms,
    reminders.tell_trainers,
    reminders.ask_how_it_was,
    schedules.queue_due,
    digests.queue_due,
    privacy.nightly,
)


@dataclass(frozen=True, slots=True)
class Jobs:
    """The queue, and what can be put into it. A job that is lost costs a minute: the timetable finds the same rows."""

    queue: Huey
    send: Callable[[], object]
    run: Callable[[], object]


def register(app: Flask) -> None:
    """Wakes the worker after every request that has written mail."""
    app.after_request(kick)


def kick(response: Response) -> Response:
    if response.status_code < 400 and db.session.registry.has() and db.session.info.pop(outbox.WRITTEN, False):
        try:
            jobs(current_app).send()
        except (sqlite3.Error, OSError):  # what the visitor asked for is stored, and the next minute's sweep sends it
            log.exception("the worker could not be woken")
    return response


def jobs(app: Flask) -> Jobs:
    """The application's queue, opened on first use."""
    if "jobs" not in app.extensions:
        app.extensions["jobs"] = open_jobs(app)
    found: Jobs = app.extensions["jobs"]
    return found


def open_jobs(app: Flask) -> Jobs:
    queue = open_queue(app)

    @queue.task()  # type: ignore[untyped-decorator]  # huey has no types
    def send() -> None:
        with app.app_context():
            rounds.send_due()

    @queue.periodic_task(crontab())  # type: ignore[untyped-decorator]  # every minute
    def run() -> None:
        with app.app_context():
            run_timetable()

    return Jobs(queue, send, run)


def open_queue(app: Flask) -> Huey:
    with app.app_context():
        chosen = settings()
    if way := shared(app):
        signed = SignedSerializer(secret=chosen.secret_key)  # whoever writes to Redis must not choose what we run
        return Huey("booking", results=False, serializer=signed, storage_class=SharedQueue, way=way)
    if chosen.testing:
        return MemoryHuey("booking")
    return SqliteHuey("booking", filename=str(chosen.instance / "queue.db"), fsync=False, cache_mb=1, results=False)


class SharedQueue(MemoryStorage):  # type: ignore[misc]  # huey has no types
    """Jobs for whichever worker is free. While Redis is away, each worker does what it put in itself."""

    def __init__(self, name: str, *, way: Shared) -> None:
        super().__init__(name)
        self.way, self.key = way, f"{way.name}:queue"

    def enqueue(self, data: bytes, priority: float | None = None) -> None:
        try:
            self.way.ask(lambda: self.way.client.lpush(self.key, data))
        except Away:
            if not self.queue_size():  # one is as good as many, and a site that only kicks never takes them out
                super().enqueue(data, priority)

    def dequeue(self) -> bytes | None:
        with suppress(Away):
            if found := self.way.ask(lambda: self.way.client.rpop(self.key)):
                return cast(bytes, found)
        return cast(bytes | None, super().dequeue())


def run_timetable() -> None:
    """Everything that is due, each in a transaction of its own; then the mail; then a sign of life."""
    for step in TIMETABLE:
        try:
            with transaction():
                step(clock.now())
        except Exception:  # it stays due, and must not keep the others from their turn
            log.exception("%s failed", step.__name__, extra={"ids": {"step": step.__name__}})
    leftovers.sweep()
    rounds.send_due()
    with transaction():
        heartbeats.beat(clock.now())

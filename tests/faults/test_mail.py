"""Mail under fire, on both databases: several workers at once, and workers that are killed in the middle of sending."""

import os
import random
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask
from sqlalchemy import select, update

from booking import clock
from booking.db import db, transaction
from booking.domain.post import MailState
from booking.models import Heartbeat, Mail, Schedule
from booking.post_office import rounds
from booking.services.timetable import heartbeats, schedules
from tests import make
from tests.conftest import ROOT
from tests.smtp import MailDrop, smtp

__all__ = ["smtp"]
MAILS = 60
SHIFTS = """
import os, sys
from wsgi import app
from booking.post_office import rounds
from booking.services.timetable import heartbeats, schedules

for line in sys.stdin:
    workers = []
    for _ in range(int(line)):
        workers.append(os.fork())
        if workers[-1] == 0:
            with app.app_context():
                rounds.send_due()
            os._exit(0)
    print(*workers, flush=True)
    print(*(os.waitpid(worker, 0)[1] for worker in workers), flush=True)
"""


def stocked(app: Flask) -> Flask:
    """The application with mails that are due."""
    with app.app_context(), transaction():
        for _ in range(MAILS):
            make.mail(due_at=clock.now(), created_at=clock.now())
    return app


@dataclass
class Shifts:
    """A process that sets workers to send until nothing is due."""

    process: subprocess.Popen[str]

    def start(self, count: int) -> list[int]:
        """So many workers; their process ids."""
        assert self.process.stdin is not None
        self.process.stdin.write(f"{count}\n")
        self.process.stdin.flush()
        return self._numbers()

    def wait(self) -> list[int]:
        """How each of them ended."""
        return self._numbers()

    def _numbers(self) -> list[int]:
        assert self.process.stdout is not None
        return [int(number) for number in self.process.stdout.readline().split()]


@contextmanager
def shifts(app: Flask, smtp: MailDrop) -> Iterator[Shifts]:
    environment = {
        **os.environ,
        "DATABASE_URL": app.config["SQLALCHEMY_DATABASE_URI"],
        "INSTANCE_DIR": str(app.extensions["settings"].instance),
        "SECRET_KEY": "the same for all",
        "MAIL_SERVER": "127.0.0.1",
        "MAIL_PORT": str(smtp.port),
        "MAIL_SECURITY": "none",
    }
    with subprocess.Popen(
        [sys.executable, "-c", SHIFTS],
        cwd=ROOT,
        env=environment,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        yield Shifts(process)


def states(app: Flask) -> Counter[MailState]:
    with app.app_context():
        return Counter(db.session.scalars(select(Mail.state)))


def ids(app: Flask) -> set[str]:
    with app.app_context():
        return set(db.session.scalars(select(Mail.message_id)))


def arrived(smtp: MailDrop) -> Counter[str]:
    return Counter(str(letter["Message-ID"]) for letter in smtp.received)


def test_four_workers_send_every_mail_once(fresh_app: Callable[..., Flask], smtp: MailDrop) -> None:
    app = stocked(fresh_app())
    with shifts(app, smtp) as work:
        work.start(4)
        assert work.wait() == [0, 0, 0, 0]
    assert states(app) == {MailState.SENT: MAILS}
    assert arrived(smtp) == dict.fromkeys(ids(app), 1)
    assert smtp.connections > 1, "one worker did it all: this shows nothing"


def test_workers_killed_in_the_middle_of_sending_lose_nothing_and_a_copy_can_be_told(
    fresh_app: Callable[..., Flask], smtp: MailDrop
) -> None:
    app = stocked(fresh_app(mail=smtp.settings()))
    smtp.stalls_seconds = 0.02
    chance = random.Random(1)
    with shifts(app, smtp) as work:
        for _ in range(4):
            enough = len(smtp.received) + 3
            killed = work.start(2)
            wait_for(smtp, enough)
            time.sleep(chance.random() / 20)
            for worker in killed:
                os.kill(worker, signal.SIGKILL)
            assert work.wait() == [signal.SIGKILL, signal.SIGKILL]
    assert states(app)[MailState.SENDING] > 0, "no worker died in the middle: this shows nothing"
    smtp.stalls_seconds = 0
    end_leases(app)
    with app.app_context():
        rounds.send_due()
    assert states(app) == {MailState.SENT: MAILS}
    copies = arrived(smtp)
    assert set(copies) == ids(app)
    assert copies.total() <= MAILS + 8  # at most one for each worker that was killed


@pytest.mark.parametrize("job", [schedules.queue_due, heartbeats.beat])
def test_two_workers_at_the_very_same_moment_do_it_once_and_without_a_fault(
    fresh_app: Callable[..., Flask], caplog: pytest.LogCaptureFixture, job: Callable[[datetime], None]
) -> None:
    app, friday = fresh_app(), datetime(2027, 3, 19, 14, tzinfo=UTC)
    with app.app_context(), transaction():
        make.visit()

    def work() -> None:
        with app.app_context(), transaction():
            job(friday)

    with ThreadPoolExecutor() as pool:
        with app.app_context(), transaction():
            job(friday)
            other = pool.submit(work)
            time.sleep(0.5)  # until the other waits for what we have written and not committed
        other.result()
    with app.app_context():
        rows = [len(db.session.scalars(select(model)).all()) for model in (Schedule, Heartbeat, Mail)]
    assert sorted(rows) in ([0, 0, 1], [0, 1, 1])
    assert caplog.records == []


def end_leases(app: Flask) -> None:
    """Five minutes go by."""
    with app.app_context(), transaction():
        over = clock.now() - timedelta(seconds=1)
        db.session.execute(update(Mail).where(Mail.state == MailState.SENDING).values(lease_until=over))


def wait_for(smtp: MailDrop, letters: int) -> None:
    for _ in range(1200):
        if len(smtp.received) >= letters:
            return
        time.sleep(0.05)
    raise AssertionError("the letters did not come within a minute")

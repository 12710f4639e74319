"""A minute of bookings while sites and workers are killed and the mail server misbehaves. `make faults` runs it.

One site on SQLite, and three on PostgreSQL behind nginx (Debian's, which this needs).
"""

import os
import random
import re
import signal
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.client import HTTPException
from pathlib import Path
from typing import TypeVar
from urllib.error import URLError

import pytest
from sqlalchemy import Engine, and_, create_engine, func, or_, select, update

from booking import clock
from booking.domain.lifecycle import VisitState
from booking.domain.post import MailState
from booking.models import Course, Mail, Visit
from booking.queries import invariants
from tests.conftest import ROOT, Database
from tests.smtp import Door, MailDrop, free_port
from tests.test_serve import child_of
from tests.web.business.booking import DETAILS, HIDDEN
from tests.web.business.crowd import Visitor

SECONDS = int(os.environ.get("STORM_SECONDS", "60"))
VISITORS = 24
CALM_SECONDS = 60  # in which the mails must have left
Found = TypeVar("Found")


@dataclass
class Site:
    """A site with its worker that is started again whenever it has been killed."""

    port: int
    environment: dict[str, str]
    kills: Counter[str] = field(default_factory=Counter)
    running: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        with (Path(self.environment["INSTANCE_DIR"]) / f"log{self.port}").open("ab") as log:
            self.running = subprocess.Popen(
                [sys.executable, "-m", "booking.serve"],
                cwd=ROOT,
                env={**self.environment, "PORT": str(self.port)},
                stdout=log,
                stderr=log,
            )
        visitor = Visitor(f"http://127.0.0.1:{self.port}")
        answered(lambda: visitor.get("/healthz"))

    def kill(self, chance: random.Random) -> None:
        assert self.running is not None
        victim = chance.choice(("web", "worker"))
        with suppress(ProcessLookupError, ValueError):
            os.kill(self.running.pid if victim == "web" else child_of(self.running.pid), signal.SIGKILL)
            self.kills[victim] += 1
        self.running.wait()  # without its worker the site ends by itself
        self.start()

    def stop(self) -> None:
        if self.running:
            self.running.terminate()
            self.running.wait()


def answered(ask: Callable[[], Found]) -> Found:
    """As somebody behind a browser does: what got no answer is asked again."""
    for _ in range(300):
        with suppress(URLError, HTTPException, OSError):
            return ask()
        time.sleep(0.2)
    raise AssertionError("no answer within a minute")


@dataclass
class Crowd:
    """People who book all the time, and what they were told."""

    url: str
    course: str
    promised: list[str] = field(default_factory=list)  # references that a page has named
    seconds: list[float] = field(default_factory=list)  # of every answer
    faults: Counter[str] = field(default_factory=Counter)
    is_over: threading.Event = field(default_factory=threading.Event)

    def person(self, number: int) -> None:
        """Books a random free date, time after time, as somebody new each time."""
        chance = random.Random(number)
        for turn in range(1000):
            if self.is_over.is_set():
                return
            visitor = Visitor(self.url, address=f"127.{number + 1}.{turn // 250}.{turn % 250 + 1}")
            if reference := self.book(visitor, f"p{number}-{turn}@acme{number}-{turn}.example", chance):
                self.promised.append(reference)

    def book(self, visitor: Visitor, email: str, chance: random.Random) -> str | None:
        self.ask(lambda: visitor.send("/book/place", course=self.course, postcode="EX2 8AA"))
        free = re.findall(r'name="slot"[^>]*value="([^"]+)"', self.page(visitor, "/book/date"))
        if not free:
            return None
        self.ask(lambda: visitor.send("/book/date", slot=chance.choice(free)))
        hidden = dict(HIDDEN.findall(self.page(visitor, "/book/details")))
        time.sleep(3.5)  # quicker is a machine's
        self.ask(lambda: visitor.post("/book/details", **{**hidden, **DETAILS, "email": email, "people": "2"}))
        hidden = dict(HIDDEN.findall(self.page(visitor, "/book/check")))
        if not hidden:
            return None
        status, told = self.ask(lambda: visitor.post("/book/check", **hidden))  # one form, however often it is sent
        if status != 303:
            return None
        leads = re.search(r'href="([^"]+)"', told)
        found = re.search(r"TSW-\w{4}-\w{4}", self.page(visitor, leads[1])) if leads else None
        return found[0] if found else None

    def page(self, visitor: Visitor, path: str) -> str:
        return self.ask(lambda: (200, visitor.get(path)))[1]

    def ask(self, ask: Callable[[], tuple[int, str]]) -> tuple[int, str]:
        started = time.perf_counter()
        status, told = answered(ask)
        self.seconds.append(time.perf_counter() - started)
        if status >= 500 and status not in (502, 503, 504):
            self.faults[f"{status}"] += 1
        return status, told


def spoil(drop: MailDrop, stop: threading.Event, chance: random.Random) -> None:
    """A mail server on a bad day: it says no, stalls, hangs up after taking a letter, and has good moments."""
    moods = ("250 OK", "250 OK", "250 OK", "451 later", "cut", "421 going down")
    while not stop.wait(0.3):
        drop.answers = [chance.choice(moods) for _ in range(5)]
        drop.stalls_seconds = chance.choice((0, 0, 0.05, 0.5, 3))
    drop.answers, drop.stalls_seconds = [], 0


@contextmanager
def mail_server() -> Iterator[MailDrop]:
    drop = MailDrop(port=free_port())
    door = Door(drop, port=drop.port)
    door.start()
    yield drop
    door.stop()


@contextmanager
def proxy(sites: list[Site], folder: Path) -> Iterator[str]:
    """nginx as deploy/nginx.conf has it, without TLS, in front of these sites."""
    port = free_port()
    ours = (ROOT / "deploy" / "nginx.conf").read_text()
    servers = "".join(f"server 127.0.0.1:{site.port} max_fails=1 fail_timeout=1s;" for site in sites)
    ours = re.sub(r"server site:8000[^;]*;.*", servers, ours).replace("listen 443 ssl;", f"listen 127.0.0.1:{port};")
    ours = re.sub(r"\n.*(ssl_|Strict-Transport).*", "", ours)
    file = folder / "nginx.conf"
    file.write_text(f"daemon off; pid {folder}/nginx.pid; error_log {folder}/nginx.log;\n{ours}")
    with subprocess.Popen(["nginx", "-p", str(folder), "-c", str(file)]) as running:
        yield f"http://127.0.0.1:{port}"
        running.terminate()


def storm(crowd: Crowd, sites: list[Site], drop: MailDrop) -> None:
    """SECONDS of it; then everybody finishes what they are at."""
    chance, stop = random.Random(7), threading.Event()
    people = [threading.Thread(target=crowd.person, args=(number,)) for number in range(VISITORS)]
    weather = threading.Thread(target=spoil, args=(drop, stop, chance))
    for each in (*people, weather):
        each.start()
    end = time.monotonic() + SECONDS
    while time.monotonic() < end:
        time.sleep(chance.uniform(1, 3))
        chance.choice(sites).kill(chance)
    crowd.is_over.set()
    stop.set()
    for each in (*people, weather):
        each.join()


def drained(engine: Engine) -> tuple[float, int]:
    """Seconds until nothing was due, and how many mails wait for a later try."""
    due = or_(Mail.state == MailState.SENDING, and_(Mail.state == MailState.WAITING, Mail.due_at <= clock.now()))
    late = select(func.count(Mail.id)).where(Mail.state == MailState.WAITING, Mail.attempts > 0)
    started = time.monotonic()
    with engine.connect() as connection:
        while connection.scalar(select(func.count(Mail.id)).where(due)) and time.monotonic() - started < CALM_SECONDS:
            connection.rollback()
            time.sleep(1)
        return time.monotonic() - started, connection.scalar(late) or 0


@pytest.mark.parametrize("many", [1, 3])
def test_a_storm_loses_nothing_that_was_promised(database: Database, tmp_path: Path, many: int) -> None:
    if (database.name == "sqlite") != (many == 1):
        return  # one site has a file, several have a server
    url = database.copy()
    with mail_server() as drop:
        environment = {
            **{name: value for name, value in os.environ.items() if name != "MAKELEVEL"},
            "DATABASE_URL": url,
            "INSTANCE_DIR": str(tmp_path),
            "MAIL_SERVER": "127.0.0.1",
            "MAIL_PORT": str(drop.port),
            "MAIL_SECURITY": "none",
            "MAIL_TIMEOUT": "2",
            "PROXY_HOPS": "1" if many > 1 else "0",
        }
        sites = [Site(free_port(), environment) for _ in range(many)]
        try:
            for site in sites:
                site.start()
            if many == 1:
                run(f"http://127.0.0.1:{sites[0].port}", sites, drop, url)
            else:
                with proxy(sites, tmp_path) as front:
                    run(front, sites, drop, url)
        finally:
            for site in sites:
                site.stop()


def run(front: str, sites: list[Site], drop: MailDrop, url: str) -> None:
    engine = create_engine(url)
    with engine.connect() as connection:
        before = connection.scalar(select(func.max(Visit.id))) or 0
        course = connection.scalar(select(Course.slug).where(Course.half_days == 1).order_by(Course.id).limit(1))
    crowd = Crowd(front, str(course))
    storm(crowd, sites, drop)
    seconds, late = drained(engine)
    with engine.begin() as connection:  # a second or third try is minutes away, and need not be waited for
        connection.execute(
            update(Mail).where(Mail.state == MailState.WAITING, Mail.attempts > 0).values(due_at=clock.now())
        )
    drained(engine)
    with engine.connect() as connection:
        new = Visit.id > before, Visit.state != VisitState.HELD
        visits = connection.execute(select(Visit.reference, Visit.id).where(*new)).all()
        mailed = set(connection.scalars(select(Mail.visit_id).where(Mail.kind == "request_received")))
        sent = set(
            connection.scalars(select(Mail.message_id).where(Mail.state == MailState.SENT, Mail.visit_id > before))
        )
        broken = invariants.broken(connection)
    arrived = Counter(str(letter["Message-ID"]) for letter in drop.received)
    kills = sum((site.kills for site in sites), Counter())
    times = sorted(crowd.seconds)
    print(
        f"\n{len(sites)} sites: {len(crowd.promised)} bookings promised, {len(visits)} stored; killed {dict(kills)};"
        f" answers p50 {times[len(times) // 2]:.2f} s, p95 {times[len(times) * 95 // 100]:.2f} s; faults"
        f" {dict(crowd.faults)}; drained in {seconds:.0f} s, {late} waiting for a later try;"
        f" {len(drop.received)} letters, {sum(arrived.values()) - len(arrived)} of them copies"
    )
    stored = {reference for reference, _ in visits}
    assert broken == []
    assert set(crowd.promised) <= stored, "a promise was lost"
    assert {number for _, number in visits} <= mailed, "a visit without its mail"
    assert sent <= set(arrived), "sent, and never arrived"
    assert crowd.faults == {}
    assert len(crowd.promised) > SECONDS / 6, "too few to show anything"
    engine.dispose()

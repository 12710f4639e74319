"""Bookings while all is well, while the mail server misbehaves, and while sites and workers are killed as well.

One site on SQLite; and three on PostgreSQL with Redis behind nginx (Debian's, which this needs). `make faults` runs it.
"""

import itertools
import os
import random
import re
import signal
import subprocess
import sys
import threading
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from functools import partial
from http.client import HTTPException
from pathlib import Path
from typing import TypeVar
from urllib.error import URLError
from urllib.request import urlopen

import pytest
from sqlalchemy import Engine, and_, create_engine, func, or_, select, update
from sqlalchemy.orm import aliased

from booking import clock
from booking.domain.lifecycle import VisitState
from booking.domain.post import UNSENT, MailState
from booking.models import Course, Mail, Visit
from booking.queries import invariants
from tests import valkey
from tests.conftest import ROOT, Database
from tests.smtp import Door, MailDrop, free_port
from tests.test_serve import child_of
from tests.web.business.booking import DETAILS, HIDDEN
from tests.web.business.crowd import Visitor

SECONDS = int(os.environ.get("STORM_SECONDS", "60"))  # of killing; half as long each of peace and of bad mail before it
VISITORS = 12
CALM_SECONDS = 60  # in which the mails must have left
# The site as it is shipped, but for the one limit that would keep back the mails of such a crowd.
SERVE = "from booking import serve; from booking.web import limits; limits.FLOOD = '100000 per hour'; serve.main()"
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
                [sys.executable, "-c", SERVE],
                cwd=ROOT,
                env={**self.environment, "PORT": str(self.port)},
                stdout=log,
                stderr=log,
            )

    def answers(self) -> bool:
        with suppress(OSError, HTTPException), urlopen(f"http://127.0.0.1:{self.port}/healthz", timeout=1) as answer:
            return bool(answer.status == 200)
        return False

    def kill(self, chance: random.Random) -> None:
        """One of its two processes; the other ends with it, and a service manager starts both again."""
        assert self.running is not None
        victim = chance.choice(("web", "worker"))
        os.kill(self.running.pid if victim == "web" else child_of(self.running.pid), signal.SIGKILL)
        self.kills[victim] += 1
        self.running.wait()
        self.start()

    def stop(self) -> None:
        if self.running:
            self.running.terminate()
            self.running.wait()


def answered(ask: Callable[[], Found]) -> Found:
    """As somebody behind a browser does: what got no answer, or only one of the proxy's, is asked again."""
    for _ in range(1500):
        with suppress(URLError, HTTPException, OSError, AssertionError):
            return ask()
        time.sleep(0.2)
    raise AssertionError("no answer within five minutes")


@dataclass
class Crowd:
    """People who book all the time, and what they were told."""

    url: str
    course: str
    promised: list[str] = field(default_factory=list)  # references that a page has named
    act: str = "peace"
    seconds: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))  # of every answer, by act
    faults: Counter[str] = field(default_factory=Counter)
    ended_at: float = 0.0
    is_over: threading.Event = field(default_factory=threading.Event)

    def person(self, number: int) -> None:
        """Books a random free date, time after time, as somebody new each time."""
        chance = random.Random(number)
        for turn in range(1000):
            if self.is_over.is_set():
                return
            visitor = Visitor(self.url, address=f"127.{number + 1}.{turn // 250}.{turn % 250 + 1}")
            visitor.opener.addheaders = [("Referer", "https://127.0.0.1/")]  # as browsers say, and behind TLS must
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
        def whole() -> tuple[int, str]:
            status, told = ask()
            assert "<center>nginx</center>" not in told
            return status, told

        started = time.perf_counter()
        status, told = answered(whole)
        self.seconds[self.act].append(time.perf_counter() - started)
        if status >= 500:
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


def storm(crowd: Crowd, sites: list[Site], drop: MailDrop, redis: valkey.Server | None) -> None:
    """Peace, bad mail, then SECONDS of killing too; then everybody finishes what they are at."""
    chance, stop = random.Random(7), threading.Event()
    people = [threading.Thread(target=crowd.person, args=(number,)) for number in range(VISITORS)]
    weather = threading.Thread(target=spoil, args=(drop, stop, chance))
    for each in people:
        each.start()
    time.sleep(SECONDS / 2)
    crowd.act = "bad mail"
    weather.start()
    time.sleep(SECONDS / 2)
    crowd.act = "storm"
    kill(sites, redis, chance)
    crowd.is_over.set()
    stop.set()
    for each in (*people, weather):
        each.join()
    crowd.ended_at = time.monotonic()


def kill(sites: list[Site], redis: valkey.Server | None, chance: random.Random) -> None:
    """One after another of them: a site or its worker, whenever another site is up; and Redis, a third of the time."""
    turns, began, gone = itertools.cycle(sites), time.monotonic(), False
    while (passed := time.monotonic() - began) < SECONDS:
        time.sleep(chance.uniform(1, 3))
        if sum(site.answers() for site in sites) >= min(2, len(sites)):
            next(site for site in turns if site.answers()).kill(chance)
        if redis and not gone and passed > SECONDS / 3:
            redis.kill()
            gone = True
        if redis and not redis.leash and passed > SECONDS * 2 / 3:
            redis.start()


def drained(engine: Engine) -> float:
    """Seconds until nothing was due, but what comes after a mail about the same visit that has to be tried again."""
    earlier = aliased(Mail)
    same = earlier.visit_id == Mail.visit_id, earlier.audience == Mail.audience, earlier.id < Mail.id
    waits = select(earlier.id).where(*same, earlier.state.in_(UNSENT)).exists()
    due = select(func.count(Mail.id)).where(Mail.state == MailState.WAITING, Mail.due_at <= clock.now(), ~waits)
    started = time.monotonic()
    with engine.connect() as connection:
        while connection.scalar(due) and time.monotonic() - started < CALM_SECONDS:
            connection.rollback()
            time.sleep(1)
    return time.monotonic() - started


def hurry(engine: Engine) -> tuple[int, int]:
    """Makes due what need not be waited for: mails that are tried again in some minutes, and those a killed worker had
    in hand, whose lease ends by then. How many of either."""
    again = update(Mail).where(Mail.state == MailState.WAITING, Mail.attempts > 0).values(due_at=clock.now())
    taken = update(Mail).where(Mail.state == MailState.SENDING).values(lease_until=clock.now())
    with engine.begin() as connection:
        return connection.execute(again).rowcount, connection.execute(taken).rowcount


def percentile(times: list[float], share: float) -> float:
    return sorted(times)[int((len(times) - 1) * share)]


@dataclass(frozen=True)
class Aftermath:
    """What the database and the mail server hold when all is calm again."""

    stored: list[str]  # references of visits that somebody sent
    without_mail: set[int]
    sent: set[str]  # Message-IDs
    unsent: int  # of these visits; withdrawn ones need not be sent
    broken: list[str]

    @classmethod
    def read(cls, engine: Engine, *, after: int) -> "Aftermath":
        with engine.connect() as connection:
            new = Visit.id > after, Visit.state != VisitState.HELD
            visits = connection.execute(select(Visit.reference, Visit.id).where(*new)).all()
            mailed = connection.scalars(select(Mail.visit_id).where(Mail.kind == "request_received"))
            sent = connection.scalars(
                select(Mail.message_id).where(Mail.state == MailState.SENT, Mail.visit_id > after)
            )
            unsent = select(func.count(Mail.id)).where(
                Mail.visit_id > after,
                or_(
                    Mail.state.in_((MailState.SENDING, MailState.FAILED)),
                    and_(Mail.state == MailState.WAITING, Mail.attempts > 0),
                ),
            )
            return cls(
                stored=[visit.reference for visit in visits],
                without_mail={visit.id for visit in visits} - set(mailed),
                sent=set(sent),
                unsent=connection.scalar(unsent) or 0,
                broken=invariants.broken(connection),
            )


def report(crowd: Crowd, sites: list[Site], drop: MailDrop, *, engine: Engine, after: int) -> None:
    """Lets the mails leave, prints the counts, and asserts what must be so."""
    seconds = drained(engine)
    late, taken = hurry(engine)
    while (left := Aftermath.read(engine, after=after)).unsent and time.monotonic() < crowd.ended_at + 3 * CALM_SECONDS:
        time.sleep(1)
    arrived = Counter(str(letter["Message-ID"]) for letter in drop.received)
    copies = sum(arrived.values()) - len(arrived)
    kills = sum((site.kills for site in sites), Counter())
    print(
        f"\n{len(sites)} sites: {len(crowd.promised)} bookings promised, {len(left.stored)} stored;"
        f" killed {dict(kills)}; faults {dict(crowd.faults)}; drained in {seconds:.0f} s,"
        f" but for {late} to be tried again later and {taken} in the hands of the killed;"
        f" {len(drop.received)} letters, {copies} copies, {drop.cuts} of which the server took and hung up on"
    )
    for act, times in crowd.seconds.items():
        told = " ".join(f"p{share} {percentile(times, share / 100):.3f}" for share in (50, 95, 99))
        print(f"  {act}: {len(times)} answers, {told} s")
    assert left.broken == []
    assert set(crowd.promised) - set(left.stored) == set(), "a promise was lost"
    assert set(left.stored) - set(crowd.promised) == set(), "a ghost: nobody was told of it"
    assert left.without_mail == set(), "a visit without its mail"
    assert left.sent <= set(arrived), "sent, and never arrived"
    assert left.unsent == 0
    assert seconds < CALM_SECONDS
    assert copies - drop.cuts <= len(arrived) / 100, "copies of our own making"
    assert crowd.faults == {}
    assert len(crowd.promised) > SECONDS / 3, "too few to show anything"


@pytest.fixture
def after_us() -> Iterator[ExitStack]:
    with ExitStack() as stack:
        yield stack


@pytest.mark.parametrize("many", [1, 3])
def test_a_storm_loses_nothing_that_was_promised(
    database: Database, tmp_path: Path, after_us: ExitStack, many: int
) -> None:
    if (database.name == "sqlite") != (many == 1):
        return  # one site has a file, several have a server
    drop = after_us.enter_context(mail_server())
    redis = after_us.enter_context(valkey.running()) if many > 1 else None
    environment = {
        **{name: value for name, value in os.environ.items() if name != "MAKELEVEL"},
        "DATABASE_URL": database.copy(),
        "REDIS_URL": redis.url if redis else "",
        "INSTANCE_DIR": str(tmp_path),
        "MAIL_SERVER": "127.0.0.1",
        "MAIL_PORT": str(drop.port),
        "MAIL_SECURITY": "none",
        "MAIL_TIMEOUT": "2",
        "PROXY_HOPS": "1" if many > 1 else "0",
    }
    sites = [Site(free_port(), environment) for _ in range(many)]
    for site in sites:
        after_us.callback(site.stop)
        site.start()
        answered(partial(Visitor(f"http://127.0.0.1:{site.port}").get, "/healthz"))
    front = after_us.enter_context(proxy(sites, tmp_path)) if many > 1 else f"http://127.0.0.1:{sites[0].port}"
    engine = create_engine(environment["DATABASE_URL"])
    after_us.callback(engine.dispose)
    with engine.connect() as connection:
        after = connection.scalar(select(func.max(Visit.id))) or 0
        course = connection.scalar(select(Course.slug).where(Course.half_days == 1).order_by(Course.id).limit(1))
    crowd = Crowd(front, str(course))
    storm(crowd, sites, drop, redis)
    report(crowd, sites, drop, engine=engine, after=after)

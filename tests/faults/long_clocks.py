"""The site under Debian's faketime, across changes of the clocks, a leap day, New Year and bank holidays.

`make faults` runs it. Each moment starts the site as it is shipped, on a machine whose zone is not always London's;
its worker does what is due, and the mail server must have got exactly what the story says.
"""

import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from email.message import EmailMessage
from itertools import cycle
from pathlib import Path
from typing import Any, cast
from urllib.error import URLError
from urllib.request import urlopen

import icalendar
import pytest
from flask import Flask
from sqlalchemy import Engine, create_engine, func, select

from booking import create_app
from booking.db import db, transaction
from booking.domain.access import Purpose
from booking.domain.days import Half
from booking.domain.lifecycle import TrainerAnswer, VisitState
from booking.domain.post import MailState
from booking.models import Heartbeat, Mail, Schedule
from booking.queries import invariants
from booking.services import links, visits
from booking.services.timetable.heartbeats import WORKER
from tests import make
from tests.conftest import ROOT, Database, settings_for
from tests.services.mailed import acting
from tests.smtp import MailDrop, free_port, smtp
from tests.test_serve import child_of, until

__all__ = ["smtp"]
CONFIRMED = datetime(2027, 3, 1, 12, tzinfo=UTC)
ZONES = ("UTC", "Pacific/Auckland", "Europe/London", "America/New_York")  # of the machine, in turn
HOURS = {Half.AM: "9:30am to 12:30pm", Half.PM: "1:30pm to 4:30pm"}
NO_HOURS = "How was the visit?"
NEAR = timedelta(days=14)


@dataclass(frozen=True)
class Planned:
    """A visit, named by its town, and the instant at which it starts."""

    town: str
    trainer: str
    day: str  # as our mails write it
    half: Half
    starts_at: str  # UTC

    @property
    def date(self) -> date:
        return datetime.fromisoformat(self.starts_at).date()


VISITS = (
    Planned("Exeter", "Ann", "Friday 26 March", Half.AM, "2027-03-26T09:30Z"),
    Planned("Tiverton", "Ann", "Monday 29 March", Half.PM, "2027-03-29T12:30Z"),  # the clocks changed yesterday
    Planned("Crediton", "Ann", "Tuesday 30 March", Half.AM, "2027-03-30T08:30Z"),  # after Easter
    Planned("Honiton", "Ann", "Tuesday 4 May", Half.PM, "2027-05-04T12:30Z"),  # after the bank holiday
    Planned("Exmouth", "Ben", "Friday 29 October", Half.AM, "2027-10-29T08:30Z"),
    Planned("Totnes", "Ben", "Monday 1 November", Half.PM, "2027-11-01T13:30Z"),  # the clocks changed yesterday
    Planned("Barnstaple", "Ann", "Tuesday 4 January", Half.AM, "2028-01-04T09:30Z"),  # after New Year's holiday
    Planned("Okehampton", "Ben", "Tuesday 29 February", Half.PM, "2028-02-29T13:30Z"),  # leap day
)
PLANNED = {planned.town: planned for planned in VISITS}

# When the site is started, in how many processes, and all that arrives then: to whom, and how the subject begins.
SPRING = """
2027-03-01T13:00:00+00:00 1 Exeter: Confirmed, Tiverton: Confirmed, Crediton: Confirmed, Honiton: Confirmed, \
Exmouth: Confirmed, Totnes: Confirmed, Barnstaple: Confirmed, Okehampton: Confirmed, Ann: New visit, Ann: New visit, \
Ann: New visit, Ann: New visit, Ann: New visit, Ben: New visit, Ben: New visit, Ben: New visit
2027-03-19T08:59:30+00:00 1 Cora:
2027-03-19T09:00:05+00:00 2 Exeter: In 7 days
2027-03-19T14:00:05+00:00 2 Ann: Your week 22 to 28 March: 1 visit
2027-03-22T09:00:05+00:00 1 Cora:, Tiverton: In 7 days
2027-03-24T10:00:00+00:00 2 Cora:, Crediton: In 6 days
2027-03-25T09:00:05+00:00 1 Cora:, Exeter: Tomorrow, Tiverton: On Monday, Crediton: In 5 days
2027-03-25T15:59:30+00:00 1
2027-03-25T16:00:05+00:00 1 Ann: Tomorrow: Exeter 9:30am
2027-03-26T13:59:30+00:00 1
2027-03-26T14:00:05+00:00 2 Ann: Your week 29 March to 4 April: 2 visits
2027-03-28T00:59:59+00:00 2 Exeter: How was the visit?
2027-03-28T15:59:30+01:00 1
2027-03-28T16:00:05+01:00 2 Ann: Tomorrow: Tiverton 1:30pm
2027-03-30T00:30:00+01:00 1 Ann: Today: Crediton 9:30am
2027-03-30T10:00:05+01:00 2 Cora:, Tiverton: How was the visit?
2027-03-31T09:59:30+01:00 1 Cora:
2027-03-31T10:00:05+01:00 1 Crediton: How was the visit?
"""
LATER = """
2027-04-30T09:00:05+01:00 1 Cora:, Honiton: On Tuesday
2027-04-30T13:59:30+01:00 1
2027-05-01T14:00:00+01:00 2 Ann: Your week 3 to 9 May: 1 visit
2027-05-03T09:00:00+01:00 1
2027-05-03T16:00:05+01:00 1 Ann: Tomorrow: Honiton 1:30pm
2027-10-22T09:00:05+01:00 1 Cora:, Exmouth: In 7 days
2027-10-22T14:00:05+01:00 1 Ben: Your week 25 to 31 October: 1 visit
2027-10-25T09:00:05+01:00 1 Cora:, Totnes: In 7 days
2027-10-28T09:00:05+01:00 1 Cora:, Exmouth: Tomorrow
2027-10-28T16:00:05+01:00 2 Ben: Tomorrow: Exmouth 9:30am
2027-10-29T13:59:30+01:00 1 Totnes: On Monday
2027-10-29T14:00:05+01:00 2 Ben: Your week 1 to 7 November: 1 visit
2027-10-31T01:59:59+01:00 2 Exmouth: How was the visit?
2027-10-31T15:59:30+00:00 1
2027-10-31T16:00:05+00:00 2 Ben: Tomorrow: Totnes 1:30pm
2027-11-02T10:00:05+00:00 1 Cora:, Totnes: How was the visit?
2027-12-28T09:00:05+00:00 1 Barnstaple: In 7 days
2027-12-31T09:00:05+00:00 1 Cora:, Barnstaple: On Tuesday
2028-01-01T00:00:05+00:00 2 Ann: Your week 3 to 9 January: 1 visit
2028-01-03T16:00:05+00:00 1 Ann: Tomorrow: Barnstaple 9:30am
2028-02-25T14:00:05+00:00 2 Ben: Your week 28 February to 5 March: 1 visit, Okehampton: On Tuesday
2028-02-28T09:00:05+00:00 1 Cora:, Okehampton: Tomorrow
2028-02-28T16:00:05+00:00 1 Ben: Tomorrow: Okehampton 1:30pm
2028-03-01T10:00:05+00:00 1 Cora:, Okehampton: How was the visit?
"""


@dataclass
class Site:
    """A web server and its worker that believe it is another day."""

    started: subprocess.Popen[bytes]
    url: str
    web: int = 0

    @classmethod
    def start(cls, environment: dict[str, str], at: datetime, folder: Path) -> "Site":
        port = free_port()
        with (folder / "log").open("ab") as log:
            started = subprocess.Popen(
                ["faketime", "-f", f"@{at.timestamp():.0f}", sys.executable, "-m", "booking.serve"],
                cwd=ROOT,
                env={**environment, "PORT": str(port), "INSTANCE_DIR": str(folder)},
                stdout=log,
                stderr=log,
            )
        return cls(started, f"http://127.0.0.1:{port}")

    def answers(self) -> bool:
        assert self.started.poll() is None, "it did not start"
        try:
            self.get("/healthz")
        except URLError:
            return False
        self.web = child_of(self.started.pid)
        return True

    def works(self) -> bool:
        """Whether the threads of the worker's queue run, and so its first timetable."""
        return len(list(Path(f"/proc/{child_of(self.web)}/task").iterdir())) > 2  # one more is the leash

    def get(self, path: str) -> str:
        with urlopen(self.url + path) as answer:
            return str(answer.read().decode())

    def stop(self) -> None:
        """In good order: a worker ends what it has begun."""
        if self.started.poll() is None:
            os.kill(self.web or self.started.pid, signal.SIGTERM)
            self.started.wait()


@dataclass
class Told:
    """What the site needs, the pages of each visit by town, and Ben's calendar."""

    environment: dict[str, str]
    engine: Engine
    pages: dict[str, str]
    feed: str


def filled(app: Flask) -> tuple[dict[str, str], str]:
    """Eight visits, confirmed as staff do it. The paths of the firms' pages by town, and of the feed of Ben's."""
    with app.app_context(), transaction():
        cora, course = acting(make.cora()), make.course(half_days=1)
        trainers = {"Ann": make.ann(course), "Ben": make.ben(course, wants_feed=True)}
        pages = {}
        for planned in VISITS:
            firm = make.firm(f"{planned.town} Joinery")
            maya = make.contact(firm, name=planned.town, email=f"maya@{planned.town.lower()}.example")
            visit = make.visit(
                VisitState.REQUESTED,
                course=course,
                trainer=trainers[planned.trainer],
                enquiry=make.enquiry(of=firm, contact=maya),
                day=planned.date,
                half=planned.half,
                trainer_answer=TrainerAnswer.ACCEPTED,
                address_confirmed_at=CONFIRMED,
            )
            assert visit.site is not None
            visit.site.town = planned.town
            visits.confirm(visit, actor=cora, now=CONFIRMED)
            pages[planned.town] = f"/b/{links.token(links.keep(Purpose.MANAGE, now=CONFIRMED, visit_id=visit.id))}"
        feed = links.keep(Purpose.FEED, now=CONFIRMED, trainer_id=trainers["Ben"].id)
        return pages, f"/t/feed/{links.token(feed)}.ics"


@pytest.fixture
def told(database: Database, tmp_path: Path, smtp: MailDrop) -> Iterator[Told]:
    app = create_app(settings_for(database.copy(), tmp_path))
    pages, feed = filled(app)
    with app.app_context():
        engine = create_engine(db.engine.url)
        db.engine.dispose()
    left_out = {"MAKELEVEL", "DATABASE_URL", "PYTHONDONTWRITEBYTECODE"}
    yield Told(
        {
            **{name: value for name, value in os.environ.items() if name not in left_out},
            "DATABASE_URL": engine.url.render_as_string(hide_password=False),
            "SECRET_KEY": "not a secret: tests only",
            "MAIL_SERVER": "127.0.0.1",
            "MAIL_PORT": str(smtp.port),
            "MAIL_SECURITY": "none",
            "FAKETIME_DONT_FAKE_MONOTONIC": "1",  # how long something takes is not faked
            "FAKETIME_DONT_RESET": "1",
            "FAKETIME_FMT": "%s",
            "NO_FAKE_STAT": "1",  # or Python takes its own compiled modules for old
        },
        engine,
        pages,
        feed,
    )
    engine.dispose()


def live(told: Told, at: datetime, zone: str, folders: list[Path]) -> None:
    """Starts a site in each folder at this moment, lets the workers do what is due, reads the pages, stops them."""
    environment = {**told.environment, "TZ": zone}
    beat = select(func.count()).select_from(Heartbeat).where(Heartbeat.name == WORKER, Heartbeat.beat_at >= at)

    def has_beaten() -> bool:
        with told.engine.connect() as connection:
            return bool(connection.scalar(beat))

    with ExitStack() as sites:
        running = list[Site]()
        for folder in folders:
            running.append(Site.start(environment, at, folder))
            sites.callback(running[-1].stop)
        for site in running:
            until(site.answers)
            until(site.works)
        until(has_beaten)
        read_pages(running[0], told, at)


def events(text: str) -> list[Any]:
    return list(icalendar.Calendar.from_ical(text).walk("VEVENT"))


def check_event(event: Any, planned: Planned) -> None:
    """London's hours, and the right instant."""
    starts = event["DTSTART"].dt
    assert f"{starts:%H:%M}" == ("09:30" if planned.half is Half.AM else "13:30")
    assert starts.astimezone(UTC) == datetime.fromisoformat(planned.starts_at)
    assert f"{event['DTEND'].dt:%H:%M}" == ("12:30" if planned.half is Half.AM else "16:30")


def read_pages(site: Site, told: Told, at: datetime) -> None:
    """What was 9:30am is 9:30am, on the pages of the visits that are near, in their files, and in the feed."""
    for planned in VISITS:
        if abs(planned.date - at.date()) < NEAR:
            path = told.pages[planned.town]
            assert HOURS[planned.half] in site.get(path)
            (event,) = events(site.get(f"{path}/visit.ics"))
            check_event(event, planned)
    bens = events(site.get(told.feed))
    assert bens, "the feed is empty"
    for event in bens:
        check_event(event, PLANNED[str(event["SUMMARY"]).partition(":")[0]])


def who(letter: EmailMessage) -> str:
    """The visit's town, where it is to the firm; else a first name."""
    return str(letter["To"].addresses[0].display_name).partition(" ")[0]


def check_letter(letter: EmailMessage, at: datetime) -> None:
    """It says the visits' day and hours, in words and for the calendar, and left on the day it should."""
    assert abs((letter["Date"].datetime - at).total_seconds()) < 60
    if who(letter) == "Cora":
        return
    body = letter.get_body(("plain",))
    words = " ".join(body.get_content().split()).lower() if body else ""  # headings are in capitals
    about = [planned for planned in VISITS if f", {planned.town.lower()}, " in words]
    assert about, words
    for planned in about:
        assert planned.day.lower() in words
        assert str(letter["Subject"]) == NO_HOURS or HOURS[planned.half] in words
    for part in letter.walk():
        if part.get_content_type() == "text/calendar":
            (event,) = events(cast(str, part.get_content()))
            check_event(event, about[0])


def check_end(told: Told, smtp: MailDrop) -> None:
    """Every mail that was written has left, once."""
    with told.engine.connect() as connection:
        mails = connection.execute(select(Mail.message_id, Mail.state)).all()
        weeks = connection.execute(select(Schedule.trainer_id, Schedule.monday)).all()
        assert invariants.broken(connection) == []
    assert {state for _, state in mails} == {MailState.SENT}
    assert sorted(str(letter["Message-ID"]) for letter in smtp.received) == sorted(mail for mail, _ in mails)
    assert len(weeks) == len(set(weeks))


def test_what_falls_due_goes_once_at_londons_hour_whatever_the_clocks_do(
    told: Told, smtp: MailDrop, tmp_path: Path
) -> None:
    """All of it on SQLite, and the spring on PostgreSQL too: what may differ is who claims what, not the calendar."""
    assert shutil.which("faketime"), "this needs Debian's faketime: apt-get install faketime"
    folders = [tmp_path / name for name in ("one", "two")]
    for folder in folders:
        folder.mkdir()
    story = SPRING + LATER if told.engine.name == "sqlite" else SPRING
    for zone, line in zip(cycle(ZONES), filter(None, story.splitlines()), strict=False):
        moment, many, arrives = f"{line} ".split(" ", 2)
        at, before = datetime.fromisoformat(moment), len(smtp.received)
        live(told, at, zone, folders[: int(many)])
        new = smtp.received[before:]
        found = sorted(f"{who(letter)}: {letter['Subject']}" for letter in new)
        wanted = sorted(each for each in arrives.strip().split(", ") if each)
        assert len(found) == len(wanted), (moment, found)
        assert all(one.startswith(other) for one, other in zip(found, wanted, strict=True)), (moment, found)
        for letter in new:
            check_letter(letter, at)
    check_end(told, smtp)
    assert [line for folder in folders for line in (folder / "log").read_text().splitlines() if "ERROR" in line] == []

"""The product as it runs: what a start costs, what it weighs after many requests, how fast mail leaves."""

import time
from datetime import timedelta

from sqlalchemy import insert

from bench.booking import NOW, made_up
from bench.pages import MEMORY_MIB, Site, Visitor, child_of, cpu_seconds, pss_mib, served
from booking.db import db, transaction
from booking.domain.post import Audience, MailState
from booking.models import Mail
from booking.post_office.rounds import send_due
from tests import smtp

START_SECONDS, GROWTH_MIB, MAILS_A_SECOND = 1.5, 2, 50
PATHS = ("/", "/courses", "/courses/new-manager-essentials", "/counties/devon", "/find", "/enquire", "/terms", "/none")
VISIT = 10  # times that a visitor looks at each
EARLY, LATE = 2_000, 10_000  # requests
MAILS = 500


def report() -> None:
    """Prints each figure beside its target."""
    print("The product as it runs")
    with served(again=True) as site:
        started = cpu_seconds(site.pid) + cpu_seconds(child_of(site.pid))
        print(f"  {'start to first page, CPU':<40}{started:>6.2f} s of {START_SECONDS}")
        early = after(site, EARLY)
        late = after(site, LATE - EARLY)
    print(f"  {f'memory after {LATE:,} requests (PSS)':<40}{late:>6.1f} MiB of {MEMORY_MIB}")
    print(f"  {f'and since request {EARLY:,}':<40}{late - early:>+6.1f} MiB of +{GROWTH_MIB}")
    print(f"  {'mails to a server on loopback':<40}{mails_a_second():>6.0f} a second, at least {MAILS_A_SECOND}")


def after(site: Site, requests: int) -> float:
    """Web and worker together, in MiB, after so many requests by visitors who come and go."""
    for _ in range(requests // (VISIT * len(PATHS))):
        visitor = Visitor(site)
        for path in PATHS * VISIT:
            visitor.look(path)
    return pss_mib(site.pid) + pss_mib(child_of(site.pid))


def mails_a_second() -> float:
    """By the clock: one worker's round, with a commit before and after each mail."""
    with smtp.running() as drop, made_up(trainers=1, booked=1, mail=drop.settings()) as app, app.app_context():
        with transaction():
            db.session.execute(insert(Mail), [mail(number) for number in range(MAILS)])
        begun = time.perf_counter()
        done = send_due()
        spent = time.perf_counter() - begun
        assert done.sent == len(drop.received) == MAILS, done
    return MAILS / spent


def mail(number: int) -> dict[str, object]:
    return {
        "key": f"bench:{number}:v1",
        "series": f"bench:{number}",
        "kind": "confirmed",
        "audience": Audience.BUSINESS,
        "to_name": "Maya Reed",
        "to_address": f"maya@j{number}.example",
        "subject": "Your visit is confirmed",
        "text": "Your visit is confirmed.\n" * 40,
        "html": "<p>Your visit is confirmed.</p>\n" * 100,
        "message_id": f"<bench-{number}@trainingsouthwest.example>",
        "state": MailState.WAITING,
        "due_at": NOW - timedelta(minutes=1),
        "created_at": NOW,
    }

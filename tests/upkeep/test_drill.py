"""The drill: a backup is made while people write, the database is lost, and what had been said before is there."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from itertools import count
from threading import Event
from time import perf_counter, sleep

from flask import Flask
from sqlalchemy import select

from booking import clock
from booking.db import db, transaction
from booking.models import Contact, Enquiry
from booking.queries import invariants
from booking.upkeep import backups, restoring
from tests import make
from tests.conftest import served
from tests.web.business.booking import HIDDEN
from tests.web.business.crowd import Visitor

WRITERS, EACH = 4, 5  # who write, and how often before the backup and after it
TYPED = {
    "reason": "other",
    "message": "Do you teach at night?",
    "contact": "Maya Reed",
    "firm": "Acme Joinery",
    "phone": "01632 960 111",
    "place": "EX2 8AA",
}


def test_a_backup_under_load_holds_all_that_was_said_before_it(fresh_app: Callable[..., Flask]) -> None:
    app, over = fresh_app(), Event()
    said: list[tuple[float, str]] = []  # when somebody read that we have it, and whose it is

    def write(writer: int) -> None:
        visitor = Visitor(site.url, address=f"127.0.0.{writer + 2}")
        for number in count():
            if over.is_set():
                return
            email, carried = f"maya{number}@firm{writer}.example", dict(HIDDEN.findall(visitor.get("/enquire")))
            status, _ = visitor.post("/enquire", **TYPED, **carried, email=email)
            assert status == 303
            said.append((perf_counter(), email))

    def wait(more: int) -> None:
        until = len(said) + more
        while len(said) < until and not any(each.done() for each in writers):
            sleep(0.02)

    with app.app_context():
        with transaction():
            make.course()
        with served(app) as site, ThreadPoolExecutor(WRITERS) as pool:
            writers = [pool.submit(write, number) for number in range(WRITERS)]
            try:
                wait(WRITERS * EACH)
                begun = perf_counter()
                file = backups.make(clock.now())
                made = perf_counter()
                wait(WRITERS * EACH)
            finally:
                over.set()
            for each in writers:
                each.result()
        db.session.remove()
        lost = perf_counter()
        restoring.restore(file, clock.now())
        back = perf_counter()
        kept = set(db.session.scalars(select(Contact.email).join(Enquiry, Enquiry.contact_id == Contact.id)))
        assert invariants.broken(db.session.connection()) == []
        db.session.remove()
    before, after = ({email for at, email in said if (at < begun) is early} for early in (True, False))
    assert before <= kept
    assert after - kept, "what came later cannot be in it: the drill would prove nothing"
    print(
        f"\nbackup drill: {len(said)} enquiries, {len(before)} before it; made in {made - begun:.2f} s, back in"
        f" {back - lost:.2f} s; lost were {len(after - kept)} that came after it was begun"
    )

"""Staff's pages at two sizes of firm: CPU time and statements of a request, and what ten times the data costs."""

import random
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from functools import partial
from typing import Any

import time_machine
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import insert, select, text, update

from bench.booking import NOW, counted, cpu_ms, line, made_up
from bench.pages import TOKEN
from booking import clock
from booking.db import db, transaction
from booking.domain.access import Purpose, Role
from booking.domain.days import Half, Slot
from booking.domain.lifecycle import EnquiryReason, EnquiryState, VisitState
from booking.domain.places import County
from booking.domain.post import Audience, MailState
from booking.domain.references import reference
from booking.models import Absence, Contact, Enquiry, Firm, HistoryEntry, Mail, Site, Staff, Visit
from booking.services import firms, links

SIZES = ((20, 2_000, 5_000), (200, 20_000, 50_000))  # trainers, visits, enquiries
ALLOWED_MS, REPEATS = 15, 15
AT_ONCE = 1_000  # firms whose words are written together
ENQUIRIES_FROM = 1 << 39  # their references, apart from those of visits
OPEN_PERCENT = 2
TOWNS = ("Exeter", "Truro", "Yeovil", "Dorchester", "Barnstaple")
OUTCODES = ("EX2", "TR1", "BA20", "DT1", "EX31")
LETTERS = "ABDEFGHJLNPQRSTUWXYZ"
PAGES = (
    ("Today", "/staff"),
    ("enquiries", "/staff/enquiries"),
    ("an enquiry", "/staff/enquiries/7"),
    ("visits", "/staff/visits"),
    ("a visit", "/staff/visits/{visit}"),
    ("planner, a week", "/staff/planner"),
    ("outbox", "/staff/outbox"),
    ("search, a firm", "/staff/search?q=Joinery+1234"),
    ("search, a postcode", "/staff/search?q=EX2+8AA"),
    ("search, a phone number", "/staff/search?q=01632+961234"),
    ("search, nothing found", "/staff/search?q=zzzz"),
)


def report() -> None:
    """Prints each page at both sizes beside its target."""
    print(f"Staff's pages (SQLite): CPU time of a request, medians of {REPEATS}, of {ALLOWED_MS} at the larger size")
    small, large = (dict(figures(*size)) for size in SIZES)
    print(f"  {'':<32}{' and '.join(words(*size) for size in SIZES)}")
    for name, (spent, statements) in large.items():
        before, fewer = small[name]
        same = f"{statements} statements" if statements == fewer else f"{fewer} and {statements} statements"
        line(name, spent, f"({before:.1f} at the smaller: {spent / before:.1f} times), {same}")


def words(trainers: int, booked: int, asked: int) -> str:
    return f"{trainers} trainers, {booked:,} visits, {asked:,} enquiries"


def figures(trainers: int, booked: int, asked: int) -> Iterator[tuple[str, tuple[float, int]]]:
    """Each page with its milliseconds and its statements."""
    with desk(trainers, booked, asked) as (client, visit):
        for name, path in PAGES:
            look = partial(fetch, client, path.format(visit=visit))
            yield name, (cpu_ms([look] * REPEATS), counted(look))


def fetch(client: FlaskClient, path: str) -> None:
    answer = client.get(path)
    assert answer.status_code == 200, (path, answer.status)


@contextmanager
def desk(trainers: int, booked: int, asked: int) -> Iterator[tuple[FlaskClient, str]]:
    """A colleague's browser, signed in, at a firm of this size; and the reference of a visit ahead."""
    with time_machine.travel(NOW), made_up(trainers=trainers, booked=booked) as app:
        with app.app_context(), transaction():
            write(trainers, booked, asked)
        yield signed_in(app)


def signed_in(app: Flask) -> tuple[FlaskClient, str]:
    """A browser of a colleague's, and the reference of a visit ahead."""
    with app.app_context(), transaction():
        path = f"/staff/demo/{links.token(links.make(Purpose.DEMO, now=clock.now(), staff_id=a_colleague().id))}"
        ahead = select(Visit.reference).where(Visit.state == VisitState.CONFIRMED).order_by(Visit.first_day, Visit.id)
        visit = db.session.scalars(ahead).first()
    client = app.test_client()
    token = TOKEN.search(client.get(path).text)
    assert token is not None
    client.post(path, data={"csrf_token": token[1]})
    return client, str(visit)


def write(trainers: int, booked: int, asked: int) -> None:
    """What lies around the visits that are there."""
    write_customers(asked, random.Random(asked))
    write_mails(booked)
    write_absences(trainers)


def a_colleague() -> Staff:
    colleague = Staff(
        name="Cora Dunn", email="cora@trainingsouthwest.example", role=Role.STAFF, fs_uniquifier="cora", created_at=NOW
    )
    db.session.add(colleague)
    db.session.flush()
    return colleague


def write_customers(asked: int, chance: random.Random) -> None:
    """Firms with a site and a contact, an enquiry of each, few of them open; the first ones own the visits."""
    numbers = range(1, asked + 1)
    insert_all(Firm, ({"id": n, "name": f"Joinery {n}", "email_domain": f"j{n}.example"} for n in numbers))
    insert_all(Site, (site_row(n) for n in numbers))
    insert_all(
        Contact,
        (
            {"id": n, "firm_id": n, "name": f"Maya Reed {n}", "email": f"maya@j{n}.example", "phone": f"+441632{n:06}"}
            for n in numbers
        ),
    )
    insert_all(Enquiry, (enquiry_row(n, chance) for n in numbers))
    for first in range(1, asked + 1, AT_ONCE):
        firms.renew_words(range(first, first + AT_ONCE))
    db.session.execute(
        text(
            "UPDATE visits SET enquiry_id = id, firm_id = id, site_id = id, contact_id = id, requested_at = created_at,"
            " address_confirmed_at = created_at, confirmed_at = created_at, trainer_answer = 'accepted',"
            " seen_at = created_at, took_place = CASE WHEN state = 'delivered' THEN true END"
        )
    )


def postcode(number: int) -> str:
    """Of the firm with this number: one of 20,000."""
    rest, letters = divmod(number // 5, len(LETTERS) ** 2)
    return f"{OUTCODES[number % 5]} {rest % 10}{LETTERS[letters // 20]}{LETTERS[letters % 20]}"


def site_row(number: int) -> dict[str, Any]:
    return {
        "id": number,
        "firm_id": number,
        "address": f"Unit {number}",
        "town": TOWNS[number % 5],
        "postcode": postcode(number),
        "outcode": OUTCODES[number % 5],
        "county": County.DEVON,
    }


def enquiry_row(number: int, chance: random.Random) -> dict[str, Any]:
    is_open = chance.random() * 100 < OPEN_PERCENT
    over = EnquiryState.WON if number % 3 else EnquiryState.LOST
    asked_at = NOW - timedelta(hours=chance.randrange(1, 100) if is_open else number)
    return {
        "id": number,
        "reference": reference(ENQUIRIES_FROM + number),
        "state": chance.choice((EnquiryState.NEW, EnquiryState.TALKING)) if is_open else over,
        "reason": EnquiryReason.COURSE,
        "firm_id": number,
        "contact_id": number,
        "course_id": 1,
        "county": County.DEVON,
        "place": postcode(number),
        "message": "We have two new supervisors.",
        "people": 8,
        "due_at": asked_at + timedelta(days=2),
        "answered_at": None if is_open else asked_at,
        "privacy_version": "2026-11",
        "created_at": asked_at,
    }


def write_mails(booked: int) -> None:
    """Two mails of each visit and a line of its history; all sent."""
    rows = [(visit, kind) for visit in range(1, booked + 1) for kind in ("new_visit", "confirmed")]
    insert_all(Mail, (mail_row(*row) for row in rows))
    goer = select(Visit.trainer_id).where(Visit.id == Mail.visit_id).scalar_subquery()
    db.session.execute(update(Mail).where(Mail.kind == "new_visit").values(trainer_id=goer))
    insert_all(
        HistoryEntry,
        (
            {"at": NOW, "actor": "staff:1", "actor_name": "Cora Dunn", "act": "confirmed", "visit_id": visit}
            for visit in range(1, booked + 1)
        ),
    )


def mail_row(visit: int, kind: str) -> dict[str, Any]:
    series = f"visit:{visit}:{kind}"
    return {
        "key": f"{series}:v1",
        "series": series,
        "kind": kind,
        "audience": Audience.TRAINER if kind == "new_visit" else Audience.BUSINESS,
        "to_name": "Maya Reed",
        "to_address": f"maya@j{visit}.example",
        "subject": "Your visit is confirmed",
        "text": "Your visit is confirmed.\n" * 40,
        "html": "<p>Your visit is confirmed.</p>\n" * 100,
        "message_id": f"<{series}@trainingsouthwest.example>",
        "state": MailState.SENT,
        "due_at": NOW - timedelta(hours=visit),
        "sent_at": NOW - timedelta(hours=visit),
        "visit_id": visit,
        "enquiry_id": visit,
        "created_at": NOW,
    }


def write_absences(trainers: int) -> None:
    """A week of leave behind everybody, and one ahead of every tenth trainer: some of it over visits."""
    today = Slot(NOW.date(), Half.AM).number
    weeks = [(n, today - 200) for n in range(1, trainers + 1)] + [(n, today + 60) for n in range(1, trainers + 1, 10)]
    insert_all(
        Absence,
        ({"trainer_id": n, "first_slot": first, "last_slot": first + 9, "kind": "leave"} for n, first in weeks),
    )


def insert_all(model: type[Any], rows: Iterator[dict[str, Any]]) -> None:
    stamped = {"created_at": NOW} if "created_at" in model.__table__.columns else {}
    db.session.execute(insert(model), [{**stamped, **row} for row in rows])

"""What ails an installation: each examination says what is so, and when that is not well, what helps."""

import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import cast

from flask import current_app
from flask_mail import Message
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from booking import schema
from booking.db import db
from booking.domain.days import london_time
from booking.domain.desk.needs import WORKER_SILENT
from booking.post_office.carriers import Line
from booking.queries import invariants, outbox
from booking.redis import Away, shared
from booking.upkeep import backups
from config import settings

BACKUP_AGE = timedelta(hours=26)
FREE_BYTES = 500_000_000
SECRET_LENGTH = 32
APART_SECONDS = 5


@dataclass(frozen=True, slots=True)
class Finding:
    """One line of the report. `helps`: the command or the setting that mends it; empty when all is well."""

    about: str
    words: str
    helps: str = ""


def examine(now: datetime, *, mail_to: str = "") -> Iterator[Finding]:
    """Every finding. `mail_to`: an address that gets a test mail; without one the server is only met."""
    yield secrets()
    yield address()
    yield disk()
    yield age_of_backups(now)
    yield mail(mail_to)
    yield redis()
    yield Finding("zone", f"In London it is {london_time(now):%H:%M on %-d %B %Y}")
    try:
        yield database()
        yield migrations()
        yield promises()
        yield worker(now)
        yield clock(now)
    except DBAPIError as error:
        yield Finding("database", f"It does not answer: {error.orig}", "Start it, and see DATABASE_URL")


def secrets() -> Finding:
    if len(settings().secret_key) < SECRET_LENGTH:
        helps = 'Set SECRET_KEY to the output of: python3 -c "import secrets; print(secrets.token_hex(32))"'
        return Finding("secrets", f"SECRET_KEY has fewer than {SECRET_LENGTH} characters", helps)
    return Finding("secrets", "SECRET_KEY is long enough")


def address() -> Finding:
    base = settings().base_url
    if not settings().is_loopback and not base.startswith("https://"):
        return Finding("address", f"{base} is open to anybody on the way", "Set BASE_URL to an https:// address")
    if not settings().is_loopback and not settings().proxy_hops:
        words = f"{base}, but no proxy is believed: everybody seems to come from one network"
        return Finding("address", words, "Set PROXY_HOPS to the number of proxies in front")
    return Finding("address", f"{base}{', this machine only' if settings().is_loopback else ''}")


def database() -> Finding:
    dialect = db.engine.dialect.name
    version = db.session.scalar(text("SELECT sqlite_version()" if dialect == "sqlite" else "SHOW server_version"))
    return Finding("database", f"{'SQLite' if dialect == 'sqlite' else 'PostgreSQL'} {version} answers")


def migrations() -> Finding:
    ran, newest = schema.ran(), schema.newest()
    return Finding("migrations", f"{ran or 'none'} of {newest} has run", "flask db upgrade" if ran < newest else "")


def promises() -> Finding:
    if broken := invariants.broken(db.session.connection()):
        return Finding("promises", "; ".join(broken[:5]), "Open the visits named here, and mend them by hand")
    return Finding("promises", "Nobody is booked twice, and every visit holds its half-days")


def worker(now: datetime) -> Finding:
    beat = outbox.last_beat()
    if beat is None or now - beat > WORKER_SILENT:
        since = f"since {beat:%Y-%m-%d %H:%M} UTC" if beat else "ever"
        return Finding("worker", f"No sign of life {since}: no mail leaves", "python -m booking.serve")
    return Finding("worker", f"Alive {int((now - beat).total_seconds())} seconds ago")


def clock(now: datetime) -> Finding:
    """Whether this machine agrees with the database's about the time; SQLite has no clock of its own."""
    told = db.session.scalar(text("SELECT CURRENT_TIMESTAMP"))
    there = told if isinstance(told, datetime) else datetime.fromisoformat(f"{told}+00:00")
    apart = abs((now - there).total_seconds())
    words = f"{apart:.0f} seconds between this machine and the database's"
    return Finding("clock", words, "" if apart <= APART_SECONDS else "timedatectl set-ntp true, on both")


def disk() -> Finding:
    left = shutil.disk_usage(settings().instance).free
    words = f"{left / 1e9:.1f} GB free in {settings().instance}"
    return Finding("disk", words, "" if left > FREE_BYTES else "Make room, or move INSTANCE_DIR")


def age_of_backups(now: datetime) -> Finding:
    kept = backups.all_of_them()
    if not kept:
        return Finding("backups", f"There is none in {settings().backups}", "flask backup, each night")
    age = now - backups.made_at(kept[-1])
    words = f"{len(kept)}, the newest {age.total_seconds() / 3600:.0f} hours old"
    return Finding("backups", words, "" if age < BACKUP_AGE else "flask backup, each night")


def mail(to: str) -> Finding:
    """Meets the mail server, with TLS and the password, as the worker does."""
    server = settings().mail
    if not server.host:
        helps = "" if settings().is_loopback else "Set MAIL_SERVER"
        return Finding("mail", f"No server: mails become files in {server.folder}", helps)
    try:
        with Line(current_app.extensions["mail"]) as line:
            if to:
                line.send(Message("Your test email", recipients=[to], body="It arrived.", sender=server.sender))
    except OSError as error:  # smtplib's own faults are kinds of it
        return Finding(
            "mail", f"{server.host}:{server.port}: {error}", "See MAIL_* in the README, and the server's log"
        )
    tls = {"none": "without TLS, on this machine", "tls": "TLS", "starttls": "STARTTLS"}[server.security]
    return Finding(
        "mail", f"{server.host}:{server.port} answers, {tls}{f'; a test is on its way to {to}' if to else ''}"
    )


def redis() -> Finding:
    way = shared(current_app)
    if not way:
        return Finding("redis", "Not used: each process counts its limits and wakes its worker for itself")
    try:
        told = cast(dict[str, str], way.ask(lambda: way.client.info("server")))
    except Away as away:
        words = f"It does not answer ({type(away.__cause__).__name__}): each process goes on for itself"
        return Finding("redis", words, "Start it, and see REDIS_URL")
    return Finding("redis", f"{told['redis_version']} answers")


def records() -> list[str]:
    """What the name service must say, so that other servers believe our mails; whether it does is not looked up."""
    domain = settings().mail.sender.rpartition("@")[2]
    return [
        f'{domain}  TXT  "v=spf1 include:YOUR-MAIL-PROVIDER -all"',
        f'SELECTOR._domainkey.{domain}  TXT  "v=DKIM1; k=rsa; p=…"  (both from your mail provider)',
        f'_dmarc.{domain}  TXT  "v=DMARC1; p=quarantine; rua=mailto:{settings().mail.reply_to}"',
    ]

"""`flask` commands (edge): small, and each through the same services as the pages."""

import sys
from pathlib import Path

import click
from flask import Flask
from flask.cli import AppGroup, with_appcontext
from sqlalchemy.exc import IntegrityError

from booking import clock, privacy
from booking.db import transaction
from booking.domain.access import WORKER, Role
from booking.domain.diagnostic.lines import BadLine, score_lines
from booking.domain.errors import Refused
from booking.post_office import rounds
from booking.queries import beginnings
from booking.services import demo as demo_data
from booking.services import links
from booking.services import staff as colleagues
from booking.services.timetable import schedules as weeks
from booking.upkeep import backups, copying, moving, restoring
from booking.upkeep import doctor as examining
from config import settings

BAD_LINES = 2  # exit status
NOT_EMPTY = "There are staff or courses already: demo data is for an empty database"

demo = AppGroup("demo", help="Made-up data, to try the product out.")
staff = AppGroup("staff", help="Our own people.")
outbox = AppGroup("outbox", help="Mails that wait to be sent.")
schedules = AppGroup("schedules", help="Trainers' weeks.")
diagnostic = AppGroup("diagnostic", help="The twelve questions.")
database = AppGroup("database", help="Where everything is kept.")


def register(app: Flask) -> None:
    """Adds our commands to `flask`."""
    for command in (demo, staff, outbox, schedules, diagnostic, database, privacy.commands, backup, restore, doctor):
        app.cli.add_command(command)


@demo.command("load")
def load_demo() -> None:
    """Fills an empty database with made-up firms, trainers and visits."""
    if not beginnings.is_empty():
        raise click.ClickException(NOT_EMPTY)
    try:
        with transaction():
            demo_data.load(now=clock.now())
    except IntegrityError as collision:  # somebody else loads it at this moment
        raise click.ClickException(NOT_EMPTY) from collision


@staff.command("add")
@click.argument("email")
@click.option("--name", default="", help="How colleagues call them; they can change it.")
@click.option("--admin", is_flag=True, help="May also all that only admins may: see domain.access.Role.")
def add_staff(email: str, name: str, admin: bool) -> None:
    """Adds a colleague and prints the link behind which they choose a password. It works once, for three days."""
    try:
        with transaction():
            _, link = colleagues.add(
                email,
                name or email.partition("@")[0],
                Role.ADMIN if admin else Role.STAFF,
                now=clock.now(),
                actor=WORKER,
            )
            token = links.token(link)
    except Refused as refusal:
        raise click.ClickException(str(refusal)) from refusal
    click.echo(f"{settings().base_url}/staff/welcome/{token}")


@outbox.command("send")
def send_outbox() -> None:
    """Sends every mail that is due, as the worker does each minute."""
    done = rounds.send_due()
    click.echo(f"{done.sent} sent, {done.failed} not sent")


@schedules.command("queue")
def queue_schedules() -> None:
    """Queues trainers' weeks that are due: from Friday 2pm, and where one has changed since."""
    with transaction():
        weeks.queue_due(clock.now())


@diagnostic.command("score")
def score() -> None:
    """Scores answer sets from standard input, one a line; exit status 2 when a line could not be read."""
    bad = 0
    for outcome in score_lines(sys.stdin):
        if isinstance(outcome, BadLine):
            bad += 1
            click.echo(f"line {outcome.number}: {outcome.reason}", err=True)
        else:
            click.echo(outcome.json)
    sys.exit(BAD_LINES if bad else 0)


@click.command("backup")
@with_appcontext
def backup() -> None:
    """Writes a checked backup, while the site works, and deletes those that need not be kept."""
    try:
        file = backups.make(clock.now())
    except backups.Unfit as fault:
        raise click.ClickException(str(fault)) from fault
    gone = backups.rotate(clock.now())
    click.echo(f"{file}, {file.stat().st_size / 1e6:.1f} MB; {len(gone)} old ones deleted")
    if broken := backups.broken(file):
        raise click.ClickException("The database breaks its promises: " + "; ".join(broken[:5]))


@click.command("restore")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@with_appcontext
def restore(file: Path) -> None:
    """Puts a backup in the place of the database, once it has been checked. The site must have been stopped."""
    try:
        old = restoring.restore(file, clock.now())
    except (backups.Unfit, restoring.InUse) as fault:
        raise click.ClickException(str(fault)) from fault
    click.echo(f"Restored from {file}. What was there before: {old}")


@database.command("move")
@click.argument("url")
def move_database(url: str) -> None:
    """Copies SQLite into an empty PostgreSQL database, and proves every row. The site must have been stopped."""
    try:
        rows = moving.to_postgresql(url)
    except (ValueError, copying.NotEmpty, copying.Differs) as fault:
        raise click.ClickException(str(fault)) from fault
    click.echo(f"{rows} rows copied, and the same there. Set DATABASE_URL to that address, and start the site.")


@click.command("doctor")
@click.option("--mail-to", default="", help="An address that gets a test mail.")
@with_appcontext
def doctor(mail_to: str) -> None:
    """Examines this installation: a line each, and what helps; exit status 1 when something must be done."""
    ills = 0
    for finding in examining.examine(clock.now(), mail_to=mail_to):
        ills += bool(finding.helps)
        click.echo(f"{'MEND' if finding.helps else 'ok':<5}{finding.about:<12}{finding.words}")
        if finding.helps:
            click.echo(f"{'':<17}-> {finding.helps}")
    if settings().mail.host:
        click.echo("\nFor other mail servers to believe ours, the name service must say:")
        click.echo("\n".join(examining.records()))
    sys.exit(1 if ills else 0)

"""`flask` commands (edge): small, and each through the same services as the pages."""

import sys

import click
from flask import Flask
from flask.cli import AppGroup

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
from config import settings

BAD_LINES = 2  # exit status

demo = AppGroup("demo", help="Made-up data, to try the product out.")
staff = AppGroup("staff", help="Our own people.")
outbox = AppGroup("outbox", help="Mails that wait to be sent.")
schedules = AppGroup("schedules", help="Trainers' weeks.")
diagnostic = AppGroup("diagnostic", help="The twelve questions.")


def register(app: Flask) -> None:
    """Adds our commands to `flask`."""
    for group in (demo, staff, outbox, schedules, diagnostic, privacy.commands):
        app.cli.add_command(group)


@demo.command("load")
def load_demo() -> None:
    """Fills an empty database with made-up firms, trainers and visits."""
    if not beginnings.is_empty():
        raise click.ClickException("There are staff or courses already: demo data is for an empty database")
    with transaction():
        demo_data.load(now=clock.now())


@staff.command("add")
@click.argument("email")
@click.option("--name", default="", help="How colleagues call them; they can change it.")
@click.option("--admin", is_flag=True, help="May also invite colleagues, and edit courses and trainers' access.")
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

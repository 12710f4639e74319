"""`flask privacy`: what is kept about a person, and what goes (edge)."""

from collections import Counter
from collections.abc import Mapping

import click
from flask import render_template
from flask.cli import AppGroup

from booking import clock, leftovers
from booking.db import transaction
from booking.domain.access import WORKER
from booking.domain.errors import Refused
from booking.services import privacy

commands = AppGroup("privacy", help="Personal data: what is kept about a person, and what goes.")


@commands.command("purge")
@click.option("--dry-run", is_flag=True, help="Only print what would go.")
def purge(dry_run: bool) -> None:
    """Lets everything go whose time is up, in batches, as the worker does each night."""
    if dry_run:
        print_counts(privacy.due(clock.now()))
        return
    total = Counter[str]()
    while True:
        with transaction():
            gone = privacy.purge(clock.now())
        if not gone:
            break
        total.update(gone)
    leftovers.sweep()
    print_counts(total)


@commands.command("export")
@click.argument("email")
@click.option("--html", is_flag=True, help="A page to read, instead of JSON.")
def export(email: str, html: bool) -> None:
    """Prints everything that is kept about one person."""
    try:
        with transaction():
            found = privacy.export(email, actor=WORKER, now=clock.now())
    except Refused as refusal:
        raise click.ClickException(str(refusal)) from refusal
    click.echo(render_template("personal.html", export=found) if html else found.json)


@commands.command("erase")
@click.argument("email")
@click.confirmation_option(prompt="This cannot be undone. Erase everything that names this person?")
def erase(email: str) -> None:
    """Erases everything that names one person; money, dates and counts stay."""
    try:
        with transaction():
            found = privacy.erase(email, actor=WORKER, now=clock.now())
    except privacy.StillNeeded as refusal:
        raise click.ClickException(" ".join([f"{refusal}.", *refusal.references])) from refusal
    except Refused as refusal:
        raise click.ClickException(str(refusal)) from refusal
    leftovers.sweep()
    print_counts(found)


def print_counts(counts: Mapping[str, int]) -> None:
    """A line for each kind, and their sum."""
    for kind, count in counts.items():
        click.echo(f"{count:6} {kind}")
    click.echo(f"{sum(counts.values()):6} in all")

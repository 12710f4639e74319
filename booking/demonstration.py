"""For the person who tries the product out on their own machine: data, ways in, and where the mails are (edge)."""

import sys

from booking import clock
from booking.db import transaction
from booking.domain.access import Purpose
from booking.queries import beginnings
from booking.services import links
from booking.services import staff as colleagues
from config import settings

WIDE = 22  # the first column of the welcome
# A process of its own: what weeks of made-up life leave in memory is not carried along by the server.
LOAD = (sys.executable, "-m", "flask", "--app", "wsgi", "demo", "load")


def is_wanted() -> bool:
    """Whether the database is as empty as on the very first start."""
    return beginnings.is_empty()


def welcome() -> str:
    """What stands in the terminal: the address, and with demo data a way in for each audience, fresh at each start."""
    base = settings().base_url
    lines = [f"  {'The site':<{WIDE}} {base}"]
    with transaction():
        admin, trainer = beginnings.made_up_admin(), beginnings.made_up_trainer()
        if admin:
            link = colleagues.one_time_link(admin, now=clock.now())
            lines.append(f"  {f'Staff, {admin.name}':<{WIDE}} {base}/staff/demo/{links.token(link)}  (once)")
        if trainer:
            link = links.keep(Purpose.TRAINER, now=clock.now(), trainer_id=trainer.id)
            lines.append(f"  {f'Trainer, {trainer.name}':<{WIDE}} {base}/t/{links.token(link)}")
    server = settings().mail
    mails = f"sent to {server.host}" if server.host else f"{server.folder}, as .eml files"
    return "\n".join(
        [*lines, f"  {'Mails':<{WIDE}} {mails}; the outbox: {base}/staff/outbox", "", "  Ctrl-C stops it."]
    )

"""A round: claim (commit), carry with no transaction open, record (commit); until nothing is due."""

from contextlib import closing
from dataclasses import dataclass

from booking import clock
from booking.db import transaction
from booking.post_office.carriers import NotCarried, carrier
from booking.services.timetable import sending


@dataclass(frozen=True, slots=True)
class Round:
    """How many mails left, and how many did not."""

    sent: int = 0
    failed: int = 0


def send_due() -> Round:
    """Sends every mail that is due. A fault of the line ends the round, so that an outage costs one mail one try.

    Killed at any point, it loses nothing: what was claimed is taken over when its lease ends, and may arrive twice,
    under the same Message-ID, if the end came between the server's word and our note of it.
    """
    sent = failed = 0
    with closing(carrier()) as way:
        while (letter := claimed()) is not None:
            try:
                way.carry(letter, now=clock.now())
            except NotCarried as fault:
                failed += 1
                with transaction():
                    sending.record_failed(letter, str(fault), permanent=fault.is_permanent, now=clock.now())
                if fault.ends_round:
                    break
            else:
                sent += 1
                with transaction():
                    sending.record_sent(letter, clock.now())
    return Round(sent, failed)


def claimed() -> sending.Letter | None:
    with transaction():
        return sending.claim(clock.now())

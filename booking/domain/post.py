"""The outbox's rules: states of a mail, and when a failed one is tried again."""

from datetime import timedelta
from enum import StrEnum


class MailState(StrEnum):
    """Waiting, sending (leased to one worker), then sent, failed for good, or withdrawn unsent."""

    WAITING = "waiting"
    SENDING = "sending"
    SENT = "sent"
    FAILED = "failed"
    WITHDRAWN = "withdrawn"


class Audience(StrEnum):
    """Who a mail is for."""

    BUSINESS = "business"
    STAFF = "staff"
    TRAINER = "trainer"


UNSENT = (MailState.WAITING, MailState.SENDING)
LEASE = timedelta(minutes=5)  # longer than any SMTP time-out; a worker that died gives its mails back after it
RETRY_MINUTES = (1, 5, 15, 60, 240)
MOST_TRIES = len(RETRY_MINUTES) + 1


def retry_after(attempts: int) -> timedelta | None:
    """How long to wait after the `attempts`-th failed try (1 is the first); None: give up."""
    return timedelta(minutes=RETRY_MINUTES[attempts - 1]) if attempts <= len(RETRY_MINUTES) else None

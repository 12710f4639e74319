"""Made-up firms, trainers and visits, to try the product out."""

from datetime import datetime


def load(*, now: datetime) -> None:
    """Fills an empty database with believable data around `now`; the same for the same day."""

"""Trainers' weeks as they were mailed."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select

from booking.db import db
from booking.domain.post import MailState
from booking.models import Mail, Schedule, Trainer


@dataclass(frozen=True, slots=True)
class Issue:
    """One version of a trainer's week, and how its mail stands; None for one that is known to have been told."""

    trainer: Trainer
    schedule: Schedule
    mail_state: MailState | None


def issues(monday: date) -> dict[int, list[Issue]]:
    """Every version of this week that was written down, oldest first, by trainer."""
    rows = db.session.execute(
        select(Trainer, Schedule, Mail.state)
        .join(Schedule, Schedule.trainer_id == Trainer.id)
        .outerjoin(Mail, Mail.id == Schedule.mail_id)
        .where(Schedule.monday == monday)
        .order_by(Trainer.id, Schedule.version)
    )
    found = defaultdict(list)
    for trainer, schedule, state in rows:
        found[trainer.id].append(Issue(trainer, schedule, state))
    return found

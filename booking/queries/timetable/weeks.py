"""Trainers' weeks as they were mailed."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import Select, func, select

from booking.db import db
from booking.domain.post import MailState
from booking.models import Mail, Schedule, Trainer

SILENCE = timedelta(hours=48)


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


def unread_ids(now: datetime) -> Select[int]:
    """Ids of weeks that were mailed 48 hours ago and more, are not over, and to which nobody has said "Got it"."""
    newest = (
        select(func.max(Schedule.id))
        .join(Mail, Mail.id == Schedule.mail_id)
        .where(Mail.state == MailState.SENT)
        .group_by(Schedule.trainer_id, Schedule.monday)
    )
    return (
        select(Schedule.id)
        .join(Mail, Mail.id == Schedule.mail_id)
        .where(Schedule.id.in_(newest), Schedule.seen_at.is_(None), Mail.sent_at <= now - SILENCE)
        .where(Schedule.monday > now.date() - timedelta(days=7))
    )

"""A trainer's mailed link: asked for again with the address alone."""

from datetime import datetime

from sqlalchemy import func, select

from booking.db import db
from booking.domain.access import Purpose
from booking.emails import trainer as emails
from booking.models import Trainer
from booking.services import links, outbox
from config import settings


def behind(token: str, *, now: datetime) -> Trainer:
    """The trainer a mailed link is for. Raises NotFound, or links.Expired."""
    trainer = db.session.get_one(Trainer, links.open_link(token, Purpose.TRAINER, now=now).trainer_id)
    if not trainer.is_active:
        raise links.Expired("This link no longer works")
    return trainer


def send_new(email: str, *, now: datetime) -> None:
    """Mails a new link to the trainer with this address, if there is one. The caller never learns.

    Links mailed before live on: else anybody who knows the address could take them away.
    """
    trainer = db.session.scalars(
        select(Trainer).where(func.lower(Trainer.email) == email.strip().lower())
    ).one_or_none()
    if trainer is None or not trainer.is_active:
        return
    link = links.make(Purpose.TRAINER, now=now, trainer_id=trainer.id)
    message = emails.new_link(trainer, visits_url=f"{settings().base_url}/t/{links.marker(link)}")
    outbox.put(message, key=f"trainer:{trainer.id}:new_link:trainer", version=link.id, trainer=trainer, now=now)

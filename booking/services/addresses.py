"""Addresses that mails give out: from the configured base, with the mark of a secret link in place of its token."""

from datetime import datetime

from booking.domain.access import Purpose
from booking.models import Trainer, Visit
from booking.services import links
from config import settings


def of_visit(visit: Visit, *, now: datetime, page: str = "") -> str:
    """The firm's page of a visit, or a page below it ("feedback")."""
    link = links.keep(Purpose.MANAGE, now=now, visit_id=visit.id)
    return f"{settings().base_url}/b/{links.marker(link)}{f'/{page}' if page else ''}"


def of_trainer(trainer: Trainer, *, now: datetime, page: str = "") -> str:
    """A trainer's visits, or another of their pages ("/t/visits/TSW-7F3K"), behind the button that signs in."""
    link = links.keep(Purpose.TRAINER, now=now, trainer_id=trainer.id)
    return f"{settings().base_url}/t/{links.marker(link)}{f'?next={page}' if page else ''}"


def of_confirmation(visit: Visit, *, now: datetime) -> str:
    """A new way to the button that proves the firm's address; those mailed before still work."""
    link = links.make(Purpose.CONFIRM, now=now, visit_id=visit.id)
    return f"{settings().base_url}/confirm/{links.marker(link)}"


def for_staff(visit: Visit) -> str:
    """The staff's page of a visit, for whoever is signed in."""
    return f"{settings().base_url}/staff/visits/{visit.reference}"

"""Clients that are signed in, as staff or as a trainer, the way the pages do it."""

from typing import TypeVar

from flask.testing import FlaskClient

from booking import clock
from booking.domain.access import Purpose
from booking.models import Staff, Trainer
from booking.services import links

Client = TypeVar("Client", bound=FlaskClient)


def signed_in(client: Client, staff: Staff) -> Client:
    """The client after the demonstration's button: signed in as this colleague now."""
    link = links.make(Purpose.DEMO, now=clock.now(), staff_id=staff.id)
    return _pressed(client, f"/staff/demo/{links.token(link)}")


def signed_in_trainer(client: Client, trainer: Trainer) -> Client:
    """The client after the button behind a mailed link: this trainer's device."""
    link = links.make(Purpose.TRAINER, now=clock.now(), trainer_id=trainer.id)
    return _pressed(client, f"/t/{links.token(link)}")


def _pressed(client: Client, path: str) -> Client:
    response = client.send(path)
    assert response.status_code == 303, response.text
    return client

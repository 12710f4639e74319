"""Browsers, and signing them in as staff or as a trainer, the way the pages do it."""

from flask import Flask
from flask.testing import FlaskClient

from booking import clock
from booking.domain.access import Purpose
from booking.models import Staff, Trainer
from booking.services import links
from tests.pages import PageClient


def browser(app: Flask) -> PageClient:
    """One more browser, of nobody in particular."""
    client = app.test_client()
    assert isinstance(client, PageClient)
    return client


def signed_in(client: FlaskClient, staff: Staff) -> PageClient:
    """The client after the demonstration's button: signed in as this colleague now."""
    link = links.make(Purpose.DEMO, now=clock.now(), staff_id=staff.id)
    return _pressed(client, f"/staff/demo/{links.token(link)}")


def signed_in_trainer(client: FlaskClient, trainer: Trainer) -> PageClient:
    """The client after the button behind a mailed link: this trainer's device."""
    link = links.make(Purpose.TRAINER, now=clock.now(), trainer_id=trainer.id)
    return _pressed(client, f"/t/{links.token(link)}")


def _pressed(client: FlaskClient, path: str) -> PageClient:
    assert isinstance(client, PageClient)
    response = client.send(path)
    assert response.status_code == 303, response.text
    return client

"""A clock that stands still, staff with a password, and a colleague's browser."""

from collections.abc import Iterator

import pytest
import time_machine
from flask import Flask

from booking.models import Staff
from booking.web.staff import security
from tests import make
from tests.conftest import NOW
from tests.pages import PageClient
from tests.signing import browser, signed_in

PASSWORD = "badger harbour violin lamp"


@pytest.fixture
def clock() -> Iterator[time_machine.Traveller]:
    """A clock that stands at NOW until it is moved."""
    with time_machine.travel(NOW, tick=False) as traveller:
        yield traveller


@pytest.fixture
def cora(app: Flask, clock: time_machine.Traveller) -> Staff:
    """Cora, who signs in with PASSWORD."""
    return make.cora(password=security.hashed(PASSWORD))


@pytest.fixture
def desk(app: Flask, clock: time_machine.Traveller) -> PageClient:
    """The browser of a Cora without a password, signed in."""
    return signed_in(browser(app), make.cora())

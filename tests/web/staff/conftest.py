"""Staff with a password, and a clock that stands still."""

from collections.abc import Iterator

import pytest
import time_machine
from flask import Flask

from booking.models import Staff
from booking.web.staff import security
from tests import make
from tests.conftest import NOW

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

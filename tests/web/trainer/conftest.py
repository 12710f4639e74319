"""Ann with her phone, and a clock that stands still."""

from collections.abc import Iterator

import pytest
import time_machine
from flask import Flask

from booking.models import Trainer
from tests import make
from tests.conftest import NOW
from tests.pages import PageClient
from tests.signing import browser, signed_in_trainer


@pytest.fixture(autouse=True)
def clock() -> Iterator[time_machine.Traveller]:
    """A clock that stands at NOW until it is moved."""
    with time_machine.travel(NOW, tick=False) as traveller:
        yield traveller


@pytest.fixture
def ann(app: Flask) -> Trainer:
    return make.ann(make.course("Leading people"))


@pytest.fixture
def phone(app: Flask, ann: Trainer) -> PageClient:
    return signed_in_trainer(browser(app), ann)

"""What the public pages need: an hour that stands still, and no memory of another test's dates."""

from collections.abc import Iterator
from datetime import datetime

import pytest
import time_machine
from flask import Flask


@pytest.fixture
def still(now: datetime) -> Iterator[None]:
    """Tuesday 24 November 2026, 10am, for as long as the test runs."""
    with time_machine.travel(now, tick=False):
        yield


@pytest.fixture
def forgetful(app: Flask) -> None:
    """The pages remember no dates."""
    app.extensions.pop("soonest", None)

"""What the pages for businesses are tested with: an hour that stands still, and no memory of another test's dates."""

from collections.abc import Iterator
from datetime import datetime

import pytest
import time_machine
from flask import Flask


@pytest.fixture(autouse=True)
def office_hours(now: datetime) -> Iterator[None]:
    """Every test here is on Tuesday 24 November 2026, 10am."""
    with time_machine.travel(now, tick=False):
        yield


@pytest.fixture
def forgetful(app: Flask) -> None:
    """The pages remember no dates (queries/offer/soonest.py)."""
    app.extensions.pop("soonest", None)

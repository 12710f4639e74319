"""What the pages of a booking are tested with."""

from collections.abc import Iterator
from datetime import datetime

import pytest
import time_machine


@pytest.fixture(autouse=True)
def office_hours(now: datetime) -> Iterator[None]:
    """Every test here is on Tuesday 24 November 2026, 10am."""
    with time_machine.travel(now, tick=False):
        yield

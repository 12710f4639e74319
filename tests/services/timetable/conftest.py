"""What falls due does so by London's clocks, wherever the machine stands."""

import pytest


@pytest.fixture(autouse=True)
def elsewhere(far_away: None) -> None:
    """Every test of the timetable."""

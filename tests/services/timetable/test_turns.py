"""One thing after another, each all or nothing."""

from typing import Any

import pytest
from sqlalchemy import select

from booking.models import Firm
from booking.services.timetable.turns import each
from tests import make


def test_what_fails_half_way_leaves_nothing_behind_and_stops_nothing(
    session: Any, caplog: pytest.LogCaptureFixture
) -> None:
    def found(name: str) -> None:
        make.firm(name)
        if name == "Broken":
            raise RuntimeError("a bug")

    each(["Acme", "Broken", "Celtic"], found)
    assert session.scalars(select(Firm.name).order_by(Firm.id)).all() == ["Acme", "Celtic"]
    assert "a bug" in caplog.text

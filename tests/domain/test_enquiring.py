"""What the enquiry form makes of a place and of a time to call."""

from datetime import UTC, datetime

import pytest

from booking.domain.days import WorkingDays
from booking.domain.lifecycle import CallBand
from booking.domain.places import County, read_place


@pytest.mark.parametrize(
    ("typed", "county", "place"),
    [
        ("ex16 4zz", County.DEVON, "EX16 4ZZ"),
        ("ex164zz", County.DEVON, "EX164ZZ"),
        ("EX16", County.DEVON, "EX16"),
        ("Tiverton EX16 4ZZ", County.DEVON, "Tiverton EX16 4ZZ"),
        ("Tiverton, ex16", County.DEVON, "Tiverton, ex16"),
        ("cornwall", County.CORNWALL, "cornwall"),
        ("somewhere in Dorset", County.DORSET, "somewhere in Dorset"),
        ("BS1 4ND", None, "BS1 4ND"),
        ("Poole", None, "Poole"),
        ("Devon or Dorset", None, "Devon or Dorset"),
        ("", None, ""),
    ],
)
def test_a_place_is_read_from_a_postcode_or_a_county(typed: str, county: County | None, place: str) -> None:
    assert read_place(typed) == (county, place)


@pytest.mark.parametrize(
    ("now", "band", "by"),
    [
        (datetime(2026, 11, 24, 9, 59, tzinfo=UTC), CallBand.MORNING, datetime(2026, 11, 24, 11, tzinfo=UTC)),
        (datetime(2026, 11, 24, 10, 1, tzinfo=UTC), CallBand.MORNING, datetime(2026, 11, 25, 11, tzinfo=UTC)),
        (datetime(2026, 11, 24, 10, 1, tzinfo=UTC), CallBand.MIDDAY, datetime(2026, 11, 24, 14, tzinfo=UTC)),
        (datetime(2026, 11, 28, 12, 0, tzinfo=UTC), CallBand.AFTERNOON, datetime(2026, 11, 30, 17, 30, tzinfo=UTC)),
        (datetime(2027, 3, 26, 9, 0, tzinfo=UTC), CallBand.MORNING, datetime(2027, 3, 30, 10, tzinfo=UTC)),  # Easter
    ],
)
def test_a_call_is_promised_within_its_band_on_a_working_day(now: datetime, band: CallBand, by: datetime) -> None:
    assert band.ends is not None
    assert WorkingDays().end_of_band(now, band.ends) == by


def test_any_time_has_no_end_of_its_own() -> None:
    assert CallBand.ANY.ends is None

"""Where we go: counties, outcodes with their positions, postcodes as people type them."""

import csv
import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from pathlib import Path

from booking.domain.errors import Refused

ATTRIBUTION = (
    "Contains OS data © Crown copyright and database right. "
    "Contains Royal Mail data © Royal Mail copyright and database right. "
    "Contains National Statistics data © Crown copyright and database right."
)


class County(StrEnum):
    """The four counties served."""

    CORNWALL = "cornwall"
    DEVON = "devon"
    DORSET = "dorset"
    SOMERSET = "somerset"

    @property
    def label(self) -> str:
        return self.value.title()


class Reach(StrEnum):
    """What we can do for an outcode."""

    SERVED = "served"
    MIXED = "mixed"  # on a border: ask which county
    OUTSIDE = "outside"  # another county: its own page
    SCILLY = "scilly"  # a boat: by phone
    UNKNOWN = "unknown"  # not in our list: ask which county


@dataclass(frozen=True, slots=True)
class Outcode:
    """The first half of a postcode and the mean position (WGS84 degrees) of its postcodes."""

    code: str
    county_name: str
    latitude: float
    longitude: float

    @property
    def county(self) -> County | None:
        """The served county that most of its postcodes are in; None outside the four."""
        return next((county for county in County if county.label == self.county_name), None)


@dataclass(frozen=True, slots=True)
class Postcode:
    """A full postcode in capitals, in its two halves."""

    outcode: str
    incode: str

    def __str__(self) -> str:
        return f"{self.outcode} {self.incode}"


@dataclass(frozen=True, slots=True)
class Where:
    """How an outcode lies to the four counties.

    `county` is the served county to prefill, `county_name` the name of the real one ("" if unknown),
    `choices` the served counties a person may mean (one when served, none outside or on Scilly).
    """

    reach: Reach
    county: County | None = None
    county_name: str = ""
    choices: tuple[County, ...] = ()

    @property
    def must_ask(self) -> bool:
        """The person says which county it is."""
        return self.reach in (Reach.MIXED, Reach.UNKNOWN)


_SHAPE = re.compile(r"([A-Z]{1,2}[0-9][A-Z0-9]?)([0-9][A-Z]{2})?", re.ASCII | re.IGNORECASE)
_FULL_POSTCODE = "Enter a full postcode, like EX1 1AA"
_OUTCODE = "Enter a postcode, like EX1 1AA, or its first half, like EX1"

SCILLY = frozenset({"TR21", "TR22", "TR23", "TR24", "TR25"})


def parse_postcode(text: str) -> Postcode:
    """The full postcode a person typed, in any case and spacing; Refused for the field `postcode`."""
    match = _SHAPE.fullmatch("".join(text.split()))
    if match is None or match[2] is None:
        raise Refused(_FULL_POSTCODE, field="postcode")
    return Postcode(match[1].upper(), match[2].upper())


def parse_outcode(text: str) -> str:
    """The outcode of a full postcode or of a bare first half; Refused for the field `postcode`."""
    match = _SHAPE.fullmatch("".join(text.split()))
    if match is None:
        raise Refused(_OUTCODE, field="postcode")
    return match[1].upper()


@cache
def outcodes() -> Mapping[str, Outcode]:
    """The outcodes of the South West and its borders, by code (derived from OS Code-Point Open)."""
    with Path(__file__).with_name("outcodes.csv").open(encoding="utf-8", newline="") as lines:
        return {
            row["outcode"]: Outcode(
                row["outcode"], row["county"], latitude=float(row["latitude"]), longitude=float(row["longitude"])
            )
            for row in csv.DictReader(lines)
        }


def county_of(outcode: str) -> Where:
    """Which of our counties an outcode is in, or why that is not settled."""
    raise NotImplementedError

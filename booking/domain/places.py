"""Where we go: counties, outcodes with their positions, postcodes as people type them."""

import csv
import re
from collections.abc import Mapping, Sequence
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


# A full postcode ends in a digit and two letters that are never C, I, K, M, O or V (Royal Mail's rule).
_OUTCODE = r"([A-Z]{1,2}[0-9][A-Z0-9]?)"
_BARE = re.compile(_OUTCODE, re.ASCII | re.IGNORECASE)
_FULL = re.compile(_OUTCODE + r"([0-9][ABD-HJLNP-UW-Z]{2})", re.ASCII | re.IGNORECASE)

SCILLY = frozenset({"TR21", "TR22", "TR23", "TR24", "TR25"})

# Outcodes with at least 3 % of their postcodes in each of the counties named, and either two of our counties or one and
# a part outside the four; counted postcode by postcode (docs/dates-and-matching.md says how).
_BORDERS: Mapping[str, tuple[County, ...]] = {
    outcode: counties
    for outcodes_there, counties in (
        ("BA1 BS8 BS13 BS20 BS31 BS41 BS99", (County.SOMERSET,)),
        ("BH23 BH24 BH25 SP5 SP6 SP7", (County.DORSET,)),
        ("EX22 PL15", (County.CORNWALL, County.DEVON)),
        ("DT7", (County.DEVON, County.DORSET)),
        ("TA21 TA22", (County.DEVON, County.SOMERSET)),
        ("BA22 DT9 SP8", (County.DORSET, County.SOMERSET)),
        ("TA20", (County.DEVON, County.DORSET, County.SOMERSET)),
    )
    for outcode in outcodes_there.split()
}


def parse_postcode(text: str) -> Postcode:
    """The full postcode a person typed, in any case and spacing; Refused for the field `postcode`."""
    typed = _FULL.fullmatch("".join(text.split()))
    if typed is None:
        raise Refused("Enter a full postcode, like EX1 1AA", field="postcode")
    return Postcode(typed[1].upper(), typed[2].upper())


def parse_outcode(text: str) -> str:
    """The outcode of a full postcode, or of its first half alone (without spaces inside, as "TR2 1" is not TR21).

    Refused for the field `postcode`.
    """
    typed = _FULL.fullmatch("".join(text.split())) or _BARE.fullmatch(text.strip())
    if typed is None:
        raise Refused("Enter a postcode, like EX1 1AA, or its first half, like EX1", field="postcode")
    return typed[1].upper()


def outcode_in(text: str) -> str:
    """The outcode of a postcode or of its first half; "" where there is none."""
    return _postcode_at_the_end(text.split())[1]


@cache
def outcodes() -> Mapping[str, Outcode]:
    """The outcodes of the South West and of its neighbours, by code (derived from OS Code-Point Open)."""
    with Path(__file__).with_name("outcodes.csv").open(encoding="utf-8", newline="") as lines:
        return {
            row["outcode"]: Outcode(
                row["outcode"], row["county"], latitude=float(row["latitude"]), longitude=float(row["longitude"])
            )
            for row in csv.DictReader(lines)
        }


def county_of(outcode: str) -> Where:
    """Which of our counties an outcode is in, or why that is not settled."""
    found = outcodes().get(outcode)
    if found is None:
        return Where(Reach.UNKNOWN, choices=tuple(County))
    if outcode in SCILLY:
        return Where(Reach.SCILLY, county=found.county, county_name=found.county_name)
    if outcode in _BORDERS:
        return Where(Reach.MIXED, found.county, found.county_name, choices=_BORDERS[outcode])
    if found.county is None:
        return Where(Reach.OUTSIDE, county_name=found.county_name)
    return Where(Reach.SERVED, found.county, found.county_name, choices=(found.county,))


def split_place(text: str) -> tuple[str, str]:
    """The town, and the postcode or its first half, of a place as it was told; "" for what was not.

    "Tiverton EX16 4ZZ" and "Tiverton, EX16" are both; "Redruth, Cornwall" is a town, "ex16 4zz" a postcode.
    """
    words = text.split()
    count, _ = _postcode_at_the_end(words)
    if count:
        return " ".join(words[:-count]).rstrip(","), " ".join(words[-count:]).upper()
    town, _, county = text.rpartition(",")
    return (town if county.strip().lower() in set(County) else text).strip(), ""


def read_place(text: str) -> tuple[County | None, str]:
    """The served county (None: another, or not said) that a person means, and the place as told, postcodes in capitals.

    Reads "ex16 4zz", "EX16", "Tiverton, Devon" and "Tiverton EX16 4ZZ"; a town alone does not settle its county.
    """
    words = text.split()
    count, outcode = _postcode_at_the_end(words)
    if count:
        return county_of(outcode).county, text.upper() if len(words) == count else text
    named = [county for county in County if county.value in text.lower()]
    return named[0] if len(named) == 1 else None, text


def _postcode_at_the_end(words: Sequence[str]) -> tuple[int, str]:
    """How many of the last words are a postcode, or its first half, and its outcode; 0 and "" for none."""
    for ending in (words[-2:], words[-1:]):
        try:
            return len(ending), parse_outcode("".join(ending))
        except Refused:
            continue
    return 0, ""

"""Days and halves of days: the only units a visit is measured in."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum


class Half(StrEnum):
    """Half of a working day; `am` sorts before `pm`."""

    AM = "am"
    PM = "pm"


@dataclass(frozen=True, slots=True, order=True)
class Slot:
    """A London date and a half: what a trainer can be booked for. Never an instant."""

    day: date
    half: Half

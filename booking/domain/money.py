"""Money: whole pence, the VAT rate stored beside the sum, rounded half up and only once."""

import re
from dataclasses import dataclass
from typing import NewType

from booking.domain.errors import Refused

Pence = NewType("Pence", int)

MOST_PENCE = Pence(100_000_00)
_TYPED = re.compile(r"£?\s*(?P<pounds>[0-9]{1,9}|[0-9]{1,3}(?:,[0-9]{3}){1,2})(?:\.(?P<pence>[0-9]{2}))?")


@dataclass(frozen=True, slots=True)
class Price:
    """A net sum and the VAT rate that held when it was agreed, in whole per cent; stored, never worked out again."""

    net_pence: Pence
    vat_percent: int

    def __post_init__(self) -> None:
        if self.net_pence < 0 or not 0 <= self.vat_percent <= 100:
            raise ValueError(f"not a price: {self.net_pence}p and {self.vat_percent}% VAT")

    @property
    def vat_pence(self) -> Pence:
        return percent_of(self.net_pence, self.vat_percent)

    @property
    def total_pence(self) -> Pence:
        return Pence(self.net_pence + self.vat_pence)


def percent_of(pence: Pence, percent: int) -> Pence:
    """A share of a sum that is not negative, rounded half up to the penny."""
    return Pence((pence * percent + 50) // 100)


def pounds(pence: int, *, exact: bool = False) -> str:
    """ "£1,150", or "£1,150.50" when there are odd pence; `exact` always shows them, for columns and totals."""
    whole, odd = divmod(abs(pence), 100)
    sign = "-" if pence < 0 else ""
    return f"{sign}£{whole:,}.{odd:02}" if odd or exact else f"{sign}£{whole:,}"


def parse_pounds(text: str, *, field: str = "") -> Pence:
    """What staff type as a price ("1,150", "£1150.50") in pence.

    Raises Refused, beside `field`, for anything else and for more than MOST_PENCE.
    """
    typed = _TYPED.fullmatch(text.strip())
    if typed is None:
        raise Refused("Enter a price in pounds, like 1,150 or 1150.50", field=field)
    pence = Pence(int(typed["pounds"].replace(",", "")) * 100 + int(typed["pence"] or 0))
    if pence > MOST_PENCE:
        raise Refused(f"Price must be {pounds(MOST_PENCE)} or less", field=field)
    return pence

"""What somebody typed into a search box, and what it may be: a reference, a phone number, a postcode, words."""

import re
from dataclasses import dataclass

from booking.domain.references import parse_reference

LONGEST = 100
_PHONE = re.compile(r"\+?[\d\s().-]{4,24}", re.ASCII)
_POSTCODE = re.compile(r"[A-Z]{1,2}[0-9][A-Z0-9]?(?:[0-9](?:[A-Z]{1,2})?)?", re.ASCII)


@dataclass(frozen=True, slots=True)
class Sought:
    """One search. `reference` as it is stored; `digits` of a phone number; `postcode` or its beginning, without space.

    What it cannot be is "". A word like "EX2 8AA" is looked for as text too.
    """

    text: str
    reference: str = ""
    digits: str = ""
    postcode: str = ""


def sought(typed: str) -> Sought:
    """Reads a search in any case and spacing; what nobody can type on a keyboard is left out."""
    text = " ".join("".join(letter if letter.isprintable() else " " for letter in typed[: 4 * LONGEST]).split())
    text = text[:LONGEST].strip()
    bare = text.upper().replace(" ", "")
    return Sought(
        text,
        reference=parse_reference(text) or "",
        digits=_digits(text) if _PHONE.fullmatch(text) else "",
        postcode=bare if _POSTCODE.fullmatch(bare) else "",
    )


def _digits(text: str) -> str:
    """The digits as they stand in a number with its country: "01632 960" is "441632960", "0044 1632" is "441632"."""
    digits = re.sub(r"\D", "", text)
    if digits.startswith("00"):
        return digits[2:]
    return f"44{digits[1:]}" if digits.startswith("0") else digits

"""What somebody typed into a search box, and what it may be: a reference, a phone number, words. What a firm has."""

import re
import unicodedata
from dataclasses import dataclass

from booking.domain.references import parse_reference

LONGEST, LONGEST_WORD, MOST_WORDS = 100, 40, 8
SHORTEST_END = 4  # of a phone number that is looked for by its last digits
_WORD = re.compile(r"[^\W_]+")
_PHONE = re.compile(r"\+?[\d\s().-]{4,24}", re.ASCII)
_POSTCODE = re.compile(r"[A-Z]{1,2}[0-9][A-Z0-9]?(?:[0-9](?:[A-Z]{1,2})?)?", re.ASCII)


@dataclass(frozen=True, slots=True)
class Sought:
    """One search. `reference` as it is stored; `digits` of a phone number; `words`, the longest first, of all of which
    there must be one that begins with it. What it cannot be is empty."""

    text: str
    reference: str = ""
    digits: str = ""
    words: tuple[str, ...] = ()


def sought(typed: str) -> Sought:
    """Reads a search in any case and spacing; what nobody can type on a keyboard is left out."""
    text = " ".join("".join(letter if letter.isprintable() else " " for letter in typed[: 4 * LONGEST]).split())
    text = text[:LONGEST].strip()
    return Sought(
        text,
        reference=parse_reference(text) or "",
        digits=_digits(text) if _PHONE.fullmatch(text) else "",
        words=tuple(sorted(_words(text), key=lambda word: (-len(word), word))[:MOST_WORDS]),
    )


def words(*texts: str) -> set[str]:
    """What a firm is found by that has these texts: their words, and a postcode in one piece."""
    postcodes = (text.upper().replace(" ", "") for text in texts)
    return {word for text in texts for word in _words(text)} | {
        postcode.lower() for postcode in postcodes if _POSTCODE.fullmatch(postcode)
    }


def phone_words(phone: str) -> set[str]:
    """A number in E.164 and its ends: people look for the last digits too."""
    digits = phone.removeprefix("+")
    return {digits[start:] for start in range(len(digits) - SHORTEST_END + 1)}


def _words(text: str) -> set[str]:
    """In lower case and without accents."""
    plain = "".join(each for each in unicodedata.normalize("NFKD", text) if not unicodedata.combining(each))
    return {word[:LONGEST_WORD] for word in _WORD.findall(plain.casefold())}


def _digits(text: str) -> str:
    """The digits as they stand in a number with its country: "01632 960" is "441632960", "0044 1632" is "441632"."""
    digits = re.sub(r"\D", "", text)
    if digits.startswith("00"):
        return digits[2:]
    return f"44{digits[1:]}" if digits.startswith("0") else digits

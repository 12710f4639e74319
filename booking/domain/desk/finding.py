"""What somebody typed into a search box, and what it may be: a reference, a phone number, words. What finds a firm."""

import re
import unicodedata
from dataclasses import dataclass

from booking.domain.references import parse_reference

LONGEST, LONGEST_WORD, MOST_WORDS = 100, 40, 8
SHORTEST_END = 4  # of a phone number that is looked for by its last digits
_WORD = re.compile(r"[^\W_]+")
_PHONE = re.compile(r"\+?[\d\s().-]{4,24}", re.ASCII)
_HALVES = re.compile(r"\b([a-z]{1,2}[0-9][a-z0-9]?) +([0-9](?:[a-z]{1,2})?)\b", re.ASCII)  # of a postcode


@dataclass(frozen=True, slots=True)
class Sought:
    """One search. `reference` as it is stored; `digits` of a phone number or its end, with its country and without;
    `words`, the longest first, of all of which there must be one that begins with it. What it cannot be is empty."""

    text: str
    reference: str = ""
    digits: tuple[str, ...] = ()
    words: tuple[str, ...] = ()


def sought(typed: str) -> Sought:
    """Reads a search in any case and spacing; what nobody can type on a keyboard is left out."""
    text = " ".join("".join(letter if letter.isprintable() else " " for letter in typed[: 4 * LONGEST]).split())
    text = text[:LONGEST].strip()
    return Sought(
        text,
        reference=parse_reference(text) or "",
        digits=_digits(text) if _PHONE.fullmatch(text) else (),
        words=tuple(sorted(_words(_joined(_plain(text))), key=lambda word: (-len(word), word))[:MOST_WORDS]),
    )


def words_in(*texts: str) -> set[str]:
    """What a firm is found by that has these texts: their words, and each postcode in one piece too."""
    return {word for text in map(_plain, texts) for word in (*_words(text), *_words(_joined(text)))}


def phone_words(phone: str) -> set[str]:
    """A number in E.164 and its ends: people look for the last digits too."""
    digits = phone.removeprefix("+")
    return {digits[start:] for start in range(len(digits) - SHORTEST_END + 1)}


def _plain(text: str) -> str:
    """In lower case and without accents."""
    return "".join(each for each in unicodedata.normalize("NFKD", text) if not unicodedata.combining(each)).casefold()


def _joined(text: str) -> str:
    """The same with both halves of a postcode, or what there is of the second, in one piece."""
    return _HALVES.sub(r"\1\2", text)


def _words(text: str) -> set[str]:
    return {word[:LONGEST_WORD] for word in _WORD.findall(text)}


def _digits(text: str) -> tuple[str, ...]:
    """The digits with the country before them, as "01632 960" is "441632960", and as they are dialled here."""
    digits = re.sub(r"\D", "", text)
    if digits.startswith("00"):
        return (digits[2:],)
    if digits.startswith("0"):
        return f"44{digits[1:]}", digits
    return (digits, f"0{digits[2:]}") if digits.startswith("44") else (digits,)

"""Why a form looks like a machine's: words for the people who look at the quarantine. Nothing is ever thrown away."""

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass

QUICKEST_SECONDS = 3  # nobody reads and fills in a form faster
OLDEST_SECONDS = 24 * 60 * 60  # after that the form is shown again, filled in, before it counts
MOST_LINKS = 2
FOREIGN_PERCENT = 40  # of the letters
SHORTEST_REPEAT = 40  # characters: "Please call me" may well be written twice

_LINK = re.compile(r"https?:|\bwww\.|\[url|<a\s|\bhref=", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Sending:
    """What is known of a form that was sent: `seconds` since it was shown, what stood in the trap that people do not
    see, its one-line fields, its text, and the texts that others sent us lately."""

    seconds: float
    trap: str = ""
    lines: tuple[str, ...] = ()
    text: str = ""
    texts_of_others: frozenset[str] = frozenset()
    is_flood: bool = False  # far more came in this hour than ever


def suspicion(sending: Sending) -> str:
    """Why it should wait for a person's eye, as words with commas between; "" when nothing speaks against it."""
    links = len(_LINK.findall(sending.text))
    signs = {
        "sent faster than a person types": sending.seconds < QUICKEST_SECONDS,
        "a hidden field was filled in": bool(sending.trap.strip()),
        "a link where a name belongs": any(_LINK.search(line) for line in sending.lines),
        f"{links} links": links > MOST_LINKS,
        "mostly not in Latin letters": _is_foreign((*sending.lines, sending.text)),
        "the same text came from another address": _is_repeat(sending),
        "very many came at once": sending.is_flood,
    }
    return ", ".join(words for words, is_so in signs.items() if is_so)


def squeezed(text: str) -> str:
    """A text without what changes from one sending of a machine to the next: case, spaces, digits, marks."""
    return "".join(letter for letter in text.casefold() if letter.isalpha())


def _is_foreign(texts: Iterable[str]) -> bool:
    letters = [letter for text in texts for letter in text if letter.isalpha()]
    foreign = sum(not unicodedata.name(letter, "").startswith("LATIN") for letter in letters)
    return 100 * foreign > FOREIGN_PERCENT * len(letters)


def _is_repeat(sending: Sending) -> bool:
    text = squeezed(sending.text)
    return len(text) >= SHORTEST_REPEAT and text in {squeezed(other) for other in sending.texts_of_others}

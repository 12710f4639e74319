"""What people type, cleaned in one place; slips in email addresses; cells that a spreadsheet cannot run."""

import re
import unicodedata

from booking.domain.errors import Refused

# C0 and C1 controls, marks that turn the direction of text, lone surrogates. What may stay is taken out before.
_REFUSED = re.compile("[\x00-\x1f\x7f-\x9f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069\ud800-\udfff]")
# Invisible passengers of a paste: zero-width space, word joiner, byte order mark, soft hyphen.
_UNSEEN = re.compile("[\u200b\u2060\ufeff\xad]")
_LINE_BREAKS = re.compile("\r\n|[\r\u2028\u2029]")
_BYTES_A_CHARACTER = 3
# Spreadsheets read the full-width forms of = + - @ too.
_FORMULA_STARTS = tuple("=+-@\t\r\n\0\uff1d\uff0b\uff0d\uff20")
_PEOPLE = re.compile(
    r"(?:about|around|approx(?:imately|\.)?|roughly|up to|~)?\s*([0-9]{1,6})"
    r"\s*(?:(?:[-\u2013]|to|or)\s*([0-9]{1,6}))?\s*(?:people|of us|staff)?",
    re.IGNORECASE,
)

_MAIL_DOMAINS = {
    "aol.co.uk",
    "aol.com",
    "blueyonder.co.uk",
    "btconnect.com",
    "btinternet.com",
    "btopenworld.com",
    "email.com",
    "gmail.com",
    "gmx.co.uk",
    "gmx.com",
    "googlemail.com",
    "hotmail.co.uk",
    "hotmail.com",
    "icloud.com",
    "live.co.uk",
    "live.com",
    "mail.com",
    "me.com",
    "msn.com",
    "ntlworld.com",
    "o2.co.uk",
    "outlook.com",
    "proton.me",
    "protonmail.com",
    "sky.com",
    "talktalk.net",
    "tiscali.co.uk",
    "virginmedia.com",
    "yahoo.co.uk",
    "yahoo.com",
    "ymail.com",
    "zoho.com",
}
# Short names ("me", "sky") are one slip away from too many real ones to be suggested.
_SUGGESTED = sorted(domain for domain in _MAIL_DOMAINS if len(domain.partition(".")[0]) >= 5)
_NEVER_BRITISH = {
    name: f"{name.removesuffix('.co.uk')}.com" for name in ("gmail.co.uk", "icloud.co.uk", "outlook.co.uk")
}
_MISTYPED_ENDINGS = (
    (re.compile(r"\.(?:c0m|cim|cmo|comm|con|ocm|vom|xom)$"), ".com"),
    (re.compile(r"(?:\.c0\.uk|\.co,uk|\.co\.(?:ik|k|u|uj|ukk|yk)|\.couk|\.o\.uk|\.oc\.uk)$"), ".co.uk"),
)


def clean(text: str, *, limit: int, lines: bool = False, label: str = "This", field: str = "") -> str:
    """The text as it is stored: NFC, trimmed, with "\\n" as its only line break, and that only with `lines`.

    `limit` counts characters; three bytes of UTF-8 are allowed for each. Raises Refused, whose message starts with
    `label`, beside `field`: too long, several lines, or characters that hide or turn what is written.
    """
    text = _UNSEEN.sub("", text).replace("\t", " ").strip()
    # Before NFC, which slows down with the square of a run of combining marks.
    if len(text) > 4 * limit:
        raise Refused(_too_long(label, limit), field=field)
    text = _LINE_BREAKS.sub("\n", text)
    if "\n" in text and not lines:
        raise Refused(f"{label} must be on one line", field=field)
    if _REFUSED.search(text.replace("\n", "")):
        raise Refused(f"{label} must not contain hidden characters: type it instead of pasting it", field=field)
    text = unicodedata.normalize("NFC", text)
    if len(text) > limit:
        raise Refused(_too_long(label, limit), field=field)
    if len(text.encode()) > _BYTES_A_CHARACTER * limit:
        raise Refused(f"{_too_long(label, limit)}, and emoji count as more than one", field=field)
    return text


def suggested_email(address: str) -> str | None:
    """The address probably meant ("sam@gmail.com" for "sam@gmial.com"), or None: a hint that must not stop anybody."""
    name, at, typed = address.strip().rpartition("@")
    domain = typed.lower()
    meant = _suggested_domain(domain)
    return f"{name}{at}{meant}" if at and name and meant is not None and meant != domain else None


def own_domain(address: str) -> str | None:
    """The domain of an address if it is the firm's own: None for gmail and its like."""
    domain = address.rpartition("@")[2].strip().lower()
    return None if domain in _MAIL_DOMAINS or not domain else domain


def whole_number(text: str | None, *, digits: int) -> int | None:
    """The number that at most so many plain digits are; None for anything else, however long."""
    return int(text) if text and text.isascii() and text.isdigit() and len(text) <= digits else None


def people_told(text: str) -> int | None:
    """How many people "8", "about 8", "8 people" or, the larger counts, "6 to 8" are; None for anything else."""
    told = _PEOPLE.fullmatch(text.strip())
    return max(int(number) for number in told.groups() if number) if told else None


def csv_cell(text: str) -> str:
    """The text as a spreadsheet cell that is never run as a formula; a telephone number "+44 …" gets the quote too."""
    return f"'{text}" if text.lstrip(" \u00a0").startswith(_FORMULA_STARTS) else text


def _too_long(label: str, limit: int) -> str:
    return f"{label} must be {limit:,} characters or fewer"


def _suggested_domain(domain: str) -> str | None:
    if domain in _MAIL_DOMAINS:
        return None
    if domain in _NEVER_BRITISH:
        return _NEVER_BRITISH[domain]
    for known in _SUGGESTED:
        if _one_slip(domain, known):
            return known
    for ending, meant in _MISTYPED_ENDINGS:
        if ending.search(domain):
            return ending.sub(meant, domain)
    return None


def _one_slip(typed: str, meant: str) -> bool:
    """Whether one letter was left out, added, mistaken, or swapped with its neighbour."""
    short, long = sorted((typed, meant), key=len)
    if len(long) - len(short) > 1:
        return False
    start = next((n for n, (a, b) in enumerate(zip(short, long, strict=False)) if a != b), len(short))
    if len(short) < len(long):
        return short[start:] == long[start + 1 :]
    swapped = short[start : start + 2] == long[start : start + 2][::-1] and short[start + 2 :] == long[start + 2 :]
    return swapped or short[start + 1 :] == long[start + 1 :]

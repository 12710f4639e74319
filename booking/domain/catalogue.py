"""A catalogue of courses as it is written down in TOML, checked before anything is built on it."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TypeAlias

from booking.domain.courses import Course, CourseNeed
from booking.domain.diagnostic.instrument import Scale
from booking.domain.errors import Refused
from booking.domain.money import Pence
from booking.domain.text import clean

Raw: TypeAlias = Mapping[str, object]

_LIMITS = {"slug": 60, "title": 80, "summary": 250, "for_whom": 1000}
_LINE_LIMIT = 250
_FACTS = {"need", "half_days", "group_min", "group_max", "price_pence", "starts_with", "is_first_time"}
_LISTS = {"outcomes", "site_needs", "kit", "outline"}


@dataclass(frozen=True, slots=True)
class Entry:
    """One course with its text. `outline` has a block for each half-day: a heading, then what happens, line by line."""

    course: Course
    summary: str
    for_whom: str
    outcomes: tuple[str, ...]
    outline: tuple[tuple[str, ...], ...]
    site_needs: tuple[str, ...]
    kit: tuple[str, ...]


def parse_catalogue(toml: str) -> tuple[Entry, ...]:
    """The `[[course]]` tables of a TOML text, in its order.

    Raises ValueError, which names the course, for anything missing, unknown, too long or out of range.
    """
    raws = tomllib.loads(toml).get("course")
    if not isinstance(raws, list) or not raws:
        raise ValueError("a catalogue has at least one [[course]]")
    entries = tuple(_entry(raw) for raw in raws)
    slugs = [entry.course.slug for entry in entries]
    if len(set(slugs)) < len(slugs):
        raise ValueError("two courses have the same slug")
    return entries


def _entry(raw: Raw) -> Entry:
    slug = str(raw.get("slug", "a course without a slug"))
    try:
        unknown = set(raw) - _FACTS - _LISTS - set(_LIMITS)
        if unknown:
            raise ValueError(f"unknown: {', '.join(sorted(unknown))}")
        entry = Entry(
            course=_course(raw),
            summary=_text(raw, "summary"),
            for_whom=_text(raw, "for_whom"),
            outcomes=_lines(raw["outcomes"]),
            outline=_outline(raw["outline"]),
            site_needs=_lines(raw["site_needs"]),
            kit=_lines(raw["kit"]),
        )
    except KeyError as missing:
        raise ValueError(f"{slug}: {missing.args[0]} is missing") from missing
    except (ValueError, Refused) as wrong:
        raise ValueError(f"{slug}: {wrong}") from wrong
    if len(entry.outline) != entry.course.half_days:
        raise ValueError(f"{slug}: outline must have one block for each half-day")
    return entry


def _course(raw: Raw) -> Course:
    starts_with = raw.get("starts_with")
    return Course(
        slug=_text(raw, "slug"),
        title=_text(raw, "title"),
        need=CourseNeed(str(raw["need"])),
        half_days=_number(raw, "half_days"),
        group_min=_number(raw, "group_min"),
        group_max=_number(raw, "group_max"),
        price_pence=Pence(_number(raw, "price_pence")),
        starts_with=None if starts_with is None else Scale(str(starts_with)),
        is_first_time=raw.get("is_first_time") is True,
    )


def _number(raw: Raw, key: str) -> int:
    value = raw[key]
    if type(value) is not int:  # a bool is an int to isinstance
        raise ValueError(f"{key} must be a whole number")
    return value


def _text(raw: Raw, key: str) -> str:
    return _line(raw[key], limit=_LIMITS[key], label=key)


def _line(value: object, *, limit: int = _LINE_LIMIT, label: str = "A line") -> str:
    text = clean(value, limit=limit, label=label) if isinstance(value, str) else ""
    if not text:
        raise ValueError(f"{label} must be text")
    return text


def _lines(value: object) -> tuple[str, ...]:
    if not isinstance(value, list) or not value:
        raise ValueError("a list of lines is empty or not a list")
    return tuple(_line(line) for line in value)


def _outline(value: object) -> tuple[tuple[str, ...], ...]:
    if not isinstance(value, list):
        raise ValueError("outline must be a list of blocks")
    return tuple(_lines(block) for block in value)

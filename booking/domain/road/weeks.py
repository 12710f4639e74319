"""What a trainer was told of a week, and what is different since, in words."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True)
class Told:
    """One day of one visit, as the trainer read it."""

    visit_id: int
    day: date
    hours: str  # "9:30am to 12:30pm"
    place: str  # the whole address
    people: int | None
    contact: str
    where: str  # "Acme Joinery, Truro": how a visit that is gone is called

    @property
    def key(self) -> tuple[int, date]:
        return self.visit_id, self.day


@dataclass(frozen=True, slots=True)
class Changes:
    """By visit and day what follows the day's name ("was 9:30am to 12:30pm"), and what is no longer there."""

    by_stop: Mapping[tuple[int, date], str]
    gone: Sequence[Told]


def changes(before: Iterable[Told], after: Iterable[Told]) -> Changes:
    """What somebody who read `before` does not know yet."""
    old, new = {told.key: told for told in before}, {told.key: told for told in after}
    gone = [told for key, told in old.items() if key not in new]
    moved = {told.visit_id: told for told in gone}
    found = {}
    for key, told in new.items():
        if key in old:
            words = _differences(old[key], told)
        elif told.visit_id in moved:
            words = f"was on {moved.pop(told.visit_id).day:%A}"
        else:
            words = "is new"
        if words:
            found[key] = words
    return Changes(found, [told for told in gone if moved.get(told.visit_id) is told])


def _differences(old: Told, new: Told) -> str:
    words = []
    if old.hours != new.hours:
        words.append(f"was {old.hours}, now {new.hours}")
    if old.place != new.place:
        words.append(f"has moved to {new.place}")
    if old.people != new.people:
        words.append(f"has {new.people or 'an open number of'} people now")
    if old.contact != new.contact:
        words.append(f"has {new.contact} as your contact now")
    return ", and ".join(words)

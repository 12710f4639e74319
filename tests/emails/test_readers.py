"""Three independent programs read the same instants from our calendars, on both sides of both changes of the clocks."""

import json
import subprocess
import sys
from collections.abc import Callable
from datetime import UTC, date
from pathlib import Path
from typing import Any

import icalendar
import pytest

from booking.domain.days import Half
from booking.emails import calendar
from booking.models import Visit
from tests import node
from tests.emails.rows import MANAGE, NOW, a_trainer, a_visit

Read = list[list[str]]  # of each event: uid, start and end in UTC, title
Reader = Callable[..., list[Read]]
HERE = Path(__file__).parent
# Clocks go forward on 28 March 2027 at 1am and back on 31 October at 2am. 9:30am and 4:30pm in London are, in UTC:
INSTANTS = {
    date(2027, 3, 26): ("2027-03-26T09:30:00Z", "2027-03-26T16:30:00Z"),
    date(2027, 3, 28): ("2027-03-28T08:30:00Z", "2027-03-28T15:30:00Z"),
    date(2027, 3, 29): ("2027-03-29T08:30:00Z", "2027-03-29T15:30:00Z"),
    date(2027, 3, 30): ("2027-03-30T08:30:00Z", "2027-03-30T15:30:00Z"),
    date(2027, 10, 29): ("2027-10-29T08:30:00Z", "2027-10-29T15:30:00Z"),
    date(2027, 10, 31): ("2027-10-31T09:30:00Z", "2027-10-31T16:30:00Z"),
    date(2027, 11, 1): ("2027-11-01T09:30:00Z", "2027-11-01T16:30:00Z"),
}
TITLE = "Taunton: New manager essentials, Vivary Nurseries"
VOBJECT = """
import json, sys, vobject
from datetime import timezone
found = []
for file in sys.argv[1:]:
    calendar = vobject.readOne(open(file, newline="", encoding="utf-8").read())
    instant = lambda line: line.value.astimezone(timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")
    found.append([[e.uid.value, instant(e.dtstart), instant(e.dtend), e.summary.value] for e in calendar.vevent_list])
print(json.dumps(found))
"""


def visits() -> list[Visit]:
    return [a_visit(id=number, first_day=day) for number, day in enumerate(INSTANTS)]


def by_icalendar(*files: Path) -> list[Read]:
    def instant(event: Any, name: str) -> str:
        return f"{event[name].dt.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"

    return [
        [
            [str(e["UID"]), instant(e, "DTSTART"), instant(e, "DTEND"), str(e["SUMMARY"])]
            for e in icalendar.Calendar.from_ical(file.read_bytes()).walk("VEVENT")
        ]
        for file in files
    ]


def by_vobject(*files: Path) -> list[Read]:
    """In a process of its own: it keeps the time zones it has read, and warns about its own past."""
    done = subprocess.run([sys.executable, "-c", VOBJECT, *files], check=True, stdout=subprocess.PIPE)
    found: list[Read] = json.loads(done.stdout)
    return found


def by_ical_js(*files: Path) -> list[Read]:
    found: list[Read] = json.loads(node.run(HERE / "ical.mjs", *map(str, files)))
    return found


READERS = [by_icalendar, by_vobject, by_ical_js]


@pytest.mark.parametrize("read", READERS)
def test_a_feed_has_the_same_instants_for_every_reader_on_both_sides_of_a_clock_change(
    read: Reader, tmp_path: Path
) -> None:
    file = tmp_path / "feed.ics"
    file.write_bytes(calendar.feed(a_trainer(), visits(), url_of=lambda visit: MANAGE).encode())
    assert read(file) == [
        [
            [f"visit-{number}-day-1@bookings.trainingsouthwest.example", *instants, TITLE]
            for number, instants in enumerate(INSTANTS.values())
        ]
    ]


@pytest.mark.parametrize("read", READERS)
def test_an_invitation_has_the_same_instants_for_every_reader(read: Reader, tmp_path: Path) -> None:
    files = []
    for visit in visits():
        entry = calendar.invitation(visit, day=1, to=a_trainer(), url=MANAGE, now=NOW)
        files.append(tmp_path / f"{visit.id}.ics")
        files[-1].write_bytes(calendar.folded(entry.text).encode())
    assert [(start, end) for ((_, start, end, _),) in read(*files)] == list(INSTANTS.values())


@pytest.mark.parametrize("read", READERS)
def test_a_day_that_follows_the_change_keeps_its_hours(read: Reader, tmp_path: Path) -> None:
    file = tmp_path / "visit.ics"
    over_the_change = a_visit(first_day=date(2027, 10, 30), first_half=Half.PM, half_days=3)
    file.write_bytes(calendar.download(over_the_change, url=MANAGE).encode())
    assert [(start, end) for _, start, end, _ in read(file)[0]] == [
        ("2027-10-30T12:30:00Z", "2027-10-30T15:30:00Z"),
        ("2027-10-31T09:30:00Z", "2027-10-31T16:30:00Z"),
    ]

"""Calendar entries (RFC 5545, 5546): invitations and their end, a trainer's feed, a file to download.

A visit has one event for each of its days, with a UID for life. Times are London's, with a time zone of our own: two
rules in twelve lines, which every reader we tried understands (docs/mail-and-calendar.md).
"""

from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from functools import cache
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from flask import render_template

from booking.domain.days import LONDON
from booking.domain.lifecycle import VisitState
from booking.emails import visits
from booking.emails.message import Addressee, Entry, one_line
from booking.models import Trainer, Visit
from config import settings

if TYPE_CHECKING:
    import icalendar

ZONE = """BEGIN:VTIMEZONE
TZID:Europe/London
BEGIN:DAYLIGHT
DTSTART:19810329T010000
RRULE:FREQ=YEARLY;BYMONTH=3;BYDAY=-1SU
TZOFFSETFROM:+0000
TZOFFSETTO:+0100
TZNAME:BST
END:DAYLIGHT
BEGIN:STANDARD
DTSTART:19961027T020000
RRULE:FREQ=YEARLY;BYMONTH=10;BYDAY=-1SU
TZOFFSETFROM:+0100
TZOFFSETTO:+0000
TZNAME:GMT
END:STANDARD
END:VTIMEZONE
"""
PRODUCT = "-//Training South West//Visits//EN"
REFRESH = timedelta(hours=2)
LONGEST_LINE = 75  # octets
_STATUS = {VisitState.CONFIRMED: "CONFIRMED", VisitState.DELIVERED: "CONFIRMED", VisitState.CANCELLED: "CANCELLED"}


def may_hold(visit: Visit) -> bool:
    """Whether a cancelled visit was ever sent to calendars, also when its trainer has dropped out since.

    Cancelling raises a visit's sequence to 1; one that is higher had been confirmed before, or at least moved.
    """
    return visit.confirmed_at is not None or visit.sequence > 1


def invitation(visit: Visit, *, day: int, to: Addressee, url: str, now: datetime, is_off: bool = False) -> Entry:
    """Day `day` (1 is the first) of a visit for one person: REQUEST, or, when it is off, CANCEL.

    The visit's `sequence` must have been raised by whatever made the difference. Lines are not folded: see `folded`.
    """
    method = "CANCEL" if is_off else "REQUEST"
    event = _event(visit, day, url=url, for_trainer=isinstance(to, Trainer), stamp=now)
    event["STATUS"] = "CANCELLED" if is_off else "CONFIRMED"
    event.add("ORGANIZER", f"mailto:{settings().mail.sender}")
    event.add(
        "ATTENDEE",
        f"mailto:{one_line(to.email)}",
        parameters={"ROLE": "REQ-PARTICIPANT", "PARTSTAT": "ACCEPTED", "RSVP": "FALSE"},
    )
    calendar = _calendar(METHOD=method)
    calendar.add_component(event)
    return Entry(_text(calendar), method)


def folded(text: str) -> str:
    """Calendar text with no line over 75 octets: the last thing before it leaves, when its links are filled in."""
    return "".join(f"{_fold(line)}\r\n" for line in text.split("\r\n") if line)


def feed(trainer: Trainer, rows: Iterable[Visit], *, url_of: Callable[[Visit], str]) -> str:
    """A trainer's private calendar: every day of the visits. The same visits give the same text, for its ETag."""
    calendar = _calendar()
    name = f"{settings().company.name}: {trainer.name}"
    calendar.add("NAME", name)
    calendar.add("X-WR-CALNAME", name)
    calendar.add("REFRESH-INTERVAL", REFRESH, parameters={"VALUE": "DURATION"})
    calendar.add("X-PUBLISHED-TTL", "PT2H")
    for visit in rows:
        _add_days(calendar, visit, url=url_of(visit), for_trainer=True)
    return folded(_text(calendar))


def download(visit: Visit, *, url: str) -> str:
    """A file with every day of a visit, for the firm: TENTATIVE until it is confirmed."""
    calendar = _calendar(METHOD="PUBLISH")
    _add_days(calendar, visit, url=url, for_trainer=False)
    return folded(_text(calendar))


def _add_days(calendar: "icalendar.Calendar", visit: Visit, *, url: str, for_trainer: bool) -> None:
    for day in range(1, len(visits.sessions(visit)) + 1):
        event = _event(visit, day, url=url, for_trainer=for_trainer, stamp=_changed_at(visit))
        event.add("STATUS", _STATUS.get(visit.state, "TENTATIVE"))
        event.add("ORGANIZER", f"mailto:{settings().mail.sender}")
        calendar.add_component(event)


def _event(visit: Visit, day: int, *, url: str, for_trainer: bool, stamp: datetime) -> "icalendar.Event":
    """One day of a visit, without what depends on its use: status, organizer, attendee."""
    from icalendar import Event

    session = visits.sessions(visit)[day - 1]
    words = render_template(
        "email/calendar.txt", visit=visit, url=url, for_trainer=for_trainer, company=settings().company
    )
    summary, _, description = words.strip().partition("\n\n")
    event = Event()
    event.add("UID", f"visit-{visit.id}-day-{day}@{urlsplit(settings().base_url).hostname}")
    event.add("SEQUENCE", visit.sequence)
    event.add("DTSTAMP", stamp)
    event.add("DTSTART", session.starts_at.astimezone(LONDON))
    event.add("DTEND", session.ends_at.astimezone(LONDON))
    event.add("SUMMARY", summary)
    event.add("DESCRIPTION", description)
    event.add("LOCATION", visits.address(visit.site) if visit.site else visit.outcode)
    return event


def _calendar(**properties: str) -> "icalendar.Calendar":
    from icalendar import Calendar

    calendar = Calendar()
    for name, value in {"VERSION": "2.0", "PRODID": PRODUCT, **properties}.items():
        calendar.add(name, value)
    calendar.add_component(_zone())
    return calendar


def _text(calendar: "icalendar.Calendar") -> str:
    """The calendar, one property a line however long."""
    return "\r\n".join(str(line) for line in calendar.content_lines())


def _fold(line: str) -> str:
    """The line in pieces of at most 75 octets, the second and later ones after a space; no character is cut."""
    if len(line.encode()) <= LONGEST_LINE:
        return line
    pieces, octets = [], 0
    for character in line:
        width = len(character.encode())
        if octets + width > LONGEST_LINE:
            pieces.append("\r\n ")
            octets = 1
        pieces.append(character)
        octets += width
    return "".join(pieces)


@cache
def _zone() -> "icalendar.Timezone":
    from icalendar import Timezone

    zone = Timezone.from_ical(ZONE.replace("\n", "\r\n"))
    assert isinstance(zone, Timezone)
    return zone


def _changed_at(visit: Visit) -> datetime:
    """The last instant stored with the visit: the DTSTAMP of what is fetched rather than sent."""
    known = (visit.created_at, visit.requested_at, visit.confirmed_at, visit.ended_at)
    return max(instant for instant in known if instant)

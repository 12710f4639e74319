"""The served site of a journey: its clock, its worker, and the mails that have arrived, as their readers see them."""

from dataclasses import dataclass
from datetime import timedelta
from email.message import EmailMessage
from html.parser import HTMLParser
from typing import cast

import icalendar
import time_machine

from booking import worker
from booking.db import transaction
from booking.domain.access import Purpose
from booking.services import links
from tests import make
from tests.conftest import NOW, Live
from tests.journeys.people import Person
from tests.smtp import MailDrop


@dataclass
class Site(Live):
    """The application, where it is, what its mail server has taken, and the clock on the wall."""

    smtp: MailDrop
    clock: time_machine.Traveller

    def later(self, **time: float) -> None:
        """So many `minutes`, `hours` or `days` go by; then the worker has its turn."""
        self.clock.shift(timedelta(**time))
        with self.app.app_context():
            worker.run_timetable()

    def letter(self, to: str, subject: str) -> EmailMessage:
        """The newest mail to an address whose subject begins so."""
        found = [
            each for each in self.smtp.received if to in str(each["To"]) and str(each["Subject"]).startswith(subject)
        ]
        assert found, f"no {subject!r} to {to} in {self.smtp.subjects}"
        return found[-1]

    def subjects(self, to: str) -> list[str]:
        """What has arrived at an address, in order."""
        return [str(each["Subject"]) for each in self.smtp.received if to in str(each["To"])]

    def way(self, to: str, subject: str, words: str) -> str:
        """The address behind a link of that mail."""
        reader = Links()
        reader.feed(part(self.letter(to, subject), "text/html"))
        address = reader.found[words]
        assert address.startswith(f"{self.url}/"), address
        return address

    def entry(self, to: str, subject: str, *, method: str) -> icalendar.Event:
        """The event of a mail's calendar part, which says itself what is to be done with it."""
        calendar = icalendar.Calendar.from_ical(part(self.letter(to, subject), "text/calendar"))
        assert calendar["METHOD"] == method
        (event,) = calendar.walk("VEVENT")
        return cast(icalendar.Event, event)

    def desk(self, person: Person) -> None:
        """Signs the person in as Cora, of staff, by the demonstration's link."""
        with self.app.app_context(), transaction():
            token = links.token(links.make(Purpose.DEMO, now=NOW, staff_id=make.cora().id))
        person.open(f"{self.url}/staff/demo/{token}")
        person.press("Sign in as Cora")


class Links(HTMLParser):
    """The links of a mail, by their words."""

    def __init__(self) -> None:
        super().__init__()
        self.found: dict[str, str] = {}
        self._address = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "a":
            self._address = dict(attrs).get("href") or ""

    def handle_data(self, data: str) -> None:
        if self._address:
            self.found[data], self._address = self._address, ""


def part(letter: EmailMessage, kind: str) -> str:
    """One part of a mail. It is there once."""
    (found,) = [each for each in letter.walk() if each.get_content_type() == kind]
    return str(found.get_content())

"""How tests walk from place to sending, as a person does, in as few lines as a test is about."""

import re
from datetime import timedelta
from typing import Any

import time_machine
from werkzeug.test import TestResponse

from booking import clock
from booking.domain.days import Half, Slot
from booking.domain.places import County
from booking.models import Course
from booking.services import visits
from tests.make import DAY
from tests.pages import PageClient

AT = Slot(DAY, Half.AM)
CODE = f"{DAY:%Y-%m-%d}-am"
DETAILS = {
    "contact_name": "Maya Reed",
    "email": "maya@acme.example",
    "phone": "01632 960 111",
    "firm_name": "Acme Joinery",
    "address": "Unit 4, Marsh Lane",
    "town": "Exeter",
    "postcode": "EX2 8AA",
    "people": "8",
    "room": "Canteen",
    "parking": "In the yard",
    "access_needs": "",
    "notes": "We have two new supervisors.",
}
HIDDEN = re.compile(r'<input[^>]*name="(csrf_token|key|shown|asked|course)"[^>]*value="([^"]*)"')


def hidden(client: PageClient, path: str) -> dict[str, str]:
    """What a page's form carries unseen."""
    return dict(HIDDEN.findall(client.get(path).text))


def to_dates(client: PageClient, course: str, *, postcode: str = "EX2 8AA") -> TestResponse:
    return client.send("/book/place", {"course": course, "postcode": postcode})


def to_details(client: PageClient, course: str, *, slot: str = CODE) -> TestResponse:
    to_dates(client, course)
    return client.send("/book/date", {"slot": slot})


def to_check(client: PageClient, course: str, *, slot: str = CODE, **changes: Any) -> TestResponse:
    """The details are sent a minute after the date was chosen: quicker is a machine's."""
    with time_machine.travel(clock.now() - timedelta(minutes=1), tick=False):
        to_details(client, course, slot=slot)
    return client.send("/book/details", {**DETAILS, **changes})


def send(client: PageClient, **changes: Any) -> TestResponse:
    """Presses "Send booking request"."""
    return client.post("/book/check", data={**hidden(client, "/book/check"), **changes})


def to_sent(client: PageClient, course: str, **changes: Any) -> str:
    """A whole booking; the path of the page that says so."""
    to_check(client, course, **changes)
    response = send(client)
    assert response.status_code == 303, response.text
    return response.location


def taken_by_another(course: Course, *, at: Slot = AT) -> None:
    """Somebody else chooses the date, at this moment."""
    rival = {"visitor": "rival", "network": "elsewhere"}
    visits.hold(**rival, course=course, county=County.DEVON, outcode="EX2", at=at, now=clock.now())


def errors(response: TestResponse) -> dict[str, str]:
    """What is said beside each field, by its name."""
    found = re.findall(r'<p class="err" id="(\w+?)-error"><span class="vh">Error: </span>(.*?)</p>', response.text)
    return dict(found)


def slots(page: str) -> list[str]:
    """The values of a page's radios for a date, in order."""
    return re.findall(r'<input type="radio" name="slot" id="[^"]+" value="([^"]+)"', page)

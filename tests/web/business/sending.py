"""How tests fill in and send the enquiry form, as slowly as a person does."""

import re
from datetime import timedelta
from typing import Any

import time_machine
from werkzeug.test import TestResponse

from booking import clock
from tests.pages import PageClient

GOOD = {
    "reason": "course",
    "message": "We have two new supervisors, and the jobs run late.",
    "place": "ex16 4zz",
    "people": "8",
    "first_1": "12 January",
    "last_1": "20 jan",
    "firm": "Hallett Joinery",
    "contact": "Jo Hallett",
    "email": "jo@hallett.example",
    "phone": "01632 960 002",
}
HIDDEN = re.compile(r'<input[^>]*name="(csrf_token|key|shown)"[^>]*value="([^"]+)"')


def opened(client: PageClient, path: str = "/enquire") -> dict[str, str]:
    """What the form carries unseen."""
    return dict(HIDDEN.findall(client.get(path).text))


def send(client: PageClient, hidden: dict[str, str], *, after: float = 40, **changes: Any) -> TestResponse:
    """Sends GOOD with these changes, so many seconds after now; a field that is None is missing."""
    fields = {name: value for name, value in {**hidden, **GOOD, **changes}.items() if value is not None}
    with time_machine.travel(clock.now() + timedelta(seconds=after), tick=False):
        return client.post("/enquire", data=fields)


def errors(response: TestResponse) -> dict[str, str]:
    """What is said beside each field, by its name."""
    found = re.findall(r'<p class="err" id="(\w+?)-error"><span class="vh">Error: </span>(.*?)</p>', response.text)
    return dict(found)

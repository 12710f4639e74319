"""What the tests of staff's pages share: buttons pressed as a browser does, rows read back."""

import re
from typing import Any

from werkzeug.test import TestResponse

from booking.db import db
from booking.models import Act, HistoryEntry
from tests.pages import PageClient

NO_NUMBERS = ("many", "-3", "1e3", "\uff18", "\u0663", "8.5", "9" * 30, "9" * 5000)  # none for a number of people


def press(client: PageClient, action: str, *, page: str = "/staff", **fields: Any) -> TestResponse:
    """Presses the button with this action as it stands on a page, with what it carries; then the page it goes to."""
    text = client.get(page).text
    form = re.search(rf'<form [^>]*action="{re.escape(action)}"[^>]*>(.*?)</form>', text, re.DOTALL)
    assert form is not None, f"no button {action} on {page}"
    carried = dict(re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)">', form[1]))
    headers = {"Referer": f"http://localhost{page}"}
    response = client.post(action, data={**carried, **fields}, headers=headers)
    assert response.status_code == 303, response.status
    return client.get(response.location)


def words_of(text: str) -> str:
    """A page without its tags, on one line."""
    return " ".join(re.sub(r"<[^>]+>", " ", text).split())


def told_beside(field: str, text: str) -> str:
    """What is said beside a field that was not right; "" when nothing is."""
    found = re.search(rf'<p class="err" id="{field}-error"><span class="vh">Error: </span>([^<]*)</p>', text)
    return found[1] if found else ""


def titles(text: str) -> list[str]:
    """The headings of the queue, in order."""
    queue = text.partition('<ol class="queue">')[2].partition("</ol>")[0]
    return [words_of(title) for title in re.findall(r"<h3>(.*?)</h3>", queue, re.DOTALL)]


def acts() -> list[str]:
    """What history tells, oldest first."""
    return list(db.session.scalars(db.select(HistoryEntry.act).order_by(HistoryEntry.id)))


def last_act() -> Act:
    found: Act = db.session.scalars(db.select(Act).order_by(Act.id.desc()).limit(1)).one()
    return found

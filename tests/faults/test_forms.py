"""Every form that creates, found from the URL map: fifteen times the same gives one thing and the first answer."""

from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from threading import Barrier

import pytest
from flask import Flask
from sqlalchemy import func, select

from booking import clock
from booking.db import db
from booking.domain.access import Purpose, Role
from booking.models import Absence, Base, Course, Enquiry, FormKey, Staff, Trainer, Visit
from booking.services import links
from tests import make
from tests.conftest import Live
from tests.web.business.booking import HIDDEN
from tests.web.business.crowd import Visitor

PRESSES = 15
PLACE = {"address": "Unit 4", "town": "Exeter", "postcode": "EX2 8AA"}
TEXTS = dict.fromkeys(("summary", "for_whom", "outcomes", "outline", "site_needs", "kit"), "Some words")
LIKINGS = {"cornwall": "", "devon": "1", "dorset": "", "somerset": ""}
# By endpoint: the page, what is typed, what is typed instead, and what is made.
FORMS: Mapping[str, tuple[str, dict[str, str], dict[str, str], type[Base]]] = {
    "business.enquire": (
        "/enquire",
        {"reason": "other", "message": "Do you teach at night?", "contact": "Maya Reed", "firm": "Acme Joinery",
         "email": "maya@acme.example", "phone": "01632 960 111", "place": "EX2 8AA"},
        {"message": "Do you teach on Sundays?"},
        Enquiry,
    ),
    "staff.phoned": (
        "/staff/enquiries/new",
        {"firm": "Acme Joinery", "contact": "Maya Reed", "phone": "01632 960 111", "reason": "other"},
        {"contact": "Maja Reed"},
        Enquiry,
    ),
    "staff.visit_add": (
        "/staff/visits/add?enquiry=1",
        {"course": "1", "day": "DAY", "half": "am", "trainer": "", "county": "devon", "people": "8", **PLACE},
        {"people": "9"},
        Visit,
    ),
    "staff.trainer_add": (
        "/staff/trainers/new",
        {"name": "Ivy Lane", "email": "ivy@trainers.example", "phone": "01632 960 222", "home": "EX1",
         "town": "Exeter", "drive": "90", "limit": "6", **LIKINGS},
        {"name": "Ivy Long", "email": "long@trainers.example"},
        Trainer,
    ),
    "staff.course_add": (
        "/staff/courses/new",
        {"title": "Planning a week", "price": "1150", "half_days": "1", "group_min": "4", "group_max": "12",
         "need": "managing", "starts_with": "", **TEXTS},
        {"title": "Planning a month"},
        Course,
    ),
    "staff.invite": (
        "/staff/colleagues/invite",
        {"name": "Jon Hart", "email": "jon@trainingsouthwest.example", "role": "staff"},
        {"name": "Joan Hart", "email": "joan@trainingsouthwest.example"},
        Staff,
    ),
    "staff.absence_add": (
        "/staff/trainers/1/absence",
        {"first": "DAY", "from_half": "am", "last": "", "to_half": "pm", "kind": "leave", "note": ""},
        {"note": "Half-term"},
        Absence,
    ),
}  # fmt: skip
ELSEWHERE = {"business.check"}  # tests/web/business/test_check.py: nothing is typed on it


@pytest.mark.parametrize("endpoint", FORMS)
def test_a_form_that_is_sent_fifteen_times_at_once_makes_one_thing(live: Live, endpoint: str) -> None:
    path, typed, instead, made = FORMS[endpoint]
    browser, day = signed_in(live), f"{a_wednesday():%-d %B %Y}"
    typed = {name: day if value == "DAY" else value for name, value in typed.items()}
    carried, before = dict(HIDDEN.findall(browser.get(path))), count(live.app, made)
    start = Barrier(PRESSES)

    def press(_n: int) -> tuple[int, str]:
        start.wait()
        return browser.post(path, **{**typed, **carried})

    with ThreadPoolExecutor(PRESSES) as pool:
        answers = set(pool.map(press, range(PRESSES)))
    assert [status for status, _ in answers] == [303], answers
    assert (count(live.app, made) - before, count(live.app, FormKey)) == (1, 1)
    status, page = browser.post(path, **{**typed, **carried, **instead})
    assert (status, "This form was sent already, with other answers" in page) == (422, True)
    assert all(value in page for value in instead.values())
    assert dict(HIDDEN.findall(page))["key"] != carried["key"], "whoever has read that may send it"
    assert count(live.app, made) - before == 1


def test_every_form_with_a_key_is_tried(live: Live) -> None:
    browser = signed_in(live)
    asked = {"token": "x", "slug": "course-1", "reference": "x", "number": "1", "slot": "2027-03-31-am"}
    numbers = {"enquiry_id": 1, "mail_id": 1, "staff_id": 1, "trainer_id": 1, "visit_id": 1}
    keyed = set()
    for rule in live.app.url_map.iter_rules():
        if {"GET", "POST"} <= (rule.methods or set()) and rule.arguments <= asked.keys() | numbers.keys():
            built = rule.build({**asked, **numbers}, append_unknown=False)
            assert built is not None
            query = "?enquiry=1" if rule.endpoint == "staff.visit_add" else ""
            if 'name="key"' in browser.get(built[1] + query):
                keyed.add(rule.endpoint)
    assert keyed == FORMS.keys()


def a_wednesday() -> date:
    """Ten weeks ahead, past every notice; on a weekend nobody is sent."""
    return clock.today() + timedelta(days=72 - clock.today().weekday())


def signed_in(live: Live) -> Visitor:
    """An admin's browser, on a site with a course, a trainer and an enquiry."""
    with live.app.app_context():
        make.ann(make.course())
        make.enquiry()
        admin = make.staff(role=Role.ADMIN)
        token = links.token(links.make(Purpose.DEMO, now=clock.now(), staff_id=admin.id))
        db.session.commit()
    browser = Visitor(live.url)
    assert browser.send(f"/staff/demo/{token}")[0] == 303
    return browser


def count(app: Flask, table: type[Base]) -> int:
    with app.app_context():
        return db.session.scalar(select(func.count()).select_from(table)) or 0

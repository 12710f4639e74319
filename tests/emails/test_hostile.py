"""Mails about people who type things to break them: every function, with every text that somebody may have typed."""

import re
from collections.abc import Iterator
from datetime import UTC, date, datetime
from inspect import getmembers, isfunction, signature
from typing import Any

import icalendar
import pytest

from booking.domain.access import Role
from booking.domain.days import Half
from booking.domain.diagnostic import lm1
from booking.domain.diagnostic.wording import tell
from booking.domain.lifecycle import VisitState
from booking.domain.money import Pence, Price
from booking.domain.places import County
from booking.emails import business, calendar, staff, trainer
from booking.emails.message import LONGEST_SUBJECT, Message, headline, shortened
from booking.emails.visits import Drive
from booking.models import Contact, Firm, Mail, Site, Staff, Visit
from tests.domain.diagnostic.answering import answers
from tests.emails.reading import Page
from tests.emails.rows import NOW, a_course, a_trainer, a_visit, an_enquiry

NASTY = {
    "markup": "<script>alert('x')</script> & <b>Co</b>",
    "a second header": "Eve\r\nBcc: everybody@example.com\r\n\r\nHello",
    "a calendar line": "Eve\r\nEND:VEVENT\nATTENDEE:mailto:all@example.com\rX:1",
    "one long word": "W" * 80,
    "many words": "A very long name of a firm and its many partners in Devon and all of Cornwall "[:80],
    "a template": "{{ config }} {% raw %} %s [link-1]",
    "unprintable": "Eve\x00\u202e\u2028gpj.exe",
}
FUNCTIONS = {
    f"{module.__name__}.{name}": function
    for module in (business, staff, trainer)
    for name, function in getmembers(module, isfunction)
    if function.__module__ == module.__name__ and not name.startswith("_")
}


def nasty_visit(typed: str, **changes: Any) -> Visit:
    firm = Firm(id=5, name=typed)
    place = {"postcode": "TA1 9ZZ", "outcode": "TA1", "county": County.SOMERSET}
    return a_visit(
        firm=firm,
        course=a_course(title=typed, site_needs=typed, kit=typed),
        site=Site(firm=firm, address=typed, town=typed, **place),
        contact=Contact(firm=firm, name=typed, email="eve@acme.example", phone="+441632960111"),
        trainer=a_trainer(name=typed, home_town=typed),
        room=typed,
        parking=typed,
        access_needs=typed,
        notes=typed,
        cancel_reason=typed,
        **changes,
    )


def arguments(typed: str) -> dict[str, Any]:
    """A value for every parameter of every mail, by its name."""
    visit, given = nasty_visit(typed), answers("313342", "112111")
    firm = Firm(id=6, name=typed)
    contact = Contact(firm=firm, name=typed, email="eve@acme.example", phone="")
    links = {f"{name}_url": "https://bookings.example/x?a=1&b=2" for name in LINKS}
    return links | {
        **dict.fromkeys(
            ("trainer_name", "next_name", "inviter_name", "note", "other_date", "why", "to_address", "good_for"), typed
        ),
        "visit": visit,
        "enquiry": an_enquiry(firm=firm, contact=contact, message=typed, place=typed, call_band=typed, suspicion=typed),
        "trainer": a_trainer(name=typed),
        "mail": Mail(audience="business", to_name=typed, to_address=typed, subject=typed, error=typed, attempts=1),
        "story": tell(lm1.score(given), given),
        "course": business.Advised(typed, 2, 12, Price(Pence(1), 20), (typed,)),
        "stops": [
            trainer.Stop(visit, "https://bookings.example/x", visit.first_day, Drive(45, typed), typed, (typed,))
        ],
        "drive": Drive(45, typed),
        **{name: [typed] for name in ("answers", "gone", "free", "leave", "items")},
        **{"answered": 7, "total": 12, "day": 1, "is_held": True, "is_again": True, "is_today": True},
        **{"now": NOW, "confirm_by": datetime(2027, 3, 2, 17, tzinfo=UTC), "good_until": date(2027, 3, 4)},
        **{"was_day": date(2027, 3, 17), "was_half": Half.AM, "monday": date(2027, 3, 22)},
        "stands": (date(2027, 3, 17), Half.AM),
    }


LINKS = {
    name.removesuffix("_url")
    for function in FUNCTIONS.values()
    for name in signature(function).parameters
    if name.endswith("_url")
}


def written(typed: str) -> Iterator[tuple[str, Message]]:
    """Every mail with the text in all places where somebody may have typed it."""
    known = arguments(typed)
    for name, function in FUNCTIONS.items():
        wanted = {parameter: known[parameter] for parameter in signature(function).parameters if parameter != "to"}
        if "to" in signature(function).parameters:
            is_ours = ".staff." in name
            wanted["to"] = Staff(name=typed, email="c@tsw.example", role=Role.STAFF) if is_ours else known["trainer"]
        yield name, function(**wanted)


@pytest.mark.parametrize("typed", NASTY.values(), ids=NASTY.keys())
def test_nothing_that_is_typed_becomes_markup_a_header_or_a_calendar_line(typed: str) -> None:
    tags = re.compile("script|iframe|img|object", re.IGNORECASE)
    for name, message in written(typed):
        headers = (message.subject, message.to_name, message.to_address)
        assert all(header.isprintable() for header in headers), name
        assert len(message.subject) <= LONGEST_SUBJECT, name
        assert [tag for tag in re.findall(r"<(/?\w+)", message.html) if tags.search(tag)] == [], name
        assert [link for link in Page(message.html).links if not link.startswith(("https://", "tel:"))] == [], name
        if message.calendar:
            event = icalendar.Calendar.from_ical(calendar.folded(message.calendar)).walk("VEVENT")[0]
            assert len(event.get("ATTENDEE").split()) == 1, name
            assert "X" not in event, name


def test_what_is_typed_is_shown_as_it_was_typed() -> None:
    typed = NASTY["markup"]
    for name, message in written(typed):
        if typed in message.text:
            assert typed in Page(message.html).text, name
    assert typed in dict(written(typed))["booking.emails.business.confirmed"].text


def test_a_template_in_a_name_is_only_text() -> None:
    mails = dict(written(NASTY["a template"]))
    assert "{{ config }} {% raw %} %s [link-1]" in mails["booking.emails.business.confirmed"].text


def test_a_cancelled_visit_with_such_a_name_leaves_the_calendar_as_well() -> None:
    visit = nasty_visit(NASTY["a calendar line"], state=VisitState.CANCELLED)
    message = business.cancelled(visit, manage_url="https://bookings.example/b/x", now=NOW)
    assert message.calendar is not None
    assert message.calendar.count("\r\nATTENDEE") == 1


def test_a_long_name_is_cut_after_a_word_and_the_fact_stays() -> None:
    town = "Saint Mary in the Marsh by the Long Water near Wells"
    assert headline("Confirmed: training at ", town, ", Wed 24 March") == (
        "Confirmed: training at Saint Mary in the…, Wed 24 March"
    )


def test_a_name_that_fits_to_the_letter_is_not_cut() -> None:
    assert headline("A ", "b" * 56, " c") == f"A {'b' * 56} c"
    assert shortened("one two", 7) == "one two"
    assert shortened("one two", 6) == "one…"
    assert shortened("one two", 4) == "one…"
    assert shortened("onetwo", 4) == "one…"

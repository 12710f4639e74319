"""The whole story: a firm enquires and books, a trainer agrees, staff confirm; it moves, and it is cancelled."""

from datetime import date, datetime

import icalendar

from booking.db import transaction
from tests import make
from tests.journeys.people import DETAILS, FIRM, Person, by_everybody
from tests.journeys.site import Site

ANN = "ann.bell@trainers.example"
ENQUIRY = {
    "What you need, in your own words": "Two new supervisors, and the jobs run late.",
    "Where it would be": "EX16 4ZZ",
    "Firm or organisation": "Hallett Joinery",
    "Your name": "Jo Hallett",
    "Work email (optional if you want a call)": FIRM,
}


@by_everybody
def test_a_visit_is_enquired_about_booked_confirmed_moved_and_cancelled(site: Site, person: Person) -> None:
    with site.app.app_context(), transaction():
        make.ann(make.course())
    enquire(site, person)
    book(site, person)
    agree(site, person)
    site.desk(person)
    person.press("Confirm visit")
    site.later(minutes=3)
    invited = site.entry(FIRM, "Confirmed: ", method="REQUEST")
    assert site.entry(ANN, "New visit: ", method="REQUEST")["UID"] == invited["UID"]
    move(site, person)
    agree(site, person)
    site.later(minutes=1)
    for reader, subject in ((FIRM, "Moved to "), (ANN, "Changed: ")):
        moved = site.entry(reader, subject, method="REQUEST")
        assert moved["UID"] == invited["UID"]
        assert number(moved) > number(invited)
        assert day(moved) > day(invited)
    cancel(site, person)
    for reader in (FIRM, ANN):
        off = site.entry(reader, "Cancelled: ", method="CANCEL")
        assert (off["UID"], day(off)) == (invited["UID"], day(moved))
        assert number(off) > number(moved)


def enquire(site: Site, person: Person) -> None:
    person.open(site.url)
    person.follow("Tell us what you need")
    person.choose("reason-0")
    for field, text in ENQUIRY.items():
        person.write(field, text)
    site.later(minutes=1)
    person.press("Send enquiry")
    assert person.heading == "Enquiry sent"
    site.later(minutes=1)
    site.letter(FIRM, "Enquiry ")


def book(site: Site, person: Person) -> None:
    """From the catalogue to the button in the first mail."""
    person.open(f"{site.url}/courses")
    person.follow("Leading a small team")
    person.follow("Choose a visit date")
    person.write("Postcode of your site", "EX16 4ZZ")
    person.press("Continue")
    person.choose("slot-1")
    person.press("Continue")
    for field, text in DETAILS.items():
        person.write(field, text)
    person.press("Continue")
    site.later(minutes=5)
    person.press("Send booking request")
    assert person.heading == "Booking request sent"
    site.later(minutes=1)
    person.open(site.way(FIRM, "Booking request ", "Confirm your email address"))
    person.press("Confirm your email address")
    site.later(minutes=1)


def agree(site: Site, person: Person) -> None:
    """Ann says yes to the newest offer; the first time this device is new to her pages."""
    person.open(site.way(ANN, "Can you do ", "Answer: yes, no, or another date"))
    if person.heading == "Your visits, Ann":
        person.press("Open my visits")
    person.press("I can do it")
    person.reads("Yes it is.")


def move(site: Site, person: Person) -> None:
    person.open(site.way(FIRM, "Confirmed: ", "See your booking"))
    person.reads("Ann Bell comes to you")
    person.follow("Choose another date")
    person.choose("slot-3")
    person.press("Continue")
    person.press("Move the visit")
    person.reads("is being arranged")
    site.later(minutes=1)


def cancel(site: Site, person: Person) -> None:
    person.open(site.way(FIRM, "Moved to ", "See what changed"))
    person.follow("Cancel the visit")
    person.reads("Cancelling it today costs")
    person.press("Cancel the visit")
    person.reads("This visit is not going ahead.")
    site.later(minutes=1)


def number(event: icalendar.Event) -> int:
    return int(event.decoded("SEQUENCE"))


def day(event: icalendar.Event) -> date:
    """In London, as the calendar shows it."""
    starts: datetime = event.decoded("DTSTART")
    return starts.date()

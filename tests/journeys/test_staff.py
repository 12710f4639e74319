"""A day at the desk: the first sign-in, visits confirmed and undone, enquiries, the telephone, the outbox."""

from datetime import date, timedelta
from typing import Any

from playwright.sync_api import expect

from booking.db import transaction
from booking.domain.days import Half
from booking.domain.lifecycle import TrainerAnswer, VisitState
from booking.domain.places import County
from booking.domain.post import MailState
from tests import make
from tests.commands import flask
from tests.conftest import NOW
from tests.journeys.people import Person, by_everybody
from tests.journeys.site import Site

DEE, PASSWORD = "dee@trainingsouthwest.example", "badger harbour violin lamp"
FIRM, ANN = "maya@acme.example", "ann.bell@trainers.example"
TODAY = "Tuesday 24 November"
SEARCH = "Search reference, name, email, postcode or phone"
CALLER = {
    "Firm or organisation": "Hallett Joinery",
    "Who phoned": "Jo Hallett",
    "Phone": "01632 960 002",
    "Where it would be": "EX16 4ZZ",
    "How many people": "7",
    "What they said": "Two new supervisors.",
}


@by_everybody
def test_a_new_colleague_confirms_a_visit_takes_it_back_and_confirms_it_again(site: Site, person: Person) -> None:
    arrange(site, VisitState.REQUESTED, day=date(2026, 12, 9), trainer_answer=TrainerAnswer.ACCEPTED, **ANSWERED)
    added = flask(site.app, "staff", "add", DEE, "--name", "Dee Ash")
    person.open(added.output.strip())
    person.write("Password", PASSWORD)
    person.press("Start")
    assert person.heading == TODAY
    person.press("Confirm visit")
    person.press("Undo")
    person.reads("Undone: confirmed")
    site.later(minutes=3)
    assert site.subjects(FIRM) == []
    person.press("Confirm visit")
    site.later(minutes=3)
    site.letter(FIRM, "Confirmed: ")
    person.follow("Today")
    person.reads("Nothing needs you.")
    leave_and_return(site, person)


@by_everybody
def test_an_enquiry_is_taken_noted_lost_and_found_again(site: Site, person: Person) -> None:
    with site.app.app_context(), transaction():
        make.enquiry(due_at=NOW + timedelta(hours=7))
    site.desk(person)
    person.press("Take it")
    person.follow("Open")
    assert person.heading == "Acme Joinery, EX2 8AA"
    person.write("Add a note", "Rang Maya: not before spring.")
    person.press("Save note")
    person.reads("Rang Maya: not before spring.")
    person.unfold("Close as lost")
    person.pick("Why it is lost", "Not now")
    person.press("Close as lost")
    person.reads("Enquiry: lost")
    person.press("Undo")
    person.reads("Enquiry: new")
    person.reads("Owner: Cora Dunn")


@by_everybody
def test_a_call_becomes_a_visit_with_another_trainer_on_another_day(site: Site, person: Person) -> None:
    with site.app.app_context(), transaction():
        course = make.course()
        make.ann(course)
        make.ben(course, counties=(County.SOMERSET,))
    site.desk(person)
    person.follow("Enquiries")
    person.follow("Someone phoned")
    for field, text in CALLER.items():
        person.write(field, text)
    person.pick("Course", "Leading a small team")
    person.press("Save and book a visit")
    for field, text in {"Another day": "9 December", "Address": "Lowman Mill Yard", "Town": "Tiverton"}.items():
        person.write(field, text)
    person.press("Book and ask the trainer")
    assert person.heading == "Hallett Joinery, Tiverton"
    person.reads("Waiting for Ann Bell")
    person.follow("Choose the trainer")
    person.write("Why them, against the rule (10 letters or more)", "They know each other well")
    person.press("Ask Ben and send")
    person.reads("Waiting for Ben Cole")
    person.reads("They know each other well")
    person.follow("Move")
    person.write("Another day", "10 December")
    person.press("Move the visit")
    person.reads("Thursday 10 December")
    person.write(SEARCH, "(01632) 960-002")
    person.press("Go")
    assert person.heading == "Search results"
    person.follow("Hallett Joinery, Tiverton")


@by_everybody
def test_a_visit_is_cancelled_for_a_fee_and_its_mail_can_be_stopped(site: Site, person: Person) -> None:
    arrange(site, VisitState.CONFIRMED, day=date(2026, 12, 2))
    site.desk(person)
    person.follow("Visits")
    person.follow("Acme Joinery")
    person.follow("Cancel")
    person.reads("Cancelling it costs £575 plus £115 VAT, £690 in all.")
    person.write("Why it is cancelled: the firm reads this", "Flooded works")
    person.press("Cancel the visit")
    person.reads("To pay")
    person.follow("Outbox")
    person.follow("Cancelled: Wed 2 Dec")
    person.press("Stop it")
    person.reads("Stopped: it will not go out")
    site.later(minutes=3)
    assert sorted(map(len, (site.subjects(FIRM), site.subjects(ANN)))) == [0, 1]


@by_everybody
def test_a_mail_that_failed_is_mended_and_goes_out(site: Site, person: Person) -> None:
    with site.app.app_context(), transaction():
        make.mail(MailState.FAILED, to_address="maya@acme.exmaple", error="550 no such domain")
    site.desk(person)
    person.follow("Mend and resend")
    assert person.heading == "Your visit is confirmed"
    letter = person.page.frame_locator("iframe").locator("p")
    expect(letter).to_have_text("Your visit is confirmed.")
    person.write("Send it to", FIRM)
    person.press("Resend")
    person.reads(f"It goes to {FIRM} within a minute")
    site.later(minutes=1)
    assert site.subjects(FIRM) == ["Your visit is confirmed"]


ANSWERED: dict[str, Any] = {
    "address_confirmed_at": NOW,
    "asked_at": NOW,
    "answered_at": NOW,
    "promised_at": NOW + timedelta(days=2),
}


def arrange(site: Site, state: VisitState, *, day: date, **changes: Any) -> None:
    """A visit of Ann's at Acme."""
    with site.app.app_context(), transaction():
        course = make.course()
        make.visit(state, course=course, trainer=make.ann(course), day=day, half=Half.AM, **changes)


def leave_and_return(site: Site, person: Person) -> None:
    """After signing out the old cookie opens nothing; the password does."""
    cookies: Any = person.page.context.cookies()
    person.press("Sign out")
    person.page.context.add_cookies(cookies)
    person.open(f"{site.url}/staff")
    assert person.heading == "Sign in"
    person.write("Email address", DEE)
    person.write("Password", PASSWORD)
    person.press("Sign in")
    assert person.heading == TODAY

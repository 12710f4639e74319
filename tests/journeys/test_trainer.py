"""A trainer without a password: answers what the mail asks, keeps days and calendar, and reports."""

from datetime import date, timedelta
from http import HTTPStatus

from playwright.sync_api import expect

from booking import clock
from booking.db import db, transaction
from booking.domain.lifecycle import TrainerAnswer, VisitState
from booking.models import Course, Trainer, Visit
from booking.services import visits
from tests import make
from tests.journeys.people import Person, by_everybody
from tests.journeys.site import Site

ANN, BEN = "ann.bell@trainers.example", "ben.cole@trainers.example"
DAY = date(2026, 12, 9)  # a Wednesday, two weeks after the Tuesday on which the journeys begin


@by_everybody
def test_a_trainer_says_yes_to_one_visit_and_no_to_another_which_goes_to_the_next(site: Site, person: Person) -> None:
    with site.app.app_context(), transaction():
        course = make.course()
        ann, _ben = make.ann(course), make.ben(course)
        ask(course, ann, day=DAY)
        ask(course, ann, day=DAY + timedelta(days=1))
    site.later(minutes=1)
    person.open(site.way(ANN, "Can you do Wed 9 Dec", "Answer: yes, no, or another date"))
    assert answers(site) == [TrainerAnswer.ASKED, TrainerAnswer.ASKED]
    person.press("Open my visits")
    assert person.heading == "Can you do Wednesday 9 December, Exeter?"
    person.press("I can do it")
    person.reads("Yes it is. We confirm with the firm")
    assert answers(site) == [TrainerAnswer.ACCEPTED, TrainerAnswer.ASKED]
    person.open(site.way(ANN, "Can you do Thu 10 Dec", "Answer: yes, no, or another date"))
    person.write("Why not (optional)", "My daughter moves house")
    person.press("I cannot do it")
    person.reads("Noted. We ask somebody else")
    person.reads("You said yes")
    site.later(minutes=1)
    site.letter("office@", "Ann Bell cannot do")
    person.page.context.clear_cookies()
    person.open(site.way(BEN, "Can you do Thu 10 Dec", "Answer: yes, no, or another date"))
    person.press("Open my visits")
    assert person.heading == "Can you do Thursday 10 December, Exeter?"


@by_everybody
def test_a_trainer_who_lost_the_link_reads_a_visit_and_reports_on_it(site: Site, person: Person) -> None:
    with site.app.app_context(), transaction():
        make.visit(trainer=make.ann(make.course()), day=DAY)
    person.open(f"{site.url}/t/")
    assert person.heading == "Get a new link"
    for address in ("nobody@trainers.example", ANN):
        person.write("Email address", address)
        person.press("Email me a new link")
        person.reads("If a trainer has that address")
    site.later(minutes=1)
    person.open(site.way(ANN, "Your new link", "See your visits"))
    person.press("Open my visits")
    assert person.heading == "Your visits, Ann"
    person.follow("Open day sheet")
    assert person.heading == "Acme Joinery, Exeter"
    person.press("Got it")
    person.reads("You pressed “Got it”")
    site.later(days=16)
    person.open(f"{site.url}/t/")
    person.follow("Report on Exeter")
    person.choose("took_place-0")
    person.write("Number of people who came (optional)", "8")
    person.write("Anything the office should know (optional)", "They want a second day.")
    person.press("Send report")
    person.reads("Thank you for the report")
    with site.app.app_context():
        visit = db.session.scalars(db.select(Visit)).one()
        assert (visit.state, visit.people_came) == (VisitState.DELIVERED, 8)
    person.press("Sign out this device")
    person.open(f"{site.url}/t/")
    assert person.heading == "Get a new link"


@by_everybody
def test_a_trainer_takes_a_booked_day_off_and_today_shows_it(site: Site, person: Person) -> None:
    with site.app.app_context(), transaction():
        make.visit(trainer=make.ann(make.course()), day=DAY)
    at_home(site, person)
    person.follow("My days off")
    person.follow("Later: ")
    assert person.heading == "Your days off in December 2026"
    person.pick("Wed 9 Booked", "Off all day")
    person.pick("Thu 10", "Off in the morning")
    person.press("Save my days")
    person.reads("Saved. You are booked on Wednesday 9 December")
    expect(person.page.locator("#off-2026-12-10")).to_have_value("am")
    site.desk(person)
    assert person.heading == "Tuesday 24 November"
    person.reads("Ann Bell is away")
    person.follow("See who is free")
    assert person.heading == "Who goes to Exeter on Wednesday 9 December?"


@by_everybody
def test_a_reset_calendar_address_is_a_new_one_and_the_old_one_is_dead(site: Site, person: Person) -> None:
    with site.app.app_context(), transaction():
        make.visit(trainer=make.ann(make.course()), day=DAY)
    at_home(site, person)
    person.follow("My calendar")
    person.choose("way-1")
    person.press("Save")
    old = address(person)
    assert "Acme Joinery" in person.page.request.get(old).text()
    person.press("Reset the address")
    person.reads("The old address is dead")
    assert person.page.request.get(old).status == HTTPStatus.GONE
    assert "Acme Joinery" in person.page.request.get(address(person)).text()


def ask(course: Course, trainer: Trainer, *, day: date) -> None:
    """A firm's request whose address has just been confirmed: the trainer is asked."""
    visit = make.visit(VisitState.REQUESTED, course=course, trainer=trainer, day=day)
    visits.confirm_address(visit, now=clock.now())


def answers(site: Site) -> list[TrainerAnswer]:
    with site.app.app_context():
        return list(db.session.scalars(db.select(Visit.trainer_answer).order_by(Visit.first_day)))


def at_home(site: Site, person: Person) -> None:
    """Ann's own pages, by the link she asked for."""
    person.open(f"{site.url}/t/lost")
    person.write("Email address", ANN)
    person.press("Email me a new link")
    site.later(minutes=1)
    person.open(site.way(ANN, "Your new link", "See your visits"))
    person.press("Open my visits")


def address(person: Person) -> str:
    """The private address of the calendar, as the page shows it."""
    return person.page.get_by_text("/t/feed/").first.inner_text()

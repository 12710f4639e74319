"""The twelve questions from the front page to a date, the quick eight, and answers that are finished elsewhere."""

from flask import Flask
from playwright.sync_api import expect

from booking.db import transaction
from booking.services.demo import FOLDER, people
from tests import make
from tests.journeys.people import Person, by_everybody
from tests.journeys.site import Site

EASY, HARD, NOT_SURE = "answer-0", "answer-3", "answer-5"  # going well, often a struggle
READER = "jo@hallett.example"


@by_everybody
def test_twelve_answers_lead_to_a_course_and_its_dates(site: Site, person: Person) -> None:
    arrange(site.app)
    person.open(site.url)
    begin(person, "Start the 12 questions")
    answer(site, person, upto=5)
    person.follow("Back")
    expect(person.page.locator(f"#{HARD}")).to_be_checked()
    person.press("Continue")
    answer(site, person, first=6, upto=12)
    finish(person)
    assert person.heading == "A management course looks the best fit"
    person.follow("Change your answer")
    person.choose(NOT_SURE)
    person.press("Continue")
    assert person.heading == "Check your answers"
    person.reads("Not sure")
    person.press("See my result")
    course = person.page.locator(".pick h2").inner_text()
    person.follow(course)
    assert person.heading == course
    person.follow("Choose a visit date")
    person.write("Postcode of your site", "ex2 8aa")
    person.press("Continue")
    assert person.heading == "Choose a visit date in Devon"
    expect(person.page.locator("#slot-0")).to_be_attached()


@by_everybody
def test_eight_answers_are_finished_elsewhere_and_the_result_is_mailed(site: Site, person: Person) -> None:
    arrange(site.app)
    person.open(f"{site.url}/find")
    begin(person, "Answer just 8")
    answer(site, person, upto=3)
    person.follow("Save and finish later")
    person.write("Your email", READER)
    person.press("Email me the link")
    person.reads("Saved. We have sent a link to")
    elsewhere(person)
    site.later(days=2)
    person.open(site.way(READER, "Finish your answers", "Go on with your answers"))
    person.press("Go on")
    person.reads("Question 4 of 8")
    answer(site, person, first=4, upto=8)
    finish(person)
    told = result(person)
    person.follow("Email me this")
    person.write("Your email", READER)
    person.press("Email me my result")
    person.reads("We have sent your result to")
    elsewhere(person)
    site.later(minutes=1)
    person.open(site.way(READER, "Your recommendation: ", "See your result in full"))
    assert result(person) == told


def begin(person: Person, link: str) -> None:
    person.follow(link)
    if link != "Start the 12 questions":
        assert person.heading == "Who are you answering about?"
    person.choose("subject-3")
    person.press("Continue")


def answer(site: Site, person: Person, *, first: int = 1, upto: int) -> None:
    """Managing, which is asked first and every second time, is hard; leading goes well. It takes some thought."""
    for number in range(first, upto + 1):
        person.reads(f"Question {number} of ")
        site.clock.shift(5)
        person.choose(HARD if number % 2 else EASY)
        person.press("Continue")


def finish(person: Person) -> None:
    """What matters most, how many, and why now."""
    assert person.heading == "Which matter most this year?"
    person.choose("picks-0")
    person.choose("picks-2")
    person.press("Continue")
    person.choose("group-2")
    person.press("Continue")
    person.choose("triggers-0")
    person.press("See my result")


def result(person: Person) -> list[str]:
    """What is recommended, how sure that is, and the course."""
    return [person.heading, *person.page.locator(".lead, .pick h2, .pick .sum").all_inner_texts()]


def elsewhere(person: Person) -> None:
    """On another machine: nobody knows this browser."""
    person.page.context.clear_cookies()


def arrange(app: Flask) -> None:
    with app.app_context(), transaction():
        make.ann(*people.add_courses((FOLDER / "catalogue.toml").read_text()))

"""A firm books a visit, confirms its address, moves and cancels it: by mouse, by keyboard alone, without script."""

import re

from flask import Flask
from playwright.sync_api import expect
from sqlalchemy import select

from booking import clock
from booking.db import db, transaction
from booking.domain.access import WORKER, Purpose
from booking.models import Link, Trainer, Visit
from booking.services import links, visits
from tests import make
from tests.journeys.people import DETAILS, Person, by_everybody
from tests.journeys.site import Site


@by_everybody
def test_a_firm_books_confirms_moves_and_cancels(site: Site, person: Person) -> None:
    arrange(site.app)
    page = person.page
    person.open(f"{site.url}/courses")
    person.follow("Leading a small team")
    person.follow("Choose a visit date")
    person.write("Postcode of your site", "ex16 4zz")
    person.press("Continue")
    expect(page.locator("h1")).to_have_text("Choose a visit date in Devon")
    person.choose("slot-1")
    person.press("Continue")
    for field, text in DETAILS.items():
        person.write(field, text)
    person.press("Continue")
    expect(page.locator("h1")).to_have_text("Check your answers before sending your booking request")
    expect(page.get_by_text("Held for you until")).to_be_visible()
    site.later(minutes=5)
    person.press("Send booking request")
    expect(page.locator("h1")).to_have_text("Booking request sent")
    reference = page.locator(".sent b").inner_text()
    person.open(f"{site.url}/confirm/{token(site.app)}")
    person.press("Confirm your email address")
    expect(page.locator("h1")).to_have_text("Your email address is confirmed")
    settled(site.app)
    person.follow("See or change your booking")
    expect(page.locator("h1")).to_have_text(f"Your visit, {reference}")
    expect(page.get_by_text("Ann Bell comes to you")).to_be_visible()
    person.follow("Choose another date")
    person.follow("Later: ")
    person.choose("slot-3")
    person.press("Continue")
    person.press("Move the visit")
    expect(page.get_by_text(re.compile("A move to .* is being arranged"))).to_be_visible()
    person.follow("Cancel the visit")
    expect(page.get_by_text("Cancelling it today costs")).to_be_visible()
    person.press("Cancel the visit")
    expect(page.get_by_text("This visit is not going ahead.")).to_be_visible()


@by_everybody
def test_a_firm_whose_date_goes_meanwhile_takes_another_and_types_nothing_twice(site: Site, person: Person) -> None:
    arrange(site.app)
    page = person.page
    person.open(f"{site.url}/book/place?course=course-1")
    person.write("Postcode of your site", "EX16 4ZZ")
    person.press("Continue")
    person.choose("slot-0")
    person.press("Continue")
    for field, text in DETAILS.items():
        person.write(field, text)
    person.press("Continue")
    lost(site.app)
    person.press("Send booking request")
    expect(page.get_by_text("That date has just been booked.")).to_be_visible()
    person.choose("slot-0")
    person.press("Continue")
    expect(page.get_by_label("Organisation", exact=True)).to_have_value("Hallett Joinery")
    person.press("Continue")
    person.press("Send booking request")
    expect(page.locator("h1")).to_have_text("Booking request sent")


def arrange(app: Flask) -> None:
    with app.app_context(), transaction():
        make.ann(make.course())


def token(app: Flask) -> str:
    """What the first mail's button leads to."""
    with app.app_context():
        return links.token(db.session.scalars(select(Link).filter_by(purpose=Purpose.CONFIRM)).one())


def settled(app: Flask) -> None:
    """The trainer says yes, and it is confirmed."""
    with app.app_context(), transaction():
        visit, ann = db.session.scalars(select(Visit)).one(), db.session.scalars(select(Trainer)).one()
        visits.accept(visit, ann, now=clock.now())
        visits.confirm(visit, actor=WORKER, now=clock.now())


def lost(app: Flask) -> None:
    """The hold runs out, and Ann is away on that day."""
    with app.app_context(), transaction():
        visit = db.session.scalars(select(Visit)).one()
        visits.let_go(visit.visitor, now=clock.now())
        make.absence(db.session.scalars(select(Trainer)).one(), visit.first_day)

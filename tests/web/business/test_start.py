"""The start page: two doors, a price with what VAT makes of it, a real day in each county, remembered honestly."""

from datetime import date, datetime, timedelta

import pytest
import time_machine

from booking.domain.days import Half
from booking.domain.places import County
from tests import make
from tests.counting import counted
from tests.pages import PageClient

pytestmark = pytest.mark.usefixtures("forgetful")


def test_both_doors_are_on_it(client: PageClient) -> None:
    page = client.get("/").text
    assert 'href="/find">Start the 12 questions</a>' in page
    assert 'href="/enquire">Tell us what you need</a>' in page


def test_the_price_says_what_vat_makes_of_it(client: PageClient) -> None:
    make.course(price_pence=1_150_00)
    assert "One day is £1,150 plus VAT for up to 12 people: £1,380 in all." in client.get("/").text


def test_each_county_shows_its_next_real_day_or_says_that_there_is_none(client: PageClient) -> None:
    make.ann(make.course())
    page = client.get("/").text
    assert '<a href="/counties/devon">Devon</a> <span>Tuesday 1 December</span>' in page
    assert '<a href="/counties/dorset">Dorset</a> <span>No day on line yet: ask us</span>' in page


def test_nobody_learns_who_trains_or_where_they_live(client: PageClient) -> None:
    make.ann(make.course(), home_town="Chagford")
    page = client.get("/").text
    assert "Ann" not in page
    assert "Chagford" not in page


def test_without_courses_it_points_to_the_telephone_and_the_form(client: PageClient) -> None:
    page = client.get("/").text
    assert "Our courses are not on line yet." in page
    assert "plus VAT" not in page


@pytest.mark.parametrize("rows", [1, 3])
def test_it_takes_one_statement_once_the_days_are_known(client: PageClient, rows: int) -> None:
    for _ in range(rows):
        make.trainer(counties=County, courses=[make.course()])
    client.get("/")
    with counted() as statements:
        client.get("/")
    assert len(statements) == 1


def test_a_day_that_is_taken_is_gone_from_the_next_page(client: PageClient) -> None:
    course = make.course()
    ann = make.ann(course)
    assert "Tuesday 1 December" in client.get("/").text
    make.visit(course=course, trainer=ann, day=date(2026, 12, 1), half=Half.AM)
    page = client.get("/").text
    assert "Tuesday 1 December" not in page
    assert "Wednesday 2 December" in page


def test_a_day_that_is_freed_is_seen_within_minutes(client: PageClient, now: datetime) -> None:
    ann = make.ann(make.course(), is_active=False)
    client.get("/")
    ann.is_active = True
    assert "Tuesday 1 December" not in client.get("/").text
    with time_machine.travel(now + timedelta(minutes=3), tick=False):
        assert "Tuesday 1 December" in client.get("/").text


def test_a_new_price_shows_at_once(client: PageClient) -> None:
    course = make.course(price_pence=1_150_00)
    client.get("/")
    course.price_pence = 1_200_00
    assert "£1,200 plus VAT" in client.get("/").text

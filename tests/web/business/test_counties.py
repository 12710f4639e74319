"""A county's page, and what we can do for places outside the four."""

from datetime import date

import pytest

from booking.domain.places import County
from tests import make
from tests.counting import counted
from tests.pages import PageClient

pytestmark = pytest.mark.usefixtures("forgetful")


def test_a_county_shows_its_next_five_real_days(client: PageClient) -> None:
    make.ann(make.course())
    page = client.get("/counties/devon").text
    days = ["Tuesday 1", "Wednesday 2", "Thursday 3", "Friday 4", "Monday 7"]
    assert [day for day in days if f"{day} December" in page] == days
    assert "Tuesday 8 December" not in page
    assert "£1,150 plus VAT, £1,380 in all" in page


def test_it_says_how_many_come_and_how_far_and_never_who(client: PageClient) -> None:
    course = make.course()
    make.ann(course, home_town="Chagford", home_outcode="TQ13")
    make.ben(course)
    make.trainer(courses=[course], is_active=False)
    page = client.get("/counties/devon").text
    assert "2 trainers come to firms in Devon" in page
    assert "never more than about 1 hour 15 away by road" in page
    for secret in ("Ann", "Ben", "Chagford", "TQ13", "TA1"):
        assert secret not in page


def test_one_trainer_is_one(client: PageClient) -> None:
    make.ann(make.course())
    assert "One trainer comes to firms in Devon" in client.get("/counties/devon").text


def test_without_a_day_in_eight_weeks_it_asks_for_one(client: PageClient) -> None:
    ann = make.ann(make.course())
    make.absence(ann, date(2026, 11, 24), date(2027, 1, 19))
    page = client.get("/counties/devon").text
    assert "No free day is on line for the next eight weeks." in page
    assert 'href="/enquire?reason=date&amp;county=devon">Ask us for a date</a>' in page


def test_a_county_nobody_covers_is_honest(client: PageClient) -> None:
    make.ann(make.course())
    page = client.get("/counties/dorset").text
    assert "Just now each of our trainers works in another county" in page
    assert "No free day is on line" in page


def test_without_courses_it_still_stands(client: PageClient) -> None:
    assert client.get("/counties/cornwall").status_code == 200


@pytest.mark.parametrize("rows", [1, 3])
def test_a_county_takes_nine_statements(client: PageClient, rows: int) -> None:
    for _ in range(rows):
        make.trainer(counties=County, courses=[make.course()])
    with counted() as statements:
        client.get("/counties/somerset")
    assert len(statements) == 9


@pytest.mark.parametrize("slug", ["kent", "Devon", "%00"])
def test_another_county_is_not_found(client: PageClient, slug: str) -> None:
    assert client.get(f"/counties/{slug}").status_code == 404


@pytest.mark.parametrize(
    ("query", "words", "link"),
    [
        ("", "We show dates on line for Cornwall, Devon, Dorset and Somerset.", "/enquire?reason=outside&amp;place="),
        ("?outcode=bs1", "BS1 is in Bristol, outside the counties", "/enquire?reason=outside&amp;place=BS1"),
        ("?outcode=ZE1", "ZE1 is outside the counties", "/enquire?reason=outside&amp;place=ZE1"),
        ("?outcode=TR21", "The Isles of Scilly by telephone", "/enquire?reason=call&amp;place=TR21"),
        ("?outcode=%3Cb%3E", "We show dates on line", "/enquire?reason=outside&amp;place="),
    ],
)
def test_outside_says_what_we_can_do(client: PageClient, query: str, words: str, link: str) -> None:
    page = client.get(f"/outside{query}").text
    assert words in page
    assert f'href="{link}"' in page

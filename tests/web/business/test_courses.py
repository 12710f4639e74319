"""The courses: what they are for, what they cost in all, and real days."""

import pytest

from booking.domain.places import County
from tests import make
from tests.counting import counted
from tests.pages import PageClient

pytestmark = pytest.mark.usefixtures("forgetful")


def test_the_list_says_length_group_and_all_three_sums(client: PageClient) -> None:
    make.course("Managing the work", need="managing", price_pence=640_00, half_days=1)
    page = client.get("/courses").text
    assert ">Managing the work</a>" in page
    assert "Half a day for 4 to 12 people. £640 plus VAT, £768 in all." in page


def test_a_course_for_one_person_says_so(client: PageClient) -> None:
    make.course("Coaching", group_min=1, group_max=1)
    assert "One day for 1 person." in client.get("/courses").text


def test_nothing_on_sale_leads_to_the_form(client: PageClient) -> None:
    make.course(is_active=False)
    page = client.get("/courses").text
    assert "Our courses are not on line yet." in page
    assert 'href="/enquire?reason=course"' in page


@pytest.mark.parametrize("rows", [1, 3])
def test_the_list_takes_one_statement(client: PageClient, rows: int) -> None:
    for _ in range(rows):
        make.course()
    with counted() as statements:
        client.get("/courses")
    assert len(statements) == 1


def test_a_course_shows_everything_that_was_written_about_it(client: PageClient) -> None:
    course = make.course("Leading people")
    page = client.get(f"/courses/{course.slug}").text
    for words in (
        course.summary,
        course.for_whom,
        "<li>Say what you expect</li><li>Listen before you answer</li>",
        "<h3>Morning</h3>",
        "<li>What leading is</li>",
        "<h3>Afternoon</h3>",
        "<li>A wall for paper</li>",
        "<li>Workbooks</li>",
        "£1,150.00",
        "£230.00",
        "£1,380.00",
        f'href="/book/place?course={course.slug}">Choose a visit date</a>',
        'href="/find">Not sure? 12 questions</a>',
    ):
        assert words in page
    assert f'<meta name="description" content="{course.summary} One day at your site in' in page


def test_a_course_shows_its_next_day_in_each_county(client: PageClient) -> None:
    course = make.course()
    make.ann(course)
    page = client.get(f"/courses/{course.slug}").text
    assert f'href="/book/place?course={course.slug}&amp;county=devon">Devon</a> <span>Tuesday 1 December</span>' in page
    assert f'reason=date&amp;course={course.slug}&amp;county=dorset">Dorset</a> <span>Ask us for a date</span>' in page


def test_a_known_county_is_shown_alone(client: PageClient) -> None:
    course = make.course()
    make.ann(course)
    page = client.get(f"/courses/{course.slug}?county=devon").text
    assert "Tuesday 1 December" in page
    assert "Dorset</a>" not in page


def test_without_any_day_it_asks_which_would_suit(client: PageClient) -> None:
    course = make.course()
    assert "No free day is on line just now." in client.get(f"/courses/{course.slug}").text


@pytest.mark.parametrize("rows", [1, 3])
def test_a_course_takes_two_statements_once_its_days_are_known(client: PageClient, rows: int) -> None:
    course = make.course(slug="leading")
    for _ in range(rows):
        make.trainer(counties=County, courses=[course])
    client.get("/courses/leading")
    with counted() as statements:
        client.get("/courses/leading")
    assert len(statements) == 2


@pytest.mark.parametrize("rows", [1, 3])
def test_a_course_takes_nine_statements_when_its_days_are_not_known(client: PageClient, rows: int) -> None:
    course = make.course(slug="leading")
    for _ in range(rows):
        make.trainer(counties=County, courses=[course])
    with counted() as statements:
        client.get("/courses/leading")
    assert len(statements) == 9


def test_a_retired_course_says_so_kindly(client: PageClient) -> None:
    course = make.course("Old ways", is_active=False)
    response = client.get(f"/courses/{course.slug}")
    assert response.status_code == 410
    assert "We no longer teach Old ways" in response.text
    assert 'href="/courses">See the courses we teach</a>' in response.text


@pytest.mark.parametrize("slug", ["nothing", "%00", "x" * 3000, "%E2%80%AE"])
def test_an_unknown_course_is_not_found(client: PageClient, slug: str) -> None:
    assert client.get(f"/courses/{slug}").status_code == 404

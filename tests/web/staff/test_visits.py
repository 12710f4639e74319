"""The list of visits: filters in the address, a file of exactly what is on screen."""

from datetime import UTC, datetime, time, timedelta

import pytest
import time_machine
from flask import Flask

from booking.domain.lifecycle import VisitState
from tests import make
from tests.conftest import NOW
from tests.counting import counted
from tests.pages import PageClient
from tests.signing import browser, signed_in


@pytest.fixture
def desk(app: Flask) -> PageClient:
    return signed_in(browser(app), make.cora())


@pytest.mark.parametrize("rows", [1, 3])
def test_the_list_takes_the_same_statements_for_one_visit_and_for_three(desk: PageClient, rows: int) -> None:
    for _ in range(rows):
        make.visit(trainer=make.trainer())
    with counted() as statements:
        page = desk.get("/staff/visits").text
    assert page.count("Acme Joinery</a>") == rows
    assert len(statements) == 6


def test_an_empty_list_says_why_and_a_filtered_one_how_to_go_on(desk: PageClient) -> None:
    assert "They come from booking requests" in desk.get("/staff/visits").text
    assert "Clear the filters" in desk.get("/staff/visits?county=dorset").text


@pytest.mark.usefixtures("clock")
def test_what_is_ahead_comes_first_by_its_day_and_what_is_over_from_the_latest(desk: PageClient) -> None:
    made = {days: make.visit(day=NOW.date() + timedelta(days=days), trainer=make.trainer()) for days in (-9, 7, -2, 0)}
    page = desk.get("/staff/visits").text
    assert sorted(made, key=lambda days: page.index(made[days].reference)) == [0, 7, -2, -9]


def test_a_hold_is_not_on_the_list(desk: PageClient) -> None:
    make.visit(VisitState.HELD)
    assert "No visits." in desk.get("/staff/visits").text


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("state=confirmed", True),
        ("state=requested", False),
        ("week=2027-03-26", True),
        ("week=26+March+2027", True),
        ("week=2027-03-29", False),
        ("county=devon", True),
        ("trainer=none", False),
        ("report=missing", False),
        ("answer=accepted", True),
        ("answer=asked", False),
        ("q=tsw-0000-0001", True),
        ("q=acme", True),
        ("q=Maya", True),
        ("q=maya@acme", True),
        ("q=exeter", True),
        ("q=ex28", True),
        ("q=01632+960+111", True),
        ("q=Ann", False),
        ("q=%25", False),
    ],
)
def test_each_filter_shows_what_it_says(desk: PageClient, query: str, found: bool) -> None:
    visit = make.visit()
    make.findable()
    assert (visit.reference in desk.get(f"/staff/visits?{query}").text) is found


@pytest.mark.parametrize(("days_ago", "found"), [(1, False), (2, True)])
def test_a_report_is_missing_once_the_last_day_of_a_visit_is_over(app: Flask, days_ago: int, found: bool) -> None:
    visit = make.visit(course=make.course(half_days=4))
    with time_machine.travel(datetime.combine(make.DAY, time(18), UTC) + timedelta(days=days_ago), tick=False):
        client = signed_in(browser(app), make.cora())
        assert (visit.reference in client.get("/staff/visits?report=missing").text) is found


@pytest.mark.parametrize(
    "query", ["state=x", "week=9999-99-99", "week=0001-01-01", "week=9999-12-31", "trainer=-1", "page=99999999999"]
)
def test_a_strange_address_shows_a_list(desk: PageClient, query: str) -> None:
    assert desk.get(f"/staff/visits?{query}").status_code == 200


def test_every_filter_in_the_address_is_on_the_form(desk: PageClient) -> None:
    page = desk.get("/staff/visits?answer=silent&report=missing&q=acme&week=26/3/2027&county=devon&trainer=none").text
    for shown in (
        '<option value="silent" selected>Did not answer',
        '<option value="missing" selected>Due',
        'name="q" type="search" autocomplete="off" value="acme"',
        'value="22/03/2027"',
        '<option value="devon" selected>',
        '<option value="none" selected>',
    ):
        assert shown in page


def test_a_week_that_is_none_is_said_and_stays(desk: PageClient) -> None:
    page = desk.get("/staff/visits?week=someday").text
    assert 'id="week-error">Enter a day, like 22 March' in page
    assert 'value="someday"' in page


def test_the_file_has_the_rows_on_screen_and_no_formula(desk: PageClient) -> None:
    make.visit(enquiry=make.enquiry(of=make.firm("=HYPERLINK(1)")))
    make.visit(VisitState.CANCELLED, trainer=make.trainer())
    text = desk.get("/staff/visits.csv?state=confirmed").text
    assert text.startswith("\ufeffReference")
    assert len(text.splitlines()) == 2
    assert ",'=HYPERLINK(1)," in text

"""Choosing a date: real ones, held at once, lost kindly; odd addresses passed over; nothing said of trainers."""

import re
from datetime import date, time, timedelta
from typing import Any

import pytest
import time_machine
from sqlalchemy import select
from sqlalchemy.orm import scoped_session

from booking.domain.lifecycle import VisitState
from booking.domain.places import County
from booking.models import Draft, Visit, VisitSlot
from tests import make
from tests.conftest import NOW
from tests.counting import counted
from tests.make import DAY
from tests.pages import PageClient
from tests.web.business.booking import (
    CODE,
    errors,
    slots,
    taken_by_another,
    to_check,
    to_dates,
    to_details,
    to_sent,
)

Session = scoped_session[Any]
GONE = "That date has just been booked. These are the nearest"


def radios(page: str) -> list[str]:
    return re.findall(r'value="(\d{4}-\d\d-\d\d-[ap]m)"', page)


def test_without_a_place_the_way_leads_there(client: PageClient) -> None:
    for path in ("/book/date", "/book/check"):
        assert client.get(path).location == "/book/place"
    assert client.get("/book/details").location == "/book/date"


def test_five_soonest_and_the_month_of_the_first_are_shown(client: PageClient) -> None:
    course = make.course()
    make.ann(course)
    to_dates(client, course.slug)
    page = client.get("/book/date").text
    assert slots(page) == [f"2026-12-{day}-am" for day in ("01", "02", "03", "04", "07")]
    assert "Choose a visit date in Devon" in page
    assert "We hold the date you choose for 30 minutes" in page
    assert "Or pick a day: December 2026" in page
    assert " checked" not in page
    assert "Friday 25 December is Christmas Day. Monday 28 December is Boxing Day." in page


def test_free_days_are_links_and_the_others_are_words(client: PageClient) -> None:
    course = make.course(half_days=1)
    make.ann(course, works=(1,), closes=time(13))
    make.ben(course, works=(1, 2))
    to_dates(client, course.slug)
    page = client.get("/book/date?month=2027-03").text
    days = re.findall(r'<li><a href="([^"]+)"><span class="vh">(\w+) </span>(\d+) <small>(.*?)</small>', page)
    assert days[0] == ("?day=2027-03-02#day", "Tuesday", "2", "am, pm")
    assert [number for _, _, number, _ in days] == ["2", "3", "9", "10", "16", "17", "23", "24", "30", "31"]
    assert "Friday 26 March is Good Friday. Monday 29 March is Easter Monday." in page


def test_a_day_shows_its_slots(client: PageClient) -> None:
    course = make.course(half_days=1)
    make.ann(course)
    to_dates(client, course.slug)
    page = client.get("/book/date?day=2027-03-24").text
    assert slots(page)[-2:] == ["2027-03-24-am", "2027-03-24-pm"]
    assert 'aria-current="date"' in page
    for words in ("Wednesday 24 March", "Morning", "9:30am to 12:30pm", "Afternoon", "1:30pm to 4:30pm"):
        assert words in page


def test_two_days_in_a_row_are_named_both(client: PageClient) -> None:
    course = make.course(half_days=4)
    make.ann(course)
    to_dates(client, course.slug)
    page = client.get("/book/date").text
    assert "Tuesday 1 and Wednesday 2 December" in page
    assert "2 days, 9:30am to 4:30pm each" in page


@pytest.mark.parametrize(
    "query",
    [
        "month=2020-01",
        "month=9999-99",
        "month=x",
        "month=%00",
        "day=x",
        "day=9999-12-31",
        "day=0001-01-01",
        "day=2027-02-30",
        "month=2027-13&day=%E2%80%AE",
        "day=" + "9" * 5000,
        "back=elsewhere",
    ],
)
def test_odd_addresses_are_passed_over(client: PageClient, query: str) -> None:
    course = make.course()
    make.ann(course)
    to_dates(client, course.slug)
    page = client.get(f"/book/date?{query}")
    assert (page.status_code, len(slots(page.text))) == (200, 5)


def test_a_day_that_is_not_free_says_so(client: PageClient) -> None:
    course = make.course()
    make.ann(course, works=(1,))
    to_dates(client, course.slug)
    assert "Wednesday 24 March is not free" in client.get("/book/date?day=2027-03-24").text


def test_months_end_where_booking_ends(client: PageClient) -> None:
    course = make.course()
    make.ann(course)
    to_dates(client, course.slug)
    assert "Earlier: " not in client.get("/book/date?month=2026-11").text
    last = client.get("/book/date?month=2027-05").text
    assert ("Earlier: " in last, "Later: " in last) == (True, False)


def test_no_date_at_all_offers_to_look_for_one(client: PageClient) -> None:
    course = make.course()
    make.trainer(counties=[County.DORSET], courses=[course])
    to_dates(client, course.slug)
    page = client.get("/book/date").text
    assert "No free date is on line in Devon just now" in page
    assert f"/enquire?reason=date&amp;course={course.slug}&amp;county=devon" in page
    assert slots(page) == []


def test_nothing_tells_who_comes_or_from_where(client: PageClient) -> None:
    course = make.course()
    make.ann(course, home_outcode="EX17", home_town="Crediton")
    to_dates(client, course.slug)
    page = client.get("/book/date").text
    assert [word for word in ("Ann", "Bell", "Crediton", "EX17") if word in page] == []
    assert "Each date already allows for the trainer" in page
    assert "Devon is marked, with your site at EX2." in page


def test_a_trainer_who_is_near_that_week_is_a_reason(client: PageClient) -> None:
    course = make.course()
    ann = make.ann(course)
    make.visit(course=course, trainer=ann, day=date(2026, 12, 1))
    to_dates(client, course.slug)
    page = client.get("/book/date").text
    assert page.count("9:30am to 4:30pm. A trainer is already near you that week") == 3  # 2, 3 and 4 December


def test_a_date_is_held_for_half_an_hour(client: PageClient, session: Session) -> None:
    course = make.course()
    ann = make.ann(course)
    assert to_details(client, course.slug).location == "/book/details"
    held = session.scalars(select(VisitSlot)).all()
    assert [(row.trainer_id, row.day, row.expires_at) for row in held] == [
        (ann.id, DAY, NOW + timedelta(minutes=30))
    ] * 2
    page = client.get("/book/date").text
    assert "Wednesday 24 March is held for you until 10:30am" in page
    assert re.findall(r'value="([^"]+)" checked', page) == [CODE]


def test_another_choice_gives_the_first_one_back(client: PageClient, session: Session) -> None:
    course = make.course()
    make.ann(course)
    to_details(client, course.slug)
    client.send("/book/date", {"slot": "2027-03-25-am"})
    assert set(session.scalars(select(VisitSlot.day))) == {date(2027, 3, 25)}
    assert session.scalars(select(Visit.state)).all() == [VisitState.HELD]


def test_looking_holds_and_renews_nothing(client: PageClient, session: Session) -> None:
    course = make.course()
    make.ann(course)
    to_check(client, course.slug)
    with time_machine.travel(NOW + timedelta(minutes=10), tick=False):
        for path in ("/book/place", "/book/date?day=2027-03-25", "/book/details", "/book/check"):
            assert client.get(path).status_code == 200
    assert set(session.scalars(select(VisitSlot.expires_at))) == {NOW + timedelta(minutes=30)}


@pytest.mark.parametrize(
    "slot",
    [
        "",
        "x",
        "2027-03-24",
        "2027-03-24-xx",
        "9999-12-31-am",
        "0001-01-01-am",
        "\0",
        "2020-01-01-am",
        "2027-03-24-am" * 999,
    ],
)
def test_what_is_no_date_is_said_beside_the_radios(client: PageClient, session: Session, slot: str) -> None:
    course = make.course()
    make.ann(course)
    to_dates(client, course.slug)
    page = client.send("/book/date", {"slot": slot})
    assert (page.status_code, errors(page)) == (422, {"slot": "Select a date"})
    assert 'href="#slot-0"' in page.text
    assert session.scalars(select(Visit)).all() == []


def test_a_date_nobody_works_is_as_good_as_booked(client: PageClient) -> None:
    course = make.course()
    make.ann(course)
    to_dates(client, course.slug)
    page = client.send("/book/date", {"slot": "2027-03-27-am"})  # a Saturday
    assert (page.status_code, errors(page)) == (422, {"slot": GONE})


def test_a_date_that_was_just_lost_shows_the_nearest_and_keeps_the_rest(client: PageClient, session: Session) -> None:
    course = make.course()
    ann = make.ann(course)
    to_dates(client, course.slug)
    make.visit(course=course, trainer=ann, day=DAY)
    page = client.send("/book/date", {"slot": CODE})
    assert (page.status_code, errors(page)) == (422, {"slot": GONE})
    assert slots(page.text) == [f"2027-03-{day}-am" for day in (23, 25, 22, 19, 18)]
    assert "Nearest" in page.text
    assert session.scalars(select(Draft.postcode)).one() == "EX2 8AA"


def test_a_hold_that_ran_out_and_went_is_told_on_the_way_back(client: PageClient) -> None:
    course = make.course()
    make.ann(course)
    to_check(client, course.slug)
    with time_machine.travel(NOW + timedelta(minutes=31), tick=False):
        taken_by_another(course)
        page = client.get("/book/date").text
    assert "That date has just been booked." in page
    assert len(slots(page)) == 5
    assert "Everything you have told us is kept" in page


def test_a_network_holds_five_dates_at_most(client: PageClient, session: Session) -> None:
    course = make.course()
    make.ann(course, weekly_limit=14)
    for n in range(6):
        client.delete_cookie("session")
        to_dates(client, course.slug)
        page = client.send("/book/date", {"slot": f"2027-0{n + 1 if n < 5 else 1}-1{n % 5 + 1}-am"})
    held = session.scalars(select(Visit.state)).all()
    assert (len(held) <= 5, page.status_code) == (True, 422)


def test_a_sent_request_is_not_changed_from_here(client: PageClient, session: Session) -> None:
    course = make.course()
    make.ann(course)
    sent = to_sent(client, course.slug)
    for path in ("/book/date", "/book/details", "/book/check"):
        assert client.get(path).location == sent
    client.post("/book/date", data={"slot": "2027-03-25-am", "csrf_token": client.token("/enquire")})
    assert session.scalars(select(Visit.first_day)).all() == [DAY]


def test_coming_from_the_check_leads_back_to_it(client: PageClient) -> None:
    course = make.course()
    make.ann(course)
    to_check(client, course.slug)
    assert client.send("/book/date?back=check", {"slot": "2027-03-25-am"}).location == "/book/check"


def test_a_lapsed_page_holds_nothing(client: PageClient, session: Session) -> None:
    course = make.course()
    make.ann(course)
    to_dates(client, course.slug)
    page = client.post("/book/date", data={"slot": CODE, "csrf_token": "old"})
    assert (page.status_code, "This page was open for a long time" in page.text) == (422, True)
    assert session.scalars(select(Visit)).all() == []


@pytest.mark.parametrize("trainers", [1, 3])
def test_the_page_takes_eight_statements(client: PageClient, trainers: int) -> None:
    course = make.course()
    for _ in range(trainers):
        make.visit(course=course, trainer=make.trainer(courses=[course]))
    to_dates(client, course.slug)
    with counted() as statements:
        client.get("/book/date?month=2027-03")
    assert len(statements) == 8

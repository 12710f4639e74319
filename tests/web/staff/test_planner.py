"""The planner: what each half-day is to each trainer, in words; links to what can be added; a phone's one day."""

import re
from datetime import UTC, date, datetime, timedelta
from html import unescape

import pytest
from flask import Flask

from booking.db import db
from booking.domain.days import Half
from booking.domain.lifecycle import TrainerAnswer, VisitState
from booking.domain.places import County
from booking.models import CalendarDay, Staff, Trainer
from booking.queries.desk import planner
from booking.queries.desk.planner import Kind
from tests import make
from tests.conftest import NOW
from tests.counting import counted
from tests.pages import PageClient
from tests.signing import signed_in
from tests.web.staff.desk import words_of

MONDAY = date(2027, 3, 22)  # of make.DAY's week
HOLIDAY = date(2027, 3, 26)  # Good Friday, of the same week


@pytest.fixture
def desk(client: PageClient, cora: Staff) -> PageClient:
    return signed_in(client, cora)


def kinds(trainer: Trainer, day: date, *, now: datetime = NOW) -> list[tuple[str, str]]:
    """What this day is to this trainer, half by half."""
    board = planner.week(MONDAY, now=now)
    (row,) = [row for row in board.rows if row.trainer.id == trainer.id]
    return [(piece.half or "all day", piece.kind) for piece in row.cells[board.days.index(day)]]


def row_of(text: str, name: str) -> list[str]:
    """The cells of one row, as words."""
    (found,) = [row for row in re.findall(r"<tr>(.*?)</tr>", text, re.DOTALL) if name in row.partition("</th>")[0]]
    return [words_of(cell) for cell in re.findall(r"<td[^>]*>(.*?)</td>", found, re.DOTALL)]


def test_a_day_is_one_piece_where_its_halves_are_the_same(session: object) -> None:
    ann = make.ann()
    assert kinds(ann, MONDAY) == [("all day", Kind.FREE)]
    make.visit(course=make.course(half_days=1), trainer=ann, day=MONDAY)
    assert kinds(ann, MONDAY) == [("am", Kind.VISIT), ("pm", Kind.GAP)]


def test_what_nobody_can_book_says_why(session: object) -> None:
    ann = make.ann(works=(0, 4), closes=datetime.min.time().replace(hour=13))
    make.absence(ann, make.DAY)
    assert kinds(ann, MONDAY) == [("am", Kind.FREE), ("pm", Kind.OFF)]
    assert kinds(ann, make.DAY) == [("all day", Kind.AWAY)]
    assert kinds(ann, HOLIDAY) == [("all day", Kind.CLOSED)]
    assert planner.week(MONDAY, now=NOW).closed == {HOLIDAY: "Good Friday"}


def test_a_day_behind_us_is_not_free_to_book(session: object) -> None:
    assert kinds(make.ann(), MONDAY, now=NOW + timedelta(days=150)) == [("all day", Kind.PAST)]


def test_a_half_day_that_has_begun_is_not_free_to_book(session: object) -> None:
    at_noon = kinds(make.ann(), MONDAY, now=datetime(2027, 3, 22, 12, tzinfo=UTC))
    assert at_noon == [("am", Kind.PAST), ("pm", Kind.FREE)]


def test_a_hold_that_has_run_out_is_free(session: object) -> None:
    hold = make.visit(VisitState.HELD)
    assert hold.trainer
    assert kinds(hold.trainer, make.DAY) == [("all day", Kind.VISIT)]
    assert kinds(hold.trainer, make.DAY, now=NOW + timedelta(minutes=30)) == [("all day", Kind.FREE)]


def test_an_absence_over_a_visit_is_a_clash_until_the_visit_is_over(session: object) -> None:
    visit, done = make.visit(), make.visit(VisitState.DELIVERED, day=MONDAY)
    for each in (visit, done):
        assert each.trainer
        make.absence(each.trainer, each.first_day)
    board = planner.week(MONDAY, now=NOW)
    assert [(clash.visit.id, clash.day) for clash in board.clashes] == [(visit.id, make.DAY)]


def test_a_trainer_who_left_shows_while_booked(session: object) -> None:
    make.ann(is_active=False)
    visit = make.visit(trainer=make.ben(is_active=False))
    assert [row.trainer.id for row in planner.week(MONDAY, now=NOW).rows] == [visit.trainer_id]


def test_a_county_shows_who_covers_it_and_its_visits_without_a_trainer(session: object) -> None:
    make.ann()
    ben = make.ben()
    make.visit(VisitState.REQUESTED, is_placed=False)
    there = make.visit(VisitState.REQUESTED, is_placed=False, county=County.SOMERSET)
    board = planner.week(MONDAY, county=County.SOMERSET, now=NOW)
    assert [row.trainer.id for row in board.rows] == [ben.id]
    assert [piece.visit.id for cell in board.unplaced for piece in cell if piece.visit] == [there.id]


def test_many_trainers_are_turned_over_by_the_page(session: object) -> None:
    for n in range(planner.PAGE + 2):
        make.trainer(f"Trainer {n:02}")
    last = make.trainer("Zoe Hill")
    make.visit(trainer=last, day=MONDAY)
    make.absence(last, MONDAY)
    first, second = (planner.week(MONDAY, page=page, now=NOW) for page in (1, 2))
    assert [len(each.rows) for each in (first, second)] == [planner.PAGE, 3]
    assert (first.page, first.last, second.page) == (1, 2, 2)
    assert [each.trainer for each in first.clashes] == [last.name], "a clash is told on every page"
    assert planner.week(MONDAY, page=9, now=NOW).page == 2


def test_a_saturday_shows_when_it_is_open(session: object) -> None:
    saturday = MONDAY + timedelta(days=5)
    assert saturday not in planner.week(MONDAY, now=NOW).days
    db.session.add(CalendarDay(day=saturday, is_open=True))
    assert planner.week(MONDAY, now=NOW).days[-1] == saturday


@pytest.mark.parametrize("many", [1, 3])
def test_the_week_takes_as_many_statements_for_three_trainers_as_for_one(session: object, many: int) -> None:
    for n in range(many):
        make.absence(make.trainer(), MONDAY)
        make.visit(course=make.course(half_days=1), day=MONDAY + timedelta(days=n))
        make.visit(VisitState.REQUESTED, is_placed=False)
    db.session.flush()
    db.session.expire_all()
    with counted() as statements:
        board = planner.week(MONDAY, now=NOW)
        assert [piece.visit.firm for cell in board.unplaced for piece in cell if piece.visit]
    assert len(statements) == 8


def test_the_page_says_each_state_in_words(desk: PageClient) -> None:
    half = make.course(half_days=1)
    ann = make.ann(half)
    make.visit(VisitState.HELD, course=half, trainer=ann, day=MONDAY)
    asked = make.visit(VisitState.REQUESTED, course=half, trainer=ann, day=MONDAY + timedelta(days=1), half=Half.PM)
    asked.address_confirmed_at, asked.trainer_answer = NOW, TrainerAnswer.ACCEPTED
    make.visit(trainer=ann)
    make.absence(ann, make.DAY + timedelta(days=1))
    text = desk.get(f"/staff/planner?week={MONDAY}").text
    assert row_of(text, "Ann Bell") == [
        "am EX2 Somebody on our site Held to 10:30am "
        "pm + Gap Already near EX2 . Ann Bell, Monday 22 March. Add a visit",
        "am + Gap Already near Exeter . Ann Bell, Tuesday 23 March. Add a visit "
        "pm Exeter Acme Joinery Trainer said yes",
        "all day Exeter Acme Joinery Confirmed",
        "Away Leave",
        "Good Friday",
    ]
    assert row_of(text, "No trainer yet") == ["None"] * 5
    assert "4 of 8 half&#8209;days" in text


def test_a_clash_stands_above_the_week(desk: PageClient) -> None:
    visit = make.visit()
    assert visit.trainer
    make.absence(visit.trainer, make.DAY)
    text = words_of(desk.get(f"/staff/planner?week={MONDAY}").text)
    assert "1 clash. A trainer is away over a visit that stands." in text
    assert "Wednesday 24 March: Ann Bell is away over a confirmed visit at Exeter, Acme Joinery." in text
    assert "Clash: Exeter Acme Joinery, confirmed Leave added 10am today" in text


def test_a_phone_shows_the_day_that_its_tab_names(desk: PageClient) -> None:
    make.ann()
    text = desk.get(f"/staff/planner?week={MONDAY}&day={make.DAY}").text
    assert re.findall(r'<th scope="col" class="on">(.*?)</th>', text) == ["Wed 24"]
    assert re.findall(r'aria-current="date">(\w+)<', text) == ["Wed"]
    assert f'href="/staff/planner?week={MONDAY}&amp;day={MONDAY}"' in text


@pytest.mark.parametrize("week", ["", "2027-13-01", "0001-01-01", "9999-12-31", "\u0662"])
def test_a_week_that_is_none_is_this_one(desk: PageClient, week: str) -> None:
    text = desk.get("/staff/planner", query_string={"week": week}).text
    assert "Planner: 23 to 27 November" in text


def test_the_pages_of_trainers_keep_the_week_and_the_county(desk: PageClient) -> None:
    for n in range(planner.PAGE + 1):
        make.trainer(f"Trainer {n:02}")
    db.session.commit()
    page = desk.get("/staff/planner?county=devon&week=2026-12-07")
    assert "Page 1 of 2" in page.text
    ahead = re.search(r'href="([^"]+)">Next page', page.text)
    assert ahead is not None
    second = desk.get(unescape(ahead[1]))
    assert "Page 2 of 2" in second.text
    assert "Trainer 20" in second.text
    assert 'value="devon" selected' in second.text
    assert "7 to 11 December" in second.text


def test_the_weeks_before_and_after_keep_the_county(desk: PageClient) -> None:
    make.ann()
    text = desk.get(f"/staff/planner?week={MONDAY}&county=devon").text
    assert "Planner: 22 to 26 March 2027" in text
    assert 'href="/staff/planner?week=2027-03-15&amp;county=devon"' in text
    assert 'href="/staff/planner?week=2027-03-29&amp;county=devon"' in text
    assert 'href="/staff/planner?county=devon"' in text


def test_without_trainers_it_says_what_to_do(app: Flask, desk: PageClient) -> None:
    assert "No trainers yet." in desk.get("/staff/planner").text
    make.ann()
    assert "Nobody covers Dorset." in desk.get("/staff/planner?county=dorset").text

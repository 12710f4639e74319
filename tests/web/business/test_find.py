"""The diagnostic's pages: one question a page, everything kept, a result that stays."""

import pytest
from flask import Flask
from sqlalchemy import func, select

from booking.db import db
from booking.models import Answer, Mail, Response, Result
from booking.services import links
from tests import make
from tests.pages import PageClient

TWELVE = [3, 1, 3, 2, 3, 1, 4, 1, 3, 1, 2, 1]  # managing is often a struggle, leading mostly fine


@pytest.fixture
def visitor(app: Flask) -> PageClient:
    make.course("New manager essentials", need="managing", group_min=4, group_max=12)
    make.course("Leading a small team", need="leading", group_min=4, group_max=12)
    found = app.test_client()
    assert isinstance(found, PageClient)
    return found


def begin(visitor: PageClient, *, subject: str = "me", path: str = "/find") -> None:
    assert visitor.send(path, {"subject": subject}).location == "/find/1"


def answer(visitor: PageClient, number: int, code: int | str) -> str:
    response = visitor.send(f"/find/{number}", {"answer": code, "revision": revision(visitor, number)})
    assert response.status_code == 303
    return str(response.location)


def revision(visitor: PageClient, number: int) -> str:
    text = visitor.get(f"/find/{number}").text
    return text.partition('name="revision" value="')[2].partition('"')[0]


def answer_all(visitor: PageClient, codes: list[int]) -> None:
    for number, code in enumerate(codes, 1):
        answer(visitor, number, code)


def finish(visitor: PageClient) -> str:
    visitor.send("/find/matter", {"picks": ["time", "plan"]})
    visitor.send("/find/group", {"group": "5-8"})
    return str(visitor.send("/find/why", {"triggers": ["work"], "other": ""}).location)


def count(model: type) -> int:
    return db.session.scalar(select(func.count()).select_from(model)) or 0


def test_somebody_answers_twelve_questions_and_is_told_what_fits_and_why(visitor: PageClient) -> None:
    begin(visitor)
    answer_all(visitor, TWELVE)
    page = visitor.get(finish(visitor)).text
    assert "A management course looks the best fit" in page
    assert "“Putting the right person on each job” is <b>a real problem</b>" in page
    assert "New manager essentials" in page
    assert "made-up answers" in page
    assert "£1,150" in page
    assert "£1,380" in page


def test_nothing_is_stored_before_the_first_continue(visitor: PageClient) -> None:
    visitor.get("/find")
    visitor.get("/find/1")
    assert count(Response) == 0


def test_a_question_without_a_choice_is_asked_again_beside_its_field(visitor: PageClient) -> None:
    begin(visitor)
    response = visitor.send("/find/3", {"revision": "0"})
    assert response.status_code == 422
    assert response.text.count("Select how this is going: keeping an eye on budgets and costs") == 2


@pytest.mark.parametrize("code", ["5", "-1", "2.0", "true", "", "<b>", "none "])
def test_an_answer_that_is_not_offered_is_not_taken(visitor: PageClient, code: str) -> None:
    begin(visitor)
    assert visitor.send("/find/1", {"answer": code, "revision": "0"}).status_code == 422
    assert count(Answer) == 0


def test_not_sure_is_an_answer_and_is_shown_when_the_page_is_opened_again(visitor: PageClient) -> None:
    begin(visitor)
    assert answer(visitor, 1, "none") == "/find/2"
    assert 'value="none" checked' in visitor.get("/find/1").text


def test_another_day_goes_on_where_somebody_stopped(visitor: PageClient) -> None:
    begin(visitor)
    answer_all(visitor, TWELVE[:5])
    page = visitor.get("/find").text
    assert "You have answered 5 of 12" in page
    assert 'href="/find/6"' in page


def test_the_quick_form_has_eight_questions(visitor: PageClient) -> None:
    begin(visitor, path="/find?quick=1")
    assert "Question 1 of 8" in visitor.get("/find/1").text
    answer_all(visitor, TWELVE[:7])
    assert answer(visitor, 8, 1) == "/find/matter"


def test_who_stops_after_eight_still_gets_a_result(visitor: PageClient) -> None:
    begin(visitor)
    answer_all(visitor, TWELVE[:8])
    assert "See my result with the answers so far" in visitor.get("/find/9").text
    assert visitor.get(finish(visitor)).status_code == 200


def test_who_stops_before_eight_gets_no_result_and_no_opinion(visitor: PageClient) -> None:
    begin(visitor)
    answer_all(visitor, TWELVE[:5])
    assert visitor.get("/find/matter").location == "/find/6"
    response = visitor.send("/find/why", {"triggers": [], "other": ""})
    assert response.status_code == 422
    assert count(Result) == 0


def test_too_few_answers_about_leading_is_never_no_need(visitor: PageClient) -> None:
    begin(visitor)
    codes = [code if number % 2 == 0 else "none" for number, code in enumerate(TWELVE)]
    for number, code in enumerate(codes, 1):
        answer(visitor, number, code)
    page = visitor.get(finish(visitor)).text
    assert "No clear need" not in page
    assert "What we still need" in page
    assert 'href="/find/2?back=check"' in page


def test_a_result_is_scored_once_however_often_it_is_asked_for(visitor: PageClient) -> None:
    begin(visitor)
    answer_all(visitor, TWELVE)
    assert finish(visitor) == finish_again(visitor)
    assert count(Result) == 1


def finish_again(visitor: PageClient) -> str:
    return str(visitor.send("/find/check").location)


def test_a_change_after_the_result_makes_a_new_one_and_leaves_the_old_as_it_was(visitor: PageClient) -> None:
    begin(visitor)
    answer_all(visitor, TWELVE)
    first = finish(visitor)
    before = visitor.get(first).text
    response = visitor.send("/find/2?back=check", {"answer": "4", "revision": revision(visitor, 2)})
    assert response.location == "/find/check"
    second = finish_again(visitor)
    assert second != first
    assert "Knowing where the business is heading" in visitor.get(second).text
    stories = db.session.scalars(select(Result.story).order_by(Result.id)).all()
    assert len(set(stories)) == 2
    old = visitor.get(first).text
    assert [line for line in old.splitlines() if "You said" in line and "Change" not in line] == [
        line for line in before.splitlines() if "You said" in line and "Change" not in line
    ]


def test_a_second_tab_does_not_overwrite_a_newer_answer(visitor: PageClient) -> None:
    begin(visitor)
    answer(visitor, 1, 2)
    response = visitor.send("/find/1", {"answer": "4", "revision": "0"})
    assert response.status_code == 422
    assert "You changed this answer on another page" in response.text
    assert 'value="2" checked' in response.text


@pytest.mark.parametrize("typed", ["", "-1", "one", "9" * 5_000, "²"])
def test_a_revision_that_is_no_number_is_an_old_one(visitor: PageClient, typed: str) -> None:
    begin(visitor)
    assert visitor.send("/find/1", {"answer": "2", "revision": typed}).location == "/find/2"
    assert visitor.send("/find/1", {"answer": "4", "revision": typed}).status_code == 422


def test_a_page_without_its_token_is_shown_again_with_the_answer(visitor: PageClient) -> None:
    begin(visitor)
    response = visitor.post("/find/1", data={"answer": "3", "revision": "0"})
    assert response.status_code == 422
    assert "This page was open for a long time" in response.text
    assert 'value="3" checked' in response.text
    assert count(Answer) == 0


def test_more_than_three_picks_are_refused(visitor: PageClient) -> None:
    begin(visitor)
    answer_all(visitor, TWELVE)
    response = visitor.send("/find/matter", {"picks": ["plan", "money", "quality", "people"]})
    assert response.status_code == 422
    assert "Select 3 or fewer" in response.text


def test_answers_saved_for_later_go_on_in_another_browser(app: Flask, visitor: PageClient) -> None:
    begin(visitor)
    answer_all(visitor, TWELVE[:4])
    assert visitor.send("/find/later", {"email": "maya@example.com"}).status_code == 303
    mail = db.session.scalars(select(Mail)).one()
    assert mail.to_address == "maya@example.com"
    (text,) = links.filled(mail.text)
    path = "/find/resume/" + text.partition("/find/resume/")[2].split()[0]
    other = app.test_client()
    assert isinstance(other, PageClient)
    assert other.get("/find/1").location == "/find"
    assert other.get(path).status_code == 200
    assert other.get("/find/1").location == "/find"
    assert other.send(path).location == "/find/5"


def test_a_result_opened_elsewhere_offers_no_changes(app: Flask, visitor: PageClient) -> None:
    begin(visitor)
    answer_all(visitor, TWELVE)
    path = finish(visitor)
    assert "your answer about" in visitor.get(path).text
    assert "your answer about" not in app.test_client().get(path).text


def test_a_result_is_mailed_word_for_word(visitor: PageClient) -> None:
    begin(visitor)
    answer_all(visitor, TWELVE)
    path = finish(visitor)
    assert visitor.send(f"{path}/email", {"email": "maya@example.com"}).location == path
    mail = db.session.scalars(select(Mail)).one()
    assert "A management course looks the best fit" in mail.text


@pytest.mark.parametrize("path", ["/find/0", "/find/13", "/find/result/nothing", "/find/resume/nothing"])
def test_what_is_not_there_is_a_404(visitor: PageClient, path: str) -> None:
    begin(visitor)
    assert visitor.get(path).status_code == 404


def test_a_price_change_does_not_touch_a_result(visitor: PageClient) -> None:
    begin(visitor)
    answer_all(visitor, TWELVE)
    path = finish(visitor)
    course = make.course("Another", need="managing")
    course.price_pence = 99_00
    db.session.flush()
    assert "£1,150" in visitor.get(path).text

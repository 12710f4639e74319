"""Trainers as staff keep them: taken on, changed with a history, away over visits, shown out."""

import json
from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from booking.db import db
from booking.domain.access import Purpose, Role
from booking.domain.days import HalfTimes, Week
from booking.domain.lifecycle import VisitState
from booking.domain.road import patterns
from booking.domain.road.patterns import KEYS, Part
from booking.models import Absence, Course, HistoryEntry, Link, Mail, SignIn, Staff, Trainer, TrainerHours
from booking.queries.desk import rosters
from tests import make
from tests.conftest import NOW
from tests.counting import counted
from tests.pages import PageClient
from tests.signing import browser, signed_in, signed_in_trainer
from tests.web.staff.desk import acts, press, words_of

NEW = "/staff/trainers/new"
PHONE = "+441632960001"
FIELDS = {
    "key": "k1",
    "name": "Gwen Lark",
    "email": "gwen@lark.example",
    "phone": "01632 960 031",
    "home": "ex17",
    "town": "Crediton",
    "drive": "120",
    "limit": "6",
    "devon": "1",
    "cornwall": "-1",
    "day-0-A": "day",
    "day-0-B": "day",
    "day-1-A": "am",
}


@pytest.fixture
def desk(client: PageClient, cora: Staff) -> PageClient:
    return signed_in(client, cora)


@pytest.fixture
def course(cora: Staff) -> Course:
    return make.course()


def stands(trainer: Trainer, **changes: Any) -> dict[str, Any]:
    """What the page of Ann sends when nothing was touched."""
    days = {f"day-{day}-{week}": "day" if day < 5 else "no" for day, week in KEYS}
    home = {"home": "EX1", "town": "Exeter", "drive": "150", "limit": "8", "phone": "01632 960 001"}
    known = {"name": trainer.name, "email": trainer.email, "devon": "0", **home, **days}
    return {**known, "courses": [str(each.course_id) for each in loaded(trainer).courses], **changes}


def loaded(trainer: Trainer) -> Trainer:
    found = rosters.one(trainer.id)
    assert found
    return found


def hours(trainer: Trainer) -> list[tuple[int, str, str]]:
    rows = db.session.scalars(select(TrainerHours).filter_by(trainer_id=trainer.id).order_by(TrainerHours.id))
    return [(row.weekday, row.week, f"{row.opens:%H:%M} {row.closes:%H:%M}") for row in rows]


def newest() -> tuple[str, dict[str, Any], dict[str, Any]]:
    """The last line of history: its words, what was before and after."""
    entry = db.session.scalars(select(HistoryEntry).order_by(HistoryEntry.id.desc()).limit(1)).one()
    return entry.words, json.loads(entry.before), json.loads(entry.after)


def test_a_pattern_is_read_as_it_was_written() -> None:
    times = HalfTimes()
    choice = {key: list(Part)[(key[0] + (key[1] is Week.B)) % 4] for key in KEYS}
    lines = [line for day in range(7) for line in patterns.lines(choice, day, times=times)]
    assert patterns.read(lines, times=times) == choice


def test_a_new_trainer_has_all_that_was_said_and_is_welcomed(desk: PageClient, course: Course) -> None:
    response = desk.send(NEW, {**FIELDS, "courses": [str(course.id)]})
    gwen = loaded(db.session.scalars(select(Trainer)).one())
    assert response.location == f"/staff/trainers/{gwen.id}"
    assert (gwen.phone, gwen.home_outcode, gwen.drive_limit_minutes, gwen.weekly_limit) == (
        *("+441632960031", "EX17"),
        *(120, 6),
    )
    assert [(each.county, each.liking) for each in gwen.counties] == [("cornwall", -1), ("devon", 1)]
    assert [each.course_id for each in gwen.courses] == [course.id]
    assert hours(gwen) == [(0, "any", "09:30 16:30"), (1, "A", "09:30 12:30")]
    assert [(mail.kind, mail.to_address) for mail in db.session.scalars(select(Mail))] == [
        ("welcome", "gwen@lark.example")
    ]
    assert newest()[2]["pattern"] == "Monday all day, Tuesday morning in week A"


def test_the_same_form_twice_takes_one_trainer_on(desk: PageClient) -> None:
    answers = {desk.send(NEW, FIELDS).location for _ in range(2)}
    assert len(answers) == len(db.session.scalars(select(Trainer)).all()) == 1


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"name": ""}, "Enter their name"),
        ({"email": "ANN.BELL@trainers.example"}, "A trainer with this email address is already here"),
        ({"phone": "12"}, "Enter a phone number, like 01632 960 001"),
        ({"home": "Crediton"}, "Enter a postcode, like EX1 1AA, or its first half, like EX1"),
        ({"home": "ZZ9"}, "Home must be a postcode in the South West or beside it, like EX1"),
        ({"drive": "far"}, "Longest drive one way, in minutes must be a number from 15 to 600"),
        ({"limit": "15"}, "Most half-days a week must be a number from 1 to 14"),
    ],
)
def test_what_is_not_right_says_why_and_keeps_what_was_typed(
    desk: PageClient, changes: dict[str, str], why: str
) -> None:
    make.ann()
    response = desk.send(NEW, {**FIELDS, "day-2-B": "pm", **changes})
    assert response.status_code == 422
    assert why in response.text
    assert 'value="Crediton"' in response.text or "home" in changes
    assert '<select name="day-2-B" aria-label="Wednesday in weeks B"><option value="no">Does not work</option>' in (
        response.text
    )
    assert response.text.count('<option value="pm" selected>') == 1
    assert acts() == []


def test_a_page_sent_back_untouched_changes_nothing(desk: PageClient, course: Course) -> None:
    ann = make.ann(course, phone=PHONE)
    before = hours(ann)
    desk.send(f"/staff/trainers/{ann.id}", stands(ann))
    assert (hours(ann), acts()) == (before, [])


def test_a_change_is_in_the_history_before_and_after(desk: PageClient, course: Course) -> None:
    ann = make.ann(course, phone=PHONE)
    changes = {"limit": "4", "devon": "", "dorset": "-1", "courses": [], "day-4-B": "no"}
    desk.send(f"/staff/trainers/{ann.id}", stands(ann, **changes))
    ann = loaded(ann)
    assert [(each.county, each.liking) for each in ann.counties] == [("dorset", -1)]
    assert ann.courses == []
    assert hours(ann)[-2:] == [(3, "any", "09:00 17:00"), (4, "A", "09:30 16:30")]
    words, before, after = newest()
    assert words == "Changed of Ann Bell: weekly limit, counties, courses, pattern"
    assert (before["weekly_limit"], after["weekly_limit"]) == (8, 4)
    assert (before["counties"], after["counties"]) == ("Devon", "Dorset (rather not)")
    assert (before["courses"], after["courses"]) == ("Leading a small team", "")


def test_an_address_of_another_trainer_is_refused_and_nothing_changes(desk: PageClient, course: Course) -> None:
    ann, ben = make.ann(course), make.ben()
    response = desk.send(f"/staff/trainers/{ann.id}", stands(ann, email=ben.email.upper(), limit="1"))
    assert response.status_code == 422
    assert (loaded(ann).weekly_limit, acts()) == (8, [])


def test_an_absence_lists_the_visits_it_lies_over(desk: PageClient) -> None:
    visit = make.visit()
    assert visit.trainer
    page = f"/staff/trainers/{visit.trainer_id}"
    fields = {"key": "k1", "first": "24 March 2027", "from_half": "pm", "last": "26 March 2027", "to_half": "am"}
    response = desk.send(f"{page}/absence", {**fields, "kind": "sick", "note": "Knee"})
    assert response.location == page
    text = words_of(desk.get(page).text)
    assert "Wed 24 March, afternoon to Fri 26 March, morning Sick: Knee" in text
    assert "Over a visit. Acme Joinery, Exeter, Wednesday 24 March." in text
    assert newest()[0] == "Ann Bell is away from 24 March (pm) to 26 March (am)"


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"first": ""}, "Enter the first day away"),
        ({"first": "soon"}, "Enter a day, like 12 January or 12/1/2027"),
        ({"first": "1 March 2025"}, "First day away must be today or later"),
        ({"last": "1 March 2027"}, "The last day must not be before the first"),
        ({"from_half": "pm", "to_half": "am"}, "The last day must not be before the first"),
        ({"last": "1 May 2028"}, "The last day must be within a year of the first"),
    ],
)
def test_an_absence_that_is_none_says_why(desk: PageClient, changes: dict[str, str], why: str) -> None:
    ann = make.ann()
    fields = {"key": "k1", "first": "24 March 2027", "from_half": "am", "last": "", "to_half": "pm", "kind": "leave"}
    response = desk.send(f"/staff/trainers/{ann.id}/absence", {**fields, **changes})
    assert (response.status_code, why in response.text) == (422, True)
    assert db.session.scalars(select(Absence)).all() == []


def test_an_absence_is_taken_out_on_its_own_trainers_page_alone(desk: PageClient) -> None:
    ann, ben = make.ann(), make.ben()
    row = make.absence(ann, date(2027, 3, 24))
    stranger = f"/staff/trainers/{ben.id}/absence/{row.id}/remove"
    assert desk.send(stranger, page=f"/staff/trainers/{ben.id}").status_code == 404
    press(desk, f"/staff/trainers/{ann.id}/absence/{row.id}/remove", page=f"/staff/trainers/{ann.id}")
    assert db.session.scalars(select(Absence)).all() == []
    assert newest()[0] == "Ann Bell is not away on 24 March, all day"


@pytest.mark.parametrize("state", [VisitState.HELD, VisitState.REQUESTED, VisitState.CONFIRMED])
def test_a_trainer_with_a_visit_ahead_stays(desk: PageClient, cora: Staff, state: VisitState) -> None:
    cora.role, ann = Role.ADMIN, make.ann()
    visit = make.visit(state, trainer=ann)
    page = f"/staff/trainers/{ann.id}"
    told = words_of(press(desk, f"{page}/close", page=f"{page}/close").text)
    assert f"Give these visits to somebody else first: {visit.reference} on 24 March" in told
    assert ann.is_active


def test_a_trainer_who_leaves_is_signed_out_and_may_come_back(desk: PageClient, cora: Staff) -> None:
    cora.role, ann = Role.ADMIN, make.ann()
    make.visit(VisitState.DELIVERED, trainer=ann, day=date(2026, 11, 2))
    make.link(Purpose.FEED, trainer_id=ann.id)
    phone = signed_in_trainer(browser(desk.application), ann)
    page = f"/staff/trainers/{ann.id}"
    press(desk, f"{page}/close", page=f"{page}/close")
    assert phone.get("/t/").location.startswith("/t/lost")
    living = select(Link).where(Link.trainer_id == ann.id, Link.revoked_at.is_(None))
    assert (ann.is_active, db.session.scalars(living).all()) == (False, [])
    assert "no longer trains for us" in press(desk, f"{page}/open", page=page).text
    assert (ann.is_active, acts()) == (True, ["deactivated", "activated"])


def test_whether_somebody_trains_for_us_is_for_admins(desk: PageClient) -> None:
    ann = make.ann()
    page = f"/staff/trainers/{ann.id}"
    assert [desk.send(f"{page}/{press}", page=page).status_code for press in ("close", "open")] == [403, 403]
    assert desk.get(f"{page}/close").status_code == 403
    text = desk.get(page).text
    assert ("No longer trains for us" in text, "End their devices" in text, ann.is_active) == (False, True, True)


def test_a_lost_phone_is_signed_out_and_a_new_link_is_mailed(desk: PageClient) -> None:
    ann = make.ann()
    signed_in_trainer(browser(desk.application), ann)
    page = f"/staff/trainers/{ann.id}"
    assert "1 signed in, last seen 10am today" in words_of(desk.get(page).text)
    sure = words_of(desk.get(f"{page}/end").text)
    assert "Signing out cannot be undone. 1 device is signed in, last seen 10am today." in sure
    press(desk, f"{page}/end", page=f"{page}/end")
    assert db.session.scalars(select(SignIn.ended_at).filter_by(trainer_id=ann.id)).all() == [NOW]
    press(desk, f"{page}/link", page=page)
    assert db.session.scalars(select(Mail.kind)).all() == ["new_link"]
    assert acts() == ["signed_out", "sent a link"]


def test_the_list_says_who_covers_what(desk: PageClient, course: Course) -> None:
    assert "No trainers yet." in desk.get("/staff/trainers").text
    make.visit(course=course, trainer=make.ann(course))
    make.ben(is_active=False)
    text = words_of(desk.get("/staff/trainers").text)
    assert "Ann Bell Exeter, EX1 Devon 1 of 1 Wed 24 March Invitations" in text
    assert "Ben Cole Taunton, TA1 Devon, Somerset 0 of 1 No longer trains for us Invitations" in text


@pytest.mark.parametrize("many", [1, 3])
def test_the_list_takes_as_many_statements_for_three_as_for_one(course: Course, many: int) -> None:
    for _ in range(many):
        make.visit(course=course, trainer=make.trainer(courses=[course]))
    db.session.flush()
    db.session.expire_all()
    with counted() as statements:
        assert [len(row.trainer.counties) for row in rosters.everyone(NOW)] == [1] * many
    assert len(statements) == 5


@pytest.mark.parametrize("many", [1, 3])
def test_a_trainers_page_takes_as_many_statements_for_three_absences_as_for_one(
    desk: PageClient, course: Course, many: int
) -> None:
    ann = make.ann(course)
    for number in range(many):
        make.absence(ann, make.DAY + timedelta(days=7 * number))
        make.visit(course=course, trainer=ann, day=make.DAY + timedelta(days=7 * number))
    with counted() as statements:
        page = desk.get(f"/staff/trainers/{ann.id}").text
    assert page.count("Acme") >= many
    assert len(statements) == 12


def test_a_trainer_who_is_not_there_is_not_found(desk: PageClient) -> None:
    assert [desk.get(path).status_code for path in ("/staff/trainers/9", "/staff/trainers/9/absence")] == [404, 404]

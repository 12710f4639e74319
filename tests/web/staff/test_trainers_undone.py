"""Trainers while two colleagues keep them: the second is told who was first; what was done is undone row by row."""

from datetime import date, timedelta

import pytest
from sqlalchemy import select

from booking.db import db
from booking.domain.access import Purpose, Role
from booking.domain.post import MailState
from booking.models import Absence, Course, Mail, Staff, Trainer
from tests import make
from tests.conftest import NOW
from tests.pages import PageClient
from tests.signing import signed_in
from tests.web.staff.desk import acts, last_act, press, words_of
from tests.web.staff.test_trainers import PHONE, hours, loaded, stands

GWEN = "gwen.lark@trainers.example"


@pytest.fixture
def desk(client: PageClient, cora: Staff) -> PageClient:
    return signed_in(client, cora)


@pytest.fixture
def course(cora: Staff) -> Course:
    return make.course()


def test_who_saves_second_is_told_who_was_first_and_keeps_what_was_typed(desk: PageClient, course: Course) -> None:
    ann = make.ann(course, phone=PHONE)
    stale = {"seen": ann.version}
    desk.send(f"/staff/trainers/{ann.id}", stands(ann, devon="", dorset="1", **stale))
    response = desk.send(f"/staff/trainers/{ann.id}", stands(ann, town="Topsham", **stale))
    assert response.status_code == 422
    text = words_of(response.text)
    assert "Cora Dunn changed this at 10am on 24 November: Changed of Ann Bell: counties" in text
    assert 'value="Topsham"' in response.text
    assert loaded(ann).home_town == "Exeter"
    page = f"/staff/trainers/{ann.id}"
    assert "Cora Dunn changed this" in words_of(press(desk, f"{page}/end", page=f"{page}/end", **stale).text)


def test_an_absence_taken_out_twice_says_who_was_first(desk: PageClient) -> None:
    ann = make.ann()
    page = f"/staff/trainers/{ann.id}"
    absence = f"{page}/absence/{make.absence(ann, date(2027, 3, 24)).id}/remove"
    press(desk, absence, page=page)
    desk.send(absence, page=page)
    assert "Cora Dunn changed this at 10am on 24 November: Ann Bell is not away on 24 March" in words_of(
        desk.get(page).text
    )
    assert acts() == ["took out an absence"]


def test_what_was_changed_of_a_trainer_is_undone_row_by_row(desk: PageClient, course: Course) -> None:
    ann = make.ann(course, phone=PHONE)
    before, page = hours(ann), f"/staff/trainers/{ann.id}"
    changes = {"limit": "4", "devon": "", "dorset": "-1", "courses": [], "day-4-B": "no", "email": "a@b.example"}
    desk.send(page, stands(ann, **changes))
    assert "Changed Ann Bell. You can undo it until 10:10am today" in words_of(desk.get(page).text)
    press(desk, f"/staff/undo/{last_act().id}", page=page)
    ann = loaded(ann)
    assert (ann.weekly_limit, ann.email, hours(ann)) == (8, "ann.bell@trainers.example", before)
    assert [(each.county, each.liking) for each in ann.counties] == [("devon", 0)]
    assert [each.course_id for each in ann.courses] == [course.id]
    assert acts() == ["changed", "undone"]


def test_who_has_a_page_open_from_before_the_undo_is_told(desk: PageClient, course: Course) -> None:
    ann = make.ann(course, phone=PHONE)
    page = f"/staff/trainers/{ann.id}"
    desk.send(page, stands(ann, devon="", dorset="1"))
    stale = {"seen": loaded(ann).version}
    press(desk, f"/staff/undo/{last_act().id}", page=page)
    response = desk.send(page, stands(ann, town="Topsham", **stale))
    assert (response.status_code, "Undid: Changed Ann Bell" in words_of(response.text)) == (422, True)


def test_an_address_that_somebody_has_taken_meanwhile_stays_theirs(desk: PageClient, course: Course) -> None:
    ann = make.ann(course, phone=PHONE)
    desk.send(f"/staff/trainers/{ann.id}", stands(ann, email="a@b.example"))
    make.trainer("Gwen Lark", email="ann.bell@trainers.example")
    press(desk, f"/staff/undo/{last_act().id}", page="/staff/account")
    assert ann.email == "a@b.example"


def test_absences_put_in_and_taken_out_are_undone(desk: PageClient) -> None:
    ann = make.ann()
    row = make.absence(ann, date(2027, 3, 24))
    known, page = (row.id, row.first_slot, row.created_at), f"/staff/trainers/{ann.id}"
    press(desk, f"{page}/absence/{row.id}/remove", page=page)
    press(desk, f"/staff/undo/{last_act().id}", page=page)
    found = db.session.scalars(select(Absence)).one()
    assert (found.id, found.first_slot, found.created_at) == known
    fields = {"key": "k1", "first": "1 April 2027", "from_half": "am", "last": "", "to_half": "pm", "kind": "leave"}
    desk.send(f"{page}/absence", fields)
    press(desk, f"/staff/undo/{last_act().id}", page=page)
    assert [each.id for each in db.session.scalars(select(Absence))] == [known[0]]


def taken_on(desk: PageClient, course: Course) -> Trainer:
    desk.send("/staff/trainers/new", stands(make.ann(course, phone=PHONE), key="k1", name="Gwen Lark", email=GWEN))
    return db.session.scalars(select(Trainer).filter_by(email=GWEN)).one()


def test_a_trainer_taken_on_by_mistake_is_not_welcomed_and_can_be_taken_on_again(
    desk: PageClient, cora: Staff, course: Course
) -> None:
    gwen = taken_on(desk, course)
    asked_for = make.link(Purpose.TRAINER, trainer_id=gwen.id)
    page, welcome = f"/staff/trainers/{gwen.id}", db.session.scalars(select(Mail)).one()
    assert (welcome.state, welcome.due_at) == (MailState.WAITING, NOW + timedelta(minutes=2))
    press(desk, f"/staff/undo/{last_act().id}", page=page)
    db.session.expire_all()
    assert (gwen.is_active, welcome.state, acts()) == (False, MailState.WITHDRAWN, ["added", "undone"])
    assert asked_for.revoked_at == NOW
    cora.role = Role.ADMIN
    press(desk, f"{page}/open", page=page)
    assert gwen.is_active


def test_a_new_trainer_who_is_booked_already_stays(desk: PageClient, course: Course) -> None:
    gwen = taken_on(desk, course)
    make.visit(course=course, trainer=gwen)
    told = press(desk, f"/staff/undo/{last_act().id}", page="/staff/account").text
    assert ("Gwen Lark has been booked since, so it cannot be undone" in told, gwen.is_active) == (True, True)

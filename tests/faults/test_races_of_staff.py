"""Staff's own pages at one moment: one press gives, moves or frees a date, and the others are told how it stands."""

from collections.abc import Callable, Iterable
from datetime import date, timedelta
from typing import Any

from booking import clock
from booking.db import db
from booking.domain.access import Purpose
from booking.domain.lifecycle import TrainerAnswer, VisitState
from booking.models import Absence, Course, Mail, Trainer, Visit, VisitSlot
from booking.queries.invariants import broken
from booking.services import links
from tests import make
from tests.conftest import Live
from tests.faults.racing import CLIENTS, IS_LONG
from tests.faults.test_races_of_pages import Answer, at_once, count, others, soon, statuses
from tests.web.business.crowd import Visitor

PRESSES = CLIENTS if IS_LONG else 16
REASON = "They asked for this on the phone"
WHERE = {"address": "Unit 4", "town": "Exeter", "postcode": "EX2 8AA", "county": "devon", "people": "8", "half": "am"}
WHY_NOT = (
    *("has just been booked", "Ann Bell is in Exeter that morning", "Ann Bell has another visit that morning"),
    *("Nobody can come then", "Ann Bell is on leave"),
)


def colleague(live: Live, name: str = "Cora Dunn") -> Visitor:
    """A browser with its token, of somebody who is signed in."""
    with live.app.app_context():
        link = links.make(Purpose.DEMO, now=clock.now(), staff_id=make.staff(name).id)
        arrive = f"/staff/demo/{links.token(link)}"
        db.session.commit()
    browser = Visitor(live.url)
    assert browser.send(arrive)[0] == 303
    return browser


def arranged(live: Live, rows: Callable[[Course, Trainer], Iterable[Any]]) -> list[Any]:
    """What is made with a course and Ann, who may work as much as she likes."""
    with live.app.app_context():
        course = make.course()
        found = list(rows(course, make.ann(course, weekly_limit=14)))
        db.session.commit()
        return found


def is_sound(live: Live, *, slots: int) -> bool:
    with live.app.app_context():
        found = broken(db.session.connection())
    return found == [] and count(live, VisitSlot.day == soon()) == slots


def kind(answers: list[Answer]) -> bool:
    """Every page that says no says why."""
    return all(any(why in page for why in WHY_NOT) for status, page in answers if status == 422)


def weekdays_after(day: date) -> list[date]:
    return [each for n in range(1, 100) if (each := day + timedelta(days=n)).weekday() < 5]


def booking(number: int, token: str) -> dict[str, str]:
    """Staff's form for a visit of Ann on the day that everybody wants."""
    what = {"course": "1", "day": f"{soon():%-d %B %Y}", "trainer": "1", "key": f"key-{number}", "csrf_token": token}
    return {**WHERE, **what, "slot": "typed"}


def test_one_of_many_visits_is_given_the_only_trainer(live: Live) -> None:
    asked: dict[str, Any] = {"is_placed": False, "day": soon(), "address_confirmed_at": clock.now()}

    def wishes(course: Course, _ann: Trainer) -> list[str]:
        return [make.visit(VisitState.REQUESTED, course=course, **asked).reference for _ in range(PRESSES)]

    references, browser = arranged(live, wishes), colleague(live)
    form = {"csrf_token": browser.token("/staff/enquiries/new"), "seen": "1", "trainer": "1"}
    answers = at_once(lambda n: browser.post(f"/staff/visits/{references[n]}/assign", **form), PRESSES)
    assert (statuses(answers), kind(answers)) == ({303: 1, 422: PRESSES - 1}, True)
    assert is_sound(live, slots=2)


def test_one_of_many_visits_is_moved_to_a_date(live: Live) -> None:
    def requests(course: Course, ann: Trainer) -> list[str]:
        asked: dict[str, Any] = {"course": course, "trainer": ann, "address_confirmed_at": clock.now()}
        days = weekdays_after(soon())[:PRESSES]
        return [make.visit(VisitState.REQUESTED, day=day, **asked).reference for day in days]

    references, browser = arranged(live, requests), colleague(live)
    form = {"csrf_token": browser.token("/staff/enquiries/new"), "seen": "1", "slot": f"{soon()}-am", "reason": REASON}
    answers = at_once(lambda n: browser.post(f"/staff/visits/{references[n]}/move", **form), PRESSES)
    assert (statuses(answers), kind(answers)) == ({303: 1, 422: PRESSES - 1}, True)
    assert min(others(page) for status, page in answers if status == 422) >= 3
    assert is_sound(live, slots=2)


def test_a_visit_is_moved_once_by_many_who_saw_the_same(live: Live) -> None:
    """Each to a day of their own: the first moves it, and the others read who that was."""

    def request(course: Course, ann: Trainer) -> list[str]:
        asked: dict[str, Any] = {"course": course, "trainer": ann, "address_confirmed_at": clock.now()}
        return [make.visit(VisitState.REQUESTED, day=soon(), **asked).reference]

    (reference,), browser, days = arranged(live, request), colleague(live), weekdays_after(soon())
    form = {"csrf_token": browser.token("/staff/enquiries/new"), "seen": "1", "reason": REASON}
    answers = at_once(lambda n: browser.post(f"/staff/visits/{reference}/move", **form, slot=f"{days[n]}-am"), PRESSES)
    assert statuses(answers) == {303: 1, 422: PRESSES - 1}
    assert all("Cora Dunn" in page.partition("data-error-summary")[2] for status, page in answers if status == 422)
    assert (count(live, VisitSlot.id > 0), is_sound(live, slots=0)) == (2, True)


def test_a_date_that_is_cancelled_is_booked_again_once(live: Live) -> None:
    def rows(course: Course, ann: Trainer) -> list[Any]:
        visit = make.visit(course=course, trainer=ann, day=soon())
        return [visit.reference, *(make.enquiry(course_id=course.id).id for _ in range(PRESSES))]

    (reference, *enquiries), browser = arranged(live, rows), colleague(live)
    token = browser.token("/staff/enquiries/new")

    def press(n: int) -> Answer:
        if n == 0:
            cancel = {"csrf_token": token, "seen": "1", "reason": REASON}
            return browser.post(f"/staff/visits/{reference}/cancel", **cancel)
        return browser.post(f"/staff/visits/add?enquiry={enquiries[n]}", **booking(n, token))

    (cancelled, _), *answers = at_once(press, PRESSES)
    won = statuses(answers)[303]
    assert (cancelled, won <= 1, statuses(answers)[422], kind(answers)) == (303, True, PRESSES - 1 - won, True)
    again = at_once(
        lambda n: browser.post(f"/staff/visits/add?enquiry={enquiries[n]}", **booking(n + CLIENTS, token)), PRESSES
    )
    assert (statuses(again)[303], kind(again), is_sound(live, slots=2)) == (1 - won, True, True)


def test_absences_and_bookings_at_once_leave_every_absence_and_one_booking_at_most(live: Live) -> None:
    enquiries = arranged(live, lambda course, _: [make.enquiry(course_id=course.id).id for _ in range(PRESSES + 1)])
    browser = colleague(live)
    token = browser.token("/staff/enquiries/new")
    day = f"{soon():%-d %B %Y}"
    away = {"first": day, "from_half": "am", "last": "", "to_half": "pm", "kind": "leave", "csrf_token": token}

    def press(n: int) -> Answer:
        if n % 2:
            return browser.post("/staff/trainers/1/absence", **away, key=f"away-{n}", note="")
        return browser.post(f"/staff/visits/add?enquiry={enquiries[n]}", **booking(n, token))

    answers = at_once(press, PRESSES)
    won = statuses(answers[::2])[303]
    assert statuses(answers[1::2]) == {303: PRESSES // 2}
    assert (won <= 1, statuses(answers[::2])[422], kind(answers)) == (True, PRESSES // 2 - won, True)
    assert browser.post(f"/staff/visits/add?enquiry={enquiries[-1]}", **booking(99, token))[0] == 422
    assert (count(live, Absence.id > 0), is_sound(live, slots=2 * won)) == (PRESSES // 2, True)


def test_a_visit_that_two_colleagues_confirm_is_confirmed_once_and_both_know_by_whom(live: Live) -> None:
    def agreed(course: Course, ann: Trainer) -> list[Any]:
        said: dict[str, Any] = {"trainer_answer": TrainerAnswer.ACCEPTED, "address_confirmed_at": clock.now()}
        visit = make.visit(VisitState.REQUESTED, course=course, trainer=ann, day=soon(), **said)
        return [visit.id, visit.reference]

    number, reference = arranged(live, agreed)
    both = [colleague(live, "Cora Dunn"), colleague(live, "Dora Cunn")]
    tokens = [each.token("/staff/enquiries/new") for each in both]
    path = f"/staff/today/visits/{number}/confirm"
    answers = at_once(lambda n: both[n % 2].post(path, csrf_token=tokens[n % 2], seen="1"), PRESSES)
    assert statuses(answers) == {303: PRESSES}
    assert (count(live, Visit.state == VisitState.CONFIRMED), count(live, Mail.kind == "confirmed")) == (1, 1)
    for each, token in zip(both, tokens, strict=True):
        each.post(path, csrf_token=token, seen="1")
        assert "changed this at" in each.get(f"/staff/visits/{reference}").partition("<h1>")[0]
    assert is_sound(live, slots=2)

"""Today: what needs a person, in which order, each with a button that does it."""

from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any

import pytest
import time_machine

from booking.db import db
from booking.domain.access import WORKER
from booking.domain.days import Half
from booking.domain.lifecycle import EnquiryReason, EnquiryState, TrainerAnswer, VisitState
from booking.domain.post import MailState
from booking.models import Enquiry, Heartbeat, Mail, Schedule, Staff, TrainerBar, Visit
from booking.queries.desk import today
from booking.services import history, visits
from booking.services.timetable import digests
from tests import make
from tests.conftest import NOW
from tests.counting import counted
from tests.pages import PageClient
from tests.signing import signed_in
from tests.web.staff.desk import acts, press, titles, words_of

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
Make = Callable[[], Any]


@pytest.fixture
def here(client: PageClient, cora: Staff) -> PageClient:
    """Cora's browser; the worker is alive."""
    db.session.add(Heartbeat(name="w", beat_at=NOW))
    return signed_in(client, cora)


def requested(answer: TrainerAnswer = TrainerAnswer.ACCEPTED, **changes: Any) -> Visit:
    """A request with a confirmed address, and a trainer who has answered an hour ago."""
    standing = {"address_confirmed_at": NOW, "promised_at": NOW + 7 * HOUR, "answered_at": NOW - HOUR}
    return make.visit(VisitState.REQUESTED, trainer_answer=answer, **{**standing, **changes})


def unplaced(**changes: Any) -> Visit:
    return requested(TrainerAnswer.UNASKED, is_placed=False, **changes)


def turned_down(**changes: Any) -> Visit:
    visit = requested(TrainerAnswer.ASKED, passed_over="99", **{"answer_due_at": NOW + DAY, **changes})
    words = "Zoe Moon said no to Wednesday 24 March"
    history.add("declined", actor=WORKER, now=NOW - HOUR, words=words, visit=visit, reason="Family funeral that day.")
    return visit


def expired(**changes: Any) -> Visit:
    visit = make.visit(VisitState.EXPIRED, is_placed=False, **changes)
    assert visit.enquiry
    visit.enquiry.due_at = NOW + 2 * HOUR
    return visit


def clashing() -> Visit:
    visit = make.visit(enquiry=make.enquiry(EnquiryState.WON))
    assert visit.trainer
    make.absence(visit.trainer, visit.first_day)
    return visit


def taken_over() -> Visit:
    visit = clashing()
    visits.ask(visit, make.ben(visit.course).id, actor=WORKER, now=NOW)
    return visit


def unread(told: datetime = NOW - 49 * HOUR) -> Visit:
    visit = make.visit(enquiry=make.enquiry(EnquiryState.WON))
    make.mail(MailState.SENT, kind="new_visit", visit_id=visit.id, trainer_id=visit.trainer_id, sent_at=told)
    return visit


def unread_week() -> Schedule:
    trainer, mail = make.trainer(), make.mail(MailState.SENT, sent_at=NOW - 49 * HOUR)
    row = Schedule(
        trainer_id=trainer.id, monday=date(2026, 11, 23), version=1, visits="[]", mail_id=mail.id, queued_at=NOW
    )
    db.session.add(row)
    db.session.flush()
    return row


def over(day: date = date(2026, 11, 20), **changes: Any) -> Visit:
    return make.visit(day=day, seen_at=NOW, enquiry=make.enquiry(EnquiryState.WON), **changes)


def new(**changes: Any) -> Enquiry:
    return make.enquiry(**{"due_at": NOW + 3 * HOUR, **changes})


def held_back() -> Enquiry:
    return new(suspicion="It was sent within 3 seconds")


def planned() -> Enquiry:
    return make.enquiry(EnquiryState.TALKING, next_step="Ring Maya", next_on=NOW.date(), answered_at=NOW)


def failed() -> Mail:
    return make.mail(MailState.FAILED, to_address="maya@acme.c0m", error="550 no such mailbox")


def test_it_is_there_with_a_slash_behind_it_too(here: PageClient) -> None:
    assert [here.get(path).status_code for path in ("/staff", "/staff/")] == [200, 200]


def test_an_empty_desk_says_so_kindly(here: PageClient) -> None:
    page = words_of(here.get("/staff").text)
    assert "Nothing needs you. To begin, add the first course" in page
    assert "Good morning, Cora." in page
    course = make.course()
    assert "Nothing needs you. Next, add the first trainer" in words_of(here.get("/staff").text)
    make.ann(course)
    assert "Nothing needs you. No visit is booked yet" in words_of(here.get("/staff").text)


def test_an_empty_desk_names_the_next_visit(here: PageClient) -> None:
    make.visit(seen_at=NOW, half=Half.PM, course=make.course(half_days=1), enquiry=make.enquiry(EnquiryState.WON))
    page = words_of(here.get("/staff").text)
    assert "Nothing needs you. Next visit: Wednesday 24 March 1:30pm, Exeter." in page


@pytest.mark.parametrize(
    ("thing", "title", "button"),
    [
        (requested, "Confirm the visit for Acme Joinery, Exeter", "Confirm visit"),
        (unplaced, "Find a trainer for Acme Joinery, Exeter", ""),
        (turned_down, "Ann Bell is asked now for Acme Joinery, Exeter", "Ann said yes"),
        (lambda: requested(TrainerAnswer.ASKED), "Ring Ann Bell about Acme Joinery, Exeter", "Ann said yes"),
        (
            expired,
            "Ring Maya Reed of Acme Joinery, Exeter: the address is not confirmed",
            "Confirmed by phone",
        ),
        (held_back, "Look at what was held back: Acme Joinery", "Release"),
        (new, "Answer Maya Reed of Acme Joinery", "Take it"),
        (planned, "Acme Joinery: Ring Maya", "Done"),
        (failed, "Mend the address maya@acme.c0m", ""),
        (clashing, "Find another trainer: Ann Bell is away on Wednesday 24 March", ""),
        (taken_over, "Ring Ben Cole: asked to go to Acme Joinery, Exeter for Ann Bell, who is away", "Ben said yes"),
        (over, "Ask Ann Bell how Acme Joinery, Exeter went", "It took place"),
        (
            lambda: over(took_place=False, report="Nobody was there.", reported_at=NOW),
            "Move or cancel the visit to Acme Joinery, Exeter: it did not take place",
            "",
        ),
        (unread, "Ring Ann Bell: no “Got it” for Acme Joinery, Exeter", "Ann knows"),
        (unread_week, "Ring Ann Bell: no “Got it” for the week from Monday 23 November", ""),
    ],
)
def test_what_needs_a_person_stands_there_with_its_button(
    here: PageClient, thing: Make, title: str, button: str
) -> None:
    thing()
    page = here.get("/staff").text
    assert titles(page) == [title]
    assert f">{button}<" in page
    assert "1 thing needs you" in words_of(page)


@pytest.mark.parametrize(
    "thing",
    [
        lambda: requested(TrainerAnswer.ASKED, promised_at=NOW + DAY),  # an answer is out, and nothing is late
        lambda: make.visit(VisitState.REQUESTED),  # the firm has until tomorrow to confirm its address
        lambda: make.visit(VisitState.HELD),
        lambda: make.visit(VisitState.CANCELLED, enquiry=make.enquiry(EnquiryState.LOST)),
        lambda: make.visit(seen_at=NOW, enquiry=make.enquiry(EnquiryState.WON)),
        lambda: make.visit(day=NOW.date(), seen_at=NOW, enquiry=make.enquiry(EnquiryState.WON)),  # reported tomorrow
        lambda: make.visit(VisitState.DELIVERED, day=date(2026, 11, 20), enquiry=make.enquiry(EnquiryState.WON)),
        lambda: make.enquiry(EnquiryState.TALKING, answered_at=NOW),
        lambda: make.enquiry(EnquiryState.SPAM, suspicion="It was sent within 3 seconds"),
        lambda: make.enquiry(EnquiryState.TALKING, next_step="Ring", next_on=NOW.date() + DAY, answered_at=NOW),
        lambda: make.mail(MailState.WITHDRAWN),
        lambda: unread(told=NOW - 47 * HOUR),
        lambda: over(day=date(2026, 11, 23), course=make.course(half_days=4)),  # its second day is today
    ],
)
def test_what_needs_nobody_is_not_there(here: PageClient, thing: Make) -> None:
    thing()
    page = here.get("/staff").text
    assert titles(page) == []
    assert "Nothing needs you." in words_of(page)


def test_the_oldest_promise_stands_first_and_what_nobody_promised_after_today(here: PageClient) -> None:
    failed()
    new(due_at=NOW + DAY)
    requested(promised_at=NOW - 20 * HOUR)
    unplaced(promised_at=NOW + 7 * HOUR)
    page = here.get("/staff").text
    assert titles(page) == [
        "Confirm the visit for Acme Joinery, Exeter",
        "Find a trainer for Acme Joinery, Exeter",
        "Mend the address maya@acme.c0m",
        "Answer Maya Reed of Acme Joinery",
    ]
    said = words_of(page)
    assert "The first is late." in said
    assert "Late promised by 2pm yesterday" in said
    assert "By 5pm today in 7 hours" in said
    assert "By 10am tomorrow Answer" in said


def test_a_no_is_told_with_its_note_and_who_is_asked_now(here: PageClient) -> None:
    turned_down()
    said = words_of(here.get("/staff").text)
    assert "Zoe Moon said no to Wednesday 24 March (9am today): “Family funeral that day.”" in said
    assert "Ann Bell is asked and has until 10am tomorrow." in said


def test_the_first_on_the_shortlist_is_named_and_asked_in_place(here: PageClient) -> None:
    course = make.course()
    zoe, ann = make.trainer("Zoe Moon", courses=[course]), make.ann(course)
    visit = unplaced(course=course, passed_over=str(zoe.id))
    page = here.get("/staff").text
    assert "Ask Ann and send" in page
    assert "Ann Bell is free: 10 minutes away." in words_of(page)
    answer = press(here, f"/staff/today/visits/{visit.id}/ask")
    assert "Asked Ann Bell for TSW-0000-0001. The email goes at 10:02am today." in words_of(answer.text)
    assert (visit.trainer_answer, visit.trainer_id) == (TrainerAnswer.ASKED, ann.id)


def test_a_barred_trainer_is_not_named(here: PageClient) -> None:
    course = make.course()
    visit = unplaced(course=course)
    db.session.add(TrainerBar(firm_id=visit.firm_id, trainer_id=make.ann(course).id, created_at=NOW))
    assert "Ask Ann" not in here.get("/staff").text


def test_a_silent_worker_stands_before_everything(here: PageClient) -> None:
    requested(promised_at=NOW - DAY)
    heartbeat = db.session.scalars(db.select(Heartbeat)).one()
    heartbeat.beat_at = NOW - timedelta(minutes=5)
    assert titles(here.get("/staff").text)[0] == "Confirm the visit for Acme Joinery, Exeter"
    heartbeat.beat_at = NOW - timedelta(minutes=6)
    page = here.get("/staff").text
    assert titles(page)[0] == "Start the worker: no email goes out"
    assert "2 things need you" in words_of(page)


def test_a_worker_that_never_ran_counts_once_mail_waits(client: PageClient, cora: Staff) -> None:
    signed_in(client, cora)
    assert titles(client.get("/staff").text) == []
    make.mail(due_at=NOW - timedelta(minutes=6))
    assert titles(client.get("/staff").text) == ["Start the worker: no email goes out"]


@pytest.mark.parametrize(
    ("thing", "action", "happened"),
    [
        (requested, "visits/{}/confirm", "confirmed"),
        (lambda: requested(TrainerAnswer.ASKED), "visits/{}/said_yes", "accepted"),
        (expired, "visits/{}/address", "address confirmed"),
        (over, "visits/{}/took_place", "delivered"),
        (unread, "visits/{}/knows", "seen"),
        (planned, "enquiries/{}/done", "planned"),
        (held_back, "enquiries/{}/release", "released"),
        (held_back, "enquiries/{}/spam", "moved"),
    ],
)
def test_a_press_does_it_and_takes_it_off_the_list(here: PageClient, thing: Make, action: str, happened: str) -> None:
    action = f"/staff/today/{action.format(thing().id)}"
    before = titles(here.get("/staff").text)
    after = titles(press(here, action).text)
    assert happened in acts()
    assert set(before) & set(after) == set()


def test_an_enquiry_taken_is_mine_to_answer(here: PageClient, cora: Staff) -> None:
    enquiry = new()
    page = press(here, f"/staff/today/enquiries/{enquiry.id}/take")
    assert enquiry.owner_id == cora.id
    assert "Mark as answered" in page.text
    page = press(here, f"/staff/today/enquiries/{enquiry.id}/answered")
    assert titles(page.text) == []
    assert (enquiry.state, enquiry.answered_at) == (EnquiryState.TALKING, NOW)


def test_who_comes_second_is_told_who_was_first(here: PageClient, clock: time_machine.Traveller) -> None:
    visit = requested()
    seen = here.get("/staff").text
    dan = make.staff("Dan Field", password="x")
    his = signed_in(here.application.test_client(), dan)
    press(his, f"/staff/today/visits/{visit.id}/confirm")
    token = seen.partition('name="csrf_token" value="')[2].partition('"')[0]
    answer = here.post(
        f"/staff/today/visits/{visit.id}/confirm", data={"csrf_token": token, "seen": 1}, follow_redirects=True
    )
    assert "Dan Field changed this at 10am on 24 November: Confirmed Wednesday 24 March" in answer.text
    assert acts() == ["confirmed"]


def test_what_a_colleague_has_just_taken_is_not_taken_from_them(here: PageClient) -> None:
    enquiry, dan = new(), make.staff("Dan Field")
    action = f"/staff/today/enquiries/{enquiry.id}/take"
    token = here.token("/staff")
    press(signed_in(here.application.test_client(), dan), action)
    answer = here.post(action, data={"csrf_token": token, "seen": 1}, follow_redirects=True)
    assert "Dan Field changed this at 10am: Gave it to Dan Field" in answer.text
    assert enquiry.owner_id == dan.id


@pytest.mark.parametrize("path", ["visits/999/confirm", "visits/999/ask", "enquiries/999/take", "enquiries/999/spam"])
def test_what_is_not_there_is_not_found(here: PageClient, path: str) -> None:
    assert here.send(f"/staff/today/{path}", page="/staff/account/password").status_code == 404


@pytest.mark.parametrize(
    "fields", [{"seen": "x", "trainer": "-1"}, {"seen": "9" * 400}, {"trainer": "\0"}, {"trainer": "²"}, {}]
)
def test_odd_things_in_a_button_do_no_harm(here: PageClient, fields: dict[str, str]) -> None:
    visit = unplaced()
    answer = here.send(f"/staff/today/visits/{visit.id}/ask", fields, page="/staff/account/password")
    assert answer.status_code == 303
    assert acts() == []


def test_the_weeks_numbers_and_the_outbox_are_counted(here: PageClient) -> None:
    new(), new(), requested(), make.mail(MailState.SENT), failed()
    page = words_of(here.get("/staff").text)
    assert "3 new enquiries" in page
    assert "Failed 1" in page
    assert "Sent today 1" in page


def test_the_rail_counts_each_section(here: PageClient) -> None:
    new(), held_back(), failed()
    rail = words_of(here.get("/staff/account").text).partition("Sign out")[0]
    assert "Today , 3 need you" in rail
    assert "Enquiries , 2 need you" in rail


def test_a_full_pile_is_cut_and_says_how_many_more(here: PageClient) -> None:
    for _ in range(12):
        new()
    page = here.get("/staff").text
    assert len(titles(page)) == 10
    assert "12 things need you" in words_of(page)
    assert "and 2 more: enquiries to answer" in words_of(page)


def everything(times: int) -> None:
    course = make.course()
    make.ann(course)
    kinds: list[Make] = [requested, lambda: unplaced(course=course), turned_down, expired, held_back, new, planned]
    for thing in [*kinds, failed, clashing, over, unread, unread_week] * times:
        thing()


@pytest.mark.parametrize("times", [1, 3])
def test_today_takes_the_same_statements_whatever_is_on_it(here: PageClient, times: int) -> None:
    everything(times)
    with counted() as statements:
        here.get("/staff")
    assert len(statements) == 26


def test_the_morning_mail_says_the_same_once(here: PageClient, cora: Staff) -> None:
    requested(promised_at=NOW - 20 * HOUR)
    new()
    sentences = [need.sentence for need in today.needs(NOW)]
    digests.queue_due(NOW)
    digests.queue_due(NOW + timedelta(minutes=1))
    mail = db.session.scalars(db.select(Mail).filter_by(kind="digest")).one()
    assert (mail.to_address, mail.subject) == (cora.email, "2 things need you today")
    text = " ".join(mail.text.split())
    assert [sentence in text for sentence in sentences] == [True, True]


def test_a_complaint_has_a_line_of_its_own_with_our_promise_and_the_laws(here: PageClient, cora: Staff) -> None:
    late: dict[str, Any] = {
        "reason": EnquiryReason.COMPLAINT,
        "due_at": NOW + 2 * DAY,
        "created_at": NOW,
        "owner": cora,
    }
    make.enquiry(message="Nobody came.", **late)
    page = here.get("/staff").text
    assert "Tell Maya Reed of Acme Joinery who looks into the complaint" in page
    assert "In writing by Thursday 24 December at the latest, says the law." in page
    assert "By 10am Thursday" in page
    assert "Mark as answered" in page

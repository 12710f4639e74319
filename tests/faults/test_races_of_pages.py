"""Fifty browsers at one page: one gets what it wants, the others a kind page with other dates, and nobody a fault."""

from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from threading import Barrier
from typing import Any

from sqlalchemy import func, select, update

from booking import clock
from booking.db import db
from booking.domain.access import Purpose
from booking.domain.lifecycle import TrainerAnswer, VisitState
from booking.models import Enquiry, Mail, Visit, VisitSlot
from booking.services import links
from tests import make
from tests.conftest import Live
from tests.faults.racing import CLIENTS
from tests.web.business.booking import DETAILS, HIDDEN, slots
from tests.web.business.crowd import Visitor

Answer = tuple[int, str]


def soon() -> date:
    """A working day in nine or ten weeks."""
    day = clock.today() + timedelta(days=65)
    return day + timedelta(days=(9 - day.weekday()) % 7)  # a Wednesday


def at_once(press: Callable[[int], Answer], count: int = CLIENTS) -> list[Answer]:
    start = Barrier(count)

    def run(number: int) -> Answer:
        start.wait()
        return press(number)

    with ThreadPoolExecutor(count) as pool:
        return list(pool.map(run, range(count)))


def statuses(answers: list[Answer]) -> Counter[int]:
    return Counter(status for status, _ in answers)


def others(page: str) -> int:
    """How many other dates a page offers."""
    return len(set(slots(page)) - {f"{soon()}-am"})


def count(live: Live, *which: Any) -> int:
    with live.app.app_context():
        return db.session.scalar(select(func.count()).where(*which)) or 0


def requested(**changes: Any) -> Visit:
    course = make.course()
    told = {"course": course, "trainer": make.ann(course), "day": soon(), **changes}
    return make.visit(VisitState.REQUESTED, **told)


def test_one_of_fifty_sends_the_date_that_all_had_held(live: Live) -> None:
    """All holds but the last have run out, and were taken over one after the other."""
    with live.app.app_context():
        course = make.course()
        make.ann(course)
        slug = course.slug
        db.session.commit()
    crowd = [Visitor(live.url) for _ in range(CLIENTS)]
    for browser in crowd:
        browser.send("/book/place", course=slug, postcode="EX2 8AA")
        assert browser.send("/book/date", slot=f"{soon()}-am")[0] == 303
        assert browser.send("/book/details", **DETAILS)[0] == 303
        with live.app.app_context():
            db.session.execute(update(VisitSlot).values(expires_at=clock.now() - timedelta(seconds=1)))
            db.session.commit()
    fields = [dict(HIDDEN.findall(browser.get("/book/check"))) for browser in crowd]
    answers = at_once(lambda n: crowd[n].post("/book/check", **fields[n]))
    assert statuses(answers) == {303: CLIENTS}
    sent = [n for n, (_, page) in enumerate(answers) if "/book/sent/" in page]
    assert (len(sent), count(live, Enquiry.id > 0), count(live, VisitSlot.id > 0)) == (1, 1, 2)
    assert min(others(crowd[n].get("/book/date")) for n in range(CLIENTS) if n not in sent) >= 3


def test_one_of_fifty_late_confirmations_on_the_page_gets_the_date(live: Live) -> None:
    with live.app.app_context():
        course = make.course()
        ann = make.ann(course)
        late = [make.visit(VisitState.EXPIRED, course=course, trainer=ann, day=soon()) for _ in range(CLIENTS)]
        made = [links.make(Purpose.CONFIRM, now=clock.now(), visit_id=visit.id) for visit in late]
        paths = [f"/confirm/{links.token(link)}" for link in made]
        db.session.commit()
    crowd = [Visitor(live.url) for _ in paths]
    tokens = [browser.token(path) for browser, path in zip(crowd, paths, strict=True)]
    answers = at_once(lambda n: crowd[n].post(paths[n], csrf_token=tokens[n]))
    assert max(statuses(answers)) < 500
    assert count(live, Visit.state == VisitState.REQUESTED) == 1
    pages = [browser.get(path) for browser, path in zip(crowd, paths, strict=True)]
    assert sorted(others(page) >= 3 for page in pages) == [False] + [True] * (CLIENTS - 1)


def test_a_trainer_who_presses_yes_fifty_times_has_said_it_once(live: Live) -> None:
    with live.app.app_context():
        visit = requested(trainer_answer=TrainerAnswer.ASKED, address_confirmed_at=clock.now())
        path = f"/t/offers/{visit.reference}"
        link = links.make(Purpose.TRAINER, now=clock.now(), trainer_id=visit.trainer_id or 0)
        arrive = f"/t/{links.token(link)}"
        db.session.commit()
    browser = Visitor(live.url)
    assert browser.send(arrive)[0] == 303
    fields = dict(HIDDEN.findall(browser.get(path)))
    answers = at_once(lambda _n: browser.post(path, answer="yes", **fields))
    assert statuses(answers) == {303: CLIENTS}
    assert count(live, Visit.trainer_answer == TrainerAnswer.ACCEPTED) == 1


def test_a_visit_that_staff_confirm_fifty_times_is_confirmed_once(live: Live) -> None:
    with live.app.app_context():
        visit = requested(trainer_answer=TrainerAnswer.ACCEPTED, address_confirmed_at=clock.now())
        path = f"/staff/today/visits/{visit.id}/confirm"
        link = links.make(Purpose.DEMO, now=clock.now(), staff_id=make.cora().id)
        arrive = f"/staff/demo/{links.token(link)}"
        db.session.commit()
    browser = Visitor(live.url)
    assert browser.send(arrive)[0] == 303
    token = browser.token("/staff/enquiries/new")
    answers = at_once(lambda _n: browser.post(path, csrf_token=token))
    assert max(statuses(answers)) < 500
    assert count(live, Visit.state == VisitState.CONFIRMED, Visit.sequence == 1) == 1
    assert count(live, Mail.kind == "confirmed") == 1

"""A firm's pages of its visit: how it stands, moved, cancelled, its calendar file, how it was, old links."""

from datetime import date, datetime, timedelta
from typing import Any

import pytest
import time_machine
from sqlalchemy import select
from sqlalchemy.orm import scoped_session

from booking.domain.access import Actor, ActorKind, Purpose
from booking.domain.days import Half, Slot
from booking.domain.lifecycle import TrainerAnswer, VisitState
from booking.models import Course, Link, Mail, Visit, VisitSlot
from booking.services import history, links
from tests import make
from tests.conftest import NOW
from tests.counting import counted
from tests.make import DAY
from tests.pages import PageClient
from tests.web.business.booking import errors, slots, taken_by_another

Session = scoped_session[Any]
NEXT, NEXT_CODE = DAY + timedelta(days=1), "2027-03-25-am"
LATE = datetime(2027, 3, 14, 10, tzinfo=NOW.tzinfo)  # ten days before
VERY_LATE = datetime(2027, 3, 23, 10, tzinfo=NOW.tzinfo)  # the day before
AFTER = datetime(2027, 3, 24, 17, tzinfo=NOW.tzinfo)


def ours(state: VisitState = VisitState.CONFIRMED, **changes: Any) -> tuple[Visit, str]:
    """A visit of Ann's, the only trainer, and the path of its page."""
    course = make.course()
    ann = make.ann(course)
    visit = make.visit(state, course=course, trainer=ann, **changes)
    return visit, f"/b/{links.token(make.link(Purpose.MANAGE, visit_id=visit.id))}"


def at(moment: datetime) -> Any:
    return time_machine.travel(moment, tick=False)


@pytest.mark.parametrize(
    ("state", "changes", "words"),
    [
        (VisitState.REQUESTED, {}, ["Waiting for you", "by 5pm, Wednesday 25 November", "Wrong address? Change it"]),
        (
            VisitState.REQUESTED,
            {"address_confirmed_at": NOW, "promised_at": NOW + timedelta(days=2, hours=7)},
            ["We are asking a trainer, and you hear from us by 5pm, Thursday 26 November"],
        ),
        (VisitState.CONFIRMED, {}, ["Ann Bell", "comes to you on Wednesday 24 March 2027, 9:30am to 4:30pm"]),
        (
            VisitState.CONFIRMED,
            {"proposed_day": NEXT, "proposed_half": Half.AM},
            ["A move to Thursday 25 March 2027", "We are looking for a trainer for it"],
        ),
        (VisitState.DELIVERED, {}, ["Taken place", "Tell us how it was"]),
        (VisitState.CANCELLED, {}, ["This visit is not going ahead", "There is nothing to pay."]),
        (VisitState.EXPIRED, {}, ["Date given back", "Nothing you told us is lost"]),
        (VisitState.EXPIRED, {"address_confirmed_at": NOW}, ["Needs a date", "everything else is kept"]),
    ],
)
def test_it_says_how_the_visit_stands(
    client: PageClient, state: VisitState, changes: dict[str, Any], words: list[str]
) -> None:
    _, path = ours(state, **changes)
    page = client.get(path).text
    assert [each for each in words if each not in page] == []
    for fact in ("£1,380.00", "Unit 4, Marsh Lane<br>Exeter<br>EX2 8AA", "Canteen", "8 people", 'content="noindex"'):
        assert fact in page, fact


@pytest.mark.parametrize("state", [VisitState.REQUESTED, VisitState.EXPIRED, VisitState.CANCELLED])
def test_a_trainer_is_named_only_once_confirmed(client: PageClient, state: VisitState) -> None:
    _, path = ours(state)
    assert "Ann" not in client.get(path).text


def test_what_happened_leaves_out_whom_we_asked_and_who_said_no(client: PageClient) -> None:
    visit, path = ours(VisitState.REQUESTED, address_confirmed_at=NOW)
    firm, cora = Actor(ActorKind.BUSINESS, 0, "Maya Reed"), Actor(ActorKind.STAFF, 1, "Cora Dunn")
    lines = [("requested", "Requested Wednesday", firm), ("asked", "Asked Ben Cole", cora)]
    lines += [("declined", "Ben Cole said no", cora), ("moved", "Moved from Tuesday to Wednesday", cora)]
    for minutes, (act, words, actor) in enumerate(lines):
        history.add(act, actor=actor, now=NOW + timedelta(minutes=minutes), words=words, visit=visit)
    page = client.get(path).text
    assert page.index("We moved from Tuesday to Wednesday") < page.index("You sent the booking request")
    assert [word for word in ("Ben", "Cora", "said no") if word in page] == []


@pytest.mark.parametrize(
    ("state", "moment", "ways"),
    [
        (VisitState.REQUESTED, NOW, ["move", "cancel"]),
        (VisitState.CONFIRMED, NOW, ["move", "cancel"]),
        (VisitState.CONFIRMED, VERY_LATE, []),
        (VisitState.CONFIRMED, AFTER, ["feedback"]),
        (VisitState.DELIVERED, NOW, ["feedback"]),
        (VisitState.CANCELLED, NOW, []),
        (VisitState.EXPIRED, NOW, []),
    ],
)
def test_only_what_can_be_done_is_offered(
    client: PageClient, state: VisitState, moment: datetime, ways: list[str]
) -> None:
    _, path = ours(state)
    with at(moment):
        page = client.get(path).text
    assert [way for way in ("move", "cancel", "feedback") if f'href="{path}/{way}"' in page] == ways


@pytest.mark.parametrize("way", ["move", "move/2027-03-25-am", "cancel"])
@pytest.mark.parametrize("state", [VisitState.CANCELLED, VisitState.DELIVERED, VisitState.EXPIRED])
def test_what_is_over_leads_back_to_its_page(client: PageClient, state: VisitState, way: str) -> None:
    visit, path = ours(state)
    token = client.token("/enquire")
    assert client.get(f"{path}/{way}").location == path
    assert client.post(f"{path}/{way}", data={"csrf_token": token, "slot": NEXT_CODE}).location == path
    assert visit.state is state


@pytest.mark.parametrize("way", ["move", "move/2027-03-25-am", "cancel"])
def test_too_late_on_line_is_said_kindly(client: PageClient, way: str) -> None:
    visit, path = ours()
    with at(VERY_LATE):
        page = client.get(f"{path}/{way}").text
        client.post(f"{path}/{way}", data={"csrf_token": client.token("/enquire"), "slot": NEXT_CODE})
    assert "Call us to change this visit" in page
    assert "we can waive a charge" in page
    assert (visit.state, visit.first_day, visit.proposed_day) == (VisitState.CONFIRMED, DAY, None)


def test_other_dates_than_its_own_are_offered_for_a_move(client: PageClient) -> None:
    _, path = ours()
    page = client.get(f"{path}/move?day=2027-03-24").text
    assert "Now it is Wednesday 24 March 2027, 9:30am to 4:30pm" in page
    assert "Moving it today costs nothing." in page
    assert len(slots(page)) == 5
    assert "2027-03-24-am" not in slots(page)


def test_a_move_shows_old_beside_new_and_waits_for_the_trainer(client: PageClient, session: Session) -> None:
    visit, path = ours()
    compare = client.send(f"{path}/move", {"slot": NEXT_CODE}).location
    assert compare == f"{path}/move/{NEXT_CODE}"
    page = client.get(compare).text
    for fact in ("Wednesday 24 March 2027", "Thursday 25 March 2027", "Moving it today costs nothing.", "the old date"):
        assert fact in page, fact
    assert (visit.first_day, visit.proposed_day) == (DAY, None)
    assert client.send(compare).location == path
    session.expire_all()
    assert (visit.first_day, visit.proposed_day, visit.trainer_answer) == (DAY, NEXT, TrainerAnswer.ASKED)
    page = client.get(path).text
    assert "We are asking the trainer about the new date." in page
    assert "A move to Thursday 25 March 2027" in page


def test_a_request_moves_at_once(client: PageClient, session: Session) -> None:
    visit, path = ours(VisitState.REQUESTED)
    client.send(f"{path}/move/{NEXT_CODE}")
    session.expire_all()
    assert visit.first_day == NEXT
    assert set(session.scalars(select(VisitSlot.day))) == {NEXT}
    assert "Moved. We have written to you about it" in client.get(path).text


def test_a_request_whose_date_has_gone_may_choose_another(client: PageClient, session: Session) -> None:
    visit, path = ours(VisitState.EXPIRED, address_confirmed_at=NOW)
    assert client.send(f"{path}/move/{NEXT_CODE}").location == path
    session.expire_all()
    assert (visit.state, visit.first_day) == (VisitState.REQUESTED, NEXT)


def test_a_late_move_is_free_once_and_then_costs(client: PageClient) -> None:
    visit, path = ours(day=date(2027, 3, 24))
    with at(LATE):
        assert "A move is free once until Wednesday 17 March." in client.get(f"{path}/move/2027-03-31-am").text
        visit.free_moves_used = 1
        page = client.get(f"{path}/move/2027-03-31-am").text
    assert "Moving it today costs £575 plus £115 VAT, £690 in all." in page


def test_a_date_lost_to_somebody_else_shows_the_nearest_and_keeps_the_visit(
    client: PageClient, session: Session
) -> None:
    visit, path = ours()
    make.absence(session.get_one(Visit, visit.id).trainer or make.ann(), NEXT)
    lost = client.send(f"{path}/move/{NEXT_CODE}")
    assert lost.location == f"{path}/move?lost={NEXT_CODE}"
    page = client.get(lost.location).text
    assert "That date has just been booked." in page
    assert len(slots(page)) >= 3
    assert (visit.first_day, visit.proposed_day) == (DAY, None)


@pytest.mark.parametrize("slot", ["", "x", "\0", "0001-01-01-am", "9999-12-31-pm", "2027-03-25-xx"])
def test_what_is_no_date_is_said_or_passed_over(client: PageClient, slot: str) -> None:
    visit, path = ours()
    page = client.send(f"{path}/move", {"slot": slot})
    assert (page.status_code, errors(page)) == (422, {"slot": "Select a date"})
    assert client.get(f"{path}/move?lost={slot}&month=x&day=%00").status_code == 200
    assert client.get(f"{path}/move/9999-12-31-am").location == f"{path}/move"
    assert visit.proposed_day is None


def test_the_date_it_has_is_not_a_move(client: PageClient) -> None:
    _, path = ours()
    same = "Select another date than the one you have"
    page = client.send(f"{path}/move", {"slot": "2027-03-24-am"})
    assert (page.status_code, errors(page)) == (422, {"slot": same})
    again = client.send(f"{path}/move/2027-03-24-am")
    assert (again.status_code, same in again.text) == (422, True)


@pytest.mark.parametrize(
    ("state", "moment", "words", "fee"),
    [
        (VisitState.REQUESTED, NOW, "Nothing is due until we have confirmed the visit.", 0),
        (VisitState.CONFIRMED, NOW, "Cancelling it today costs nothing.", 0),
        (VisitState.CONFIRMED, LATE, "Cancelling it today costs £575 plus £115 VAT, £690 in all.", 575_00),
    ],
)
def test_cancelling_shows_the_fee_first_and_stores_it(
    client: PageClient, session: Session, state: VisitState, moment: datetime, words: str, fee: int
) -> None:
    visit, path = ours(state)
    with at(moment):
        assert words in client.get(f"{path}/cancel").text
        assert visit.state is state
        assert client.send(f"{path}/cancel", {"reason": "=Too busy"}).location == path
        page = client.get(path).text
    session.expire_all()
    assert (visit.state, visit.fee_pence, visit.cancel_reason) == (VisitState.CANCELLED, fee, "=Too busy")
    assert ("£690 in all" in page) == bool(fee)
    assert session.scalars(select(VisitSlot)).all() == []


@pytest.mark.parametrize("reason", ["x" * 401, "\0", "‮"])
def test_a_reason_that_cannot_be_kept_cancels_nothing(client: PageClient, reason: str) -> None:
    visit, path = ours()
    page = client.send(f"{path}/cancel", {"reason": reason})
    assert (page.status_code, set(errors(page)), visit.state) == (422, {"reason"}, VisitState.CONFIRMED)


@pytest.mark.parametrize("way", ["move/2027-03-25-am", "cancel", "feedback"])
def test_a_lapsed_page_changes_nothing(client: PageClient, way: str) -> None:
    visit, path = ours()
    with at(AFTER if way == "feedback" else NOW):
        fields = {"csrf_token": "old", "reason": "Too busy", "rating": "4"}
        page = client.post(f"{path}/{way}", data=fields)
    assert (page.status_code, "This page was open for a long time" in page.text) == (422, True)
    assert (visit.state, visit.proposed_day, visit.firm_rating) == (VisitState.CONFIRMED, None, None)


@pytest.mark.parametrize(
    ("state", "status"), [(VisitState.REQUESTED, "TENTATIVE"), (VisitState.CONFIRMED, "CONFIRMED")]
)
def test_its_calendar_file_says_how_sure_it_is(client: PageClient, state: VisitState, status: str) -> None:
    visit, path = ours(state)
    file = client.get(f"{path}/visit.ics")
    assert file.content_type == "text/calendar; charset=utf-8"
    assert file.headers["Content-Disposition"] == f"attachment; filename={visit.reference}.ics"
    for line in ("BEGIN:VEVENT", "DTSTART;TZID=Europe/London:20270324T093000", f"STATUS:{status}"):
        assert line in file.text.splitlines(), line


@pytest.mark.parametrize("state", [VisitState.CANCELLED, VisitState.EXPIRED])
def test_what_is_not_going_ahead_has_no_file(client: PageClient, state: VisitState) -> None:
    _, path = ours(state)
    assert client.get(f"{path}/visit.ics").status_code == 404


def test_afterwards_three_questions_are_asked_once(client: PageClient, session: Session) -> None:
    visit, path = ours(VisitState.DELIVERED)
    assert errors(client.send(f"{path}/feedback")) == {"rating": "Select how useful the visit was"}
    kept = client.send(f"{path}/feedback", {"better": "More time", "rating": "9"})
    assert (kept.status_code, "More time" in kept.text) == (422, True)
    told = {"rating": "4", "differently": "Plans on Monday", "better": "More time", "comment": ""}
    token = client.token(f"{path}/feedback")
    for answers in (told, {"rating": "1"}):
        assert client.post(f"{path}/feedback", data={**answers, "csrf_token": token}).status_code == 303
    session.expire_all()
    words = "Done differently: Plans on Monday\nTo do better: More time"
    assert (visit.firm_rating, visit.firm_comment) == (4, words)
    assert "Thank you for telling us" in client.get(f"{path}/feedback").text


def test_before_the_visit_nothing_is_rated(client: PageClient) -> None:
    visit, path = ours()
    assert "It has not taken place yet" in client.get(f"{path}/feedback").text
    fields = {"rating": "4", "csrf_token": client.token("/enquire")}
    assert client.post(f"{path}/feedback", data=fields).status_code == 422
    assert visit.firm_rating is None


def test_a_strangers_token_is_not_found(client: PageClient) -> None:
    visit, _ = ours()
    confirm = links.token(make.link(Purpose.CONFIRM, visit_id=visit.id))
    ways = ("", "/move", "/move/2027-03-25-am", "/cancel", "/feedback", "/visit.ics")
    seen = {client.get(f"/b/{token}{way}").status_code for token in ("x", visit.reference, confirm) for way in ways}
    assert seen == {404}
    assert client.post("/b/x/new-link", data={"csrf_token": client.token("/enquire")}).status_code == 404


def test_an_old_link_has_a_new_one_sent_to_the_address_we_have(client: PageClient, session: Session) -> None:
    visit, path = ours()
    links.revoke(Purpose.MANAGE, now=NOW, visit_id=visit.id)
    page = client.get(path)
    assert (page.status_code, "Acme" in page.text, "Send me a new link" in page.text) == (410, False, True)
    assert client.send(f"{path}/new-link", page=path).status_code == 303
    mail = session.scalars(select(Mail)).one()
    new = session.scalars(select(Link).filter_by(purpose=Purpose.MANAGE, revoked_at=None)).one()
    assert (mail.kind, mail.to_address, links.marker(new) in mail.text) == ("new_link", "maya@acme.example", True)
    assert "Send me" not in client.get(f"/b/{links.token(new)}").text


def test_somebody_elses_change_at_the_same_time_is_told(client: PageClient, session: Session) -> None:
    visit, path = ours()
    token = client.token(f"{path}/cancel")
    visit.state = VisitState.CANCELLED
    session.flush()
    assert client.post(f"{path}/cancel", data={"csrf_token": token}).location == path
    assert "This visit is not going ahead" in client.get(path).text


def test_a_rivals_hold_is_no_date_to_move_to(client: PageClient, session: Session) -> None:
    _, path = ours()
    taken_by_another(session.scalars(select(Course)).one(), at=Slot(NEXT, Half.AM))
    assert NEXT_CODE not in client.get(f"{path}/move?day=2027-03-25").text.partition("Soonest")[2]


@pytest.mark.parametrize("visits", [1, 3])
@pytest.mark.parametrize(("way", "expected"), [("", 5), ("/move", 11), ("/cancel", 4), ("/feedback", 4)])
def test_the_pages_take_as_many_statements_whatever_there_is(
    client: PageClient, visits: int, way: str, expected: int
) -> None:
    _, path = ours(VisitState.CONFIRMED, confirm_by_at=NOW)
    for _ in range(visits - 1):
        make.visit()
    with counted() as statements:
        client.get(f"{path}{way}")
    assert len(statements) == expected

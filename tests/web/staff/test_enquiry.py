"""One enquiry's page: everything about it, what can be done with it, two colleagues at once."""

from datetime import date, timedelta
from typing import Any

import pytest

from booking.db import db
from booking.domain.diagnostic.instrument import CURRENT
from booking.domain.lifecycle import EnquiryState, LostReason, TrainerAnswer, VisitState
from booking.domain.post import MailState
from booking.models import Answer, Contact, Enquiry, Firm, Mail, Note, Response, Staff, Visit, Window
from booking.services import history, responses
from booking.services.visits import actor_of
from tests import make
from tests.conftest import NOW
from tests.counting import counted
from tests.pages import PageClient
from tests.signing import signed_in
from tests.web.staff.desk import acts, press, words_of

CODES = [3, 1, 1, 1, 4, 1, 3, 2, 3, 1, 2, None]


@pytest.fixture
def here(client: PageClient, cora: Staff) -> PageClient:
    return signed_in(client, cora)


@pytest.fixture
def enquiry(cora: Staff) -> Enquiry:
    return make.enquiry(owner=cora, due_at=NOW + timedelta(hours=3))


def path(enquiry: Enquiry) -> str:
    return f"/staff/enquiries/{enquiry.id}"


def page(client: PageClient, enquiry: Enquiry) -> str:
    return words_of(client.get(path(enquiry)).text)


def answered(**changes: Any) -> int:
    """The id of a result of twelve answers; the hardest are about managing."""
    make.course()
    items = [question.id for question in CURRENT.questions]
    began = {"started_at": NOW - timedelta(minutes=2), "updated_at": NOW}
    response = Response(
        visitor="visitor",
        subject="manager",
        instrument=CURRENT.sha256,
        scorer="lm1",
        group="5-8",
        triggers="work,growing",
        picks=items[4],
        answers=[Answer(item=item, code=code) for item, code in zip(items, CODES, strict=True)],
        **{**began, **changes},
    )
    db.session.add(response)
    db.session.flush()
    responses.finish("visitor", now=NOW)
    assert response.result
    return response.result.id


def test_all_that_was_told_is_there(here: PageClient, enquiry: Enquiry) -> None:
    db.session.add(Window(enquiry_id=enquiry.id, first_on=date(2027, 1, 12), last_on=date(2027, 1, 14)))
    said = page(here, enquiry)
    for words in (
        "Acme Joinery, EX2 8AA",
        "We have two new supervisors.",
        "Tuesday 12 January to Thursday 14 January",
        "8 people",
        "Maya Reed",
        "01632 960111",
        "maya@acme.example",
        "Owner: Cora Dunn",
        "Enquiry: new",
    ):
        assert words in said


def test_answers_stand_hardest_first_on_each_side_with_the_stored_result(here: PageClient, enquiry: Enquiry) -> None:
    enquiry.result_id = answered()
    text = here.get(path(enquiry)).text
    table = text.partition("The answers, hardest first")[2].partition("</table>")[0]
    sides = [[words_of(row) for row in side.split("<tr>")[2:]] for side in table.split("<tbody>")[1:]]
    assert [side[0] for side in sides] == [
        "Getting work right first time A real problem",
        "Trusting people Up and down",
    ]
    assert sides[1][-1] == "Behind the bigger goals Not sure"
    said = words_of(text)
    assert "Result: management, close call" in said
    assert "Matters most Getting work right first time" in said
    assert "Why now Late or wrong work, We are growing" in said


def test_the_result_is_shown_as_it_was_stored_and_never_scored_again(here: PageClient, enquiry: Enquiry) -> None:
    enquiry.result_id = answered()
    db.session.execute(db.update(Answer).values(code=0))
    assert "Result: management, close call" in page(here, enquiry)


def test_a_note_joins_the_timeline_newest_first(here: PageClient, enquiry: Enquiry) -> None:
    history.add("received", actor=actor_of(make.ann()), now=NOW - timedelta(hours=1), words="Sent it", enquiry=enquiry)
    here.send(path(enquiry), {"act": "note", "note": "Wants <b>two</b> groups\nin June"})
    text = here.get(path(enquiry)).text
    line = text.partition('<ol class="line">')[2].partition("</ol>")[0]
    assert "“Wants &lt;b&gt;two&lt;/b&gt; groups<br>in June”" in line
    assert line.index("Wants") < line.index("Sent it")
    assert "Wrote a note" not in line
    assert db.session.scalars(db.select(Note.staff_id)).one() == enquiry.owner_id


@pytest.mark.parametrize(
    ("fields", "why"),
    [
        ({"act": "note", "note": " "}, "Enter a note"),
        ({"act": "note", "note": "x" * 4001}, "Add a note must be 4,000 characters or fewer"),
        ({"act": "note", "note": "a\0b"}, "must not contain hidden characters"),
        ({"act": "plan", "next_step": "Ring", "next_on": ""}, "Enter the day of the next step"),
        ({"act": "plan", "next_step": "", "next_on": "12 January"}, "Enter what happens on that day"),
        ({"act": "plan", "next_step": "Ring", "next_on": "soon"}, "Enter a day, like 12 January or 12/1/2027"),
        ({"act": "plan", "next_step": "a\r\nb", "next_on": "12 January"}, "Next step must be on one line"),
        ({"act": "give", "owner": "999"}, "Select who owns it"),
        ({"act": "give", "owner": "'; --"}, "Select who owns it"),
        ({"act": "give"}, "Select who owns it"),
        ({"act": "move", "state": "lost", "reason": ""}, "Select why this enquiry was lost"),
        ({"act": "move", "state": "lost", "reason": "spite"}, "Select why this enquiry was lost"),
        ({"act": "move", "state": "new"}, "This enquiry is new already"),
        ({"act": "move", "state": "gone"}, "Select where it goes"),
        ({"act": "move"}, "Select where it goes"),
    ],
)
def test_what_is_not_right_says_why_and_is_kept(
    here: PageClient, enquiry: Enquiry, fields: dict[str, str], why: str
) -> None:
    response = here.send(path(enquiry), {"seen": "1", **fields})
    assert response.status_code == 422
    assert why in words_of(response.text)
    if fields.get("next_step"):
        assert f'value="{fields["next_step"].splitlines()[0]}' in response.text
    assert acts() == []


@pytest.mark.parametrize("fields", [{}, {"act": "burn"}, {"act": "note\0"}])
def test_a_form_that_is_none_of_ours_does_nothing(here: PageClient, enquiry: Enquiry, fields: dict[str, str]) -> None:
    assert here.send(path(enquiry), fields).status_code == 400
    assert acts() == []


def test_a_lapsed_page_keeps_what_was_typed(here: PageClient, enquiry: Enquiry) -> None:
    response = here.post(path(enquiry), data={"csrf_token": "old", "act": "note", "note": "Wants two groups"})
    assert response.status_code == 422
    assert "This page was open for a long time" in response.text
    assert "Wants two groups</textarea>" in response.text
    assert acts() == []


def test_the_next_step_is_planned_and_taken_away(here: PageClient, enquiry: Enquiry) -> None:
    here.send(path(enquiry), {"act": "plan", "next_step": "Ring Maya", "next_on": "12 January", "seen": "1"})
    assert (enquiry.next_step, enquiry.next_on) == ("Ring Maya", date(2027, 1, 12))
    assert 'value="Tuesday 12 January 2027"' in here.get(path(enquiry)).text
    here.send(path(enquiry), {"act": "plan", "next_step": "", "next_on": "", "seen": "2"})
    assert (enquiry.next_step, enquiry.next_on) == ("", None)


def test_it_is_given_to_a_colleague(here: PageClient, enquiry: Enquiry) -> None:
    dan = make.staff("Dan Field")
    make.staff("Zoe Gone", active=False)
    assert "Zoe Gone" not in here.get(path(enquiry)).text
    here.send(path(enquiry), {"act": "give", "owner": str(dan.id), "seen": "1"})
    assert enquiry.owner_id == dan.id


def test_it_is_moved_along_and_closed_with_a_reason(here: PageClient, enquiry: Enquiry) -> None:
    here.send(path(enquiry), {"act": "move", "state": "quoted", "seen": "1"})
    assert enquiry.state is EnquiryState.QUOTED
    here.send(path(enquiry), {"act": "move", "state": "lost", "reason": "price", "seen": "2"})
    assert (enquiry.state, enquiry.lost_reason) == (EnquiryState.LOST, LostReason.PRICE)
    assert "State: lost The price" in page(here, enquiry)


@pytest.mark.parametrize("state", EnquiryState)
def test_only_moves_that_may_follow_are_offered(here: PageClient, enquiry: Enquiry, state: EnquiryState) -> None:
    enquiry.state = state
    text = here.get(path(enquiry)).text
    offered = {each for each in EnquiryState if f'name="state" value="{each}"' in text}
    assert (
        offered
        == {
            EnquiryState.NEW: {EnquiryState.TALKING, EnquiryState.QUOTED, EnquiryState.WON, EnquiryState.LOST},
            EnquiryState.TALKING: {EnquiryState.QUOTED, EnquiryState.WON, EnquiryState.LOST},
            EnquiryState.QUOTED: {EnquiryState.TALKING, EnquiryState.WON, EnquiryState.LOST},
            EnquiryState.WON: {EnquiryState.TALKING, EnquiryState.LOST},
            EnquiryState.LOST: {EnquiryState.TALKING},
            EnquiryState.SPAM: {EnquiryState.NEW},
        }[state]
    )


def test_two_colleagues_at_once_the_second_sees_both_and_keeps_the_text(here: PageClient, enquiry: Enquiry) -> None:
    his = signed_in(here.application.test_client(), make.staff("Dan Field"))
    his.send(path(enquiry), {"act": "plan", "next_step": "Send dates", "next_on": "11 January", "seen": "1"})
    mine = {"act": "plan", "next_step": "Ring Maya", "next_on": "12 January", "seen": "1"}
    response = here.send(path(enquiry), mine)
    said = words_of(response.text)
    assert response.status_code == 422
    assert "Dan Field changed this at 10am: Next: Send dates, Monday 11 January" in said
    assert "It is now: Send dates, Monday 11 January" in said
    assert 'value="Ring Maya"' in response.text
    assert 'name="seen" value="2"' in response.text
    assert enquiry.next_step == "Send dates"
    here.send(path(enquiry), {**mine, "seen": "2"})
    assert enquiry.next_step == "Ring Maya"


def test_two_notes_at_once_are_two_notes(here: PageClient, enquiry: Enquiry) -> None:
    his = signed_in(here.application.test_client(), make.staff("Dan Field"))
    his.send(path(enquiry), {"act": "note", "note": "His", "seen": "1"})
    here.send(path(enquiry), {"act": "note", "note": "Hers", "seen": "1"})
    assert list(db.session.scalars(db.select(Note.text).order_by(Note.id))) == ["His", "Hers"]


def test_what_is_held_back_says_why_and_can_be_released(here: PageClient, enquiry: Enquiry) -> None:
    enquiry.suspicion = "It was sent within 3 seconds"
    said = page(here, enquiry)
    assert "It was held back: It was sent within 3 seconds . Nothing has been mailed" in said
    press(here, f"/staff/today/enquiries/{enquiry.id}/release", page=path(enquiry))
    assert enquiry.suspicion == ""
    kinds = set(db.session.scalars(db.select(Mail.kind)))
    assert kinds == {"enquiry_received", "new_enquiry"}


def test_its_visit_stands_there_with_what_it_needs(here: PageClient, enquiry: Enquiry) -> None:
    make.visit(
        VisitState.REQUESTED,
        enquiry=enquiry,
        trainer=make.ann(),
        trainer_answer=TrainerAnswer.ACCEPTED,
        address_confirmed_at=NOW,
        answered_at=NOW,
        promised_at=NOW - timedelta(hours=1),
    )
    said = page(here, enquiry)
    assert "Late promised by 9am today Confirm the visit for Acme Joinery, Exeter." in said
    assert "Next: Answer" not in said
    visit = db.session.scalars(db.select(Visit)).one()
    press(here, f"/staff/today/visits/{visit.id}/confirm", page=path(enquiry))
    assert (visit.state, enquiry.state) == (VisitState.CONFIRMED, EnquiryState.WON)
    assert "Ann Bell goes" in page(here, enquiry)


@pytest.mark.parametrize("state", [each for each in VisitState if each is not VisitState.HELD])
def test_a_visit_in_any_state_can_be_shown(here: PageClient, enquiry: Enquiry, state: VisitState) -> None:
    make.visit(state, enquiry=enquiry)
    assert state.value.capitalize() in page(here, enquiry)


def test_its_mails_are_listed_with_their_state(here: PageClient, enquiry: Enquiry) -> None:
    make.mail(MailState.FAILED, enquiry_id=enquiry.id, subject="We have your enquiry", error="550 unknown")
    shown = page(here, enquiry)
    assert "We have your enquiry , to Maya Reed, " in shown  # one subject goes to several people
    assert "Maya Reed maya@acme.example Failed 550 unknown" in shown


def test_a_firm_we_know_is_shown_and_joined_by_one_press(here: PageClient, enquiry: Enquiry) -> None:
    known = make.firm("Acme Joinery Ltd")
    before = make.enquiry(EnquiryState.WON, of=known)
    said = page(here, enquiry)
    assert "Acme Joinery Ltd is probably the same firm: the same email domain, acme.example." in said
    assert "It has 1 enquiry and 0 visits with us." in said
    answer = press(here, f"{path(enquiry)}/join", page=path(enquiry))
    assert "Acme Joinery is one with Acme Joinery Ltd now" in words_of(answer.text)
    assert (enquiry.firm_id, before.firm_id) == (known.id, known.id)
    assert db.session.scalar(db.select(db.func.count(Firm.id))) == 1
    assert db.session.scalars(db.select(Contact.firm_id)).all() == [known.id, known.id]


@pytest.mark.parametrize("into", ["", "0", "999", "x", "9" * 30])
def test_no_stranger_is_joined(here: PageClient, enquiry: Enquiry, into: str) -> None:
    make.firm("Acme Joinery Ltd")
    zeta = make.firm("Zeta", email_domain="zeta.example")
    fields = {"into": into or str(zeta.id)}
    assert here.send(f"{path(enquiry)}/join", fields, page=path(enquiry)).status_code == 404
    assert db.session.scalar(db.select(db.func.count(Firm.id))) == 3


def test_earlier_business_of_the_firm_is_listed(here: PageClient, enquiry: Enquiry) -> None:
    course = make.course("Difficult conversations")
    make.enquiry(EnquiryState.LOST, of=enquiry.firm, course=course, lost_reason=LostReason.PRICE)
    assert "Difficult conversations Lost: the price Acme Joinery, Maya Reed" in page(here, enquiry)


def test_an_enquiry_that_is_not_there_is_not_found(here: PageClient) -> None:
    assert here.get("/staff/enquiries/999").status_code == 404
    assert here.get("/staff/enquiries/99999999999999999999").status_code == 404
    response = here.send("/staff/enquiries/999", {"act": "note", "note": "x"}, page="/staff/account/password")
    assert response.status_code == 404


@pytest.mark.parametrize("rows", [1, 3])
def test_a_page_takes_the_same_statements_however_long_its_story(here: PageClient, enquiry: Enquiry, rows: int) -> None:
    enquiry.result_id = answered()
    for number in range(rows):
        make.visit(VisitState.REQUESTED, enquiry=enquiry, is_placed=False, address_confirmed_at=NOW, promised_at=NOW)
        make.enquiry(of=make.firm(f"Acme {number}"))
        make.mail(enquiry_id=enquiry.id)
        db.session.add(Note(enquiry_id=enquiry.id, staff_id=enquiry.owner_id, text="Rang", created_at=NOW))
        history.add("noted", actor=actor_of(make.trainer()), now=NOW, words="Wrote a note", enquiry=enquiry)
    with counted() as statements:
        here.get(path(enquiry))
    assert len(statements) == 25


def test_a_county_nobody_told_is_asked_for_until_a_visit_has_one(here: PageClient) -> None:
    visit = make.visit(VisitState.REQUESTED, course=make.course())
    told, open_ = make.enquiry(county=None, place="Tavistock"), visit.enquiry
    assert open_ is not None
    open_.county = None
    db.session.flush()
    assert "Tavistock, county to be asked" in page(here, told)
    assert "county to be asked" not in page(here, open_)

"""What may follow what, for visits, trainers' answers and enquiries."""

from itertools import product

import pytest

from booking.domain import lifecycle
from booking.domain.errors import Overtaken, Refused
from booking.domain.lifecycle import (
    ENQUIRY_MOVES,
    ENQUIRY_UNDO,
    LIVE,
    OPEN_ENQUIRIES,
    SLOT_KEEPERS,
    VISIT_MOVES,
    VISIT_UNDO,
    EnquiryState,
    LostReason,
    TrainerAnswer,
    VisitState,
    after_confirmation,
    lose,
    move,
    undo,
)

V, E = VisitState, EnquiryState


@pytest.mark.parametrize(("current", "target"), list(product(VisitState, repeat=2)))
def test_a_visit_moves_exactly_where_the_table_says(current: VisitState, target: VisitState) -> None:
    allowed = {
        "held": "requested expired cancelled",
        "requested": "confirmed expired cancelled",
        "offered": "confirmed expired cancelled",
        "confirmed": "delivered cancelled requested",
        "delivered": "",
        "cancelled": "",
        "expired": "held requested cancelled",
    }
    if target in allowed[current].split():
        assert move(current, target) is target
    else:
        with pytest.raises(Overtaken):
            move(current, target)


@pytest.mark.parametrize(("current", "target"), list(product(EnquiryState, repeat=2)))
def test_an_enquiry_moves_exactly_where_the_table_says(current: EnquiryState, target: EnquiryState) -> None:
    allowed = {
        "new": "talking quoted won lost spam",
        "talking": "quoted won lost spam",
        "quoted": "talking won lost spam",
        "won": "talking lost",
        "lost": "talking",
        "spam": "new",
    }
    if target in allowed[current].split():
        assert move(current, target) is target
    else:
        with pytest.raises(Overtaken):
            move(current, target)


@pytest.mark.parametrize(
    ("current", "allowed"),
    [
        ("unasked", "asked accepted"),
        ("asked", "asked accepted declined silent unasked"),
        ("accepted", "declined asked unasked"),
        ("declined", "asked unasked"),
        ("silent", "accepted declined asked unasked"),
    ],
)
def test_an_answer_moves_exactly_where_the_table_says(current: str, allowed: str) -> None:
    assert lifecycle.ANSWER_MOVES[TrainerAnswer(current)] == {TrainerAnswer(word) for word in allowed.split()}


def test_a_step_that_is_too_late_says_how_things_stand() -> None:
    with pytest.raises(Overtaken, match=r"^This visit has been cancelled, so it cannot be confirmed$"):
        move(V.CANCELLED, V.CONFIRMED)
    with pytest.raises(Overtaken, match=r"^This visit is confirmed already$"):
        move(V.CONFIRMED, V.CONFIRMED)
    with pytest.raises(Overtaken, match=r"^The trainer has said no, so it cannot be accepted$"):
        move(TrainerAnswer.DECLINED, TrainerAnswer.ACCEPTED)
    with pytest.raises(Overtaken, match=r"^This enquiry has been closed as lost, so it cannot be quoted$"):
        move(E.LOST, E.QUOTED)


def test_every_state_has_its_row_and_its_two_sentences() -> None:
    states = {*VisitState, *TrainerAnswer, *EnquiryState}
    assert len(states) == len(VisitState) + len(TrainerAnswer) + len(EnquiryState)
    assert set(lifecycle._MOVES) == set(lifecycle._STANDING) == set(lifecycle._WISHED) == states


def test_undo_goes_back_only_along_a_step_that_could_be_taken() -> None:
    steps = {(after, before) for after, befores in VISIT_UNDO.items() for before in befores}
    assert all(after in VISIT_MOVES[before] for after, before in steps)
    assert {(after, before) for after, befores in ENQUIRY_UNDO.items() for before in befores} == {
        (after, before) for before, afters in ENQUIRY_MOVES.items() for after in afters
    }


def test_staff_may_undo_a_confirmation_a_cancellation_a_delivery_and_a_trainers_no() -> None:
    undone = [undo(V.CONFIRMED, V.REQUESTED), undo(V.CANCELLED, V.CONFIRMED), undo(V.DELIVERED, V.CONFIRMED)]
    assert [*undone, undo(V.REQUESTED, V.CONFIRMED)] == [V.REQUESTED, V.CONFIRMED, V.CONFIRMED, V.CONFIRMED]


def test_nobody_undoes_what_the_firm_sent_or_what_has_moved_on() -> None:
    for current, before in [(V.REQUESTED, V.HELD), (V.EXPIRED, V.REQUESTED), (V.CANCELLED, V.HELD)]:
        with pytest.raises(Overtaken):
            undo(current, before)


def test_cancelled_and_expired_free_the_slots_and_nothing_else_does() -> None:
    assert set(VisitState) - SLOT_KEEPERS == {V.CANCELLED, V.EXPIRED}
    assert sorted(SLOT_KEEPERS - LIVE) == [V.DELIVERED]


def test_a_late_press_requests_an_expired_visit_again() -> None:
    assert move(V.EXPIRED, V.REQUESTED) is V.REQUESTED


def test_a_confirmed_visit_wins_from_any_open_state() -> None:
    assert {state for state in E if after_confirmation(state) is E.WON} == OPEN_ENQUIRIES | {E.WON}
    assert after_confirmation(E.LOST) is E.LOST


def test_closing_an_enquiry_as_lost_wants_a_reason() -> None:
    with pytest.raises(Refused, match="Select why this enquiry was lost") as refused:
        lose(E.TALKING, None)
    assert refused.value.field == "reason"
    assert lose(E.TALKING, LostReason.PRICE) is E.LOST

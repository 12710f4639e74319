"""Anything that can happen to visits, in any order, against a plain model: every promise is looked at after each step.

A failure prints the steps that lead to it. `FAULTS=long` takes many more and longer stories.
"""

import os
from datetime import timedelta
from typing import Any

from flask import Flask
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import initialize, precondition, rule, run_state_machine_as_test
from sqlalchemy import select

from booking.db import db
from booking.domain.access import Actor
from booking.domain.days import Half, Slot
from booking.domain.lifecycle import TrainerAnswer, VisitState
from booking.domain.places import County
from booking.domain.post import MailState
from booking.models import Course, Draft, Mail, Trainer, Visit
from booking.services import undo, visits
from booking.services.records import rosters
from booking.services.timetable import sending
from tests import make
from tests.conftest import Database
from tests.faults.machine import AFTER, LAST, LENGTHS, Steps, slot
from tests.faults.world import WEEK, Booked, Proposal

REASON = "They asked for this on the phone"
A, V = TrainerAnswer, VisitState

which, days, lengths = st.integers(0, 11), st.sampled_from(WEEK), st.sampled_from(LENGTHS)
trainers, visitors = st.sampled_from((0, 1)), st.sampled_from(("Ivy", "Jon", "Kit"))


class Visits(Steps):
    """What visitors, firms, trainers, staff, the worker and the clock do."""

    @initialize(stories=st.lists(st.tuples(days, lengths, st.integers(0, 8)), min_size=2, max_size=4))
    def begin(self, stories: list[tuple[int, int, int]]) -> None:
        """Some visits are on their way already."""
        for number, (day, length, far) in enumerate(stories):
            self.book(f"visitor {number}", day, length, far)

    @rule(visitor=visitors, day=days, length=lengths, far=st.integers(2, 8))
    def book(self, visitor: str, day: int, length: int, far: int) -> None:
        """A visit goes as far as it can without trouble; at 0, its hold runs out unnoticed."""
        sent = sum(each.is_sent for each in self.world.visits)
        self.hold(visitor, day, length)
        if far == 0:
            self.wait(31, is_swept=False)
        if far >= 2:
            self.send(visitor)
        if sum(each.is_sent for each in self.world.visits) == sent:
            return
        if far >= 3:
            self.post()
            self.confirm_address(LAST, by_phone=False)
        if far >= 4 and (asked := self.pick(LAST).asked):
            self.accept(LAST, self.world.trainers.index(asked))
        if far >= 5:
            self.confirm(LAST)
        if far >= 6:
            self.wait(3, is_swept=True)
            self.post()
        if far == 7:
            self.move(LAST, (day + length) % len(WEEK), by_staff=False)
        if far == 8 and (asked := self.pick(LAST).asked):
            self.assign(LAST, 1 - self.world.trainers.index(asked))
            self.accept(LAST, self.world.trainers.index(asked))

    # What visitors and firms do

    @rule(visitor=visitors, day=days, length=lengths)
    def hold(self, visitor: str, day: int, length: int) -> None:
        own, course = self.world.of_visitor(visitor), db.session.get_one(Course, self.courses[length])
        may = self.may_seat(own, range(day, day + length))
        who: dict[str, Any] = {"visitor": visitor, "network": visitor, "county": County.DEVON, "outcode": "EX2"}
        if not self.act(lambda: visits.hold(**who, course=course, at=slot(day), now=self.now), may=may):
            return
        row = db.session.scalars(select(Visit).filter_by(visitor=visitor).order_by(Visit.id.desc())).first()
        assert row is not None
        if own is None:
            own = Booked(row.id, visitor, length, day, None, None)
            self.world.visits.append(own)
        own.length, own.start, own.state = length, day, V.HELD
        own.until = self.now + timedelta(minutes=30)
        self.seated(own)

    @precondition(lambda self: self.has_unsent)
    @rule(visitor=visitors)
    def renew(self, visitor: str) -> None:
        if own := self.world.of_visitor(visitor):
            lasts = any(True for _ in own.claims(self.now + timedelta(seconds=1)))
            may = True if lasts else self.may_seat(own, own.run(own.start))
            if self.act(lambda: visits.renew(self.row(own), now=self.now), may=may):
                own.state, own.until = V.HELD, self.now + timedelta(minutes=30)
                self.seated(own)

    @precondition(lambda self: self.has_unsent)
    @rule(visitor=visitors)
    def let_go(self, visitor: str) -> None:
        self.act(lambda: visits.let_go(visitor, now=self.now), may=True)
        own = self.world.of_visitor(visitor)
        if own and own.state is V.HELD:
            own.state = V.EXPIRED

    @rule(visitor=visitors)
    def send(self, visitor: str) -> None:
        if own := self.world.of_visitor(visitor):
            lasts = any(True for _ in own.claims(self.now + timedelta(seconds=1)))
            may = True if lasts else self.may_seat(own, own.run(own.start))
            draft = self.draft(own)
            if self.act(lambda: visits.request(draft, network=visitor, now=self.now), may=may):
                own.state, own.sent_as = V.REQUESTED, sum(each.is_sent for each in self.world.visits)
                own.tell("business/request_received")
                own.tell_staff("new_enquiry")
                self.seated(own)
        elif sent := db.session.scalars(select(Draft).filter_by(visitor=visitor)).one_or_none():
            self.act(lambda: visits.request(sent, network=visitor, now=self.now), may=True)  # the one that is there

    def draft(self, visit: Booked) -> Draft:
        row = self.row(visit)
        draft = db.session.scalars(select(Draft).filter_by(visitor=visit.visitor)).one_or_none() or make.draft(row)
        draft.visit_id, draft.course_id, draft.day, draft.half = row.id, row.course_id, row.first_day, row.first_half
        return draft

    def press_confirm(self, visit: Booked, actor: Actor | None) -> None:
        """The address is confirmed by the mailed button, or by staff on the phone; late ones try the date again."""
        was_known, was = visit.is_known, visit.state
        may = was in (V.REQUESTED, V.EXPIRED, V.CONFIRMED) or was_known
        can_seat = was is V.EXPIRED and self.may_seat(visit, visit.run(visit.start))

        def do() -> None:
            visits.confirm_address(self.row(visit), actor=actor, now=self.now)

        if not (self.by_staff(visit, do, may=may) if actor else self.act(do, may=may)):
            return
        visit.is_known = True
        row = self.row(visit)
        if was is V.EXPIRED:
            is_back = row.state is V.REQUESTED
            assert can_seat in (is_back, None)
            if not is_back:
                return
            visit.state, visit.passed = V.REQUESTED, set()
            self.seated(visit)
            self.ask_next(visit)
        elif was is V.REQUESTED and not was_known:
            self.ask_next(visit)

    @precondition(lambda self: self.has_sent)
    @rule(number=which, by_phone=st.booleans())
    def confirm_address(self, number: int, by_phone: bool) -> None:
        self.press_confirm(self.pick(number), self.cora if by_phone else None)

    @precondition(lambda self: self.has_sent)
    @rule(number=which, day=days, by_staff=st.booleans())
    def move(self, number: int, day: int, by_staff: bool) -> None:
        visit = self.pick(number)
        if not by_staff and visit.proposal and day == visit.start:
            self.keep(number, by_staff=False)
            return
        left, had = self.left(visit), visit.asked
        run, is_confirmed, was_expired = visit.run(day), visit.state is V.CONFIRMED, visit.state is V.EXPIRED
        able = self.world.free(run, self.now + timedelta(seconds=1), but=visit)
        may: bool | None = bool(able)
        if not by_staff and not is_confirmed:
            may = self.may_seat(visit, run)
        if (not visit.is_open and not was_expired) or (day == visit.start and visit.trainer and not was_expired):
            may = False
        elif run.stop > len(WEEK) or self.is_late:
            may = None

        def do() -> None:
            if by_staff:
                visits.move_by_staff(self.row(visit), at=slot(day), reason=REASON, actor=self.cora, now=self.now)
            else:
                visits.move_by_firm(self.row(visit), at=slot(day), now=self.now)

        if not (self.by_staff(visit, do, may=may) if by_staff else self.act(do, may=may)):
            return
        visit.passed = set()
        if is_confirmed:
            if visit.proposal and had:
                visit.take_back(has_left=had in left)
            visit.proposal = Proposal(day, None)
            found = self.row(visit).proposed_trainer_id
            assert found == visit.trainer or visit.trainer not in able
            visit.ask(self.chosen(visit, able, found))
            return
        if visit.state is V.REQUESTED and visit.trainer:
            visit.take_back(has_left=visit.trainer in left)
        visit.tell(*(["business/moved"] if day != visit.start else []))
        visit.start, visit.state, visit.answer = day, V.REQUESTED, A.UNASKED
        visit.sequence += 1
        self.seated(visit)
        if visit.is_known:
            visit.ask(visit.trainer)

    @precondition(lambda self: any(each.proposal for each in self.world.visits))
    @rule(number=which)
    def keep(self, number: int, *, by_staff: bool = True) -> None:
        visit = self.pick(number)
        left = self.left(visit)

        def do() -> None:
            if by_staff:
                visits.keep_date(self.row(visit), actor=self.cora, now=self.now)
            else:
                visits.move_by_firm(self.row(visit), at=slot(visit.start), now=self.now)

        may = visit.proposal is not None
        if self.by_staff(visit, do, may=may) if by_staff else self.act(do, may=may):
            assert visit.proposal is not None
            if visit.proposal.trainer:
                visit.take_back(has_left=visit.proposal.trainer in left)
            visit.proposal, visit.passed, visit.answer = None, set(), A.ACCEPTED

    @precondition(lambda self: self.has_sent)
    @rule(number=which, by_staff=st.booleans())
    def cancel(self, number: int, by_staff: bool) -> None:
        visit = self.pick(number)
        left = self.left(visit)
        may: bool | None = visit.state in (V.REQUESTED, V.CONFIRMED, V.EXPIRED)

        def do() -> None:
            if by_staff:
                visits.cancel_by_staff(self.row(visit), reason=REASON, actor=self.cora, now=self.now)
            else:
                visits.cancel_by_firm(self.row(visit), now=self.now)

        if may and self.is_late and not by_staff and visit.state is V.CONFIRMED:
            may = False
        if self.by_staff(visit, do, may=may) if by_staff else self.act(do, may=may):
            visit.cancel(left=left)

    # What trainers do

    @precondition(lambda self: self.has_sent)
    @rule(number=which, index=trainers)
    def accept(self, number: int, index: int) -> None:
        who = self.world.trainers[index]
        visit = self.pick(number)
        may = visit.is_open and visit.asked == who and visit.answer in (A.UNASKED, A.ASKED, A.SILENT)
        if self.act(lambda: visits.accept(self.row(visit), self.trainer(who), now=self.now), may=may):
            visit.answer = A.ACCEPTED
            if visit.proposal:
                visit.settle()

    @precondition(lambda self: self.has_sent)
    @rule(number=which, index=trainers)
    def decline(self, number: int, index: int) -> None:
        who = self.world.trainers[index]
        visit = self.pick(number)
        was_confirmed = visit.state is V.CONFIRMED and not visit.proposal
        may = visit.is_open and visit.asked == who and visit.answer in (A.ASKED, A.ACCEPTED, A.SILENT)
        if not self.act(lambda: visits.decline(self.row(visit), self.trainer(who), now=self.now), may=may):
            return
        visit.passed.add(who)
        if was_confirmed:
            visit.state = V.REQUESTED
            visit.sequence += 1
            visit.lose()
        self.ask_next(visit)
        if was_confirmed and visit.trainer:
            visit.tell("business/still_looking")
        visit.tell_staff("declined")

    @precondition(lambda self: self.has_confirmed)
    @rule(number=which, took_place=st.booleans())
    def report(self, number: int, took_place: bool) -> None:
        visit = self.pick(number)
        left = self.left(visit)
        may = visit.state is V.CONFIRMED and self.is_late

        def do() -> None:
            visits.deliver(self.row(visit), took_place=took_place, people=8, actor=self.cora, now=self.now)

        said = self.row(visit).took_place
        if visit.state is V.CONFIRMED and said == took_place:
            self.act(do, may=True)  # the same report again is no other
        elif self.by_staff(visit, do, may=may) and took_place:
            if visit.proposal and visit.proposal.trainer:
                visit.take_back(has_left=visit.proposal.trainer in left)
            if visit.proposal:
                visit.proposal, visit.passed, visit.answer = None, set(), A.ACCEPTED
            visit.state = V.DELIVERED

    def trainer(self, who: int) -> Trainer:
        return db.session.get_one(Trainer, who)

    # What staff do

    @precondition(lambda self: self.has_sent)
    @rule(number=which)
    def confirm(self, number: int) -> None:
        visit = self.pick(number)
        may = visit.state is V.REQUESTED and visit.trainer is not None and visit.answer is A.ACCEPTED
        do = lambda: visits.confirm(self.row(visit), actor=self.cora, now=self.now)  # noqa: E731  # one act
        if self.by_staff(visit, do, may=may):
            visit.confirm()

    @precondition(lambda self: self.has_sent)
    @rule(number=which, index=trainers)
    def assign(self, number: int, index: int) -> None:
        who = self.world.trainers[index]
        visit = self.pick(number)
        left, had = self.left(visit), visit.asked
        able = self.world.free(visit.run(visit.asked_start), self.now, but=visit)
        may: bool | None = who in able and (
            visit.is_known if visit.state is V.REQUESTED else visit.state is V.CONFIRMED
        )
        if visit.state is V.CONFIRMED and who == visit.trainer and visit.asked_start == visit.start:
            may = False
        elif may and self.is_late:
            may = None
        do = lambda: visits.ask(self.row(visit), who, actor=self.cora, reason=REASON, now=self.now)  # noqa: E731  # one act
        if not self.by_staff(visit, do, may=may):
            return
        if visit.state is V.CONFIRMED:
            if visit.proposal and had:
                visit.take_back(has_left=had in left)
            visit.proposal = visit.proposal or Proposal(visit.start, None)
        elif who != visit.trainer and had:
            visit.take_back(has_left=had in left)
        visit.ask(who)

    @rule(index=trainers, day=days)
    def put_in_absence(self, index: int, day: int) -> None:
        who = self.world.trainers[index]
        before, last = set(self.world.away), self.last_act()
        first = slot(day)
        when: dict[str, Any] = {"first": first, "last": Slot(first.day, Half.PM), "kind": "leave", "note": ""}
        if self.act(lambda: rosters.add_absence(self.trainer(who), **when, actor=self.cora, now=self.now), may=True):
            self.world.away.add((who, day))
            self.fresh = self.last_act()
            assert self.fresh != last
            self.undoable[self.fresh] = None, before, set()

    @rule()
    def press_undo(self) -> None:
        act = undo.latest(self.cora.id, now=self.now)
        fresh = self.fresh
        assert act or not fresh, "nothing has happened since, and it cannot be undone"
        if act is None:
            return
        number, visit_id = act.id, act.visit_id
        do = lambda: undo.undo(number, actor=self.cora, now=self.now)  # noqa: E731  # one act
        if not self.act(do, may=True if fresh == number else None, is_undo=True):
            return
        before, away, waited = self.undoable[number]
        if before is None:
            self.world.away = away
            return
        visit = next(each for each in self.world.visits if each.id == visit_id)
        self.world.put_back(visit, before)
        unsent = Mail.act_id == number, Mail.state != MailState.WITHDRAWN
        assert list(db.session.scalars(select(Mail.kind).where(*unsent))) == []
        stopped = Mail.id.in_(waited), Mail.state == MailState.WITHDRAWN
        assert list(db.session.scalars(select(Mail.kind).where(*stopped))) == []

    @precondition(lambda self: self.has_sent)
    @rule(number=which, slip=st.sampled_from(("confirm", "cancel", "move", "assign", "confirm_address")), day=days)
    def slip(self, number: int, slip: str, day: int) -> None:
        """A colleague presses the wrong button, and undoes it at once."""
        match slip:
            case "confirm":
                self.confirm(number)
            case "cancel":
                self.cancel(number, by_staff=True)
            case "move":
                self.move(number, day, by_staff=True)
            case "assign":
                self.assign(number, day % 2)
            case "confirm_address":
                self.confirm_address(number, by_phone=True)
        self.press_undo()

    # What the worker and the clock do

    @rule()
    def post(self) -> None:
        """All that is due leaves."""

        def do() -> None:
            while (letter := sending.claim(self.now)) is not None:
                sending.record_sent(letter, self.now)

        self.act(do, may=True)

    @rule(minutes=st.sampled_from((3, 31, 32 * 60)), is_swept=st.booleans())
    def wait(self, minutes: int, is_swept: bool) -> None:
        """Not long enough for anything, for a hold's end, for a trainer's and a firm's time to answer."""
        self.fresh, self.now = 0, self.now + timedelta(minutes=minutes)
        if is_swept:
            self.sweep()

    @precondition(lambda self: self.has_confirmed and not self.is_late)
    @rule()
    def wait_until_the_week_is_over(self) -> None:
        self.fresh, self.now = 0, AFTER

    def sweep(self) -> None:
        left = {each.id: self.left(each) for each in self.world.visits}
        ends = {each.id: self.row(each).confirm_by_at for each in self.world.visits if not each.is_known}
        due = {each.id: self.row(each).answer_due_at for each in self.world.visits}
        self.act(lambda: visits.expire_due(self.now), may=True)
        for each in self.world.visits:
            if (each.state is V.HELD and not set(each.claims(self.now))) or (
                each.state is V.REQUESTED and (end := ends.get(each.id)) and end <= self.now
            ):
                each.state = V.EXPIRED
        self.act(lambda: visits.pass_over_silent(self.now), may=True)
        for each in self.world.visits:
            when = due[each.id]
            if each.is_open and each.answer is A.ASKED and when and when <= self.now and each.asked:
                silent = each.asked
                each.passed.add(silent)
                each.take_back(has_left=silent in left[each.id])
                self.ask_next(each)
                each.tell_staff("no_answer")

    @property
    def has_sent(self) -> bool:
        return any(each.is_sent for each in self.world.visits)

    @property
    def has_unsent(self) -> bool:
        return any(not each.is_sent for each in self.world.visits)

    @property
    def has_confirmed(self) -> bool:
        return any(each.state is V.CONFIRMED for each in self.world.visits)


IS_LONG = os.environ.get("FAULTS") == "long"
EXAMPLES = {"sqlite": 600 if IS_LONG else 16, "postgresql": 200 if IS_LONG else 4}


def test_any_story_of_visits_keeps_every_promise(shared_app: Flask, database: Database) -> None:
    Visits.app = shared_app
    profile = settings(
        max_examples=EXAMPLES[database.name],
        stateful_step_count=60 if IS_LONG else 40,
        deadline=None,
        database=None,
        derandomize=not IS_LONG,
        suppress_health_check=list(HealthCheck),
        phases=(Phase.generate, Phase.shrink),
    )
    run_state_machine_as_test(Visits, settings=profile)

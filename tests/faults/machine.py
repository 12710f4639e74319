"""How the machine takes a step on the database and in the model, and what must be true after each."""

from collections import Counter
from collections.abc import Callable
from datetime import timedelta
from typing import Any

from flask import Flask
from hypothesis.stateful import RuleBasedStateMachine, invariant
from sqlalchemy import func, select

from booking.db import db, transaction
from booking.domain.days import Half, Slot, london
from booking.domain.errors import Refused
from booking.domain.lifecycle import VISIT_MOVES, VISIT_UNDO, VisitState
from booking.domain.places import County
from booking.domain.post import MailState
from booking.models import Act, Course, Mail, Visit, VisitSlot
from booking.queries import dates
from booking.queries.diaries import live
from booking.queries.invariants import broken
from tests import make
from tests.conftest import NOW, rolled_back
from tests.faults.world import WEEK, Booked, World
from tests.make import DAY
from tests.services.mailed import acting

MONDAY = DAY - timedelta(days=9)  # of a week without a bank holiday
AFTER = london(MONDAY + timedelta(days=4), NOW.time().replace(hour=18))
LENGTHS = (1, 2)  # days, of the two courses
LAST = -1
V = VisitState


def slot(day: int) -> Slot:
    return Slot(MONDAY + timedelta(days=day), Half.AM)


class Steps(RuleBasedStateMachine):
    """Two trainers, two courses, one week, and a colleague, in a transaction that is rolled back in the end."""

    app: Flask  # set by the test

    def __init__(self) -> None:
        super().__init__()
        self.rolled_back = rolled_back(self.app)
        self.rolled_back.__enter__()
        self.now = NOW
        # By act: the visit before, or the absences; the mails that waited then.
        self.undoable = dict[int, tuple[Booked | None, Any, set[int]]]()
        self.fresh = 0  # the act after which nothing else has happened
        self.offered: frozenset[tuple[int, int]] | None = None  # what was taken when the dates were last looked at
        with transaction():
            courses = [make.course(f"Leading {n}", half_days=2 * n) for n in LENGTHS]
            two = [make.trainer(name, courses=courses, weekly_limit=14) for name in ("Ann Bell", "Ben Cole")]
            self.world = World(tuple(each.id for each in two))
            self.courses = dict(zip(LENGTHS, (each.id for each in courses), strict=True))
            self.cora = acting(make.cora())

    def teardown(self) -> None:
        self.rolled_back.__exit__(None, None, None)

    # How a step goes

    def pick(self, number: int) -> Booked:
        """One of those that were sent, mostly one that is not over; LAST: the one that was sent last."""
        sent = sorted((each for each in self.world.visits if each.is_sent), key=lambda each: each.sent_as or 0)
        going = [each for each in sent if each.state not in (V.CANCELLED, V.DELIVERED)]
        among = going if going and number % 3 > 0 else sent
        return sent[LAST] if number == LAST else among[number % len(among)]

    def row(self, visit: Booked) -> Visit:
        return db.session.get_one(Visit, visit.id)

    @property
    def is_late(self) -> bool:
        return self.now >= AFTER

    def act(self, do: Callable[[], object], *, may: bool | None, is_undo: bool = False) -> bool:
        """Whether it was done. `may` None: the model does not say. A refusal changes nothing; that of
        an undo once the transaction is rolled back."""
        before, self.fresh, stood = self.facts(), 0, self.standing()
        self.now += timedelta(seconds=1)
        try:
            with transaction():
                try:
                    do()
                    done, why = True, ""
                except Refused as refusal:
                    done, why = False, str(refusal)
                    if is_undo:
                        raise
        except Refused:
            pass
        db.session.expire_all()
        assert may is None or done == may, why or "it was done"
        assert done or self.facts() == before, f"{why}, and yet something has changed"
        for number, (state, sequence) in self.standing().items():
            was, counted = stood.get(number, (VisitState.HELD, 0))
            assert state == was or state in (VISIT_UNDO if is_undo else VISIT_MOVES)[was], (was, state)
            assert sequence >= counted
        return done

    def standing(self) -> dict[int, tuple[VisitState, int]]:
        """The state and the calendar's sequence of each visit."""
        rows = db.session.execute(select(Visit.id, Visit.state, Visit.sequence))
        return {number: (state, sequence) for number, state, sequence in rows}

    def facts(self) -> list[Any]:
        """What a refusal must leave alone."""
        columns = [getattr(Visit, key) for key in ("id", "version", "state", "trainer_id", "sequence")]
        rows = [list(db.session.execute(select(*columns).order_by(Visit.id)).all())]
        rows.append(list(db.session.execute(select(VisitSlot.id, VisitSlot.is_proposed).order_by(VisitSlot.id)).all()))
        return [*rows, list(db.session.execute(select(Mail.id, Mail.state).order_by(Mail.id)).all())]

    def by_staff(self, visit: Booked, do: Callable[[], object], *, may: bool | None) -> bool:
        before, last, waiting = self.world.copied(visit), self.last_act(), self.waiting(visit)
        if not self.act(do, may=may):
            return False
        if self.last_act() != last:
            self.fresh = self.last_act()
            self.undoable[self.fresh] = before, None, waiting
        return True

    def waiting(self, visit: Booked) -> set[int]:
        """The mails about it that are still to go."""
        return set(db.session.scalars(select(Mail.id).filter_by(visit_id=visit.id, state=MailState.WAITING)))

    def last_act(self) -> int:
        return db.session.scalar(select(func.max(Act.id))) or 0

    def left(self, visit: Booked) -> set[int]:
        """The trainers whom a question about this visit has reached."""
        gone = Mail.visit_id == visit.id, Mail.kind == "offer", Mail.state == MailState.SENT
        return {int(who or 0) for who in db.session.scalars(select(Mail.trainer_id).where(*gone))}

    def chosen(self, visit: Booked, able: set[int], found: int | None) -> int | None:
        """The trainer that was found, who must be one of those who are able; nobody only where nobody is."""
        assert found in able if found else not able or self.is_late, (found, able)
        return found

    def ask_next(self, visit: Booked) -> None:
        able = self.world.free(visit.run(visit.asked_start), self.now, but=visit) - visit.passed
        if visit.proposal and visit.proposal.start == visit.start:
            able -= {visit.trainer}
        row = self.row(visit)
        visit.ask(self.chosen(visit, able, row.proposed_trainer_id if visit.proposal else row.trainer_id))

    def may_seat(self, visit: Booked | None, run: range) -> bool | None:
        """Whether the public may have these days; None: only if a hold moves over."""
        if run.stop > len(WEEK) or self.is_late:
            return None
        soon = self.now + timedelta(seconds=1)
        if self.world.free(run, soon, but=visit):
            return True
        return None if self.world.may_be_freed(run, soon, but=visit) else False

    def seated(self, visit: Booked) -> None:
        """Holds may have moved over to make room: they are where the database says."""
        for each in self.world.visits:
            if each is visit or each.state is V.HELD:
                each.trainer = self.row(each).trainer_id

    # What must be true after each step

    @invariant()
    def no_promise_is_broken(self) -> None:
        assert broken(db.session.connection()) == []

    @invariant()
    def each_slot_is_held_by_whom_the_model_says(self) -> None:
        rows = db.session.execute(
            select(VisitSlot.trainer_id, VisitSlot.day, VisitSlot.half, VisitSlot.visit_id).where(live(self.now))
        )
        halves = {(who, (day - MONDAY).days, half, visit) for who, day, half, visit in rows}
        wanted = {
            (*claim, half, each.id) for each in self.world.visits for claim in each.claims(self.now) for half in Half
        }
        assert halves == wanted

    @invariant()
    def each_visit_stands_as_the_model_says(self) -> None:
        for each in self.world.visits:
            row = self.row(each)
            proposal = (row.proposed_day, row.proposed_trainer_id) if row.proposed_day else None
            meant = (slot(each.proposal.start).day, each.proposal.trainer) if each.proposal else None
            assert (row.state, row.trainer_answer, row.sequence) == (each.state, each.answer, each.sequence)
            assert (row.first_day, row.trainer_id, proposal) == (slot(each.start).day, each.trainer, meant)

    @invariant()
    def exactly_the_right_mails_are_there(self) -> None:
        rows = db.session.execute(select(Mail.visit_id, Mail.audience, Mail.kind).where(Mail.visit_id.is_not(None)))
        found = Counter((visit, f"{audience}/{kind}") for visit, audience, kind in rows)
        meant = {(each.id, kind): count for each in self.world.visits for kind, count in each.mails.items() if count}
        assert found == meant

    @invariant()
    def a_question_waits_only_for_whom_is_asked(self) -> None:
        waiting = Mail.kind == "offer", Mail.state == MailState.WAITING
        rows = db.session.execute(select(Mail.visit_id, Mail.trainer_id).where(*waiting))
        asked = {(each.id, each.asked) for each in self.world.visits if each.is_open}
        assert {(visit, who) for visit, who in rows} - asked == set()

    @invariant()
    def what_is_free_is_offered_and_nothing_else(self) -> None:
        held = frozenset(self.world.taken(self.now) | self.world.away)
        if self.is_late or held == self.offered:
            return
        self.offered = held
        for course in db.session.scalars(select(Course).order_by(Course.id)):
            found = dates.openings(course=course, county=County.DEVON, outcode="EX2", now=self.now)
            length = course.half_days // 2
            starts = range(len(WEEK) - length + 1)
            meant = [bool(self.world.free(range(day, day + length), self.now)) for day in starts]
            assert [found.has(slot(day)) for day in starts] == meant, course.title

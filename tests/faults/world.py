"""A plain model of visits, for the machine: what is in whose diary, and which mails there must be. No database."""

from collections import Counter
from collections.abc import Iterator
from copy import deepcopy
from dataclasses import dataclass, field
from datetime import datetime

from booking.domain.lifecycle import TrainerAnswer, VisitState

WEEK = range(5)  # days of the one week that everybody wants, 0 is Monday
BOTH_STAFF = 2  # what goes to staff goes to the office and to the enquiry's owner
KEEP = (VisitState.REQUESTED, VisitState.CONFIRMED, VisitState.DELIVERED)


@dataclass
class Proposal:
    """Another date or trainer of a confirmed visit, until that trainer's yes; no trainer: nobody is left."""

    start: int
    trainer: int | None


@dataclass
class Booked:
    """One visit, of `length` whole days."""

    id: int
    visitor: str
    length: int
    start: int
    trainer: int | None
    until: datetime | None  # of a hold
    state: VisitState = VisitState.HELD
    answer: TrainerAnswer = TrainerAnswer.UNASKED
    sent_as: int | None = None  # the how-manieth request it is
    is_known: bool = False  # the address is confirmed
    was_reported: bool = False
    sequence: int = 0
    proposal: Proposal | None = None
    passed: set[int] = field(default_factory=set)
    mails: Counter[str] = field(default_factory=Counter)

    @property
    def is_sent(self) -> bool:
        return self.sent_as is not None

    @property
    def asked(self) -> int | None:
        return self.proposal.trainer if self.proposal else self.trainer

    @property
    def asked_start(self) -> int:
        return self.proposal.start if self.proposal else self.start

    @property
    def is_open(self) -> bool:
        return self.state in (VisitState.REQUESTED, VisitState.CONFIRMED)

    def run(self, start: int) -> range:
        return range(start, start + self.length)

    def claims(self, now: datetime) -> Iterator[tuple[int, int]]:
        """The trainers and days it holds."""
        lasts = self.state is VisitState.HELD and self.until is not None and self.until > now
        if self.trainer and (lasts or self.state in KEEP):
            yield from ((self.trainer, day) for day in self.run(self.start))
        if self.proposal and self.proposal.trainer:
            here = set(self.run(self.start)) if self.proposal.trainer == self.trainer else set()
            yield from ((self.proposal.trainer, day) for day in self.run(self.proposal.start) if day not in here)

    def tell(self, *kinds: str) -> None:
        self.mails.update(kinds)

    def tell_staff(self, kind: str) -> None:
        self.mails[f"staff/{kind}"] += BOTH_STAFF

    def tell_days(self, who: str) -> None:
        """A mail holds one event, so each further day has a mail of its own."""
        self.mails[f"{who}/invitation"] += self.length - 1

    def take_back(self, *, has_left: bool) -> None:
        """Whoever was asked need not answer; they hear of it only if the question had left."""
        self.mails["trainer/offer_withdrawn"] += has_left

    def ask(self, trainer: int | None) -> None:
        """This trainer is held and asked for the date in question; None: nobody is left."""
        if self.proposal:
            self.proposal.trainer = trainer
        else:
            self.trainer = trainer
        self.answer = TrainerAnswer.ASKED if trainer else TrainerAnswer.UNASKED
        self.tell("trainer/offer" if trainer else "business/still_looking")

    def settle(self) -> None:
        """What was proposed stands."""
        assert self.proposal is not None
        was, (self.start, self.trainer) = (self.start, self.trainer), (self.proposal.start, self.proposal.trainer)
        self.proposal, self.passed, self.was_reported = None, set(), False
        self.sequence += 1
        self.tell("business/moved" if was[0] != self.start else "business/confirmed")
        self.tell_days("business")
        if was[1] == self.trainer:
            self.tell("trainer/changed_visit")
        else:
            self.lose()
            self.tell("trainer/new_visit")
        self.tell_days("trainer")

    def lose(self) -> None:
        """The trainer who had it hears that it is off, for each of its days."""
        self.tell("trainer/cancelled_visit")
        self.tell_days("trainer")

    def confirm(self) -> None:
        self.state = VisitState.CONFIRMED
        self.sequence += 1
        self.tell("business/confirmed", "trainer/new_visit")
        self.tell_days("business")
        self.tell_days("trainer")

    def cancel(self, *, left: set[int]) -> None:
        """`left`: the trainers who have had the question."""
        was_confirmed = self.state is VisitState.CONFIRMED
        if self.proposal and self.proposal.trainer:
            self.take_back(has_left=self.proposal.trainer in left)
        self.state, self.proposal = VisitState.CANCELLED, None
        self.sequence += 1
        self.tell("business/cancelled")
        if was_confirmed or self.sequence > 1:
            self.tell_days("business")
        if self.trainer and was_confirmed:
            self.lose()
        elif self.trainer:
            self.take_back(has_left=self.trainer in left)


@dataclass
class World:
    """All visits and all absences."""

    trainers: tuple[int, ...]
    visits: list[Booked] = field(default_factory=list)
    away: set[tuple[int, int]] = field(default_factory=set)

    def taken(self, now: datetime, *, but: Booked | None = None) -> set[tuple[int, int]]:
        return {claim for each in self.visits if each is not but for claim in each.claims(now)}

    def free(self, run: range, now: datetime, *, but: Booked | None = None) -> set[int]:
        """The trainers who can come on all of these days."""
        taken = self.taken(now, but=but) | self.away
        return {who for who in self.trainers if not taken & {(who, day) for day in run}}

    def may_be_freed(self, run: range, now: datetime, *, but: Booked | None) -> bool:
        """Whether a hold is in the way, which may move over to another trainer."""
        holds = (each for each in self.visits if each is not but and each.state is VisitState.HELD)
        return any(day in run for each in holds for _, day in each.claims(now))

    def of_visitor(self, visitor: str) -> Booked | None:
        """The hold of a visitor that has not been sent, run out or not."""
        return next((each for each in self.visits if each.visitor == visitor and not each.is_sent), None)

    def copied(self, visit: Booked) -> Booked:
        return deepcopy(visit)

    def put_back(self, now_is: Booked, before: Booked) -> None:
        """As it was; but calendars have counted on, and mails that were written stay written."""
        kept = now_is.sequence, now_is.mails
        now_is.__dict__.update(deepcopy(before).__dict__)
        now_is.sequence, now_is.mails = kept

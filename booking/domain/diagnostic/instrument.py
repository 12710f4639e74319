"""The questions as frozen data, known by their hash. A published instrument never changes: a new one is added."""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from enum import StrEnum
from functools import cache
from hashlib import sha256
from typing import TypeAlias

# Question id -> code of the option chosen, None for "Not sure". A question nobody has reached is absent.
Answers: TypeAlias = Mapping[str, int | None]

WORST = 4
QUICK = 8
MOST_PICKS = 3


class Scale(StrEnum):
    """The two needs: managing is the how, leading is the what and why."""

    MANAGING = "managing"
    LEADING = "leading"


@dataclass(frozen=True, slots=True)
class Question:
    """`stem` is the page's heading and what we quote back; `short` is for tables; `hint` explains in one sentence."""

    number: int
    id: str
    scale: Scale
    stem: str
    hint: str
    short: str


@dataclass(frozen=True, slots=True)
class Option:
    """`words` is the label as it reads inside a sentence."""

    code: int
    label: str
    words: str


@dataclass(frozen=True, slots=True)
class Instrument:
    """What was asked, in this order and in these words. The first `QUICK` questions are the short form."""

    heading: str
    questions: tuple[Question, ...]
    options: tuple[Option, ...]
    not_sure: str

    @property
    def sha256(self) -> str:
        """Hash of every word and of the order: two instruments that share it asked the same thing."""
        return _hash_of(self)

    def question(self, question_id: str) -> Question:
        """KeyError when this version never asked it."""
        return {each.id: each for each in self.questions}[question_id]

    def form(self, *, is_quick: bool) -> tuple[Question, ...]:
        """The questions of the quick or of the whole form, in order."""
        return self.questions[:QUICK] if is_quick else self.questions

    def checked(self, answers: Answers) -> dict[str, int | None]:
        """The same answers in question order. ValueError for a question we never asked or a code that is no option.

        Codes must be plain integers: 2.0, True and "2" are refused, since they mean that a caller has lost its way.
        """
        if unknown := set(answers) - {each.id for each in self.questions}:
            raise ValueError(f"not in this instrument: {sorted(map(repr, unknown))}")
        for question_id, code in answers.items():
            if code is not None and (type(code) is not int or not 0 <= code <= WORST):
                raise ValueError(f"answer to {question_id} must be 0 to {WORST} or not sure, not {code!r}")
        return {each.id: answers[each.id] for each in self.questions if each.id in answers}

    def given(self, answers: Answers) -> dict[str, int]:
        """The answers that carry a code, in question order: "Not sure" says nothing about the work. ValueError."""
        return {question_id: code for question_id, code in self.checked(answers).items() if code is not None}

    def pickable(self, answers: Answers) -> tuple[Question, ...]:
        """What "Which matter most this year?" may offer: the questions answered "Up and down" or worse."""
        given = self.given(answers)
        return tuple(each for each in self.questions if given.get(each.id, 0) >= 2)

    def next_question(self, answers: Answers, *, is_quick: bool = False) -> Question | None:
        """The first question of the form without an answer ("Not sure" is one); None when all have theirs."""
        return next((each for each in self.form(is_quick=is_quick) if each.id not in answers), None)

    def is_enough_to_finish(self, answers: Answers) -> bool:
        """Whether someone who stops here is given a result: the short form is complete."""
        return self.next_question(answers, is_quick=True) is None


@cache  # instruments are few and never change, and each page of a result asks
def _hash_of(instrument: Instrument) -> str:
    return sha256(json.dumps(asdict(instrument), ensure_ascii=False, sort_keys=True).encode()).hexdigest()


FIRST = Instrument(
    heading="How is this going?",
    questions=(
        Question(
            1,
            "plan",
            Scale.MANAGING,
            "Planning the work",
            "People know who is doing what, and how",
            "Planning the work",
        ),
        Question(
            2,
            "vision",
            Scale.LEADING,
            "Knowing where the business is heading",
            "People can say what we are aiming for, and why",
            "Knowing where we are heading",
        ),
        Question(
            3,
            "money",
            Scale.MANAGING,
            "Keeping an eye on budgets and costs",
            "It is clear if a job makes or loses money",
            "Budgets and costs",
        ),
        Question(
            4,
            "new",
            Scale.LEADING,
            "Coming up with new things to offer",
            "New services, new products, new ways to win work",
            "New things to offer",
        ),
        Question(
            5,
            "quality",
            Scale.MANAGING,
            "Getting work right first time",
            "Clear steps and checks, so mistakes are caught early",
            "Getting work right first time",
        ),
        Question(
            6,
            "inspire",
            Scale.LEADING,
            "Keeping people keen, even when it gets hard",
            "People want to do well, not just get through the day",
            "Keeping people keen",
        ),
        Question(
            7,
            "people",
            Scale.MANAGING,
            "Putting the right person on each job",
            "And helping them learn if they lack a skill",
            "Right person on each job",
        ),
        Question(
            8,
            "freedom",
            Scale.LEADING,
            "Trusting people to get on with it",
            "They use their own ideas, and no one checks every step",
            "Trusting people",
        ),
        Question(
            9,
            "time",
            Scale.MANAGING,
            "Hitting deadlines",
            "Dates are set that can be met, and work is done on time",
            "Hitting deadlines",
        ),
        Question(
            10,
            "ahead",
            Scale.LEADING,
            "Getting ready for what is coming",
            "New technology, new rules, a change in what customers want",
            "Ready for what is coming",
        ),
        Question(
            11,
            "fix",
            Scale.MANAGING,
            "Sorting out problems",
            "When something goes wrong, it is dealt with and work moves on",
            "Sorting out problems",
        ),
        Question(
            12,
            "goals",
            Scale.LEADING,
            "Getting people behind the bigger goals",
            "People care how the business does, not just their own tasks",
            "Behind the bigger goals",
        ),
    ),
    options=(
        Option(0, "Going well", "going well"),
        Option(1, "Mostly fine", "mostly fine"),
        Option(2, "Up and down", "up and down"),
        Option(3, "Often a struggle", "often a struggle"),
        Option(4, "A real problem", "a real problem"),
    ),
    not_sure="Not sure, or not part of the job",
)

# What is asked today, and everything ever asked: a stored result finds its questions here for as long as it is kept.
CURRENT = FIRST
INSTRUMENTS: Mapping[str, Instrument] = {each.sha256: each for each in (FIRST,)}

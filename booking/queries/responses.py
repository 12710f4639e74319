"""Answers in progress and stored results."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Self

from sqlalchemy import Row, bindparam, func, select
from sqlalchemy.orm import joinedload, selectinload

from booking.db import db
from booking.domain.courses import CourseNeed, Recommendation, Step
from booking.domain.diagnostic.context import GroupSize, Subject, Trigger
from booking.domain.diagnostic.instrument import INSTRUMENTS, Answers, Instrument, Question
from booking.domain.diagnostic.story import Story
from booking.domain.money import Pence, Price
from booking.models import Answer, Response, Result

WHOLE = (selectinload(Response.answers), joinedload(Response.result))

_NEWEST = select(func.max(Response.id)).where(Response.visitor == bindparam("visitor"))
_PROGRESS = (  # the facts of one set of answers, and each answer beside them; without any, one row without an item
    select(
        *(Response.instrument, Response.subject, Response.is_quick, Response.picks, Response.group),
        *(Response.triggers, Response.trigger_other, Response.finished_at),
        *(Answer.item, Answer.code, Answer.seconds, Answer.revision),
    )
    .outerjoin(Answer, Answer.response_id == Response.id)
    .where(Response.id == _NEWEST.scalar_subquery())
    .order_by(Answer.id)
)
_SHOWN = (
    select(Result.id, Result.story, Result.recommended, Result.created_at, Response.visitor)
    .join(Response, Response.id == Result.response_id)
    .where(Result.id == bindparam("result_id"))
)


@dataclass(frozen=True, slots=True)
class Offered:
    """A course as a result offered it: at the price of that moment, with why, and why it did not come first."""

    slug: str
    title: str
    need: CourseNeed
    half_days: int
    group_min: int
    group_max: int
    groups: int
    price: Price
    reasons: tuple[str, ...]
    why_not_first: str


@dataclass(frozen=True, slots=True)
class Advice:
    """What a result advised: the first step, why it is a talk ("" when it is not), and the courses, best first."""

    step: Step
    why_talk: str
    courses: tuple[Offered, ...]

    @classmethod
    def of(cls, recommendation: Recommendation, *, vat_percent: int) -> Self:
        return cls(
            recommendation.step,
            recommendation.why_talk,
            tuple(
                Offered(
                    slug=each.course.slug,
                    title=each.course.title,
                    need=each.course.need,
                    half_days=each.course.half_days,
                    group_min=each.course.group_min,
                    group_max=each.course.group_max,
                    groups=each.groups,
                    price=Price(each.course.price_pence, vat_percent),
                    reasons=each.reasons,
                    why_not_first=each.why_not_first,
                )
                for each in recommendation.ranked
            ),
        )

    @classmethod
    def from_json(cls, text: str) -> Self:
        stored = json.loads(text)
        return cls(Step(stored["step"]), stored["why_talk"], tuple(_offered(each) for each in stored["courses"]))


def _offered(stored: dict[str, Any]) -> Offered:
    price = Price(Pence(stored["price"]["net_pence"]), stored["price"]["vat_percent"])
    need, reasons = CourseNeed(stored["need"]), tuple(stored["reasons"])
    return Offered(**{**stored, "need": need, "price": price, "reasons": reasons})


@dataclass(frozen=True, slots=True)
class Shown:
    """A stored result as its page shows it. `visitor` is whose answers they are."""

    id: int
    story: Story
    advice: Advice
    visitor: str
    created_at: datetime


def current(visitor: str) -> Response | None:
    """The newest answers of this browser, with each answer and the result, if it has come to one."""
    newest = select(Response).filter_by(visitor=visitor).order_by(Response.id.desc()).limit(1)
    return db.session.scalars(newest.options(*WHOLE)).one_or_none()


def by_id(response_id: int) -> Response | None:
    """The same answers wherever they are."""
    return db.session.scalars(select(Response).filter_by(id=response_id).options(*WHOLE)).one_or_none()


def progress(visitor: str) -> "Progress | None":
    """How far this browser's newest answers are, None before the first Continue. One statement."""
    rows = db.session.execute(_PROGRESS, {"visitor": visitor}).all()
    return _progress(rows[0], [row for row in rows if row.item]) if rows else None


def progress_of(response: Response) -> "Progress":
    """The same of answers already read."""
    return _progress(response, response.answers)


def _progress(
    response: Response | Row[*tuple[Any, ...]], answers: Sequence[Answer] | Sequence[Row[*tuple[Any, ...]]]
) -> "Progress":
    return Progress(
        instrument=INSTRUMENTS[response.instrument],
        subject=Subject(response.subject),
        is_quick=response.is_quick,
        answers={answer.item: answer.code for answer in answers},
        revisions={answer.item: answer.revision for answer in answers},
        seconds=tuple(answer.seconds for answer in answers if answer.seconds is not None),
        picks=tuple(each for each in response.picks.split(",") if each),
        group=GroupSize(response.group) if response.group else None,
        triggers=tuple(Trigger(each) for each in response.triggers.split(",") if each),
        trigger_other=response.trigger_other,
        is_finished=response.finished_at is not None,
    )


@dataclass(frozen=True, slots=True)
class Progress:
    """Somebody's answers so far. `revisions`: how often each was given, to notice a second tab."""

    instrument: Instrument
    subject: Subject
    is_quick: bool
    answers: Answers
    revisions: Mapping[str, int]
    seconds: Sequence[float]
    picks: Sequence[str]
    group: GroupSize | None
    triggers: Sequence[Trigger]
    trigger_other: str
    is_finished: bool

    @property
    def questions(self) -> Sequence[Question]:
        return self.instrument.form(is_quick=self.is_quick)

    @property
    def is_enough(self) -> bool:
        """Whether somebody who stops here is given a result."""
        return self.instrument.is_enough_to_finish(self.answers)

    @property
    def pickable(self) -> Sequence[Question]:
        return self.instrument.pickable(self.answers)

    @property
    def first_open(self) -> int:
        """The number of the first question without an answer; the last one's when all have theirs."""
        found = self.instrument.next_question(self.answers, is_quick=self.is_quick)
        return found.number if found else self.questions[-1].number

    def next_number(self, asked: Question) -> int | None:
        """The question after this one, None at the end of the form."""
        return asked.number + 1 if asked.number < len(self.questions) else None

    def option(self, question: Question) -> str | None:
        """The label of what was chosen; None for a question without an answer."""
        if question.id not in self.answers:
            return None
        code = self.answers[question.id]
        return self.instrument.not_sure if code is None else self.instrument.options[code].label


def shown(result_id: int) -> Shown:
    """A result by its id, as it was shown the first time."""
    result = db.session.execute(_SHOWN, {"result_id": result_id}).one()
    return Shown(
        id=result.id,
        story=Story.from_json(result.story),
        advice=Advice.from_json(result.recommended),
        visitor=result.visitor,
        created_at=result.created_at,
    )


def numbers(story: Story) -> Mapping[str, int]:
    """Question id -> its number, in the version the story was told from."""
    return {each.id: each.number for each in INSTRUMENTS[story.instrument].questions}

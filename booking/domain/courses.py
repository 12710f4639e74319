"""Which course fits a diagnostic's result and the group that would take part: ranked, each with its reasons."""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from enum import StrEnum

from booking.domain.diagnostic.context import GroupSize, Trigger
from booking.domain.diagnostic.instrument import Scale
from booking.domain.diagnostic.score import Label, Need, NotEnough, Score, Start
from booking.domain.money import Pence

MOST_GROUPS = 2  # a larger group is a second visit; more than that is planned by people
HALF_DAYS = {1: "half a day", 2: "one day", 4: "two days"}  # the lengths we sell; two days are consecutive


class CourseNeed(StrEnum):
    """What a course is about; `both` may start with either, or with one of the two (`Course.starts_with`)."""

    MANAGING = "managing"
    LEADING = "leading"
    BOTH = "both"


class Step(StrEnum):
    """What the firm does first: choose a date, or talk to us."""

    BOOK = "book"
    TALK = "talk"


@dataclass(frozen=True, slots=True)
class Course:
    """What recommending needs of a course; the price is net, per visit, for one group of up to `group_max` people."""

    slug: str
    title: str
    need: CourseNeed
    half_days: int
    group_min: int
    group_max: int
    price_pence: Pence
    starts_with: Scale | None = None
    is_first_time: bool = False

    def __post_init__(self) -> None:
        if self.half_days not in HALF_DAYS:
            raise ValueError(f"{self.slug}: half_days must be 1, 2 or 4")
        if not 1 <= self.group_min <= self.group_max:
            raise ValueError(f"{self.slug}: group_min must be 1 or more and not above group_max")
        if self.price_pence < 0:
            raise ValueError(f"{self.slug}: price_pence must not be negative")
        if self.starts_with and self.need is not CourseNeed.BOTH:
            raise ValueError(f"{self.slug}: only a course for both has starts_with")

    def groups(self, size: GroupSize) -> int | None:
        """How many groups, one visit each, the people make (13+: at least); None when the course does not fit them."""
        groups = -(-(size.most or size.least) // self.group_max)
        return groups if groups <= MOST_GROUPS and size.least // groups >= self.group_min else None


@dataclass(frozen=True, slots=True)
class Finding:
    """What the diagnostic found: all four needs, likeliest first. Not enough answers: none, and no label."""

    ranked: tuple[Need, ...]
    label: Label | None
    start: Start

    @classmethod
    def of(cls, result: Score | NotEnough) -> "Finding":
        if isinstance(result, NotEnough):
            return cls((), None, Start.EITHER)
        return cls(result.ranked, result.label, result.start)


@dataclass(frozen=True, slots=True)
class Context:
    """What the firm told us beside its answers; a group of None was not answered."""

    group: GroupSize | None = None
    triggers: Collection[Trigger] = ()


@dataclass(frozen=True, slots=True)
class Suggestion:
    """One course of a ranking, with sentences: why it fits, and, after the first, why it did not come first."""

    course: Course
    groups: int
    reasons: tuple[str, ...]
    why_not_first: str = ""


@dataclass(frozen=True, slots=True)
class Recommendation:
    """What we advise: the first step, why it is a talk ("" when it is not), and the courses, best first; maybe none."""

    step: Step
    why_talk: str
    ranked: tuple[Suggestion, ...]

    @property
    def first(self) -> Suggestion | None:
        return self.ranked[0] if self.ranked else None

    @property
    def runner_up(self) -> Suggestion | None:
        return self.ranked[1] if len(self.ranked) > 1 else None


def recommend(finding: Finding, context: Context, *, catalogue: Sequence[Course]) -> Recommendation:
    """The courses that fit, best first whatever the catalogue's order; where none does, or in doubt, a talk first.

    The likelier need comes first; within it a course for new managers if one is new, the half that the answers put
    first, and the course made most closely for that size. People are split into groups only where no course for the
    same need takes them in one. The runner-up of a close call is the best course for another need; otherwise a new
    manager sees a course for new managers among the first two.
    """
    case = _Case(finding, context)
    ranked = sorted(case.fitting(catalogue), key=case.rank)
    if case.is_close:
        ranked = _promoted(ranked, lambda course: course.need is not ranked[0].need)
    elif case.has_new_manager and not any(course.is_first_time for course in ranked[:1]):
        ranked = _promoted(ranked, lambda course: course.is_first_time)
    why_talk = _why_talk(case, ranked)
    suggestions = [
        Suggestion(course, case.groups(course), _reasons(case, course), _why_not_first(case, course, ranked[0]))
        for course in ranked
    ]
    return Recommendation(Step.TALK if why_talk else Step.BOOK, why_talk, tuple(suggestions))


_NEEDS = {Need.MANAGE: CourseNeed.MANAGING, Need.LEAD: CourseNeed.LEADING, Need.BOTH: CourseNeed.BOTH}
_SUBJECTS = {
    CourseNeed.MANAGING: "managing the work",
    CourseNeed.LEADING: "leading people",
    CourseNeed.BOTH: "both managing and leading",
}
_COVERED = {
    Trigger.WORK: (CourseNeed.MANAGING, "late or wrong work"),
    Trigger.MONEY: (CourseNeed.MANAGING, "money that is tight"),
    Trigger.LEAVING: (CourseNeed.LEADING, "people who are leaving or fed up"),
    Trigger.GROWING: (CourseNeed.BOTH, "a firm that is growing"),
    Trigger.TECHNOLOGY: (CourseNeed.LEADING, "new technology or ways of working"),
    Trigger.AHEAD: (CourseNeed.LEADING, "planning ahead"),
}


class _Case:
    """A finding in its context, and what follows from the two before any course is looked at."""

    def __init__(self, finding: Finding, context: Context) -> None:
        self.ranked, self.label, self.start = finding.ranked, finding.label, finding.start
        self.triggers = [trigger for trigger in Trigger if trigger in context.triggers]
        self.size_told = context.group
        self.size = context.group or GroupSize.GROUP  # the size most courses are made for
        self.needs = [_NEEDS[need] for need in finding.ranked if need is not Need.TALK]
        self.is_close = finding.label is Label.CLOSE
        self.has_new_manager = Trigger.NEW_MANAGER in context.triggers
        self.first_half = self._first_half()

    @property
    def is_advised(self) -> bool:
        """Whether the answers ask for a course at all."""
        return not self.is_close and self.ranked[0] is not Need.TALK

    def fitting(self, catalogue: Sequence[Course]) -> list[Course]:
        fitting = [course for course in catalogue if course.need in self.needs and course.groups(self.size)]
        fewest = {need: min((self.groups(c) for c in fitting if c.need is need), default=0) for need in self.needs}
        return [course for course in fitting if self.groups(course) == fewest[course.need]]

    def groups(self, course: Course) -> int:
        return course.groups(self.size) or 1

    def is_out_of_order(self, course: Course) -> bool:
        return course.starts_with is not None and course.starts_with is not self.first_half

    def rank(self, course: Course) -> tuple[int | str, ...]:
        """The sort key of a course that fits; smaller is better."""
        return (
            course.is_first_time and not self.has_new_manager,
            self.needs.index(course.need),
            self.has_new_manager and not course.is_first_time,
            self.is_out_of_order(course),
            course.group_max - course.group_min,
            course.price_pence,
            course.slug,
        )

    def _first_half(self) -> Scale:
        """The half that is needed more; when either would do, the likelier one."""
        if self.start is not Start.EITHER:
            return Scale(self.start)
        likelier = next((need for need in self.ranked if need in (Need.MANAGE, Need.LEAD)), Need.MANAGE)
        return Scale.LEADING if likelier is Need.LEAD else Scale.MANAGING


def _promoted(ranked: list[Course], wanted: Callable[[Course], bool]) -> list[Course]:
    """The ranking with the best wanted course moved up to second place, unless it is first."""
    chosen = next((course for course in ranked[1:] if wanted(course)), None)
    return ranked if chosen is None else [ranked[0], chosen, *(other for other in ranked[1:] if other is not chosen)]


def _why_talk(case: _Case, ranked: Sequence[Course]) -> str:
    if not case.ranked:
        return "There are too few answers to suggest a course, so let us talk it through."
    if not ranked:
        return "None of our courses is made for this, so let us talk it through."
    if case.ranked[0] is Need.TALK:
        return "Your answers show no clear need for a course, so let us talk first."
    if case.is_close:
        return "It is a close call between two answers, so let us talk first."
    if case.size is GroupSize.CROWD and case.needs[0] is CourseNeed.BOTH:
        return "For 13 people or more we plan managing and leading as a programme with you, so let us talk first."
    return ""


def _reasons(case: _Case, course: Course) -> tuple[str, ...]:
    return tuple(
        reason
        for reason in (
            _need_reason(case, course),
            _order_reason(case, course),
            "It is written for people who are new to managing." if course.is_first_time else "",
            _size_reason(case, course),
            *(_trigger_reason(trigger, course) for trigger in case.triggers),
        )
        if reason
    )


def _need_reason(case: _Case, course: Course) -> str:
    if course.need is not case.needs[0]:
        return f"It is about {_SUBJECTS[course.need]}."
    if case.is_advised:
        return f"Your answers point to {_SUBJECTS[course.need]}."
    return f"If it is to be a course, your answers lean towards {_SUBJECTS[course.need]}."


def _order_reason(case: _Case, course: Course) -> str:
    if course.need is not CourseNeed.BOTH or case.start is Start.EITHER or case.is_out_of_order(course):
        return ""
    return f"It starts with {case.first_half}, which your answers put first."


def _size_reason(case: _Case, course: Course) -> str:
    if case.groups(course) > 1:
        return f"It runs once for each group of up to {course.group_max}; we quote for the second visit."
    if course.group_max == 1:
        return "It is one to one."
    made_for = f"It is made for {course.group_min} to {course.group_max} people"
    return f"{made_for}." if case.size_told else f"{made_for}; tell us how many would take part."


def _trigger_reason(trigger: Trigger, course: Course) -> str:
    need, words = _COVERED.get(trigger, (None, ""))
    is_covered = need is not None and course.need in (need, CourseNeed.BOTH)
    return f"It covers what made you look: {words}." if is_covered else ""


def _why_not_first(case: _Case, course: Course, first: Course) -> str:
    """The first difference from the winner that a person would care about, in the order the ranking weighs them."""
    if course is first:
        return ""
    if course.is_first_time and not case.has_new_manager:
        return "It is written for people who are new to managing."
    if course.need is not first.need:
        return _why_not_need(case, course.need, first=first.need)
    if first.is_first_time and not course.is_first_time:
        return "It is for people who have managed for a while."
    if case.is_out_of_order(course):
        put_first = "are even, so we start with the likelier half" if case.start is Start.EITHER else "put it second"
        return f"It starts with {course.starts_with}, and your answers {put_first}."
    if course.half_days != first.half_days:
        less = course.half_days < first.half_days
        cost = "leaves less time to practise" if less else "is more than your answers ask for"
        return f"It takes {HALF_DAYS[course.half_days]} rather than {HALF_DAYS[first.half_days]}, which {cost}."
    return "The first is made more closely for a group of your size."


def _why_not_need(case: _Case, need: CourseNeed, *, first: CourseNeed) -> str:
    more = "more" if case.is_advised else "a little more"
    if need is CourseNeed.BOTH:
        return f"It does both, and your answers point {more} to {_SUBJECTS[first]} alone."
    if first is CourseNeed.BOTH:
        return f"It is about {_SUBJECTS[need]} alone, and your answers point {more} to both."
    return f"Your answers point {more} to {_SUBJECTS[first]} than to {_SUBJECTS[need]}."

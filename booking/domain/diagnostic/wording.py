"""The words of a result, text version 1: from a score and the answers to the story that is stored and shown."""

from collections.abc import Collection, Iterable

from booking.domain.diagnostic.doubts import Doubt, lowered
from booking.domain.diagnostic.instrument import FIRST, Answers, Instrument, Scale
from booking.domain.diagnostic.lm1 import CUT
from booking.domain.diagnostic.score import Flip, Label, Need, NotEnough, Score, Start
from booking.domain.diagnostic.story import TEXT_VERSION, Bar, Gap, Marked, Place, Quote, Second, Story

_ROUND = 5  # points: the figures are not worth more
_QUOTED = 2  # "Up and down": what is better is no reason for a course
_MOST_HOT_SPOTS = 3

_HEADINGS = {
    Need.TALK: "No clear need: let\u2019s talk",
    Need.MANAGE: "A management course looks the best fit",
    Need.LEAD: "A leadership course looks the best fit",
    Need.BOTH: "You would gain from both",
}
_STARTS = {Start.MANAGING: ": start with managing", Start.LEADING: ": start with leading", Start.EITHER: ""}

# The figures are those of `bench/diagnostic.py`; they stay "made-up answers" until real outcomes replace them.
_CONFIDENCE = {
    Label.CLEAR: "This is a **clear** result. In our tests with made-up answers, results this clear matched the real "
    "need about 6 times in 7.",
    Label.LIKELY: "This is a **likely** result. In our tests with made-up answers, results like this matched the real "
    "need about 3 times in 5.",
    Label.CLOSE: "This is a **close call**. In our tests with made-up answers, results this close matched the real "
    "need about 2 times in 5, so treat it as a start for a conversation.",
}
_TOO_LITTLE = "There is **too little** here to go on, and we would rather ask than guess."

_SUGGESTED = {
    Need.TALK: "talking it through first",
    Need.MANAGE: "a management course",
    Need.LEAD: "a leadership course",
    Need.BOTH: "managing and leading together",
}
_OFFERED = {**_SUGGESTED, Need.TALK: "no course for now"}
_SECONDS = {
    Need.TALK: "Talking it through",
    Need.MANAGE: "A management course",
    Need.LEAD: "A leadership course",
    Need.BOTH: "Managing and leading together",
}
_DISTANCES = {Label.CLOSE: "a close second", Label.LIKELY: "second", Label.CLEAR: "second, a long way behind"}
_SERVES: dict[Need, frozenset[Scale]] = {
    Need.TALK: frozenset(),
    Need.MANAGE: frozenset({Scale.MANAGING}),
    Need.LEAD: frozenset({Scale.LEADING}),
    Need.BOTH: frozenset(Scale),
}

_TITLES = {Scale.MANAGING: "Managing the work", Scale.LEADING: "Leading people"}
_NEARNESS = {Place.PAST: "past the line", Place.NEAR: "close to the line", Place.BELOW: "below the line"}
_BARS_NOTE = (
    "The dashed line is where a course starts to help, and the thin line on each bar is the likely range. "
    "This is about the state of the work, not a score of anyone. Small firms need both."
)
_TALK_INTRO = "Taken together, your answers do not ask for a course. These are the hardest of them:"
_CHECKS = {
    Doubt.SAME: "All your answers are the same. Is that right?",
    Doubt.RUN: "Ten or more of your answers in a row are the same. Is that right?",
    Doubt.FAST: "You went through the questions very quickly. Are these the answers you meant?",
}


def tell(
    score: Score | NotEnough, answers: Answers, *, doubts: Collection[Doubt] = (), instrument: Instrument = FIRST
) -> Story:
    """The story of a score: `score` as the scorer gave it, with the answers, doubts and instrument it came from."""
    if isinstance(score, NotEnough):
        return _too_little(score, answers, instrument)
    need, label = score.recommendation, lowered(score, doubts).label
    is_close = label is Label.CLOSE
    bars = _bars(score)
    return Story(
        instrument=instrument.sha256,
        scorer=score.version,
        text=TEXT_VERSION,
        need=need,
        label=label,
        start=score.start,
        course=score.likelier_course,
        heading=_HEADINGS[need] + (_STARTS[score.start] if need is Need.BOTH else ""),
        confidence=Marked(_CONFIDENCE[label]),
        is_talk_first=is_close or need is Need.TALK,
        between=_between(score) if is_close else None,
        check=next((_CHECKS[each] for each in Doubt if each in doubts), None),
        why_intro=_TALK_INTRO if need is Need.TALK else "",
        why=_why(score, answers, instrument),
        hot_spot=_hot_spot(score, answers, instrument),
        bars=bars,
        bars_note=_BARS_NOTE,
        changes=_changes(score, answers, instrument),
        second=_second(score, bars),
        gaps=(),
    )


def _too_little(score: NotEnough, answers: Answers, instrument: Instrument) -> Story:
    return Story(
        instrument=instrument.sha256,
        scorer=score.version,
        text=TEXT_VERSION,
        need=score.recommendation,
        label=None,
        start=None,
        course=None,
        heading="A 15 minute call will settle it",
        confidence=Marked(_TOO_LITTLE),
        is_talk_first=True,
        between=None,
        check=None,
        why_intro="",
        why=(),
        hot_spot=None,
        bars=(),
        bars_note="",
        changes=(),
        second=None,
        gaps=tuple(_gap(scale, missing, answers, instrument) for scale, missing in score.missing),
    )


def _gap(scale: Scale, missing: int, answers: Answers, instrument: Instrument) -> Gap:
    asked = [each.id for each in instrument.questions if each.scale is scale]
    empty = tuple(each for each in asked if answers.get(each) is None)
    has = len(asked) - len(empty)
    found = f"We have {has or 'no'} answer{'' if has == 1 else 's'} about {_TITLES[scale].lower()}"
    return Gap(scale, f"{found}. With {missing} {'more ' if has else ''}we can say something fair.", empty)


def _said(question_id: str, code: int, instrument: Instrument) -> str:
    return f"“{instrument.question(question_id).stem}” is **{instrument.options[code].words}**"


def _why(score: Score, answers: Answers, instrument: Instrument) -> tuple[Quote, ...]:
    """The scorer's reasons; for a course without those that are mostly fine, save the hardest of each scale."""
    given, seen, quotes = instrument.given(answers), set[Scale](), list[Quote]()
    for each in score.reasons:
        question, code = instrument.question(each), given[each]
        if score.recommendation is Need.TALK or code >= _QUOTED or question.scale not in seen:
            said = Marked(f"You said {_said(each, code, instrument)}.")
            quotes.append(Quote(each, _lower_first(question.stem), said))
        seen.add(question.scale)
    return tuple(quotes)


def _hot_spot(score: Score, answers: Answers, instrument: Instrument) -> Marked | None:
    given = instrument.given(answers)
    said = [_said(each, given[each], instrument) for each in score.hot_spots[:_MOST_HOT_SPOTS]]
    if not said:
        return None
    if len(said) == 1:
        return Marked(f"One thing stands out: {said[0]}. Tell us about it when we talk.")
    return Marked(f"These stand out: {_listed(said)}. Tell us about them when we talk.")


def _bars(score: Score) -> tuple[Bar, ...]:
    return (
        _bar(Scale.MANAGING, score.managing_need, sd=score.managing_sd),
        _bar(Scale.LEADING, score.leading_need, sd=score.leading_sd),
    )


def _bar(scale: Scale, need: float, *, sd: float) -> Bar:
    about, low, high = (_rounded(each) for each in (need, need - sd, need + sd))
    place = Place.PAST if low > CUT else Place.BELOW if high < CUT else Place.NEAR
    sides = ", on either side" if place is Place.NEAR else ""
    told = f"{scale.capitalize()} stands at about {about} of 100, and most likely between {low} and {high}"
    return Bar(scale, _TITLES[scale], about, low, high, place, f"{told}: {_NEARNESS[place]}{sides}.")


def _rounded(points: float) -> int:
    return max(0, min(100, _ROUND * int(points / _ROUND + 0.5)))


def _between(score: Score) -> Marked:
    first, second = (_OFFERED[each] for each in score.ranked[:2])
    return Marked(f"It is between **{first}** and **{second}**. A 15 minute call will settle it.")


def _second(score: Score, bars: Iterable[Bar]) -> Second:
    """Why second: where the need stands on which the two options differ."""
    differ = _SERVES[score.recommendation] ^ _SERVES[score.runner_up]
    facts = [
        f"{each.scale} stands at about {each.about}, {_NEARNESS[each.place]}" for each in bars if each.scale in differ
    ]
    alone = " alone" if score.recommendation is Need.BOTH and score.runner_up is not Need.TALK else ""
    came = f"{_SECONDS[score.runner_up]}{alone} came {_DISTANCES[score.label]}"
    return Second(score.runner_up, Marked(f"{came}: {', and '.join(facts)}."))


def _changes(score: Score, answers: Answers, instrument: Instrument) -> tuple[Marked, ...]:
    groups: dict[tuple[Scale, bool], list[Flip]] = {}
    for flip in score.flips:
        groups.setdefault((instrument.question(flip.question).scale, flip.after > flip.before), []).append(flip)
    told = [_change(scale, flips, is_harder=harder, instrument=instrument) for (scale, harder), flips in groups.items()]
    if not told:
        told.append("No single answer, moved by one step, would change what we suggest.")
    asked, given = len(instrument.questions), len(instrument.given(answers))
    if given < asked:
        told.append(f"We have {given} of the {asked} answers. The others would make us surer.")
    return tuple(map(Marked, told))


def _change(scale: Scale, flips: Collection[Flip], *, is_harder: bool, instrument: Instrument) -> str:
    example = max(flips, key=lambda each: each.before)
    stem = instrument.question(example.question).stem
    before, after = (instrument.options[each].words for each in (example.before, example.after))
    went, then = (
        f"“{stem}” went from **{before}** to **{after}**",
        f"we would suggest {_SUGGESTED[example.recommendation]}",
    )
    if len(flips) == 1:
        return f"If {went}, {then}."
    step = "harder" if is_harder else "easier"
    return f"If any one of your answers about {scale} were a step {step}, say {went}, {then}."


def _listed(items: list[str]) -> str:
    return f"{', '.join(items[:-1])} and {items[-1]}"


def _lower_first(text: str) -> str:
    return text[0].lower() + text[1:]

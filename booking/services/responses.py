"""Answers to the diagnostic: begun, changed one by one, saved for later, and scored once."""

import json
from collections.abc import Collection
from dataclasses import asdict, replace
from datetime import datetime

from booking.db import db
from booking.domain import courses
from booking.domain.access import Purpose
from booking.domain.courses import Context, Finding
from booking.domain.days import london_time
from booking.domain.diagnostic import scorers
from booking.domain.diagnostic.context import MOST_TRIGGERS, GroupSize, Subject, Trigger
from booking.domain.diagnostic.doubts import doubts, lowered
from booking.domain.diagnostic.instrument import CURRENT, MOST_PICKS, Scale
from booking.domain.diagnostic.score import NotEnough
from booking.domain.diagnostic.story import Story
from booking.domain.diagnostic.wording import tell
from booking.domain.errors import NotFound, Overtaken, Refused
from booking.domain.money import Pence
from booking.domain.post import Audience
from booking.emails import business as emails
from booking.models import Answer, Course, Link, Response, Result
from booking.queries import catalogue
from booking.queries import responses as queries
from booking.queries.responses import Advice, Offered, Progress, Shown
from booking.services import links, outbox
from config import settings

MOST_COURSES = 3  # that a result names


def begin(*, visitor: str, subject: Subject, is_quick: bool, now: datetime) -> Response:
    """The answers this browser goes on with: a new row, or the unfinished one with its first question changed."""
    response = queries.current(visitor)
    if response is None or response.finished_at is not None:
        response = Response(
            visitor=visitor,
            subject=subject,
            is_quick=is_quick,
            instrument=CURRENT.sha256,
            scorer=scorers.CURRENT,
            started_at=now,
            updated_at=now,
            answers=[],
            previous_id=response.id if response else None,
        )
        db.session.add(response)
    response.subject, response.is_quick, response.updated_at = subject, is_quick, now
    db.session.flush()
    return response


def answer(
    visitor: str, item: str, *, code: int | None, revision: int, seconds: float | None, now: datetime
) -> Response:
    """The answers with this one in place; of finished ones a copy, since what was scored stays as it is.

    `revision` is what the page was drawn from: Overtaken if another tab has answered since.
    """
    response = unfinished(of(visitor), now=now)
    found = next((each for each in response.answers if each.item == item), None)
    if found is None:
        found = Answer(item=item, revision=0)
        response.answers.append(found)
    if found.revision > revision:
        raise Overtaken("You changed this answer on another page. This is what we have now")
    found.code, found.revision = code, found.revision + 1
    found.seconds = None if seconds is None else int(seconds)
    response.updated_at = now
    db.session.flush()
    return response


def set_picks(visitor: str, picks: Collection[str], *, now: datetime) -> None:
    """What matters most this year: at most three of the questions answered "Up and down" or worse."""
    response = unfinished(of(visitor), now=now)
    offered = [each.id for each in queries.progress_of(response).pickable]
    if len(picks) > MOST_PICKS:
        raise Refused(f"Select {MOST_PICKS} or fewer", field="picks")
    response.picks = ",".join(item for item in offered if item in picks)
    response.updated_at = now


def set_group(visitor: str, group: GroupSize, *, now: datetime) -> None:
    response = unfinished(of(visitor), now=now)
    response.group, response.updated_at = group, now


def set_triggers(visitor: str, triggers: Collection[Trigger], *, other: str, now: datetime) -> None:
    """What made them look: at most two."""
    response = unfinished(of(visitor), now=now)
    if len(triggers) > MOST_TRIGGERS:
        raise Refused(f"Select {MOST_TRIGGERS} or fewer", field="triggers")
    response.triggers = ",".join(each for each in Trigger if each in triggers)
    response.trigger_other = other if Trigger.OTHER in triggers else ""
    response.updated_at = now


def of(visitor: str) -> Response:
    """This browser's newest answers; NotFound if it has none."""
    response = queries.current(visitor)
    if response is None:
        raise NotFound("We cannot find your answers")
    return response


def unfinished(response: Response, *, now: datetime) -> Response:
    """The same answers if they can still be changed, else a copy of them that can."""
    if response.finished_at is None:
        return response
    copy = Response(
        visitor=response.visitor,
        subject=response.subject,
        is_quick=response.is_quick,
        instrument=response.instrument,
        scorer=response.scorer,
        group=response.group,
        triggers=response.triggers,
        trigger_other=response.trigger_other,
        picks=response.picks,
        started_at=now,
        updated_at=now,
        previous_id=response.id,
        answers=[
            Answer(item=each.item, code=each.code, seconds=each.seconds, revision=each.revision)
            for each in response.answers
        ],
    )
    db.session.add(copy)
    db.session.flush()
    return copy


def finish(visitor: str, *, now: datetime) -> Link:
    """The secret address of the stored result; scored the first time, with the version the answers began in.

    Raises Refused when not even the short form is complete.
    """
    response = of(visitor)
    if response.result is None:
        story, advice = scored(queries.progress_of(response), scorer=response.scorer)
        response.result = Result(
            scorer=story.scorer,
            instrument=story.instrument,
            wording=story.text,
            story=story.to_json(),
            recommended=json.dumps(asdict(advice)),
            created_at=now,
        )
        response.finished_at = response.updated_at = now
        db.session.flush()
    return links.keep(Purpose.RESULT, now=now, result_id=response.result.id)


def scored(progress: Progress, *, scorer: str) -> tuple[Story, Advice]:
    """What there is to say about these answers, and the courses on sale that fit, at today's price."""
    if not progress.is_enough:
        raise Refused("Answer the first 8 questions to see a result")
    answers, instrument = progress.answers, progress.instrument
    score = scorers.SCORERS[scorer](answers, picks=progress.picks, instrument=instrument)
    found = doubts(answers, progress.seconds, instrument=instrument)
    finding = Finding.of(score if isinstance(score, NotEnough) else lowered(score, found))
    context = Context(group=progress.group, triggers=progress.triggers)
    on_sale = [as_value(course) for course in catalogue.active()]
    recommendation = courses.recommend(finding, context, catalogue=on_sale)
    first_ones = replace(recommendation, ranked=recommendation.ranked[:MOST_COURSES])
    story = tell(score, answers, doubts=found, instrument=instrument)
    return story, Advice.of(first_ones, vat_percent=settings().vat_percent)


def save_for_later(visitor: str, email: str, *, now: datetime) -> None:
    """Mails the link that goes on with these answers on any machine."""
    response = of(visitor)
    response.resume_email, response.updated_at = email, now
    links.revoke(Purpose.RESUME, now=now, response_id=response.id)
    link = links.make(Purpose.RESUME, now=now, response_id=response.id)
    assert link.expires_at is not None
    message = emails.saved_for_later(
        to_address=email,
        resume_url=f"{settings().base_url}/find/resume/{links.marker(link)}",
        answered=len(response.answers),
        total=len(queries.progress_of(response).questions),
        good_until=london_time(link.expires_at).date(),
    )
    outbox.put(message, key=f"response:{response.id}:saved:{link.id}:{Audience.BUSINESS}", now=now)


def resume(response_id: int, *, visitor: str, now: datetime) -> Response:
    """Hands the answers to the browser in which the mailed link was pressed."""
    response = queries.by_id(response_id)
    if response is None:
        raise NotFound("We cannot find those answers")
    response.visitor, response.updated_at = visitor, now
    db.session.flush()
    return response


def mail_result(shown: Shown, email: str, *, now: datetime) -> None:
    """Mails a result, word for word, with its secret address."""
    link = links.keep(Purpose.RESULT, now=now, result_id=shown.id)
    base, course = settings().base_url, next(iter(shown.advice.courses), None)
    message = emails.result(
        shown.story,
        to_address=email,
        course=_advised(course) if course else None,
        result_url=f"{base}/find/result/{links.marker(link)}",
        dates_url=f"{base}/book/place?course={course.slug}"
        if course and not shown.advice.why_talk
        else f"{base}/enquire?reason=call",
    )
    address = links.derived("mailed to", email.lower()).hex()[:16]  # tells nobody without our key
    outbox.put(message, key=f"result:{shown.id}:result:{address}:{now:%Y%m%d%H%M}", now=now)


def _advised(course: Offered) -> emails.Advised:
    return emails.Advised(course.title, course.half_days, course.group_max, course.price, course.reasons)


def as_value(course: Course) -> courses.Course:
    """What recommending needs of a stored course."""
    return courses.Course(
        slug=course.slug,
        title=course.title,
        need=courses.CourseNeed(course.need),
        half_days=course.half_days,
        group_min=course.group_min,
        group_max=course.group_max,
        price_pence=Pence(course.price_pence),
        starts_with=Scale(course.starts_with) if course.starts_with else None,
        is_first_time=course.is_first_time,
    )

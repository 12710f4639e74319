"""The way through a booking: what a page needs before it can be shown, and where a request that is sent is seen."""

from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec

from flask import redirect, request, url_for
from flask.typing import ResponseReturnValue

from booking import clock
from booking.domain.access import Purpose
from booking.domain.days import run_of, run_words
from booking.queries import rules
from booking.queries.journey import drafts
from booking.queries.journey.drafts import Begun
from booking.services import links
from booking.web.visitor import visitor

P = ParamSpec("P")
Page = Callable[P, ResponseReturnValue]


def mine() -> Begun | None:
    """This browser's booking as it is stored now."""
    return drafts.of(visitor(), now=clock.now())


def placed(view: Callable[Concatenate[Begun, P], ResponseReturnValue]) -> Page[P]:
    """Hands the view this browser's booking; without course and place the way leads there, once sent to the answer."""

    @wraps(view)
    def guarded(*args: P.args, **rest: P.kwargs) -> ResponseReturnValue:
        begun = mine()
        if begun is None or not begun.is_placed:
            return redirect(url_for("business.place"), 303)
        if begun.is_sent:
            return redirect(sent_page(begun.draft.visit_id or 0), 303)
        return view(begun, *args, **rest)

    return guarded


def sent_page(visit_id: int) -> str:
    """Where it says that the request was sent, and what happens next."""
    link = links.living(Purpose.MANAGE, now=clock.now(), visit_id=visit_id)
    return url_for("business.sent", token=links.token(link)) if link else url_for("business.start")


def hours_of(begun: Begun) -> str:
    """The hours of the date that was chosen, "" where none is."""
    at, course = begun.at, begun.draft.course
    return run_words(run_of(at.day, at.half, course.half_days), rules.times()) if at and course else ""


def is_change() -> bool:
    """The page was opened to change one answer, and leads back to all of them."""
    return request.args.get("back") == "check"

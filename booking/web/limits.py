"""How often one network, or one address, may do a thing: in this process, and with Redis in all of them together."""

import math
import time
from collections.abc import Callable
from http import HTTPStatus

from flask import Flask, Response, current_app, make_response, render_template
from flask_limiter import Limiter
from limits import RateLimitItem, WindowStats, parse
from limits.storage import RedisStorage
from limits.strategies import MovingWindowRateLimiter

from booking import logs
from booking.domain.errors import Refused
from booking.domain.words import wait_words
from booking.redis import Answer, Away, Shared, shared
from booking.web.visitor import network

FLOOD = "60 per hour"  # from everybody; beyond it nothing is refused, but all of it waits for a person's eye


class TooMany(Refused):
    """Refused for now: 429 and Retry-After, on the form that was sent (`Form.refuse`), or else on a page of its own."""

    def __init__(self, seconds: int) -> None:
        self.seconds, self.wait = seconds, wait_words(seconds)
        super().__init__(f"We have had several requests from you. Try again in {self.wait}, or call us")

    def tell(self, response: Response) -> Response:
        """Says in the answer's head when to come back."""
        response.headers["Retry-After"] = str(self.seconds)
        return response


def register(app: Flask) -> None:
    """Gives the application its counters; with `rate_limits` off it has none, and `spend` lets everybody pass."""
    counters = []
    if app.config["RATELIMIT_ENABLED"]:
        limiter = Limiter(network, storage_uri="memory://", strategy="moving-window")
        app.extensions["limiter"] = {limiter}  # known already: it adds no hooks, since no route has a limit of its own
        limiter.init_app(app)
        counters.append(limiter.limiter)
        if way := shared(app):
            counters.append(Together(way))
    app.extensions["counters"] = counters
    app.register_error_handler(TooMany, show)


class Together(MovingWindowRateLimiter):
    """What all processes have counted. While Redis is away it minds nothing: each process still counts for itself."""

    def __init__(self, way: Shared) -> None:
        self.way = way
        super().__init__(RedisStorage("redis://", connection_pool=way.pool, key_prefix=f"{way.name}:limits"))

    def test(self, item: RateLimitItem, *identifiers: str, cost: int = 1) -> bool:
        return self._or(True, lambda: super(Together, self).test(item, *identifiers, cost=cost))

    def hit(self, item: RateLimitItem, *identifiers: str, cost: int = 1) -> bool:
        return self._or(True, lambda: super(Together, self).hit(item, *identifiers, cost=cost))

    def get_window_stats(self, item: RateLimitItem, *identifiers: str) -> WindowStats:
        nothing = WindowStats(time.time(), 0)
        return self._or(nothing, lambda: super(Together, self).get_window_stats(item, *identifiers))

    def _or(self, alone: Answer, question: Callable[[], Answer]) -> Answer:
        """What Redis says, or `alone` while it is away."""
        try:
            return self.way.ask(question)
        except Away:
            return alone


def show(refusal: TooMany) -> Response:
    """The page for a lone button that was pressed too often."""
    page = render_template("errors/429.html", wait=refusal.wait)
    return refusal.tell(make_response(page, HTTPStatus.TOO_MANY_REQUESTS))


def spend(act: str, *, limit: str, of: str) -> None:
    """Counts one `act` ("enquire") of somebody (`network()`, an address); TooMany beyond `limit` ("5 per hour")."""
    check(act, limit=limit, of=of)  # before anything is counted: what one counter refuses, no other holds against them
    _ask("hit", act, limit=limit, of=of)


def mail_to(address: str) -> None:
    """Counts one mail that anybody can have us send to an address they typed; TooMany when it has had enough."""
    spend("mail to a typed address", limit="5 per day", of=address.lower())


def is_flood(act: str) -> bool:
    """Counts one `act` of everybody together; whether far more come than ever."""
    try:
        spend(act, limit=FLOOD, of="anybody")
    except TooMany:
        return True
    return False


def check(act: str, *, limit: str, of: str) -> None:
    """TooMany when `spend` would say so; counts nothing. For acts of which only the failed ones are to count."""
    _ask("test", act, limit=limit, of=of)


def _ask(question: str, act: str, *, limit: str, of: str) -> None:
    allowed = parse(limit)
    for counter in current_app.extensions["counters"]:
        if not getattr(counter, question)(allowed, act, of):
            logs.event("limited", act=act)
            free_at = counter.get_window_stats(allowed, act, of).reset_time
            raise TooMany(max(1, math.ceil(free_at - time.time())))

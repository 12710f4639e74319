"""How often one network, or one address, may do a thing. Counted in this process's memory and nowhere else."""

import math
import time

from flask import Flask, current_app
from flask_limiter import Limiter
from limits import parse
from werkzeug.exceptions import TooManyRequests

from booking.domain.words import wait_words
from booking.web.visitor import network


class TooMany(TooManyRequests):
    """Refused for now: answered with the page 429 and Retry-After, unless a view shows its form again."""

    def __init__(self, seconds: int) -> None:
        super().__init__(retry_after=seconds)
        self.seconds = seconds

    @property
    def wait(self) -> str:
        """How long to wait, as a person says it: "4 minutes"."""
        return wait_words(self.seconds)


def register(app: Flask) -> None:
    """Gives the application its counters; with `rate_limits` off it has none, and `spend` lets everybody pass."""
    Limiter(network, app=app, storage_uri="memory://", strategy="moving-window")


def spend(act: str, *, limit: str, of: str) -> None:
    """Counts one `act` ("enquire") of somebody (`network()`, an address); TooMany beyond `limit` ("5 per hour")."""
    _ask("hit", act, limit=limit, of=of)


def mail_to(address: str) -> None:
    """Counts one mail that anybody can have us send to an address they typed; TooMany when it has had enough."""
    spend("mail to a typed address", limit="5 per day", of=address.lower())


def check(act: str, *, limit: str, of: str) -> None:
    """TooMany when `spend` would say so; counts nothing. For acts of which only the failed ones are to count."""
    _ask("test", act, limit=limit, of=of)


def _ask(question: str, act: str, *, limit: str, of: str) -> None:
    for limiter in current_app.extensions.get("limiter", ()):
        allowed = parse(limit)
        if not getattr(limiter.limiter, question)(allowed, act, of):
            free_at = limiter.limiter.get_window_stats(allowed, act, of).reset_time
            raise TooMany(max(1, math.ceil(free_at - time.time())))

"""Redis, where several machines share their limits and the queue that wakes their workers. It may be away."""

import hashlib
import logging
import time
from collections.abc import Callable
from typing import TypeVar

from flask import Flask
from redis import ConnectionPool, Redis, RedisError
from redis.backoff import NoBackoff
from redis.retry import Retry

from config import Settings

PATIENCE_SECONDS = 1
REST_SECONDS = 5  # after a fault nobody asks for so long: an outage must not cost every visitor a time-out
Answer = TypeVar("Answer")
log = logging.getLogger(__name__)


class Away(Exception):
    """Redis does not answer, or did not a moment ago. Whoever asked goes on alone."""


class Shared:
    """The way to Redis, and the name under which this installation keeps its keys there. Connects when first asked."""

    def __init__(self, settings: Settings) -> None:
        self.pool = ConnectionPool.from_url(
            settings.redis_url,
            socket_connect_timeout=PATIENCE_SECONDS,
            socket_timeout=PATIENCE_SECONDS,
            retry=Retry(NoBackoff(), 0),
        )
        self.client = Redis(connection_pool=self.pool)
        secret = hashlib.sha256(f"redis {settings.secret_key}".encode()).hexdigest()
        self.name = f"booking:{secret[:12]}"  # two installations on one Redis do not meet
        self.rests_until = 0.0

    def ask(self, question: Callable[[], Answer]) -> Answer:
        """The answer to a question that is put through our pool. Raises Away."""
        if time.monotonic() < self.rests_until:
            raise Away
        try:
            return question()
        except RedisError as error:
            self.rests_until = time.monotonic() + REST_SECONDS
            log.warning("redis is away", extra={"ids": {"fault": type(error).__name__}})
            raise Away from error


def register(app: Flask, settings: Settings) -> None:
    """Lays the way to Redis, where one is set."""
    if settings.redis_url:
        app.extensions["shared"] = Shared(settings)


def shared(app: Flask) -> Shared | None:
    """The application's way to Redis; None where each process is alone."""
    found: Shared | None = app.extensions.get("shared")
    return found

"""What several machines share through Redis, and that each goes on alone while it is away."""

import logging
import os
import pickle
import socket
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any, cast

import pytest
from flask import Flask
from redis import Redis
from sqlalchemy import select
from werkzeug.test import TestResponse

from booking import create_app, redis, worker
from booking.db import db, transaction
from booking.domain.post import MailState
from booking.models import Mail
from booking.services import outbox
from booking.upkeep import doctor
from booking.web import limits
from config import SettingsError, from_env
from tests import make, valkey
from tests.conftest import NOW, Database, settings_for
from tests.pages import PageClient

Fresh = Callable[..., Flask]
Pair = tuple[Flask, Flask]
FIVE = "5 per hour"


@pytest.fixture(scope="module")
def redis_server() -> Iterator[valkey.Server]:
    with valkey.running() as server:
        yield server


@pytest.fixture(scope="module")
def sites(database: Database, redis_server: valkey.Server, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Pair]:
    """Two sites of one installation: the same database, the same Redis, and nothing else in common."""
    settings = settings_for(database.copy(), tmp_path_factory.mktemp("sites"))
    settings = replace(settings, rate_limits=True, redis_url=redis_server.url)
    pair = create_app(settings), create_app(settings)
    for app in pair:
        app.test_client_class = PageClient
    yield pair
    for app in pair:
        app.extensions["shared"].client.close()
        with app.app_context():
            db.engine.dispose()


@pytest.fixture
def server(redis_server: valkey.Server) -> valkey.Server:
    """Redis, up and empty."""
    redis_server.kill()
    redis_server.start()
    return redis_server


@pytest.fixture
def pair(sites: Pair, server: valkey.Server) -> Pair:
    """The two sites, which have counted nothing yet and have nothing to do."""
    end_rest(*sites)
    for app in sites:
        worker.jobs(app).queue.flush()
        for limiter in app.extensions["limiter"]:
            limiter.reset()
    return sites


def passes(app: Flask, act: str = "enquire") -> bool:
    """Whether somebody may do it once more there; counted."""
    with app.test_request_context():
        try:
            limits.spend(act, limit=FIVE, of="192.0.2.1")
        except limits.TooMany as refusal:
            return not 1 <= refusal.seconds <= 3600
    return True


def forgot(app: Flask) -> TestResponse:
    """What a browser gets there that asks for a new link for a colleague."""
    with app.app_context():
        client = cast(PageClient, app.test_client())
        return client.send("/staff/forgot", {"email": "cora@trainingsouthwest.example"})


def end_rest(*apps: Flask) -> None:
    """As if REST_SECONDS had passed."""
    for app in apps:
        app.extensions["shared"].rests_until = 0.0


class TestLimits:
    def test_they_hold_across_sites(self, pair: Pair) -> None:
        assert [passes(pair[turn % 2]) for turn in range(7)] == [True] * 5 + [False] * 2

    def test_a_page_of_one_site_knows_what_was_asked_of_another(self, pair: Pair) -> None:
        answers = [forgot(pair[turn % 2]) for turn in range(6)]
        assert [answer.status_code for answer in answers] == [303] * 5 + [429]
        assert 3500 < int(answers[5].headers["Retry-After"]) <= 3600

    def test_one_who_is_refused_is_not_held_longer_for_asking_again(self, pair: Pair) -> None:
        one, other = pair
        assert [passes(one) for _ in range(5)] == [True] * 5
        assert [passes(other) for _ in range(5)] == [False] * 5
        end = one.extensions["shared"].client
        end.flushall()  # an hour later
        assert [passes(other) for _ in range(5)] == [True] * 5

    def test_two_installations_on_one_redis_do_not_meet(self, pair: Pair) -> None:
        other = replace(pair[0].extensions["settings"], secret_key="another secret of another house")
        names = {redis.Shared(other).name, *(app.extensions["shared"].name for app in pair)}
        assert len(names) == 2

    def test_while_redis_is_away_each_site_counts_on_from_where_it_was(self, pair: Pair, server: valkey.Server) -> None:
        one, other = pair
        assert [passes(one) for _ in range(3)] == [True] * 3
        server.kill()
        assert [passes(one) for _ in range(4)] == [True] * 2 + [False] * 2
        assert [passes(other) for _ in range(6)] == [True] * 5 + [False]

    def test_when_it_is_back_they_count_together_again(self, pair: Pair, server: valkey.Server) -> None:
        assert passes(pair[0])
        server.kill()
        assert passes(pair[0])
        server.start()
        end_rest(*pair)
        assert [passes(pair[turn % 2], "call") for turn in range(6)] == [True] * 5 + [False]

    def test_pages_answer_while_it_is_away(self, pair: Pair, server: valkey.Server) -> None:
        server.kill()
        assert forgot(pair[0]).status_code == 303


def test_one_that_takes_calls_and_never_answers_is_called_once_in_a_while(
    fresh_app: Fresh, caplog: pytest.LogCaptureFixture
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as deaf:
        app = fresh_app(rate_limits=True, redis_url=f"redis://127.0.0.1:{deaf.getsockname()[1]}/0")
        began = time.monotonic()
        assert [passes(app) for _ in range(6)] == [True] * 5 + [False]
        assert time.monotonic() - began < 2 * redis.PATIENCE_SECONDS
        app.extensions["shared"].client.close()
    assert caplog.messages.count("redis is away") == 1


class TestTheQueue:
    def wake(self, app: Flask) -> int:
        """Writes a mail on this site, as a press does, and wakes a worker. The mail's number."""
        with app.test_request_context("/", method="POST"):
            with transaction():
                mail = make.mail()
                number = mail.id
                db.session.info[outbox.WRITTEN] = True
            worker.kick(app.make_response(("", 303)))
            return number

    def work(self, app: Flask) -> bool:
        """Whether this site's worker found a job, which it has done then."""
        queue = worker.jobs(app).queue
        if (job := queue.dequeue()) is None:
            return False
        queue.execute(job)
        return True

    def state(self, app: Flask, number: int) -> MailState:
        with app.app_context():
            return db.session.scalars(select(Mail.state).filter_by(id=number)).one()

    def test_a_press_on_one_site_wakes_the_worker_of_another(self, pair: Pair) -> None:
        number = self.wake(pair[0])
        assert (self.work(pair[1]), self.work(pair[1])) == (True, False)
        assert self.state(pair[1], number) == MailState.SENT

    def test_while_redis_is_away_each_worker_does_what_its_own_timetable_says(
        self, pair: Pair, server: valkey.Server
    ) -> None:
        server.kill()
        number = self.wake(pair[0])
        assert not self.work(pair[1])
        jobs = worker.jobs(pair[1])
        jobs.queue.enqueue(jobs.run.s())  # type: ignore[attr-defined]  # huey has no types: a task of its own
        assert self.work(pair[1])
        assert self.state(pair[1], number) == MailState.SENT

    def test_a_site_that_kicks_for_days_meanwhile_does_not_grow(self, pair: Pair, server: valkey.Server) -> None:
        server.kill()
        for _ in range(3):
            self.wake(pair[0])
        assert worker.jobs(pair[0]).queue.pending_count() == 1

    def test_when_it_is_back_workers_are_woken_again(self, pair: Pair, server: valkey.Server) -> None:
        self.wake(pair[0])
        server.kill()
        self.wake(pair[0])
        assert not self.work(pair[1])
        server.start()
        end_rest(*pair)
        number = self.wake(pair[0])
        assert self.work(pair[1])
        assert self.state(pair[1], number) == MailState.SENT

    def test_what_a_stranger_puts_into_redis_is_not_run(self, pair: Pair, tmp_path: Path) -> None:
        way = pair[0].extensions["shared"]
        way.client.lpush(f"{way.name}:queue", pickle.dumps(Planted(tmp_path / "planted")) + b":" + b"0" * 40)
        with pytest.raises(ValueError, match="mismatch"):
            worker.jobs(pair[0]).queue.dequeue()
        assert not (tmp_path / "planted").exists()


class Planted:
    """Makes a file when it is unpickled."""

    def __init__(self, file: Path) -> None:
        self.file = file

    def __reduce__(self) -> tuple[Any, ...]:
        return os.mkdir, (str(self.file),)


class TestTheDoctor:
    def finding(self, app: Flask) -> doctor.Finding:
        with app.app_context():
            return next(each for each in doctor.examine(NOW) if each.about == "redis")

    def test_not_used(self, fresh_app: Fresh) -> None:
        found = self.finding(fresh_app())
        assert (found.words.partition(":")[0], found.helps) == ("Not used", "")

    def test_well_and_away(self, pair: Pair, server: valkey.Server) -> None:
        found = self.finding(pair[0])
        assert (found.words.endswith(" answers"), found.helps) == (True, "")
        server.kill()
        assert self.finding(pair[0]).helps == "Start it, and see REDIS_URL"


class TestTheAddress:
    def test_the_password_is_in_no_repr_and_no_log(
        self, pair: Pair, server: valkey.Server, caplog: pytest.LogCaptureFixture
    ) -> None:
        caplog.set_level(logging.DEBUG)
        with Redis.from_url(server.url) as client:
            client.config_set("requirepass", "changed")
        assert passes(pair[0])
        said = caplog.text + repr(pair[0].extensions["settings"]) + repr(pair[0].extensions["shared"].pool)
        with pair[0].app_context():
            said += repr(list(doctor.examine(NOW)))
        assert "redis is away" in said
        assert valkey.PASSWORD not in said

    @pytest.mark.parametrize("url", ["", "redis://a:6379/0", "rediss://:secret@a:6380", "unix:///run/redis.sock"])
    def test_a_good_one(self, tmp_path: Path, url: str) -> None:
        assert from_env({"INSTANCE_DIR": str(tmp_path), "REDIS_URL": url}).redis_url == url

    @pytest.mark.parametrize("url", ["a:6379", "http://:secret@a", "redis://:secret@a:port", "redis://:secret@a:0"])
    def test_a_bad_one_is_refused_by_name_and_not_repeated(self, tmp_path: Path, url: str) -> None:
        with pytest.raises(SettingsError) as told:
            from_env({"INSTANCE_DIR": str(tmp_path), "REDIS_URL": url})
        assert str(told.value).startswith("REDIS_URL must be ")
        assert "secret" not in str(told.value)

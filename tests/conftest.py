"""Both databases, the application on each, a session rolled back after every test, pages that check themselves."""

import os
import shutil
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from itertools import count
from pathlib import Path
from typing import Any, cast

import pytest
import waitress
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import create_engine, text
from sqlalchemy.orm import scoped_session
from waitress import wasyncore

from booking import create_app
from booking.db import db
from config import MailServer, Settings
from tests import postgres
from tests.pages import PageClient

ROOT = Path(__file__).parent.parent
NOW = datetime(2026, 11, 24, 10, 0, tzinfo=UTC)  # a Tuesday: what `now` fixtures and builders start from


def pytest_configure(config: pytest.Config) -> None:
    if not hasattr(config, "workerinput"):  # the first process starts the server; the workers inherit its address
        os.environ["TEST_POSTGRES"] = postgres.start()


@pytest.fixture
def now() -> datetime:
    """Tuesday 24 November 2026, 10am in London."""
    return NOW


@pytest.fixture
def far_away(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """On a machine in Auckland: there a time without its zone is wrong all year, not only in London's summer."""
    with monkeypatch.context() as here:
        here.setenv("TZ", "Pacific/Auckland")
        time.tzset()
        yield
    time.tzset()


@dataclass
class Database:
    """One kind of database: a migrated template, and as many copies as asked for."""

    name: str
    template: str
    folder: Path
    numbers: Iterator[int]

    def copy(self) -> str:
        """The URL of a fresh, migrated, empty database."""
        number = next(self.numbers)
        if self.name == "sqlite":
            target = self.folder / f"copy{number}.db"
            shutil.copy(self.template.removeprefix("sqlite:///"), target)
            return f"sqlite:///{target}"
        base, _, host = os.environ["TEST_POSTGRES"].partition("/postgres?")
        name = f"copy_{os.environ.get('PYTEST_XDIST_WORKER', 'gw')}_{number}"
        template = self.template.partition("?")[0].rpartition("/")[2]
        admin = create_engine(os.environ["TEST_POSTGRES"], isolation_level="AUTOCOMMIT")
        with admin.connect() as connection:
            connection.execute(text(f"CREATE DATABASE {name} TEMPLATE {template}"))
        admin.dispose()
        return f"{base}/{name}?{host}"


def settings_for(url: str, folder: Path) -> Settings:
    """Settings of a test application: quick, quiet, on loopback."""
    return Settings(
        secret_key="not a secret: tests only",
        database_url=url,
        instance=folder,
        backups=folder / "backups",
        mail=MailServer(folder=folder / "mail"),
        rate_limits=False,
        testing=True,
    )


def migrate(url: str, folder: Path) -> None:
    environment = {**os.environ, "DATABASE_URL": url, "INSTANCE_DIR": str(folder), "SECRET_KEY": "x"}
    flask = [sys.executable, "-m", "flask", "--app", "wsgi", "db", "upgrade"]
    done = subprocess.run(flask, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


@pytest.fixture(scope="session")
def made() -> dict[str, Database]:
    """What was migrated already: a worker that takes work from the other may come back to a kind it has left."""
    return {}


@pytest.fixture(scope="session", params=["sqlite", "postgresql"])
def database(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, made: dict[str, Database]
) -> Database:
    """Each kind of database in turn, migrated once per worker."""
    if request.param in made:
        return made[request.param]
    folder = tmp_path_factory.mktemp(request.param)
    if request.param == "sqlite":
        url = f"sqlite:///{folder / 'template.db'}"
    else:
        base, _, host = os.environ["TEST_POSTGRES"].partition("/postgres?")
        name = f"template_{os.environ.get('PYTEST_XDIST_WORKER', 'gw')}"
        admin = create_engine(os.environ["TEST_POSTGRES"], isolation_level="AUTOCOMMIT")
        with admin.connect() as connection:
            connection.execute(text(f"CREATE DATABASE {name}"))
        admin.dispose()
        url = f"{base}/{name}?{host}"
    migrate(url, folder)
    return made.setdefault(request.param, Database(request.param, url, folder, count(1)))


@pytest.fixture(scope="session")
def shared_app(database: Database) -> Iterator[Flask]:
    """One application per database for all tests that are rolled back."""
    app = create_app(settings_for(database.copy(), database.folder))
    app.test_client_class = PageClient
    with app.app_context():
        db.session.session_factory.configure(join_transaction_mode="create_savepoint")
    yield app
    with app.app_context():
        db.engine.dispose()


@contextmanager
def rolled_back(app: Flask) -> Iterator[scoped_session[Any]]:
    """A session whose every change, committed ones too, is rolled back in the end."""
    with app.app_context():
        engine, engines = db.engine, cast(dict[str | None, Any], db.engines)
        with engine.connect() as connection, connection.begin() as everything:
            engines[None] = connection  # a connection serves as an engine here
            yield db.session
            db.session.remove()
            everything.rollback()
        engines[None] = engine


@pytest.fixture
def session(shared_app: Flask) -> Iterator[scoped_session[Any]]:
    """A session whose every change, committed ones too, is rolled back when the test ends."""
    with rolled_back(shared_app) as session:
        yield session


@pytest.fixture
def app(shared_app: Flask, session: scoped_session[Any]) -> Flask:
    """The application inside a transaction that is rolled back."""
    return shared_app


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    """A browser of nobody in particular; every page it opens is checked (tests/pages.py)."""
    return app.test_client()


@pytest.fixture
def fresh_app(database: Database, tmp_path: Path) -> Iterator[Callable[..., Flask]]:
    """Makes an application on a database of its own, for tests with threads, processes or real commits."""
    made: list[Flask] = []

    def make(**changes: Any) -> Flask:
        made.append(create_app(replace(settings_for(database.copy(), tmp_path), **changes)))
        return made[-1]

    yield make
    for app in made:
        with app.app_context():
            db.engine.dispose()


@dataclass
class Live:
    """A served application and its address."""

    app: Flask
    url: str


@pytest.fixture
def live(fresh_app: Callable[..., Flask]) -> Iterator[Live]:
    """The application behind the shipped web server, on a fresh database, reachable on loopback."""
    with served(fresh_app()) as found:
        yield found


@contextmanager
def served(app: Flask, *, port: int = 0) -> Iterator[Live]:
    """The application behind the shipped web server, in a thread of its own."""
    channels: dict[int, Any] = {}
    server = waitress.create_server(app, channels, host="127.0.0.1", port=port, threads=8)

    def run() -> None:
        with suppress(OSError, ValueError):  # the end: the sockets are taken away from under it
            server.run()

    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    yield Live(app, f"http://127.0.0.1:{server.effective_port}")
    # Its threads first: one that has answered still writes to a pipe, whose number may be a file's once it is closed.
    server.task_dispatcher.shutdown()
    wasyncore.close_all(channels, ignore_all=True)  # `server.close` leaves those open whose browsers have not gone
    thread.join(timeout=5)

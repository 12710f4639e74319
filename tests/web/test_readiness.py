"""/readyz: only what can do its whole work is ready, and nobody learns why it is not."""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
import time_machine
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import text

from booking import create_app
from booking.db import db
from booking.services.timetable import heartbeats
from config import Settings
from tests.conftest import NOW

NOT_READY = (503, "not ready\n")


def told(client: FlaskClient) -> tuple[int, str]:
    with time_machine.travel(NOW, tick=False):
        answer = client.get("/readyz")
    return answer.status_code, answer.text


def test_with_a_migrated_database_and_a_worker_it_is_ready(client: FlaskClient) -> None:
    heartbeats.beat(NOW - timedelta(minutes=1))
    assert told(client) == (200, "ready\n")


@pytest.mark.parametrize("ago", [None, timedelta(minutes=6)], ids=["never", "no more"])
def test_without_a_worker_it_is_not(client: FlaskClient, ago: timedelta | None) -> None:
    if ago is not None:
        heartbeats.beat(NOW - ago)
    assert told(client) == NOT_READY
    assert client.get("/healthz").text == "ok\n"


def test_with_a_migration_missing_it_is_not(fresh_app: Callable[..., Flask]) -> None:
    app = fresh_app()
    with app.app_context():
        heartbeats.beat(NOW)
        db.session.commit()
        before = told(app.test_client())
        db.session.execute(text("UPDATE alembic_version SET version_num = '0000'"))
        db.session.commit()
        assert (before[0], told(app.test_client())) == (200, NOT_READY)


@pytest.mark.parametrize(
    "url", ["sqlite:////nowhere/at/all.db", "postgresql+psycopg://nobody:secret@127.0.0.1:1/none?connect_timeout=2"]
)
def test_without_a_database_it_is_not_and_tells_nothing(tmp_path: Path, url: str) -> None:
    app = create_app(Settings(secret_key="x", database_url=url, instance=tmp_path))
    assert told(app.test_client()) == NOT_READY

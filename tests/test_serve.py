"""`python -m booking.serve`: how it starts, what it says, and that nothing of it is left however it ends."""

import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.error import URLError
from urllib.request import urlopen

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import text
from sqlalchemy.orm import scoped_session

from booking import create_app, demonstration, schema, serve
from booking.db import db
from booking.domain.access import Role
from booking.queries import beginnings
from config import MailServer, Settings, from_env
from tests import make
from tests.conftest import ROOT
from tests.smtp import free_port
from tests.web.business.crowd import Visitor

Session = scoped_session[Any]


@pytest.fixture(scope="module")
def instance(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of an installation's own; the first start fills it."""
    return tmp_path_factory.mktemp("instance")


class Running:
    """A product that was started and answers."""

    def __init__(self, instance: Path, *, through: tuple[str, ...] = (), **settings: str) -> None:
        self.port = free_port()
        self.log = instance / "log"
        environment = {name: value for name, value in os.environ.items() if name not in {"DATABASE_URL", "SECRET_KEY"}}
        environment |= {"PORT": str(self.port), "INSTANCE_DIR": str(instance), **settings}
        with self.log.open("w") as log:
            command = [*through, sys.executable, "-m", "booking.serve"]
            self.started = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=log, stderr=log)
        until(self.answers)
        self.web = child_of(self.started.pid) if through else self.started.pid
        self.worker = child_of(self.web)

    def answers(self) -> bool:
        assert self.started.poll() is None, self.log.read_text()
        try:
            with urlopen(f"http://127.0.0.1:{self.port}/healthz") as answer:
                return bool(answer.status == 200)
        except URLError:
            return False

    def kill(self) -> None:
        self.started.kill()
        self.started.wait()


def until(done: Callable[[], bool]) -> None:
    for _ in range(1200):
        if done():
            return
        time.sleep(0.05)
    raise AssertionError("it did not happen within a minute")


def child_of(process: int) -> int:
    return int(Path(f"/proc/{process}/task/{process}/children").read_text())


def is_gone(process: int) -> bool:
    return not Path(f"/proc/{process}").exists()


@pytest.mark.parametrize(
    ("signal_number", "status"),
    [(signal.SIGINT, 0), (signal.SIGTERM, 0), (signal.SIGHUP, 0), (signal.SIGKILL, -signal.SIGKILL)],
    ids=["ctrl-c", "terminated", "hung up", "killed"],
)
def test_however_the_web_server_ends_the_worker_ends_with_it(
    instance: Path, signal_number: signal.Signals, status: int
) -> None:
    running = Running(instance)
    try:
        running.started.send_signal(signal_number)
        assert running.started.wait(timeout=20) == status
        until(lambda: is_gone(running.worker))
    finally:
        running.kill()


def test_when_make_is_killed_nothing_is_left(instance: Path) -> None:
    as_make_does = ("env", "MAKELEVEL=1", "sh", "-c", '"$@"; exit $?', "sh")
    running = Running(instance, through=as_make_does)
    running.kill()
    until(lambda: is_gone(running.web) and is_gone(running.worker))


def test_a_worker_that_dies_takes_the_web_server_with_it(instance: Path) -> None:
    running = Running(instance)
    try:
        os.kill(running.worker, signal.SIGKILL)
        assert running.started.wait(timeout=20) == 1
    finally:
        running.kill()


def test_what_it_prints_says_where_the_site_and_the_mails_are(instance: Path) -> None:
    running = Running(instance)
    try:
        said = running.log.read_text()
        assert f"http://127.0.0.1:{running.port}\n" in said
        assert f"{instance}/mail, as .eml files" in said
        assert re.findall(r"/(staff/demo|t)/\S{22}", said) == ["staff/demo", "t"], "the demonstration was not stored"
    finally:
        running.kill()


def test_behind_a_proxy_networks_are_told_apart_by_what_the_proxy_says_alone(instance: Path) -> None:
    running = Running(instance, PROXY_HOPS="1")
    visitor = Visitor(f"http://127.0.0.1:{running.port}")

    def ask(number: int, *, came_by: str) -> int:
        visitor.opener.addheaders = [("X-Forwarded-For", came_by)]
        return visitor.send("/t/lost", email=f"nobody{number}@example.com")[0]

    try:
        assert [ask(n, came_by=f"192.0.2.{n}") for n in range(11)] == [303] * 11
        forged = [ask(n, came_by=f"198.51.100.{n}, 192.0.2.99") for n in range(11)]
        assert forged == [303] * 10 + [429]
    finally:
        running.kill()


def test_a_setting_that_is_missing_ends_the_start_with_its_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("SECRET_KEY", raising=False)
    monkeypatch.setenv("INSTANCE_DIR", str(tmp_path))
    monkeypatch.setenv("BASE_URL", "https://training.example.com")
    with pytest.raises(SystemExit, match="SECRET_KEY is not set"):
        serve.main()


def test_a_port_that_is_taken_is_told_with_one_to_try() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(SystemExit) as told:
            serve.bind(Settings(secret_key="x", port=port))
    assert told.value.code == f"Port {port} is taken. Try: PORT={port + 1} make run"


class TestMigrations:
    @pytest.fixture
    def at(self, fresh_app: Callable[..., Flask]) -> Callable[[str], Flask]:
        """An application whose database is at this migration."""

        def made(version: str) -> Flask:
            app = fresh_app()
            with app.app_context(), db.engine.begin() as connection:
                connection.execute(text("UPDATE alembic_version SET version_num = :version"), {"version": version})
            return app

        return made

    @pytest.mark.parametrize(("version", "behind"), [("0000", True), (schema.newest(), False), ("9999", False)])
    def test_only_a_database_that_lacks_migrations_is_behind(
        self, at: Callable[[str], Flask], version: str, behind: bool
    ) -> None:
        assert schema.is_behind(at(version)) is behind

    def test_a_start_for_the_public_is_refused_with_the_command_that_helps(
        self, at: Callable[[str], Flask], tmp_path: Path
    ) -> None:
        public = Settings(secret_key="x", base_url="https://training.example.com", instance=tmp_path)
        with pytest.raises(SystemExit, match=r"Run: .*python.* -m flask --app wsgi db upgrade"):
            serve.prepare(at("0000"), public)

    def test_a_public_site_gets_nobody_who_is_made_up_and_no_ways_in(
        self, fresh_app: Callable[..., Flask], tmp_path: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        app = fresh_app()
        serve.prepare(app, Settings(secret_key="x", base_url="https://training.example.com", instance=tmp_path))
        with app.app_context():
            assert (beginnings.is_empty(), capsys.readouterr().out) == (True, "")

    def test_a_database_with_nothing_in_it_is_behind(self, tmp_path: Path) -> None:
        app = create_app(Settings(secret_key="x", database_url=f"sqlite:///{tmp_path / 'empty.db'}"))
        assert (schema.current(app), schema.is_behind(app)) == ("", True)
        with app.app_context():
            db.engine.dispose()


def test_nobody_else_can_look_into_the_instance_folder(tmp_path: Path) -> None:
    folder = tmp_path / "new" / "instance"
    from_env({"INSTANCE_DIR": str(folder)})
    assert folder.stat().st_mode & 0o777 == 0o700


class TestTheWelcome:
    def test_with_demo_data_there_is_a_way_in_for_staff_and_for_a_trainer(
        self, session: Session, client: FlaskClient
    ) -> None:
        make.staff("Asha Rao", role=Role.ADMIN, email="asha@trainingsouthwest.example")
        make.ann(email="ann@trainers.example")
        said = demonstration.welcome()
        ways = re.findall(r"http://127\.0\.0\.1:8000(/(?:staff/demo|t)/\S+)", said)
        assert [client.get(way).status_code for way in ways] == [200, 200]

    def test_real_people_are_not_let_in_by_what_stands_in_a_terminal(self, session: Session) -> None:
        make.staff("Asha Rao", role=Role.ADMIN, email="asha@example.com")
        make.ann(email="ann@example.com")
        said = demonstration.welcome()
        assert "/staff/demo/" not in said
        assert "/t/" not in said

    def test_a_mail_server_is_named(self, app: Flask, session: Session, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setitem(app.extensions, "settings", Settings(secret_key="x", mail=MailServer(host="mail.example")))
        assert "sent to mail.example" in demonstration.welcome()


def test_a_site_loads_nothing_that_it_may_not_need() -> None:
    spare = "psycopg", "zxcvbn", "qrcode", "pytest"
    look = f"import booking.serve, sys; print([name for name in {spare} if name in sys.modules]); import psycopg"
    run = subprocess.run([sys.executable, "-c", look], cwd=ROOT, capture_output=True, text=True, check=True)
    assert run.stdout.strip() == "[]"

"""A request that writes commits once; a forgotten commit, a second one and one by a GET are faults."""

from collections.abc import Callable

import pytest
from flask import Flask
from sqlalchemy import insert

from booking import clock
from booking.db import db, transaction
from booking.domain.access import WORKER
from booking.models import Firm
from booking.services import history
from tests import make

Fresh = Callable[..., Flask]


def flushed() -> None:
    make.firm()


def stated() -> None:
    db.session.execute(insert(Firm), [{"name": "Acme", "email_domain": "", "created_at": clock.now()}])


def told() -> None:
    history.add("exported", actor=WORKER, now=clock.now(), words="Handed out")


def twice() -> None:
    for _ in range(2):
        with transaction():
            make.firm()


def once() -> None:
    with transaction():
        make.firm()


@pytest.fixture
def press(fresh_app: Fresh) -> Callable[..., int]:
    """Sends a request whose view does this; the status."""

    def pressed(act: Callable[[], None], *, method: str = "POST") -> int:
        app = fresh_app()
        app.config["WTF_CSRF_METHODS"] = set()

        def view() -> str:
            act()
            return "done"

        app.add_url_rule("/act", "act", view, methods=["GET", "POST"])
        return app.test_client().open("/act", method=method).status_code

    return pressed


@pytest.mark.parametrize("act", [flushed, stated, told])
def test_what_was_written_and_not_committed_is_a_fault(press: Callable[..., int], act: Callable[[], None]) -> None:
    with pytest.raises(RuntimeError, match="act changed something and did not commit"):
        press(act)


def test_a_second_commit_is_a_fault(press: Callable[..., int]) -> None:
    assert press(twice) == 500


def test_a_get_does_not_commit(press: Callable[..., int]) -> None:
    assert press(once, method="GET") == 500


def test_one_commit_is_right(press: Callable[..., int]) -> None:
    assert press(once) == 200

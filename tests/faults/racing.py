"""How many people act at once, each in a thread with a connection and a transaction of their own, and what came out."""

import os
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier
from typing import Any

from flask import Flask
from sqlalchemy import func, select

from booking.db import db, transaction
from booking.domain.access import Actor, ActorKind
from booking.domain.days import Half, Slot
from booking.domain.errors import Overtaken, Refused, Taken
from booking.domain.lifecycle import VisitState
from booking.domain.places import County
from booking.models import Course, Visit, VisitSlot
from booking.queries.invariants import broken
from booking.services import visits
from tests import make
from tests.conftest import NOW
from tests.make import DAY

CLIENTS = 50
IS_LONG = os.environ.get("FAULTS") == "long"
ROUNDS = 20 if IS_LONG else 1  # of each race, on each database
AT = Slot(DAY, Half.AM)
LATER = NOW + timedelta(minutes=31)  # holds made at NOW have run out
Act = Callable[[int], object]
Fresh = Callable[..., Flask]


def race(app: Flask, acts: list[Act], *, is_sound: bool = True) -> Counter[str]:
    """Runs the acts at once, each in a thread and a transaction of its own; what came out, by kind. Nothing that the
    rows promise is broken afterwards, where that is to be expected."""
    start = Barrier(len(acts))

    def run(number: int) -> str:
        with app.app_context():
            start.wait()
            try:
                with transaction():
                    found = acts[number](number)
                return found if isinstance(found, str) else "won"
            except Taken:
                return "taken"
            except Overtaken:
                return "overtaken"
            except Refused as why:
                return str(why).partition(" (")[0]
            finally:
                db.session.remove()

    with ThreadPoolExecutor(len(acts)) as pool:
        came_out = Counter(pool.map(run, range(len(acts))))
    with app.app_context():
        assert (broken(db.session.connection()) == []) == is_sound
    return came_out


def arranged(app: Flask, what: Callable[[], Any]) -> Any:
    """Rows that everybody can see."""
    with app.app_context(), transaction():
        return what()


def hold(number: int, *, at: Slot = AT, now: Any = NOW) -> Visit:
    course = db.session.scalars(select(Course)).one()
    who = {"visitor": f"v{number}", "network": f"n{number}"}
    return visits.hold(**who, course=course, county=County.DEVON, outcode="EX2", at=at, now=now)


def clients(act: Act, count: int = CLIENTS) -> list[Act]:
    return [act] * count


def owners(app: Flask) -> int:
    """How many visits hold the slot everybody wants, and hold all of it."""
    with app.app_context():
        rows = (
            select(VisitSlot.visit_id).where(VisitSlot.day == DAY, ~VisitSlot.is_proposed).group_by(VisitSlot.visit_id)
        )
        return len(db.session.execute(rows.having(func.count() == 2)).all())


def staff(number: int) -> Actor:
    """A colleague as the one who acts."""
    return Actor(ActorKind.STAFF, number, "Cora Dunn")


def one_request(**changes: Any) -> tuple[int, int]:
    """A request of Ann's: its id and hers."""
    course = make.course()
    ann = make.ann(course)
    return make.visit(VisitState.REQUESTED, course=course, trainer=ann, address_confirmed_at=NOW, **changes).id, ann.id


def wishes() -> list[int]:
    """Fifty requests that nobody could be found for, and one trainer, who is free now."""
    course = make.course()
    make.ann(course)
    rows = [
        make.visit(VisitState.REQUESTED, course=course, is_placed=False, address_confirmed_at=NOW)
        for _ in range(CLIENTS)
    ]
    return [row.id for row in rows]

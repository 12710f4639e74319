"""The history is append-only, whichever way a statement reaches the database; only erasing a person may change it."""

import json
from typing import Any

import pytest
from sqlalchemy import delete, insert, select, text, update
from sqlalchemy.orm import scoped_session

from booking.db import db
from booking.domain.access import WORKER
from booking.models import HistoryEntry
from booking.services import history
from tests import make
from tests.conftest import NOW

Session = scoped_session[Any]


@pytest.fixture
def entry(session: Session) -> HistoryEntry:
    history.add("moved", actor=WORKER, now=NOW, words="Moved it", before={"day": 1}, after={"day": 2})
    found: HistoryEntry = session.scalars(select(HistoryEntry)).one()
    return found


def test_a_line_tells_before_and_after(entry: HistoryEntry) -> None:
    assert (json.loads(entry.before), json.loads(entry.after)) == ({"day": 1}, {"day": 2})


def test_a_line_is_not_changed_through_the_session(session: Session, entry: HistoryEntry) -> None:
    entry.words = "Did nothing"
    with pytest.raises(TypeError, match="append-only"):
        session.flush()
    session.expire_all()


def test_a_line_is_not_deleted_through_the_session(session: Session, entry: HistoryEntry) -> None:
    session.delete(entry)
    with pytest.raises(TypeError, match="append-only"):
        session.flush()


@pytest.mark.parametrize(
    "statement",
    [
        update(HistoryEntry).values(words="x"),
        delete(HistoryEntry),
        text("UPDATE history SET words = 'x'"),
        text("update \"HISTORY\" set words = 'x'"),
        text("DELETE FROM history"),
        text("DELETE  FROM\n main.history"),
        text("INSERT OR REPLACE INTO history (id) VALUES (1)"),
        text("INSERT INTO history (id) VALUES (1) ON CONFLICT (id) DO UPDATE SET words = 'x'"),
        text("WITH x AS (SELECT 1) DELETE FROM history"),
        text("TRUNCATE history"),
    ],
    ids=str,
)
def test_no_statement_changes_a_line(session: Session, entry: HistoryEntry, statement: Any) -> None:
    with pytest.raises(TypeError, match="append-only"):
        session.connection().execute(statement)
    assert session.scalars(select(HistoryEntry.words)).all() == ["Moved it"]


def test_lines_are_added_and_other_tables_change(session: Session, entry: HistoryEntry) -> None:
    enquiry = make.enquiry()
    enquiry.message = "update history"
    session.flush()
    line = {"at": NOW, "actor": "worker", "actor_name": "", "act": "x", "words": "update history"}
    db.session.connection().execute(insert(HistoryEntry), line)
    assert len(session.scalars(select(HistoryEntry)).all()) == 2

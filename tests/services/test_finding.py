"""The words that firms are found by are at any time those of their rows, whoever has changed what."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest
from sqlalchemy import select, update

from booking.domain.access import WORKER
from booking.domain.lifecycle import EnquiryReason
from booking.domain.places import County
from booking.models import Enquiry, Firm, FirmWord, Mail
from booking.queries import enquiries as queries
from booking.queries.desk.finding import words_of
from booking.services import enquiries, firms, privacy, undo
from tests import make
from tests.services.mailed import acting

TOLD = enquiries.Told(
    EnquiryReason.COURSE, "Tamar Boats", "Zoë Hext", "zoe@tamar.example", phone="+441752960111", place="PL1 1AA"
)
Do = Callable[[Enquiry, datetime], object]


def correct(enquiry: Enquiry, now: datetime) -> None:
    told: Any = {"name": "Zoe Hext", "phone": "", "email": "zoe@boats.example"}
    enquiries.correct_contact(enquiry, **told, actor=acting(make.cora()), now=now)


def correct_and_undo(enquiry: Enquiry, now: datetime) -> None:
    cora = acting(make.cora())
    enquiries.correct_contact(enquiry, name="X", phone="", email="x@y.example", actor=cora, now=now)
    act = undo.latest(cora.id, now=now)
    assert act is not None
    undo.undo(act.id, actor=cora, now=now)


def add_a_site(enquiry: Enquiry, now: datetime) -> None:
    firms.site_at(enquiry.firm, firms.Place("Unit 4", "Exeter", "EX2 8AA", "EX2", County.DEVON))


def join(enquiry: Enquiry, now: datetime) -> None:
    other = enquiries.record(TOLD, now=now)
    firms.join(enquiry.firm, into=other.firm, actor=acting(make.cora()), now=now)


def erase(enquiry: Enquiry, now: datetime) -> None:
    privacy.erase("zoe@tamar.example", actor=WORKER, now=now)


def stored(session: Any) -> set[tuple[str, int]]:
    return {(row.word, row.firm_id) for row in session.execute(select(FirmWord.word, FirmWord.firm_id))}


def test_an_enquiry_is_found_by_all_that_it_brings(session: Any, now: datetime) -> None:
    firm_id = enquiries.record(TOLD, now=now).firm_id
    found = {word for word, _ in stored(session)}
    assert found >= {"tamar", "boats", "zoe", "hext", "example", "441752960111", "0111", "pl1", "1aa", "pl11aa"}
    assert stored(session) == words_of({firm_id})


@pytest.mark.parametrize("change", [correct, correct_and_undo, add_a_site, join, erase])
def test_the_words_follow_every_change(session: Any, now: datetime, change: Do) -> None:
    enquiry = queries.complete(enquiries.record(TOLD, now=now).id)
    assert enquiry is not None
    session.execute(update(Mail).values(to_address=""))
    before = stored(session)
    change(enquiry, now)
    session.flush()
    assert stored(session) == words_of(session.scalars(select(Firm.id)).all()) != set()
    assert (stored(session) == before) is (change is correct_and_undo)

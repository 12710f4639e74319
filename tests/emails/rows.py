"""Believable rows that no database has seen, whole enough for a mail: Vivary Nurseries, Exe Print, Asha Pollard."""

from datetime import UTC, date, datetime
from typing import Any

from booking.domain.days import Half
from booking.domain.lifecycle import EnquiryReason, EnquiryState, TrainerAnswer, VisitState
from booking.domain.places import County
from booking.models import Contact, Course, Enquiry, Firm, Site, Trainer, Visit, Window
from config import Settings

BASE = "https://bookings.trainingsouthwest.example"
SETTINGS = Settings(secret_key="not a secret: tests only", database_url="sqlite://", base_url=BASE, testing=True)
NOW = datetime(2027, 3, 1, 10, 0, tzinfo=UTC)  # a Monday
WEDNESDAY = date(2027, 3, 24)
MANAGE, CONFIRM = f"{BASE}/b/Q2l0eSBvZiBFeGV0ZXI0", f"{BASE}/confirm/bGFzdCBtb25kYXkgNXBt"
VISIT, VISITS = f"{BASE}/t/visits/TSW-7F3K-Q2MX", f"{BASE}/t/VHJhaW5lcnMgYXJlIGtp"
SAID = ("Planning the work is often a struggle.", "They want results within three months.")


def a_course(**changes: Any) -> Course:
    return Course(
        **{
            "id": 1,
            "slug": "new-manager-essentials",
            "title": "New manager essentials",
            "half_days": 2,
            "group_min": 2,
            "group_max": 12,
            "price_pence": 115_000,
            "site_needs": "A room where people can sit in a horseshoe\nA wall to write on",
            "kit": "Flip chart stand, pad and pens\nWorkbooks, one for each person and two spare",
            **changes,
        }
    )


def a_trainer(**changes: Any) -> Trainer:
    asha = {"id": 3, "name": "Asha Pollard", "email": "asha@pollard.example", "home_town": "Crediton"}
    return Trainer(**{**asha, "phone": "+441632960003", "wants_feed": False, **changes})


def a_visit(state: VisitState = VisitState.CONFIRMED, **changes: Any) -> Visit:
    """Wednesday 24 March 2027, all day, at Vivary Nurseries in Taunton."""
    firm = Firm(id=5, name="Vivary Nurseries")
    row = Visit(
        **{
            "id": 12,
            "reference": "TSW-7F3K-Q2MX",
            "state": state,
            "course": a_course(),
            "firm": firm,
            "site": Site(
                firm=firm,
                address="12 Upper Vivary Lane",
                town="Taunton",
                postcode="TA1 9ZZ",
                outcode="TA1",
                county=County.SOMERSET,
            ),
            "contact": Contact(firm=firm, name="Meg Oakes", email="meg@vivary.example", phone="+441632960021"),
            "county": County.SOMERSET,
            "outcode": "TA1",
            "first_day": WEDNESDAY,
            "first_half": Half.AM,
            "half_days": 2,
            "trainer": a_trainer(),
            "trainer_id": 3,
            "trainer_answer": TrainerAnswer.ACCEPTED,
            "people": 10,
            "room": "The meeting room over the shop",
            "parking": "Park by the glasshouse.",
            "access_needs": "One person uses a wheelchair; there is a lift.",
            "notes": "Two of us run the shop on the day.",
            "price_pence": 115_000,
            "vat_percent": 20,
            "terms_version": "2026-11",
            "fee_pence": 0,
            "cancel_reason": "",
            "created_at": NOW,
            "requested_at": NOW,
            "promised_at": datetime(2027, 3, 3, 17, 0, tzinfo=UTC),
            "answer_due_at": datetime(2027, 3, 2, 17, 0, tzinfo=UTC),
            "confirmed_at": None if state is VisitState.REQUESTED else NOW,
            "ended_at": None,
            "sequence": 0,
            **changes,
        }
    )
    return row


def an_enquiry(**changes: Any) -> Enquiry:
    firm = Firm(id=6, name="Exe Print")
    return Enquiry(
        **{
            "reference": "TSW-9H2D-4KQ7",
            "state": EnquiryState.NEW,
            "reason": EnquiryReason.DATE,
            "suspicion": "",
            "firm": firm,
            "contact": Contact(firm=firm, name="Priya Nair", email="priya@exeprint.example", phone="+441632960014"),
            "course": a_course(),
            "county": County.DEVON,
            "place": "EX2 8ZZ",
            "message": "We made two people supervisors in January.\nThey are good printers and new to running a shift.",
            "people": 6,
            "call_band": "Afternoons",
            "due_at": datetime(2027, 3, 1, 16, 30, tzinfo=UTC),
            "windows": [
                Window(first_on=date(2027, 4, 12), last_on=date(2027, 4, 16)),
                Window(first_on=date(2027, 4, 28), last_on=date(2027, 5, 4)),
            ],
            **changes,
        }
    )

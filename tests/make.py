"""Builders: rows for tests, flushed, each call as short as what the test is about.

The cast: Ann and Ben train, Cora is staff, Acme is the business. Everything is deterministic: names, addresses and
references count up from 1 in an empty database.
"""

from collections.abc import Iterable
from datetime import date, datetime, time, timedelta
from typing import Any, TypeVar

from sqlalchemy import func, select

from booking.db import db
from booking.domain.access import Purpose, Role
from booking.domain.days import Half, run_of
from booking.domain.lifecycle import SLOT_KEEPERS, EnquiryReason, EnquiryState, TrainerAnswer, VisitState
from booking.domain.places import County
from booking.domain.post import Audience, MailState
from booking.domain.references import reference
from booking.models import (
    Absence,
    Base,
    Contact,
    Course,
    Draft,
    Enquiry,
    Firm,
    Link,
    Mail,
    Site,
    Staff,
    Trainer,
    TrainerCounty,
    TrainerCourse,
    TrainerHours,
    Visit,
    VisitSlot,
)
from booking.services import firms, links
from tests.conftest import NOW

DAY = date(2027, 3, 24)  # a Wednesday, seventeen weeks after NOW: free to move, inside the horizon
WEEKDAYS = range(5)

_Row = TypeVar("_Row", bound=Base)


def course(title: str = "Leading a small team", **changes: Any) -> Course:
    """A whole day for 4 to 12 people at £1,150."""
    number = _next(Course)
    return _add(
        Course(
            **{
                "slug": f"course-{number}",
                "title": title,
                "summary": "A day on leading the people you work with.",
                "for_whom": "People who lead a few others.",
                "outcomes": "Say what you expect\nListen before you answer",
                "outline": "Morning\nWhat leading is\n\nAfternoon\nPractice",
                "site_needs": "A room for everyone\nA wall for paper",
                "kit": "Workbooks\nPens",
                "half_days": 2,
                "group_min": 4,
                "group_max": 12,
                "price_pence": 1_150_00,
                "need": "leading",
                **changes,
            }
        )
    )


def trainer(
    name: str = "",
    *,
    counties: Iterable[County] = (County.DEVON,),
    courses: Iterable[Course] = (),
    works: Iterable[int] = WEEKDAYS,
    opens: time = time(9),
    closes: time = time(17),
    **changes: Any,
) -> Trainer:
    """A trainer in Exeter; the first without a name is Ann, the second Ben. `works` are weekdays, 0 is Monday."""
    number = _next(Trainer)
    name = name or {1: "Ann Bell", 2: "Ben Cole"}.get(number, f"Trainer {number}")
    home = {"home_outcode": "EX1", "home_town": "Exeter"}
    email = f"{name.lower().replace(' ', '.')}@trainers.example"
    row = Trainer(**{"name": name, "email": email, "phone": "01632960001", "created_at": NOW, **home, **changes})
    row.counties = [TrainerCounty(county=county) for county in counties]
    row.courses = [TrainerCourse(course_id=each.id) for each in courses]
    row.hours = [TrainerHours(weekday=day, opens=opens, closes=closes) for day in works]
    return _add(row)


def ann(*courses: Course, **changes: Any) -> Trainer:
    """Ann Bell of Exeter, who covers Devon and teaches these courses."""
    return trainer("Ann Bell", courses=courses, **changes)


def ben(*courses: Course, **changes: Any) -> Trainer:
    """Ben Cole of Taunton, who covers Devon and Somerset and teaches these courses."""
    places = {"counties": (County.DEVON, County.SOMERSET), "home_outcode": "TA1", "home_town": "Taunton"}
    return trainer("Ben Cole", courses=courses, **{**places, **changes})


def absence(of: Trainer, first: date, last: date | None = None, *, kind: str = "leave") -> Absence:
    """Whole days away, first and last included."""
    slots = run_of(first, Half.AM, 2 * ((last or first) - first).days + 2)
    return _add(
        Absence(trainer_id=of.id, first_slot=slots[0].number, last_slot=slots[-1].number, kind=kind, created_at=NOW)
    )


def staff(name: str = "Cora Dunn", *, role: Role = Role.STAFF, **changes: Any) -> Staff:
    """A colleague who can sign in once they have a password."""
    email = f"{name.partition(' ')[0].lower()}@trainingsouthwest.example"
    return _add(
        Staff(
            **{
                "name": name,
                "email": email,
                "role": role,
                "fs_uniquifier": f"staff-{_next(Staff)}",
                "created_at": NOW,
                **changes,
            }
        )
    )


def cora(**changes: Any) -> Staff:
    return staff(**changes)


def firm(name: str = "Acme Joinery", **changes: Any) -> Firm:
    return _add(Firm(**{"name": name, "email_domain": "acme.example", "created_at": NOW, **changes}))


def site(of: Firm, **changes: Any) -> Site:
    """In Exeter."""
    where = {"address": "Unit 4, Marsh Lane", "town": "Exeter", "postcode": "EX2 8AA", "outcode": "EX2"}
    return _add(Site(**{"firm": of, "county": County.DEVON, **where, **changes}))


def contact(of: Firm, **changes: Any) -> Contact:
    who = {"name": "Maya Reed", "email": "maya@acme.example", "phone": "+441632960111"}
    return _add(Contact(**{"firm": of, **who, **changes}))


def findable() -> None:
    """Every firm made so far is found by its words, as one that a service has made; these builders leave that out."""
    firms.renew_words(db.session.scalars(select(Firm.id)).all())


def enquiry(state: EnquiryState = EnquiryState.NEW, *, of: Firm | None = None, **changes: Any) -> Enquiry:
    """What Acme sent us at NOW; the firm, and a contact of it, are made unless they are given."""
    of = of or firm()
    return _add(
        Enquiry(
            **{
                "reference": reference((1 << 39) + _next(Enquiry)),
                "state": state,
                "reason": EnquiryReason.COURSE,
                "firm": of,
                "contact": changes.get("contact") or contact(of),
                "county": County.DEVON,
                "place": "EX2 8AA",
                "message": "We have two new supervisors.",
                "people": 8,
                "privacy_version": "2026-11",
                "created_at": NOW,
                **changes,
            }
        )
    )


def visit(
    state: VisitState = VisitState.CONFIRMED,
    *,
    course: Course | None = None,
    trainer: Trainer | None = None,
    enquiry: Enquiry | None = None,
    day: date = DAY,
    half: Half = Half.AM,
    is_placed: bool = True,
    **changes: Any,
) -> Visit:
    """A visit at Acme in any state, complete for that state, with its slots; what is not given is made.

    A hold expires half an hour after NOW. A cancelled or expired visit holds nothing; one that is not placed neither,
    and has no trainer.
    """
    course = course or globals()["course"]()
    trainer = (trainer or globals()["trainer"](courses=[course])) if is_placed else None
    row = Visit(
        **{
            "reference": reference(_next(Visit)),
            "state": state,
            "course": course,
            "trainer": trainer,
            "county": County.DEVON,
            "outcode": "EX2",
            "first_day": day,
            "first_half": half,
            "half_days": course.half_days,
            "price_pence": course.price_pence,
            "vat_percent": 20,
            "created_at": NOW,
            **_standing(state),
            **(_customer(enquiry) if state is not VisitState.HELD else {"visitor": "visitor", "network": "network"}),
            **changes,
        }
    )
    _add(row)
    if state in SLOT_KEEPERS and row.trainer is not None:
        slots(row, expires_at=NOW + timedelta(minutes=30) if state is VisitState.HELD else None)
    return row


def slots(of: Visit, *, expires_at: datetime | None = None) -> list[VisitSlot]:
    """The claim of a visit on its trainer's half-days."""
    return [
        _add(
            VisitSlot(
                visit_id=of.id,
                trainer_id=of.trainer_id,
                slot=each.number,
                day=each.day,
                half=each.half,
                expires_at=expires_at,
            )
        )
        for each in run_of(of.first_day, of.first_half, of.half_days)
    ]


def draft(of: Visit, **changes: Any) -> Draft:
    """What the visitor of a hold has filled in when it is sent."""
    return _add(
        Draft(
            **{
                "visitor": of.visitor,
                "course_id": of.course_id,
                "county": of.county,
                "postcode": "EX2 8AA",
                "outcode": of.outcode,
                "day": of.first_day,
                "half": of.first_half,
                "visit_id": of.id,
                "firm_name": "Acme Joinery",
                "contact_name": "Maya Reed",
                "email": "maya@acme.example",
                "phone": "+441632960111",
                "address": "Unit 4, Marsh Lane",
                "town": "Exeter",
                "people": 8,
                "updated_at": NOW,
                **changes,
            }
        )
    )


def link(purpose: Purpose, **target: int) -> Link:
    """A living link; `links.token(link)` is its secret."""
    return links.make(purpose, now=NOW, **target)


def mail(state: MailState = MailState.WAITING, **changes: Any) -> Mail:
    """A mail to Acme, due at NOW."""
    number = _next(Mail)
    return _add(
        Mail(
            **{
                "key": f"test:{number}:v1:business",
                "series": f"test:{number}:business",
                "kind": "confirmed",
                "audience": Audience.BUSINESS,
                "to_name": "Maya Reed",
                "to_address": "maya@acme.example",
                "subject": "Your visit is confirmed",
                "text": "Your visit is confirmed.\n",
                "html": "<p>Your visit is confirmed.</p>",
                "message_id": f"<test.{number}@trainingsouthwest.example>",
                "state": state,
                "due_at": NOW,
                "created_at": NOW,
                "sent_at": NOW if state is MailState.SENT else None,
                **changes,
            }
        )
    )


def _standing(state: VisitState) -> dict[str, Any]:
    """What a visit in this state has been through."""
    if state is VisitState.HELD:
        return {}
    requested = {"terms_version": "2026-11", "requested_at": NOW, "people": 8, "room": "Canteen"}
    confirmed = {
        "address_confirmed_at": NOW,
        "trainer_answer": TrainerAnswer.ACCEPTED,
        "asked_at": NOW,
        "answered_at": NOW,
        "confirmed_at": NOW,
    }
    return {
        VisitState.REQUESTED: requested,
        VisitState.OFFERED: requested,
        VisitState.CONFIRMED: {**requested, **confirmed},
        VisitState.DELIVERED: {
            **requested,
            **confirmed,
            "ended_at": NOW,
            "took_place": True,
            "people_came": 8,
            "reported_at": NOW,
        },
        VisitState.CANCELLED: {**requested, **confirmed, "ended_at": NOW, "cancel_reason": "Too busy"},
        VisitState.EXPIRED: {**requested, "ended_at": NOW},
    }[state]


def _customer(given: Enquiry | None) -> dict[str, Any]:
    given = given or enquiry()
    return {"enquiry": given, "firm": given.firm, "contact": given.contact, "site": site(given.firm)}


def _next(model: type[Base]) -> int:
    return (db.session.scalar(select(func.count()).select_from(model)) or 0) + 1


def _add(row: _Row) -> _Row:
    db.session.add(row)
    db.session.flush()
    return row

"""One made-up firm on the stage: who it is, when it acts, and how it gets as far as a request."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from hashlib import sha256
from typing import Any

from sqlalchemy import select

from booking.db import db
from booking.domain.access import Actor
from booking.domain.days import Half, Slot, WorkingDays, london, london_time
from booking.domain.diagnostic.context import GroupSize, Subject, Trigger
from booking.domain.diagnostic.instrument import CURRENT
from booking.domain.lifecycle import EnquiryReason
from booking.domain.places import County, county_of, parse_postcode
from booking.models import Course, Draft, Trainer, Visit
from booking.queries import dates
from booking.queries import enquiries as queries
from booking.queries import visits as visit_queries
from booking.services import drafts, responses, visits
from booking.services.drafts import Details
from booking.services.enquiries import Told
from booking.services.visits import Place


@dataclass(frozen=True, slots=True)
class Stage:
    """What all scenes share."""

    now: datetime
    working: WorkingDays
    courses: Mapping[str, Course]
    colleagues: Sequence[Actor]

    def clock(self, day: date, hour: int, minute: int = 0) -> datetime:
        """A time on a London day, never later than now."""
        return min(london(day, time(hour, minute)), self.now)

    def day(self, offset: int) -> date:
        """The working day so many before (negative) or after today; 0 is today, or the last one before it."""
        today = london_time(self.now).date()
        if offset > 0:
            return self.working.after(today, offset)
        start = today if self.working.is_open(today) else self.working.before(today, 1)
        return self.working.before(start, -offset) if offset else start


class Scene:
    """One firm's part. `told` is its table of firms.toml, `number` makes its phone and keys its own."""

    def __init__(self, stage: Stage, told: Mapping[str, Any], number: int) -> None:
        self.stage, self.told, self.number = stage, told, number
        self.visitor = sha256(f"demo {number}".encode()).hexdigest()
        self.staff = stage.colleagues[number % len(stage.colleagues)]
        self.visit_id = self.enquiry_id = 0

    @property
    def sent_at(self) -> datetime:
        """When they wrote: during the working day, a little apart from each other; today's within the last hours."""
        if self.told["sent"] == 0:
            return self.stage.now - timedelta(minutes=12 + 7 * (self.number % 9))
        return self.stage.clock(self.stage.day(-self.told["sent"]), 9 + self.number % 6, 7 * (self.number % 8))

    def later(self, **period: int) -> datetime:
        """So long after they wrote, never later than now."""
        return min(self.sent_at + timedelta(**period), self.stage.now)

    @property
    def email(self) -> str:
        name = self.told["contact"].split()[0].lower()
        firm = self.told["firm"].lower().replace(" and ", "").replace(" ", "")
        return str(self.told.get("email", f"{name}@{firm}.example"))

    @property
    def phone(self) -> str:
        return f"+4416329601{self.number:02}"

    @property
    def course(self) -> Course:
        return self.stage.courses[self.told["course"]]

    def visit(self) -> Visit:
        """This firm's visit as it is now."""
        found = visit_queries.complete(self.visit_id)
        assert found is not None, "it was requested"
        return found

    def asked(self) -> Trainer:
        """Whose answer the visit waits for."""
        return db.session.get_one(Trainer, visit_queries.asked_trainer_id(self.visit()))

    def diagnose(self, at: datetime) -> int | None:
        """Answers the twelve questions, if this firm did; the result's id."""
        if "codes" not in self.told:
            return None
        responses.begin(visitor=self.visitor, subject=Subject.TEAM, is_quick=False, now=at)
        for question, code in zip(CURRENT.questions, self.told["codes"].split(","), strict=True):
            responses.answer(self.visitor, question.id, code=int(code), revision=0, seconds=9, now=at)
        size = next(s for s in GroupSize if s.least <= self.told.get("people", 5) <= (s.most or 99))
        responses.set_group(self.visitor, size, now=at)
        trigger = list(Trigger)[self.number % 6]
        responses.set_triggers(self.visitor, [trigger], other="", now=at)
        return responses.finish(self.visitor, now=at).result_id

    @property
    def place(self) -> Place:
        """Where the visit goes."""
        address, town, postcode = self.told["at"]
        outcode = parse_postcode(postcode).outcode
        county = county_of(outcode).county
        assert county is not None, f"{postcode} is in one of the four counties"
        return Place(address, town, postcode, outcode, county)

    def open_date(self, at: datetime) -> Slot:
        """The open date nearest to the one they wished for."""
        place = self.place
        openings = dates.openings(course=self.course, county=place.county, outcode=place.outcode, now=at)
        return openings.nearest(Slot(self.stage.day(self.told["day"]), Half.AM), 1)[0]

    def choose(self, at: datetime) -> None:
        """Course, place and date: held."""
        drafts.set_place(
            self.visitor,
            course=self.course,
            county=self.place.county,
            postcode=parse_postcode(self.place.postcode),
            result_id=queries.result_of(self.visitor),
            now=at,
        )
        drafts.set_date(self.visitor, network=self.visitor, at=self.open_date(at), now=at)

    def request(self) -> Iterator[datetime]:
        """From the first question to the request, sent."""
        yield self.sent_at - timedelta(minutes=20)
        self.diagnose(self.sent_at - timedelta(minutes=20))
        yield self.sent_at
        self.choose(self.sent_at)
        drafts.set_details(self.visitor, self.details(), network=self.visitor, now=self.sent_at)
        draft = db.session.scalars(select(Draft).filter_by(visitor=self.visitor)).one()
        self.visit_id = visits.request(draft, network=self.visitor, now=self.sent_at).id

    def details(self) -> Details:
        place = self.place
        return Details(
            contact_name=self.told["contact"],
            email=self.email,
            phone=self.phone,
            firm_name=self.told["firm"],
            address=place.address,
            town=place.town,
            postcode=parse_postcode(place.postcode),
            people=self.told["people"],
            room=self.told.get("room", ""),
            parking=self.told.get("parking", ""),
            access_needs=self.told.get("access", ""),
            notes=self.told.get("notes", ""),
            wants_marketing=False,
        )

    def enquiry(self) -> Told:
        """What a firm tells that does not book."""
        return Told(
            reason=EnquiryReason(self.told["reason"]),
            firm_name=self.told["firm"],
            contact_name=self.told["contact"],
            email=self.email,
            phone=self.phone,
            message=self.told["message"],
            county=County(self.told["county"]) if "county" in self.told else None,
            place=self.told["place"],
            people=self.told.get("people"),
            result_id=queries.result_of(self.visitor),
        )

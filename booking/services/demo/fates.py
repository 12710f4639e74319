"""What becomes of each made-up firm. A fate yields the instant of its next act, and acts when its time comes."""

from collections.abc import Callable, Iterator, Mapping
from datetime import datetime, timedelta

from booking.db import db
from booking.domain.days import Half, Slot, run_of
from booking.domain.desk.spam import Sending, suspicion
from booking.domain.lifecycle import EnquiryReason, EnquiryState, LostReason
from booking.models import Absence, Enquiry
from booking.queries import dates
from booking.services import enquiries, visits
from booking.services.demo.scenes import Scene
from booking.services.enquiries import Told
from booking.services.visits import OnTheDay

LONGEST_DAYS = 60  # calendar days that the oldest fate goes back

Fate = Callable[[Scene], Iterator[datetime]]


def asked(scene: Scene) -> Iterator[datetime]:
    """Requested, the address confirmed, the best trainer asked."""
    yield from scene.request()
    yield (at := scene.later(minutes=16))
    visits.confirm_address(scene.visit(), now=at)


def accepted(scene: Scene) -> Iterator[datetime]:
    yield from asked(scene)
    yield (at := scene.later(hours=3))
    visits.accept(scene.visit(), scene.asked(), now=at)


def confirmed(scene: Scene) -> Iterator[datetime]:
    yield from accepted(scene)
    yield (at := scene.later(hours=4))
    visits.confirm(scene.visit(), actor=scene.staff, now=at)
    if scene.number % 9:
        yield (at := scene.later(hours=23))
        visits.got_it(scene.visit(), scene.asked(), now=at)


def delivered(scene: Scene) -> Iterator[datetime]:
    yield from _reported(scene, took_place=True)
    if "rating" in scene.told:
        yield (at := _after(scene, hours=25))
        visits.rate(scene.visit(), rating=scene.told["rating"], comment="", now=at)


def missed(scene: Scene) -> Iterator[datetime]:
    yield from _reported(scene, took_place=False)


def _reported(scene: Scene, *, took_place: bool) -> Iterator[datetime]:
    yield from confirmed(scene)
    yield (at := _after(scene, hours=10))
    visits.deliver(
        scene.visit(),
        took_place=took_place,
        people=scene.told["people"] if took_place else None,
        report=scene.told["report"],
        actor=visits.actor_of(scene.asked()),
        now=at,
    )


def _after(scene: Scene, *, hours: int) -> datetime:
    """So long after the morning of the visit's last day."""
    visit = scene.visit()
    last = run_of(visit.first_day, visit.first_half, visit.half_days)[-1].day
    return min(scene.stage.clock(last, 9) + timedelta(hours=hours), scene.stage.now)


def moving(scene: Scene) -> Iterator[datetime]:
    """Confirmed; the firm asks for a later date, and the trainer has not answered."""
    yield from confirmed(scene)
    yield (at := scene.stage.now - timedelta(hours=2))
    visit = scene.visit()
    openings = dates.openings(
        course=visit.course, county=visit.county, outcode=visit.outcode, now=at, but_visit=visit.id
    )
    wish = Slot(visit.first_day + timedelta(days=7), Half.AM)
    visits.move_by_firm(visit, at=openings.nearest(wish, 1)[0], now=at)


def absent(scene: Scene) -> Iterator[datetime]:
    """Confirmed, and then the trainer takes that day off."""
    yield from confirmed(scene)
    yield (at := scene.stage.now - timedelta(hours=1))
    visit = scene.visit()
    first, *_, last = run_of(visit.first_day, Half.AM, 2)
    db.session.add(
        Absence(
            trainer_id=visit.trainer_id, first_slot=first.number, last_slot=last.number, kind="leave", created_at=at
        )
    )
    db.session.flush()


def declined(scene: Scene) -> Iterator[datetime]:
    """The first trainer says no; the next is asked."""
    yield from asked(scene)
    yield (at := scene.later(hours=5))
    visits.decline(scene.visit(), scene.asked(), note=scene.told["note"], now=at)


def nobody(scene: Scene) -> Iterator[datetime]:
    """One trainer after the other says no, until nobody is left."""
    yield from asked(scene)
    for hours in range(2, 20):
        yield (at := scene.later(hours=hours))
        if scene.visit().trainer_id is None:
            return
        visits.decline(scene.visit(), scene.asked(), note=scene.told["note"], now=at)


def unconfirmed(scene: Scene) -> Iterator[datetime]:
    yield from scene.request()


def cancelled(scene: Scene) -> Iterator[datetime]:
    yield from confirmed(scene)
    yield (at := scene.later(days=5))
    visits.cancel_by_staff(scene.visit(), reason=scene.told["note"], actor=scene.staff, now=at)


def held(scene: Scene) -> Iterator[datetime]:
    """Somebody is choosing at this very moment."""
    yield (at := scene.stage.now - timedelta(minutes=4))
    scene.choose(at)


def booked_by_phone(scene: Scene) -> Iterator[datetime]:
    """Staff enter enquiry and visit by hand."""
    yield (at := scene.sent_at)
    place = scene.place
    told = Told(
        reason=EnquiryReason.COURSE,
        firm_name=scene.told["firm"],
        contact_name=scene.told["contact"],
        email=scene.email,
        phone=scene.phone,
        county=place.county,
        place=place.postcode,
        people=scene.told["people"],
        course_id=scene.course.id,
    )
    enquiry = enquiries.by_phone(told, actor=scene.staff, now=at)
    visits.book(
        enquiry,
        course=scene.course,
        place=place,
        on_the_day=OnTheDay(people=scene.told["people"]),
        at=scene.open_date(at),
        actor=scene.staff,
        now=at,
    )


def new(scene: Scene) -> Iterator[datetime]:
    yield (at := scene.sent_at)
    scene.diagnose(at)
    told = scene.enquiry()
    sending = Sending(seconds=95, lines=(told.firm_name, told.contact_name), text=told.message)
    scene.enquiry_id = enquiries.receive(told, suspicion=suspicion(sending), now=at).id


def talking(scene: Scene) -> Iterator[datetime]:
    yield from new(scene)
    yield (at := scene.later(hours=3))
    enquiries.move_state(_of(scene), EnquiryState.TALKING, actor=scene.staff, now=at)
    enquiries.add_note(_of(scene), scene.told.get("note", "Rang back."), actor=scene.staff, now=at)
    enquiries.set_next_step(_of(scene), "Ring again", scene.stage.day(2), actor=scene.staff, now=at)


def quoted(scene: Scene) -> Iterator[datetime]:
    yield from talking(scene)
    yield (at := scene.later(days=2))
    enquiries.move_state(_of(scene), EnquiryState.QUOTED, actor=scene.staff, now=at)


def lost(scene: Scene) -> Iterator[datetime]:
    yield from talking(scene)
    yield (at := scene.later(days=3))
    enquiries.lose(_of(scene), LostReason(scene.told["lost"]), actor=scene.staff, now=at)


def spam(scene: Scene) -> Iterator[datetime]:
    yield from new(scene)
    yield (at := scene.later(hours=2))
    enquiries.mark_spam(_of(scene), actor=scene.staff, now=at)


def told_by_phone(scene: Scene) -> Iterator[datetime]:
    yield (at := scene.sent_at)
    enquiries.by_phone(scene.enquiry(), actor=scene.staff, now=at)


def _of(scene: Scene) -> Enquiry:
    return db.session.get_one(Enquiry, scene.enquiry_id)


VISITS: Mapping[str, Fate] = {
    "absent": absent,
    "accepted": accepted,
    "asked": asked,
    "by_phone": booked_by_phone,
    "cancelled": cancelled,
    "confirmed": confirmed,
    "declined": declined,
    "delivered": delivered,
    "expired": unconfirmed,
    "held": held,
    "late": accepted,
    "missed": missed,
    "moving": moving,
    "nobody": nobody,
    "report_due": confirmed,
    "unconfirmed": unconfirmed,
}
ENQUIRIES: Mapping[str, Fate] = {
    "by_phone": told_by_phone,
    "lost": lost,
    "new": new,
    "quarantine": new,
    "quoted": quoted,
    "spam": spam,
    "talking": talking,
}

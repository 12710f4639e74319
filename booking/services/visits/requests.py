"""Requests: what a visitor has filled in, or staff have taken down, becomes a visit with a firm and an enquiry."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import bindparam, select
from sqlalchemy.orm.attributes import flag_modified

from booking.db import db
from booking.domain.access import Actor, Purpose
from booking.domain.days import Slot
from booking.domain.errors import Overtaken, Refused
from booking.domain.lifecycle import EnquiryReason, VisitState
from booking.domain.words import day_words
from booking.models import Course, Draft, Enquiry, Site, Visit
from booking.queries import enquiries as enquiry_queries
from booking.queries.calendar import working_days
from booking.services import enquiries, firms, history, links, slots, undo
from booking.services.enquiries import Told
from booking.services.firms import Place
from booking.services.visits import holds, mails
from booking.services.visits.acting import FIRM, all_or_nothing, alone, firm_of, step
from config import settings

_SENT = select(Draft.visit_id).where(Draft.id == bindparam("draft")).with_for_update()


@dataclass(frozen=True, slots=True)
class OnTheDay:
    """What the trainer needs to know of the day itself."""

    people: int | None = None
    room: str = ""
    parking: str = ""
    access_needs: str = ""
    notes: str = ""


def request(draft: Draft, *, network: str, suspicion: str = "", now: datetime) -> Visit:
    """The draft is sent: its date is kept, and a firm, a site, a contact and an enquiry are made.

    Sent again, it is the visit that is there. A suspect's date is kept too, but nothing is mailed and nobody asked
    until `release`; at the latest it expires like an address that nobody confirms. Raises Taken beside `slot`, and
    Overtaken when another tab sends it at this very moment.
    """
    draft.visit_id = db.session.scalar(_SENT, {"draft": draft.id})  # waits for another tab that is sending it
    visit = db.session.get(Visit, draft.visit_id) if draft.visit_id else None
    if visit is not None and visit.requested_at:
        return visit
    course = _course(draft)
    with all_or_nothing(draft.visit_id, actor=holds.VISITOR):
        visit = _held(draft, visit, course=course, network=network, now=now)
        site, owner = firms.new_site(_place(draft)), enquiry_queries.next_owner()
        enquiry = enquiries.record(_told(draft), owner=owner, suspicion=suspicion, site=site, now=now)
        attach(visit, enquiry, site, _on_the_day(draft))
        visit.reference, visit.course = enquiry.reference, course
        step(visit, VisitState.REQUESTED, actor=holds.VISITOR)
        visit.requested_at, visit.terms_version = now, settings().terms_version
        if suspicion:
            visit.confirm_by_at = working_days().promised_by(now, 1)
        draft.visit_id = visit.id
        history.add("requested", actor=firm_of(visit), now=now, words=wish_words(visit), visit=visit, reason=suspicion)
        if not suspicion:
            mails.requested(visit, now=now)
    return visit


def release(enquiry: Enquiry, *, actor: Actor, seen: int | None = None, now: datetime) -> None:
    """Out of quarantine: a person has looked. A booking request goes its way from here, with its first mails."""
    waiting = select(Visit).filter_by(enquiry_id=enquiry.id, state=VisitState.REQUESTED).order_by(Visit.id)
    visit = db.session.scalars(waiting).first()
    if visit is None or not enquiry.suspicion:
        enquiries.release(enquiry, actor=actor, seen=seen, now=now)
        return
    if seen is not None and seen != enquiry.version:
        raise Overtaken("This enquiry has changed since you opened it")
    with alone(visit, actor=actor) as visit:
        act = undo.record(f"{enquiry.reference} released", actor=actor, visit=visit, now=now)
        why, enquiry.suspicion = enquiry.suspicion, ""
        enquiry.due_at = working_days().promised_by(now, 1)
        visit.confirm_by_at = None  # until the mail has left
        db.session.flush()
        words = "Looked at it and let it through"
        history.add("released", actor=actor, now=now, words=words, visit=visit, reason=why)
        mails.requested(visit, act=act, now=now)


def change_email(visit: Visit, email: str, *, now: datetime) -> Visit:
    """The firm corrects its address: the mail goes there, and every link sent to the other one is dead.

    Raises Overtaken once the address is confirmed.
    """
    with alone(visit, actor=FIRM) as visit:
        if visit.address_confirmed_at or visit.state is not VisitState.REQUESTED or visit.contact is None:
            raise Overtaken("The address is confirmed already. Call us to change it")
        firms.correct(visit.contact, name=visit.contact.name, phone=visit.contact.phone, email=email)
        visit.confirm_by_at = visit.confirm_by_at if is_suspect(visit) else None  # set again when the mail has left
        flag_modified(visit, "confirm_by_at")  # another version, and so another mail
        for purpose in (Purpose.CONFIRM, Purpose.MANAGE):
            links.revoke(purpose, now=now, visit_id=visit.id)
        db.session.flush()
        history.add("corrected", actor=firm_of(visit), now=now, words="Corrected the email address", visit=visit)
        mails.corrected(visit, now=now)
    return visit


def _held(draft: Draft, visit: Visit | None, *, course: Course, network: str, now: datetime) -> Visit:
    """The visitor's hold for what the draft says now, for good; what has run out is tried again."""
    assert draft.county, "checked before"
    assert draft.day, "checked before"
    assert draft.half, "checked before"
    at = Slot(draft.day, draft.half)
    wanted = (course.id, draft.county, draft.outcode, at.day, at.half)
    if visit and wanted == (visit.course_id, visit.county, visit.outcode, visit.first_day, visit.first_half):
        holds.keep_or_try_again(visit, expires_at=None, now=now)
        return visit
    visit = holds.hold(
        visitor=draft.visitor,
        network=network,
        course=course,
        county=draft.county,
        outcode=draft.outcode,
        at=at,
        now=now,
    )
    slots.keep(visit, until=None, now=now)
    return visit


def _course(draft: Draft) -> Course:
    """The draft's course, once the draft is complete."""
    course = db.session.get(Course, draft.course_id) if draft.course_id else None
    if course is None:
        raise Refused("Select a course", field="course")
    if draft.county is None:
        raise Refused("Enter a full postcode, like EX1 1AA", field="postcode")
    if draft.day is None or draft.half is None:
        raise Refused("Select a date", field="slot")
    check_people(draft.people, course)
    return course


def check_people(people: int | None, course: Course) -> None:
    if people is not None and people > course.group_max:
        raise Refused(
            f"Number of people must be {course.group_max} or fewer. Call us about a second visit", field="people"
        )


def _told(draft: Draft) -> Told:
    return Told(
        reason=EnquiryReason.COURSE,
        firm_name=draft.firm_name,
        contact_name=draft.contact_name,
        email=draft.email,
        phone=draft.phone,
        message=draft.notes,
        county=draft.county,
        place=draft.postcode,
        people=draft.people,
        course_id=draft.course_id,
        result_id=draft.result_id,
        wants_marketing=draft.wants_marketing,
    )


def _place(draft: Draft) -> Place:
    assert draft.county is not None, "checked before"
    return Place(draft.address, draft.town, draft.postcode, draft.outcode, draft.county)


def _on_the_day(draft: Draft) -> OnTheDay:
    return OnTheDay(draft.people, draft.room, draft.parking, draft.access_needs, draft.notes)


def attach(visit: Visit, enquiry: Enquiry, site: Site, on_the_day: OnTheDay) -> None:
    """The visit belongs to the enquiry, its firm and its contact, and goes to this site."""
    visit.enquiry, visit.firm, visit.contact, visit.site = enquiry, enquiry.firm, enquiry.contact, site
    visit.people, visit.room, visit.parking = on_the_day.people, on_the_day.room, on_the_day.parking
    visit.access_needs, visit.notes = on_the_day.access_needs, on_the_day.notes


def is_suspect(visit: Visit) -> bool:
    """Whether nothing is mailed to the firm's address yet."""
    return visit.enquiry is not None and bool(visit.enquiry.suspicion)


def wish_words(visit: Visit) -> str:
    return f"Requested {day_words(visit.first_day)}"

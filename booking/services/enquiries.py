"""Enquiries: received by whichever door, answered by somebody, never lost by a machine."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy.orm.attributes import flag_modified
from sqlalchemy.orm.exc import StaleDataError

from booking.db import db
from booking.domain import lifecycle
from booking.domain.access import Actor, ActorKind
from booking.domain.days import WorkingDays, london_time
from booking.domain.desk.finding import phone_words, words_in
from booking.domain.errors import Overtaken, Refused
from booking.domain.lifecycle import CallBand, EnquiryReason, EnquiryState, LostReason
from booking.domain.places import County
from booking.domain.words import Span, clock_words, near_day
from booking.emails import business as to_business
from booking.emails import staff as to_staff
from booking.emails.message import Addressee, Person
from booking.models import Act, Contact, Course, Enquiry, Note, Site, Staff, Window
from booking.queries import enquiries
from booking.queries.calendar import working_days
from booking.services import firms, history, outbox, references, undo
from config import settings

HOURS_TO_CALL = 4  # of the desk's time
HOURS_TO_ANSWER = 9  # a working day
DAYS_TO_COMPLAINERS = 2  # working days, until they know who looks into it


@dataclass(frozen=True, slots=True)
class Told:
    """What a firm has told us, cleaned. `phone` is E.164; `place` as it was told; `county` is None outside the four,
    and where it was not said."""

    reason: EnquiryReason
    firm_name: str
    contact_name: str
    email: str
    phone: str = ""
    message: str = ""
    county: County | None = None
    place: str = ""
    people: int | None = None
    windows: tuple[Span, ...] = ()
    call_band: CallBand | None = None
    course_id: int | None = None
    result_id: int | None = None
    wants_marketing: bool = False


def receive(told: Told, *, suspicion: str = "", now: datetime) -> Enquiry:
    """A new enquiry from the form: acknowledged, and staff hear of it. For a suspect nothing is mailed yet."""
    enquiry = record(told, owner=enquiries.next_owner(), suspicion=suspicion, now=now)
    if not suspicion:
        _announce(enquiry, now=now)
    return enquiry


def by_phone(told: Told, *, actor: Actor, now: datetime) -> Enquiry:
    """What somebody said on the telephone, typed in by a colleague, who owns it. Acknowledged to an address given."""
    enquiry = record(told, owner=db.session.get_one(Staff, actor.id), by_phone=True, now=now)
    _acknowledge(enquiry, now=now)
    return enquiry


def record(
    told: Told,
    *,
    owner: Staff | None = None,
    suspicion: str = "",
    by_phone: bool = False,
    site: Site | None = None,
    now: datetime,
) -> Enquiry:
    """The row of an enquiry with firm, site, contact, promise, windows and first history. Mails are the caller's."""
    reference, working = references.fresh(), working_days()
    course = db.session.get_one(Course, told.course_id) if told.course_id else None
    contact = _sender(told, site=site, now=now)  # after all that is read: these and the enquiry go in one flush
    enquiry = Enquiry(
        reference=reference,
        state=EnquiryState.NEW,
        reason=told.reason,
        suspicion=suspicion[:120],
        by_phone=by_phone,
        firm=contact.firm,
        contact=contact,
        course=course,
        result_id=told.result_id,
        message=told.message,
        county=told.county,
        place=told.place,
        people=told.people,
        call_band=told.call_band or "",
        owner=owner,
        due_at=_promise(told, now=now, working=working),
        privacy_version=settings().privacy_version,
        created_at=now,
        windows=[Window(first_on=span.first_on, last_on=span.last_on) for span in told.windows],
    )
    db.session.add(enquiry)
    db.session.flush()
    firms.add_words(enquiry.firm_id, _words(told, site=site))
    _note_received(enquiry, suspicion=suspicion, now=now)
    return enquiry


def release(enquiry: Enquiry, *, actor: Actor, seen: int | None = None, now: datetime) -> None:
    """Out of quarantine: a person has looked. From here on it is an enquiry like any other, mails included."""
    _same(enquiry, seen)
    if not enquiry.suspicion:
        raise Overtaken("This enquiry is not held back")
    act = undo.record(f"{enquiry.reference} released", actor=actor, enquiry=enquiry, now=now)
    why, enquiry.suspicion = enquiry.suspicion, ""
    if enquiry.due_at is None or enquiry.due_at < now:
        enquiry.due_at = working_days().hours_after(now, HOURS_TO_ANSWER)
    _note("released", enquiry, actor=actor, now=now, words="Looked at it and let it through", reason=why)
    _announce(enquiry, act=act, now=now)


def mark_spam(enquiry: Enquiry, *, actor: Actor, seen: int | None = None, now: datetime) -> None:
    """A machine's, or nobody's business. It can be taken back for good: `move_state` to new."""
    move_state(enquiry, EnquiryState.SPAM, actor=actor, seen=seen, now=now)


def move_state(
    enquiry: Enquiry,
    target: EnquiryState,
    *,
    lost_reason: LostReason | None = None,
    actor: Actor,
    seen: int | None = None,
    now: datetime,
) -> None:
    """One step of the pipeline; leaving `new` keeps the promise. Overtaken when it is elsewhere; Refused: lost, why?"""
    _same(enquiry, seen)
    if target is EnquiryState.LOST:
        lifecycle.lose(enquiry.state, lost_reason)
    lifecycle.move(enquiry.state, target)
    undo.record(f"{enquiry.reference} moved to {target}", actor=actor, enquiry=enquiry, now=now)
    before, enquiry.state, enquiry.lost_reason = enquiry.state, target, lost_reason
    if before is EnquiryState.NEW and target is not EnquiryState.SPAM:
        enquiry.answered_at = enquiry.answered_at or now
    words = f"Moved from {before} to {target}"
    _note("moved", enquiry, actor=actor, now=now, words=words, before={"state": before}, after={"state": target})


def lose(enquiry: Enquiry, reason: LostReason | None, *, actor: Actor, seen: int | None = None, now: datetime) -> None:
    """Closed without a visit, by a person, who says why."""
    move_state(enquiry, EnquiryState.LOST, lost_reason=reason, actor=actor, seen=seen, now=now)


def assign_owner(enquiry: Enquiry, owner: Staff, *, actor: Actor, seen: int | None = None, now: datetime) -> None:
    """Hands it to a colleague."""
    _same(enquiry, seen)
    undo.record(f"{enquiry.reference} given to {owner.name}", actor=actor, enquiry=enquiry, now=now)
    before, enquiry.owner_id = enquiry.owner_id, owner.id
    after = {"owner_id": owner.id}
    words = f"Gave it to {owner.name}"
    _note("assigned", enquiry, actor=actor, now=now, words=words, before={"owner_id": before}, after=after)


def set_next_step(
    enquiry: Enquiry, step: str, on: date | None, *, actor: Actor, seen: int | None = None, now: datetime
) -> None:
    """What happens next and when; both may be empty."""
    _same(enquiry, seen)
    if step and on is None:
        raise Refused("Enter the day of the next step", field="next_on")
    undo.record(f"Next step of {enquiry.reference} changed", actor=actor, enquiry=enquiry, now=now)
    before = {"next_step": enquiry.next_step, "next_on": enquiry.next_on}
    enquiry.next_step, enquiry.next_on = step, on
    words = f"Next: {step}, {near_day(on)}" if step and on else "Took the next step away"
    after = {"next_step": step, "next_on": on}
    _note("planned", enquiry, actor=actor, now=now, words=words, before=before, after=after)


def correct_contact(
    enquiry: Enquiry, *, name: str, phone: str, email: str, actor: Actor, seen: int | None = None, now: datetime
) -> None:
    """How the person is reached. Mails that still wait for the old address, or failed at it, go to the new one.

    `phone` is E.164 or "". Contact and firm must be loaded. The history says that it was done, not what it was.
    """
    _same(enquiry, seen)
    contact = enquiry.contact
    words = f"Corrected the contact of {enquiry.reference}"
    act = undo.record(words, actor=actor, enquiry=enquiry, contact=contact, now=now)
    old = contact.email
    firms.correct(contact, name=name, phone=phone, email=email)
    if email != old:
        enquiry.is_address_confirmed = False
        outbox.readdress(enquiry, old, email, act=act, now=now)
    flag_modified(enquiry, "is_address_confirmed")  # another version: a colleague may have the page open
    _note("corrected", enquiry, actor=actor, now=now, words="Corrected how to reach the contact")


def add_note(enquiry: Enquiry, text: str, *, actor: Actor, now: datetime) -> Note:
    """A colleague's note. A note never clashes: two may be written at once."""
    if not text:
        raise Refused("Enter a note", field="note")
    note = Note(enquiry_id=enquiry.id, staff_id=actor.id, text=text, created_at=now)
    db.session.add(note)
    history.add("noted", actor=actor, now=now, words="Wrote a note", enquiry=enquiry)
    return note


def _sender(told: Told, *, site: Site | None, now: datetime) -> Contact:
    firm = firms.add(name=told.firm_name, email=told.email, now=now)
    if site is not None:
        site.firm = firm
        db.session.add(site)
    return firms.add_contact(
        firm,
        name=told.contact_name,
        email=told.email,
        phone=told.phone,
        wants_marketing=told.wants_marketing,
        now=now,
    )


def _words(told: Told, *, site: Site | None) -> set[str]:
    """What staff find it by."""
    theirs = words_in(told.firm_name, told.contact_name, told.email, told.place) | phone_words(told.phone)
    return theirs | firms.words_of_site(site) if site else theirs


def _note_received(enquiry: Enquiry, *, suspicion: str, now: datetime) -> None:
    if enquiry.by_phone and enquiry.owner:
        who = Actor(ActorKind.STAFF, enquiry.owner.id, enquiry.owner.name)
        words = "Wrote down a phone call"
    else:
        who = Actor(ActorKind.BUSINESS, 0, enquiry.contact.name)
        words = f"Sent an enquiry{', held back' if suspicion else ''}"
    history.add("received", actor=who, now=now, words=words, enquiry=enquiry, reason=suspicion)


def _promise(told: Told, *, now: datetime, working: WorkingDays) -> datetime:
    if told.reason is EnquiryReason.COMPLAINT:
        return working.promised_by(now, DAYS_TO_COMPLAINERS)
    if told.reason is EnquiryReason.CALL and told.call_band and told.call_band.ends:
        return working.end_of_band(now, told.call_band.ends)
    return working.hours_after(now, HOURS_TO_CALL if told.reason is EnquiryReason.CALL else HOURS_TO_ANSWER)


def _announce(enquiry: Enquiry, *, act: Act | None = None, now: datetime) -> None:
    """Mails to the firm, repeating what it told us, and at once to the office and the owner."""
    _acknowledge(enquiry, act=act, now=now)
    url = f"{settings().base_url}/staff/enquiries/{enquiry.id}"
    office = Person(settings().mail.reply_to_name, settings().mail.reply_to)
    readers: dict[str, Addressee] = {"office": office}
    if enquiry.owner and enquiry.owner.email.lower() != office.email.lower():
        readers["owner"] = enquiry.owner
    for role, reader in readers.items():
        message = to_staff.new_enquiry(enquiry, to=reader, enquiry_url=url)
        key = f"enquiry:{enquiry.id}:new_{role}:staff"
        outbox.put(message, key=key, now=now, enquiry=enquiry, act=act, delay=act is not None)


def _acknowledge(enquiry: Enquiry, *, act: Act | None = None, now: datetime) -> None:
    if not enquiry.contact.email:
        return  # who wants a call need not give one
    key = f"enquiry:{enquiry.id}:received:business"
    message = to_business.enquiry_received(enquiry)
    outbox.put(message, key=key, now=now, enquiry=enquiry, act=act, delay=act is not None)


def _same(enquiry: Enquiry, seen: int | None) -> None:
    """Raises Overtaken, saying who did what, when a colleague has changed it since version `seen` was on the screen."""
    if seen is None or seen == enquiry.version:
        return
    last = enquiries.last_change(enquiry.id)
    who = f"{last.actor_name} changed this at {clock_words(london_time(last.at).time())}: {last.words}" if last else ""
    raise Overtaken(who or "This enquiry has changed since you opened it")


def _note(
    act: str,
    enquiry: Enquiry,
    *,
    actor: Actor,
    now: datetime,
    words: str,
    reason: str = "",
    before: Mapping[str, history.Value] | None = None,
    after: Mapping[str, history.Value] | None = None,
) -> None:
    """Stores the change with its line of history. Overtaken when somebody else's was stored meanwhile."""
    try:
        db.session.flush()
    except StaleDataError:
        raise Overtaken("A colleague has just changed this enquiry") from None
    history.add(act, actor=actor, now=now, words=words, enquiry=enquiry, reason=reason, before=before, after=after)

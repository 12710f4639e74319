"""Mails to firms."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from booking.domain.courses import HALF_DAYS
from booking.domain.days import Half, london_time
from booking.domain.diagnostic.story import Story
from booking.domain.lifecycle import VisitState
from booking.domain.money import Price
from booking.domain.post import Audience
from booking.domain.words import clock_words, short_day
from booking.emails import calendar, enquiries, visits
from booking.emails.message import Entry, Message, Person, compose, headline
from booking.models import Enquiry, Visit
from config import settings


@dataclass(frozen=True, slots=True)
class Advised:
    """The course of a stored result, at the price of that moment, and the sentences that say why it fits."""

    title: str
    half_days: int
    group_max: int
    price: Price
    reasons: Sequence[str] = ()


def result(story: Story, *, to_address: str, course: Advised | None, result_url: str, dates_url: str) -> Message:
    """A stored result, word for word. With no course, or to talk first, `dates_url` leads to where a call is asked."""
    return compose(
        "result",
        Audience.BUSINESS,
        to=Person("", to_address),
        subject=headline("Your recommendation: ", course.title if course else "let us talk first"),
        story=story,
        course=course,
        length=HALF_DAYS[course.half_days] if course else "",
        result_url=result_url,
        dates_url=dates_url,
    )


def saved_for_later(*, to_address: str, resume_url: str, answered: int, total: int, good_until: date) -> Message:
    """Where unfinished answers go on: `answered` of `total` questions so far."""
    return compose(
        "saved_for_later",
        Audience.BUSINESS,
        to=Person("", to_address),
        subject="Finish your answers",
        resume_url=resume_url,
        answered=answered,
        total=total,
        good_until=good_until,
    )


def enquiry_received(enquiry: Enquiry) -> Message:
    """Everything that was told, and by when somebody answers. Needs contact, firm, course and windows."""
    due = london_time(enquiry.due_at) if enquiry.due_at else None
    answer = f": answer by {clock_words(due.time())}, {short_day(due.date())}" if due else ": we have it"
    return compose(
        "enquiry_received",
        Audience.BUSINESS,
        to=enquiry.contact,
        subject=headline(f"Enquiry {enquiry.reference}{answer}"),
        enquiry=enquiry,
        about=enquiries.ABOUT[enquiry.reason],
        place=enquiries.place(enquiry),
        dates=enquiries.dates(enquiry),
        reference=enquiry.reference,
    )


def request_received(
    visit: Visit, *, confirm_url: str, manage_url: str, confirm_by: datetime, now: datetime
) -> Message:
    """Everything that was told, the price and terms, and the way to the button that confirms the address."""
    return _about(
        "request_received",
        visit,
        subject=f"Booking request {visit.reference}: {short_day(visit.first_day)}",
        confirm_url=confirm_url,
        manage_url=manage_url,
        confirm_by=confirm_by,
        today=london_time(now).date(),
    )


def confirm_address(visit: Visit, *, confirm_url: str, manage_url: str, confirm_by: datetime, now: datetime) -> Message:
    """`request_received` for an address that was corrected."""
    return _about(
        "confirm_address",
        visit,
        subject=f"Confirm your email: booking {visit.reference}",
        confirm_url=confirm_url,
        manage_url=manage_url,
        confirm_by=confirm_by,
        today=london_time(now).date(),
    )


def confirmed(visit: Visit, *, manage_url: str, now: datetime) -> Message:
    """Names the trainer; carries the invitation of day 1 (each further day goes by `invitation`)."""
    return _about(
        "confirmed",
        visit,
        subject=headline("Confirmed: training at ", _town(visit), f", {short_day(visit.first_day)}"),
        entry=_entry(visit, url=manage_url, now=now),
        manage_url=manage_url,
        today=london_time(now).date(),
    )


def moved(visit: Visit, *, was_day: date, was_half: Half, manage_url: str, now: datetime) -> Message:
    """The new day beside the old, with the fee if there is one; once confirmed, day 1 of the calendar is moved too."""
    is_confirmed = visit.state is VisitState.CONFIRMED
    return _about(
        "moved",
        visit,
        subject=headline(f"Moved to {short_day(visit.first_day)}: ", visit.course.title),
        entry=_entry(visit, url=manage_url, now=now) if is_confirmed else None,
        was=(was_day, was_half),
        is_confirmed=is_confirmed,
        manage_url=manage_url,
        today=london_time(now).date(),
    )


def cancelled(visit: Visit, *, manage_url: str, now: datetime) -> Message:
    """What was cancelled, why, what it costs; if it may be in a calendar, day 1 leaves it."""
    return _about(
        "cancelled",
        visit,
        subject=headline(f"Cancelled: {short_day(visit.first_day)}, ", visit.course.title),
        entry=_entry(visit, url=manage_url, now=now, is_off=True) if calendar.may_hold(visit) else None,
        manage_url=manage_url,
        dates_url=f"{settings().base_url}/courses/{visit.course.slug}",
    )


def invitation(visit: Visit, *, day: int, manage_url: str, now: datetime) -> Message:
    """The second or a later day of a visit for the calendar: REQUEST, or CANCEL once cancelled."""
    is_off = visit.state is VisitState.CANCELLED
    session = visits.sessions(visit)[day - 1]
    words = f"Cancelled: day {day}, " if is_off else f"Day {day}: "
    return _about(
        "invitation",
        visit,
        subject=headline(f"{words}{short_day(session.day)}, ", visit.course.title),
        entry=_entry(visit, day=day, url=manage_url, now=now, is_off=is_off),
        day=day,
        session=session,
        is_off=is_off,
        manage_url=manage_url,
    )


def reminder(visit: Visit, *, manage_url: str, now: datetime) -> Message:
    """7 days and 1 working day before: where, who, room, parking, people."""
    today = london_time(now).date()
    left = (visit.first_day - today).days
    soon = {0: "Today", 1: "Tomorrow"}.get(left, f"In {left} days" if left > 4 else f"On {visit.first_day:%A}")
    return _about(
        "reminder", visit, subject=f"{soon}: training at your site", soon=soon, manage_url=manage_url, today=today
    )


def still_looking(visit: Visit, *, is_held: bool, manage_url: str) -> Message:
    """We are late: a new promise (`visit.promised_at`). Not `is_held`: nobody is left, and the date is only a wish."""
    subject = f"We are still finding a trainer: {visit.reference}"
    return _about("still_looking", visit, subject=subject, is_held=is_held, manage_url=manage_url)


def after_visit(visit: Visit, *, feedback_url: str) -> Message:
    """Thanks, and three questions."""
    return _about("after_visit", visit, subject="How was the visit?", feedback_url=feedback_url)


def new_link(visit: Visit, *, manage_url: str) -> Message:
    """A new address for the firm's page of a visit."""
    return _about("new_link", visit, subject=f"Your new link: booking {visit.reference}", manage_url=manage_url)


def _about(kind: str, visit: Visit, *, subject: str, entry: Entry | None = None, **facts: object) -> Message:
    """A mail about a visit to the firm's contact."""
    assert visit.contact is not None, "only a hold has no contact, and nobody is written to about a hold"
    return compose(
        kind,
        Audience.BUSINESS,
        to=visit.contact,
        subject=subject,
        entry=entry,
        visit=visit,
        days=len(visits.sessions(visit)),
        reference=visit.reference,
        **facts,
    )


def _entry(visit: Visit, *, day: int = 1, url: str, now: datetime, is_off: bool = False) -> Entry:
    assert visit.contact is not None, "a visit in a calendar has a contact"
    return calendar.invitation(visit, day=day, to=visit.contact, url=url, now=now, is_off=is_off)


def _town(visit: Visit) -> str:
    return visit.site.town if visit.site else visit.county.label

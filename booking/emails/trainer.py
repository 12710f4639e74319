"""Mails to trainers."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from booking.domain.days import Half
from booking.domain.lifecycle import VisitState
from booking.domain.post import Audience
from booking.domain.words import clock_words, range_words, short_day
from booking.emails import calendar, visits
from booking.emails.message import Entry, Message, compose, headline
from booking.emails.visits import Drive, Session
from booking.models import Trainer, Visit


@dataclass(frozen=True, slots=True)
class Stop:
    """A visit on one day of a trainer's: the page that has it all, the drive where it is known, what changed, in words.

    `change` is "was the morning, now all day"; `answers` are sentences from the firm's diagnostic.
    """

    visit: Visit
    url: str
    day: date
    drive: Drive | None = None
    change: str = ""
    answers: Sequence[str] = ()

    @property
    def session(self) -> Session:
        """The hours of that day."""
        return next(session for session in visits.sessions(self.visit) if session.day == self.day)


def welcome(trainer: Trainer, *, visits_url: str, days_url: str, calendar_url: str) -> Message:
    """What to expect from us, and the first link."""
    return compose(
        "welcome",
        Audience.TRAINER,
        to=trainer,
        subject="Welcome: your visits and your calendar",
        visits_url=visits_url,
        days_url=days_url,
        calendar_url=calendar_url,
    )


def offer(
    visit: Visit,
    *,
    stands: tuple[date, Half] | None = None,
    answer_url: str,
    drive: Drive | None,
    answers: Sequence[str] = (),
) -> Message:
    """Can you do it: all that is needed to say yes or no by `visit.answer_due_at`, without the firm's contact.

    `stands` is the day and half on which the visit is confirmed already, where another date or trainer is looked for.
    """
    return _about(
        "offer",
        visit,
        subject=headline(f"Can you do {short_day(visit.first_day)}, ", _town(visit), "?"),
        stands=stands,
        is_swap=stands == (visit.first_day, visit.first_half),
        answer_url=answer_url,
        drive=drive,
        answers=answers,
    )


def offer_withdrawn(visit: Visit, *, to: Trainer, why: str, visits_url: str) -> Message:
    """The question is settled: answered too late, moved, or cancelled. `why` is a sentence."""
    return _about(
        "offer_withdrawn",
        visit,
        to=to,
        subject=headline(f"No need to answer: {short_day(visit.first_day)}, ", _town(visit)),
        why=why,
        visits_url=visits_url,
    )


def new_visit(
    visit: Visit, *, visit_url: str, drive: Drive | None, answers: Sequence[str] = (), now: datetime
) -> Message:
    """Confirmed: everything for the day. Carries the invitation of day 1, unless the trainer wants the feed."""
    return _about(
        "new_visit",
        visit,
        subject=headline(f"New visit: {short_day(visit.first_day)}, ", _town(visit)),
        entry=_entry(visit, to=_trainer(visit), url=visit_url, now=now),
        visit_url=visit_url,
        drive=drive,
        answers=answers,
    )


def changed_visit(
    visit: Visit,
    *,
    was_day: date,
    was_half: Half,
    visit_url: str,
    drive: Drive | None,
    answers: Sequence[str] = (),
    now: datetime,
) -> Message:
    """The new day beside the old (the same: other details changed) and everything again; calendar as `new_visit`."""
    return _about(
        "changed_visit",
        visit,
        subject=headline(f"Changed: {short_day(visit.first_day)}, ", _town(visit)),
        entry=_entry(visit, to=_trainer(visit), url=visit_url, now=now),
        was=(was_day, was_half),
        is_moved=(was_day, was_half) != (visit.first_day, visit.first_half),
        visit_url=visit_url,
        drive=drive,
        answers=answers,
    )


def cancelled_visit(visit: Visit, *, to: Trainer, why: str, visits_url: str, now: datetime) -> Message:
    """No longer going to a confirmed visit (`to` need not be its trainer any more). `why` is a sentence."""
    return _about(
        "cancelled_visit",
        visit,
        to=to,
        subject=headline(f"Cancelled: {short_day(visit.first_day)}, ", _town(visit)),
        entry=_entry(visit, to=to, url=visits_url, now=now, is_off=True),
        why=why,
        visits_url=visits_url,
    )


def invitation(visit: Visit, *, to: Trainer, day: int, visit_url: str, now: datetime) -> Message:
    """The second or a later day of a visit for the calendar: REQUEST, or CANCEL once it is off or somebody else's."""
    is_off = visit.state is not VisitState.CONFIRMED or visit.trainer_id != to.id
    session = visits.sessions(visit)[day - 1]
    words = f"Cancelled: day {day}, " if is_off else f"Day {day}: "
    return _about(
        "invitation",
        visit,
        to=to,
        subject=headline(f"{words}{short_day(session.day)}, ", _town(visit)),
        entry=_entry(visit, to=to, day=day, url=visit_url, now=now, is_off=is_off),
        day=day,
        is_off=is_off,
        visit_url=visit_url,
    )


def week(
    trainer: Trainer,
    *,
    monday: date,
    stops: Sequence[Stop],
    gone: Sequence[str] = (),
    free: Sequence[str] = (),
    leave: Sequence[str] = (),
    is_again: bool = False,
    week_url: str,
    cannot_url: str,
    calendar_url: str,
) -> Message:
    """The week by day. `is_again`: it was mailed before and has changed since.

    `gone` are sentences on visits that are no longer there; `free` and `leave` name days: "Tuesday", "Wednesday from
    1:30pm".
    """
    stops = sorted(stops, key=lambda stop: (stop.day, stop.session.starts, stop.visit.id))
    changes = [f"{stop.day:%A} {stop.day.day} {stop.change}." for stop in stops if stop.change] + list(gone)
    counted, name = _counted(len(stops)), visits.first_name(trainer.name)
    first = f"First: {stops[0].day:%A} {_start(stops[0])}. " if stops else ""
    return compose(
        "week",
        Audience.TRAINER,
        to=trainer,
        subject=f"Your week {range_words(monday, monday + timedelta(days=6))}{' has changed' * is_again}: {counted}",
        title=f"{name}, your week has changed: {counted}" if is_again else f"{name}, you have {counted} this week",
        preview=first + (f"{len(changes)} changes." if len(changes) > 1 else "1 change." if changes else "No changes."),
        changes=changes,
        stops=stops,
        free=free,
        leave=leave,
        week_url=week_url,
        cannot_url=cannot_url,
        calendar_url=calendar_url,
    )


def tomorrow(trainer: Trainer, *, stops: Sequence[Stop], is_today: bool = False) -> Message:
    """The day before: everything for the day, stop by stop. `is_today`: the worker was down when it was time."""
    day = "Today" if is_today else "Tomorrow"
    stops = sorted(stops, key=lambda stop: (stop.session.starts, stop.visit.id))
    first, people = stops[0], stops[0].visit.people
    rest = ", then another" if len(stops) > 1 else f", {people} people" if people else ""
    return compose(
        "tomorrow",
        Audience.TRAINER,
        to=trainer,
        subject=headline(f"{day}: ", _town(first.visit), f" {clock_words(first.session.starts)}{rest}"),
        preview=f"{first.drive.sentence(first.session)}." if first.drive else f"Starts {_start(first)}.",
        when=day,
        stops=stops,
    )


def new_link(trainer: Trainer, *, visits_url: str) -> Message:
    """The link that was lost; it replaces the old one."""
    return compose("new_link", Audience.TRAINER, to=trainer, subject="Your new link", visits_url=visits_url)


def _about(
    kind: str, visit: Visit, *, to: Trainer | None = None, subject: str, entry: Entry | None = None, **facts: object
) -> Message:
    """A mail about a visit, to its trainer unless it says to whom."""
    sessions = visits.sessions(visit)
    day = facts.get("day", 1)
    assert isinstance(day, int)
    return compose(
        kind,
        Audience.TRAINER,
        to=to or _trainer(visit),
        subject=subject,
        entry=entry,
        visit=visit,
        session=sessions[day - 1],
        days=len(sessions),
        reference=visit.reference,
        **facts,
    )


def _entry(visit: Visit, *, to: Trainer, day: int = 1, url: str, now: datetime, is_off: bool = False) -> Entry | None:
    """The calendar part, for a trainer who takes invitations."""
    if to.wants_feed:
        return None
    return calendar.invitation(visit, day=day, to=to, url=url, now=now, is_off=is_off)


def _trainer(visit: Visit) -> Trainer:
    assert visit.trainer is not None, "a mail to a visit's trainer needs one"
    return visit.trainer


def _town(visit: Visit) -> str:
    return visit.site.town if visit.site else visit.county.label


def _start(stop: Stop) -> str:
    return f"{clock_words(stop.session.starts)}, {_town(stop.visit)}"


def _counted(count: int) -> str:
    return {0: "no visits", 1: "1 visit"}.get(count, f"{count} visits")

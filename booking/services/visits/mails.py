"""The mails of a visit: which go to whom when something has happened to it. Everything else about them is elsewhere."""

from collections.abc import Iterator
from datetime import date, datetime
from typing import NamedTuple

from sqlalchemy import exists, select

from booking.db import db
from booking.domain.days import Half
from booking.domain.lifecycle import VisitState
from booking.domain.post import MailState
from booking.emails import business, calendar, staff
from booking.emails import trainer as to_trainer
from booking.emails import visits as say
from booking.emails.message import Addressee, Message, Person
from booking.emails.visits import Drive
from booking.models import Act, Mail, Trainer, Visit
from booking.queries.calendar import working_days
from booking.services import addresses, briefings, outbox
from booking.services.timetable.drives import drives
from config import settings

OPEN = (VisitState.REQUESTED, VisitState.CONFIRMED)


class Was(NamedTuple):
    """Where a visit stood before it moved, and who had it."""

    day: date
    half: Half
    trainer: Trainer | None


def requested(visit: Visit, *, act: Act | None = None, now: datetime) -> None:
    """To the firm: what it told us, and the way to confirm its address; to the office and the owner: a new request."""
    message = business.request_received(
        visit,
        confirm_url=addresses.of_confirmation(visit, now=now),
        manage_url=addresses.of_visit(visit, now=now),
        confirm_by=working_days().promised_by(now, 1),
        now=now,
    )
    _to_firm(visit, message, act=act, now=now, series="request", true_while=(VisitState.REQUESTED,))
    assert visit.enquiry is not None
    url = f"{settings().base_url}/staff/enquiries/{visit.enquiry.id}"
    for role, reader in _readers(visit):
        told = staff.new_enquiry(visit.enquiry, to=reader, enquiry_url=url, visit=visit)
        _to_staff(visit, told, role=role, act=act, now=now)


def corrected(visit: Visit, *, now: datetime) -> None:
    """To the firm's corrected address: confirm it."""
    message = business.confirm_address(
        visit,
        confirm_url=addresses.of_confirmation(visit, now=now),
        manage_url=addresses.of_visit(visit, now=now),
        confirm_by=working_days().promised_by(now, 1),
        now=now,
    )
    _to_firm(visit, message, now=now, series="request", true_while=(VisitState.REQUESTED,))


def offered(visit: Visit, trainer: Trainer, *, act: Act | None = None, now: datetime) -> None:
    """To the trainer who is asked: can you do it. One that has not left yet gives way, whoever it was for."""
    asked = _as_proposed(visit) if visit.proposed_day else visit
    message = to_trainer.offer(
        asked,
        stands=(visit.first_day, visit.first_half) if visit.proposed_day else None,
        answer_url=addresses.of_trainer(trainer, now=now, page=f"/t/offers/{visit.reference}"),
        drive=_drive(asked, trainer),
        answers=briefings.answers(visit),
    )
    _to_trainer(visit, trainer, message, act=act, now=now, true_while=OPEN)


def taken_back(visit: Visit, trainer: Trainer, *, why: str, act: Act | None = None, now: datetime) -> None:
    """To a trainer whose offer has gone out: no need to answer. One that still waits is withdrawn."""
    offers = (Mail.visit_id == visit.id, Mail.trainer_id == trainer.id, Mail.kind == "offer")
    for mail in db.session.scalars(select(Mail).where(*offers, Mail.state == MailState.WAITING)):
        mail.state, mail.error = MailState.WITHDRAWN, "Settled before it left"
    if db.session.scalar(select(exists().where(*offers, Mail.state.in_((MailState.SENT, MailState.SENDING))))):
        url = addresses.of_trainer(trainer, now=now)
        message = to_trainer.offer_withdrawn(visit, to=trainer, why=why, visits_url=url)
        _to_trainer(visit, trainer, message, act=act, now=now)


def confirmed(visit: Visit, *, act: Act | None = None, now: datetime) -> None:
    """To firm and trainer: it is settled, with an invitation for each day."""
    message = business.confirmed(visit, manage_url=addresses.of_visit(visit, now=now), now=now)
    _to_firm(visit, message, act=act, now=now, true_while=(VisitState.CONFIRMED,))
    _firm_days(visit, act=act, now=now)
    _new_visit(visit, act=act, now=now)


def moved(visit: Visit, was: Was, *, act: Act | None = None, now: datetime) -> None:
    """To the firm: old and new; to the trainer of a confirmed visit too, and to one who does not have it any more."""
    is_same_date = (was.day, was.half) == (visit.first_day, visit.first_half)
    if is_same_date and visit.state is not VisitState.CONFIRMED:  # a wish that is held now: nothing new to the firm
        return
    manage_url = addresses.of_visit(visit, now=now)
    if is_same_date:  # another trainer: what the firm needs to know is in the confirmation
        message = business.confirmed(visit, manage_url=manage_url, now=now)
    else:
        message = business.moved(visit, was_day=was.day, was_half=was.half, manage_url=manage_url, now=now)
    _to_firm(visit, message, act=act, now=now, true_while=OPEN)
    if visit.state is not VisitState.CONFIRMED:
        return
    _firm_days(visit, act=act, now=now)
    if was.trainer is None or was.trainer is visit.trainer:
        _changed_visit(visit, was, act=act, now=now)
        return
    lost(visit, was.trainer, why="It has been given to another trainer.", act=act, now=now)
    _new_visit(visit, act=act, now=now)


def cancelled(visit: Visit, *, why: str, was_confirmed: bool, act: Act | None = None, now: datetime) -> None:
    """To the firm, and to whichever trainer was asked or had it."""
    if visit.contact is not None:
        message = business.cancelled(visit, manage_url=addresses.of_visit(visit, now=now), now=now)
        _to_firm(visit, message, act=act, now=now, true_while=(VisitState.CANCELLED,))
        if calendar.may_hold(visit):
            _firm_days(visit, act=act, now=now)
    if visit.trainer and was_confirmed:
        lost(visit, visit.trainer, why=why, act=act, now=now)
    elif visit.trainer:
        taken_back(visit, visit.trainer, why=why, act=act, now=now)


def lost(visit: Visit, trainer: Trainer, *, why: str, act: Act | None = None, now: datetime) -> None:
    """To a trainer who had a confirmed visit: it is off, and out of the calendar on each of its days."""
    url = addresses.of_trainer(trainer, now=now)
    message = to_trainer.cancelled_visit(visit, to=trainer, why=why, visits_url=url, now=now)
    _to_trainer(visit, trainer, message, act=act, now=now, series=f"lost_{trainer.id}")
    _trainer_days(visit, trainer, act=act, now=now)


def still_looking(visit: Visit, *, is_held: bool, act: Act | None = None, now: datetime) -> None:
    """To the firm: later than promised, and by when now."""
    wished = _as_proposed(visit) if visit.proposed_day else visit
    message = business.still_looking(wished, is_held=is_held, manage_url=addresses.of_visit(visit, now=now))
    _to_firm(visit, message, act=act, now=now, true_while=OPEN)


def declined(
    visit: Visit,
    trainer: Trainer,
    *,
    note: str,
    other_date: str,
    next_name: str,
    act: Act | None = None,
    now: datetime,
) -> None:
    """To the office and the owner: a trainer's no, and who is asked now ("": nobody is left)."""
    for role, reader in _readers(visit):
        about = {"note": note, "other_date": other_date, "next_name": next_name}
        url = addresses.for_staff(visit)
        message = staff.declined(visit, to=reader, trainer_name=trainer.name, **about, visit_url=url)
        _to_staff(visit, message, role=role, act=act, now=now)


def no_answer(visit: Visit, trainer: Trainer, *, next_name: str, now: datetime) -> None:
    """To the office and the owner: a trainer's silence, and who is asked now ("": nobody is left)."""
    url = addresses.for_staff(visit)
    for role, reader in _readers(visit):
        message = staff.no_answer(visit, to=reader, trainer_name=trainer.name, next_name=next_name, visit_url=url)
        _to_staff(visit, message, role=role, now=now)


def _new_visit(visit: Visit, *, act: Act | None, now: datetime) -> None:
    trainer = visit.trainer
    assert trainer is not None, "a confirmed visit has a trainer"
    message = to_trainer.new_visit(
        visit,
        visit_url=addresses.of_trainer(trainer, now=now, page=f"/t/visits/{visit.reference}"),
        drive=_drive(visit, trainer),
        answers=briefings.answers(visit),
        now=now,
    )
    _to_trainer(visit, trainer, message, act=act, now=now, series="visit", true_while=(VisitState.CONFIRMED,))
    _trainer_days(visit, trainer, act=act, now=now)


def _changed_visit(visit: Visit, was: Was, *, act: Act | None, now: datetime) -> None:
    trainer = visit.trainer
    assert trainer is not None, "a confirmed visit has a trainer"
    message = to_trainer.changed_visit(
        visit,
        was_day=was.day,
        was_half=was.half,
        visit_url=addresses.of_trainer(trainer, now=now, page=f"/t/visits/{visit.reference}"),
        drive=_drive(visit, trainer),
        answers=briefings.answers(visit),
        now=now,
    )
    _to_trainer(visit, trainer, message, act=act, now=now, series="visit", true_while=(VisitState.CONFIRMED,))
    _trainer_days(visit, trainer, act=act, now=now)


def _firm_days(visit: Visit, *, act: Act | None, now: datetime) -> None:
    """An invitation, or its end, for the second and later days: a mail holds one event."""
    for day in range(2, len(say.sessions(visit)) + 1):
        message = business.invitation(visit, day=day, manage_url=addresses.of_visit(visit, now=now), now=now)
        _to_firm(visit, message, act=act, now=now, series=f"day{day}")


def _trainer_days(visit: Visit, trainer: Trainer, *, act: Act | None, now: datetime) -> None:
    if trainer.wants_feed:
        return
    url = addresses.of_trainer(trainer, now=now, page=f"/t/visits/{visit.reference}")
    for day in range(2, len(say.sessions(visit)) + 1):
        message = to_trainer.invitation(visit, to=trainer, day=day, visit_url=url, now=now)
        _to_trainer(visit, trainer, message, act=act, now=now, series=f"day{day}_{trainer.id}")


def _drive(visit: Visit, trainer: Trainer) -> Drive | None:
    return drives(trainer, [visit], day=visit.first_day)[0]


def _to_firm(
    visit: Visit,
    message: Message,
    *,
    act: Act | None = None,
    now: datetime,
    series: str = "",
    true_while: tuple[VisitState, ...] = (),
) -> None:
    """Nothing is mailed to an address that looks like a machine's until a person has looked."""
    if visit.enquiry is None or not visit.enquiry.suspicion:
        _put(visit, message, f"{series or message.kind}:business", act=act, now=now, true_while=true_while)


def _to_trainer(
    visit: Visit,
    trainer: Trainer,
    message: Message,
    *,
    act: Act | None = None,
    now: datetime,
    series: str = "",
    true_while: tuple[VisitState, ...] = (),
) -> None:
    key = f"{series or message.kind}:trainer"
    _put(visit, message, key, act=act, now=now, true_while=true_while, trainer=trainer)


def _to_staff(visit: Visit, message: Message, *, role: str, act: Act | None = None, now: datetime) -> None:
    _put(visit, message, f"{message.kind}_{role}:staff", act=act, now=now)


def _put(
    visit: Visit,
    message: Message,
    key: str,
    *,
    act: Act | None,
    now: datetime,
    true_while: tuple[VisitState, ...] = (),
    trainer: Trainer | None = None,
) -> None:
    outbox.put(
        message,
        key=f"visit:{visit.id}:{key}",
        version=visit.version,  # every change of a visit is another mail
        now=now,
        visit=visit,
        trainer=trainer,
        act=act,
        delay=act is not None,
        true_while=true_while,
    )


def _readers(visit: Visit) -> Iterator[tuple[str, Addressee]]:
    """The office, and the enquiry's owner where that is somebody else."""
    office = Person(settings().mail.reply_to_name, settings().mail.reply_to)
    yield "office", office
    owner = visit.enquiry.owner if visit.enquiry else None
    if owner and owner.email.lower() != office.email.lower():
        yield "owner", owner


def _as_proposed(visit: Visit) -> Visit:
    """The visit as it would be on its proposed date: for reading only, in no session."""
    columns = {column.key: getattr(visit, column.key) for column in Visit.__mapper__.columns}
    proposed = {"first_day": visit.proposed_day, "first_half": visit.proposed_half}
    return Visit(
        **{**columns, **proposed},
        course=visit.course,
        enquiry=visit.enquiry,
        firm=visit.firm,
        site=visit.site,
        contact=visit.contact,
        trainer=visit.proposed_trainer,
    )

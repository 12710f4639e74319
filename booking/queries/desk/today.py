"""What needs a person now, most pressing first, in a constant number of statements."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache

from sqlalchemy import Select, bindparam, select
from sqlalchemy.orm import defer, joinedload

from booking.db import db
from booking.domain.desk.needs import Kind, Need, moment
from booking.domain.post import MailState
from booking.domain.text import suggested_email
from booking.domain.words import near_day
from booking.models import Absence, Enquiry, HistoryEntry, Mail, Schedule, Trainer, Visit, VisitSlot
from booking.queries.desk import enquiry_needs, piles, visit_needs
from booking.queries.desk.piles import Desk, Pile
from booking.queries.desk.placing import next_ones
from booking.queries.desk.visit_needs import Around
from booking.queries.visits import PARTIES

MOST = 10  # of a pile on Today: the rest is one link away

REFUSALS = ("declined", "no answer")


@dataclass(frozen=True, slots=True)
class Today:
    """The list, and how many of each pile did not fit on it."""

    needs: Sequence[Need]
    more: Mapping[Pile, int]


def needs(now: datetime) -> Sequence[Need]:
    """All of the list at once: for the morning mail."""
    return today(piles.desk(now), now=now).needs


def today(desk: Desk, *, now: datetime) -> Today:
    """At most 12 statements, and 9 more while somebody has no trainer; empty piles are not read."""
    found = [need for pile in Pile if desk.piles[pile] for need in _READERS[pile](now)]
    if desk.is_worker_silent:
        found.append(_worker(desk, now))
    found.sort(key=lambda need: need.rank(now))
    return Today(found, {pile: height - MOST for pile, height in desk.piles.items() if height > MOST})


def _unsettled(now: datetime) -> Iterator[Need]:
    rows = _visits(Pile.UNSETTLED, now)
    around = Around(now, refusals(rows), next_ones([row for row in rows if _is_unplaced(row)], now=now))
    yield from (need for visit in rows if (need := visit_needs.settling(visit, around)))


def _is_unplaced(visit: Visit) -> bool:
    return visit.trainer_id is None and visit.proposed_day is None


def refusals(visits: Sequence[Visit]) -> dict[int, HistoryEntry]:
    """The last no or silence about each of these visits, by visit id."""
    entries = select(HistoryEntry).where(
        HistoryEntry.visit_id.in_([visit.id for visit in visits]), HistoryEntry.act.in_(REFUSALS)
    )
    return {entry.visit_id or 0: entry for entry in db.session.scalars(entries.order_by(HistoryEntry.id))}


def _addresses(now: datetime) -> Iterator[Need]:
    for visit in _visits(Pile.ADDRESSES, now):
        yield visit_needs.to_ring(visit, Around(now))


def _over(now: datetime) -> Iterator[Need]:
    for visit in _visits(Pile.OVER, now):
        yield visit_needs.over(visit, Around(now))


def _unread(now: datetime) -> Iterator[Need]:
    for visit in _visits(Pile.UNREAD, now):
        yield visit_needs.unread(visit, Around(now))


def _absences(now: datetime) -> Iterator[Need]:
    visits = {visit.id: visit for visit in _visits(Pile.ABSENCES, now)}
    rows = db.session.execute(_AWAY, {"visits": list(visits)})
    first = {visit_id: (absence, trainer) for visit_id, absence, trainer in rows}
    yield from (visit_needs.clash(visits[visit_id], *clash, Around(now)) for visit_id, clash in first.items())


_AWAY = (
    select(VisitSlot.visit_id, Absence, Trainer)
    .join(Absence, piles.over_slot())
    .join(Trainer, Trainer.id == Absence.trainer_id)
    .where(VisitSlot.visit_id.in_(bindparam("visits", expanding=True)))
    .order_by(VisitSlot.slot.desc(), Absence.id)
)


def _suspects(now: datetime) -> Iterator[Need]:
    yield from map(enquiry_needs.held_back, _enquiries(Pile.SUSPECTS, now))


def _to_answer(now: datetime) -> Iterator[Need]:
    yield from map(enquiry_needs.to_answer, _enquiries(Pile.ENQUIRIES, now))


def _steps(now: datetime) -> Iterator[Need]:
    yield from map(enquiry_needs.planned, _enquiries(Pile.STEPS, now))


def _mails(now: datetime) -> Iterator[Need]:
    rows = select(Mail).where(Mail.state == MailState.FAILED).options(defer(Mail.text), defer(Mail.html))
    for mail in db.session.scalars(rows.order_by(Mail.due_at, Mail.id).limit(MOST)):
        meant = suggested_email(mail.to_address)
        guess = f" Did they mean {meant}?" if meant else ""
        yield Need(
            Kind.MAIL,
            f"Mend the address {mail.to_address}",
            f"{mail.to_name}: “{mail.subject}”. {mail.error.rstrip('.')}.{guess}",
            since=mail.due_at,
            mail_id=mail.id,
        )


def _weeks(now: datetime) -> Iterator[Need]:
    rows = db.session.execute(
        select(Schedule, Trainer)
        .join(Trainer, Trainer.id == Schedule.trainer_id)
        .where(Schedule.id.in_(piles.ids(Pile.WEEKS)))
        .order_by(Schedule.monday, Schedule.id)
        .limit(MOST),
        piles.at(now),
    )
    for schedule, trainer in rows:
        title = f"Ring {trainer.name}: no “Got it” for the week from {near_day(schedule.monday)}"
        yield Need(
            Kind.UNREAD_WEEK,
            title,
            "The email went out more than 48 hours ago.",
            trainer_id=trainer.id,
            who=trainer.name,
        )


def _worker(desk: Desk, now: datetime) -> Need:
    last = (
        f"Its last sign of life was at {moment(desk.beat_at, now=now)}." if desk.beat_at else "It has never run here."
    )
    why = f"{last} Nothing is lost: what waits goes out as soon as it runs again."
    return Need(Kind.WORKER, "Start the worker: no email goes out", why, since=desk.beat_at)


def _visits(pile: Pile, now: datetime) -> Sequence[Visit]:
    return db.session.scalars(_first_visits(pile), piles.at(now)).all()


def _enquiries(pile: Pile, now: datetime) -> Sequence[Enquiry]:
    return db.session.scalars(_first_enquiries(pile), piles.at(now)).all()


def in_words(rows: Select[Visit]) -> Select[Visit]:
    """With all that these sentences tell of a visit."""
    return rows.options(*PARTIES, joinedload(Visit.enquiry), joinedload(Visit.proposed_trainer))


@cache
def _first_visits(pile: Pile) -> Select[Visit]:
    """The first of a pile, what has no day last."""
    first = {Pile.UNSETTLED: Visit.promised_at, Pile.ADDRESSES: Visit.ended_at}.get(pile, Visit.first_day)
    rows = piles.ids(pile).with_only_columns(Visit).order_by(first.nulls_last(), Visit.id)
    return in_words(rows.limit(MOST))


@cache
def _first_enquiries(pile: Pile) -> Select[Enquiry]:
    """Found and put in order by id, before the rest of them is read."""
    order = Enquiry.next_on if pile is Pile.STEPS else Enquiry.due_at, Enquiry.id
    ids = piles.ids(pile).order_by(*order).limit(MOST)
    told = joinedload(Enquiry.firm), joinedload(Enquiry.contact), joinedload(Enquiry.owner)
    return select(Enquiry).where(Enquiry.id.in_(ids)).options(*told).order_by(*order)


_READERS = {
    Pile.UNSETTLED: _unsettled,
    Pile.ADDRESSES: _addresses,
    Pile.SUSPECTS: _suspects,
    Pile.ENQUIRIES: _to_answer,
    Pile.STEPS: _steps,
    Pile.MAILS: _mails,
    Pile.ABSENCES: _absences,
    Pile.OVER: _over,
    Pile.UNREAD: _unread,
    Pile.WEEKS: _weeks,
}

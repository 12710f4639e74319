"""What a visit needs from a person, in words: by how its trainer stands, or what became of it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime

from booking.domain.desk.needs import Kind, Need, excerpt, moment, part_words
from booking.domain.lifecycle import TrainerAnswer, VisitState
from booking.domain.matching.shortlist import Match
from booking.domain.words import drive_words, near_day
from booking.models import Absence, HistoryEntry, Trainer, Visit


@dataclass(frozen=True, slots=True)
class Around:
    """What was read beside the visits, by their ids: the last no or silence, and who could be asked next."""

    now: datetime
    refusals: Mapping[int, HistoryEntry] = field(default_factory=dict)
    next_ones: Mapping[int, Match] = field(default_factory=dict)


def settling(visit: Visit, around: Around) -> Need | None:
    """What is to be done until its trainer is settled; None: an answer is awaited, and nothing is late."""
    trainer = visit.proposed_trainer if visit.proposed_day else visit.trainer
    if trainer is None:
        return _unplaced(visit, around)
    if visit.trainer_answer is TrainerAnswer.ACCEPTED:
        return _to_confirm(visit, trainer, around) if visit.state is VisitState.REQUESTED else None
    if visit.trainer_answer is TrainerAnswer.ASKED:
        return _awaited(visit, trainer, around)
    return None


def to_ring(visit: Visit, around: Around) -> Need:
    """A request whose address nobody confirmed."""
    assert visit.enquiry, "a request has one"
    assert visit.contact, "and somebody who sent it"
    return _need(
        Kind.ADDRESS,
        visit,
        title=f"Ring {visit.contact.name} of {whom(visit)}: the address is not confirmed",
        why=f"{facts(visit)} The date is free again; it is tried again when you press.",
        due_at=visit.enquiry.due_at,
    )


def clash(visit: Visit, absence: Absence, trainer: Trainer, around: Around) -> Need:
    """A trainer who is away on the day of a visit: somebody else is to be found, or has been asked already."""
    named = {"leave": "leave", "sick": "illness"}.get(absence.kind, "absence")
    added = f"The {named} was put in at {moment(absence.created_at, now=around.now)}."
    other = visit.proposed_trainer
    if other and visit.is_swap and visit.trainer_answer is TrainerAnswer.ASKED:
        return _need(
            Kind.WAITING,
            visit,
            title=f"Ring {other.name}: asked to go to {whom(visit)} for {trainer.name}, who is away",
            why=f"{facts(visit)} {added}",
            due_at=visit.answer_due_at,
            trainer=other,
            before=visit.first_day,
        )
    return _need(
        Kind.ABSENCE,
        visit,
        title=f"Find another trainer: {trainer.name} is away on {near_day(visit.first_day)}",
        why=f"{facts(visit, with_whom=True)} {added}",
        since=absence.created_at,
        before=visit.first_day,
    )


def over(visit: Visit, around: Around) -> Need:
    """A visit without a report, or one that did not happen."""
    trainer = visit.trainer
    if visit.took_place is False:
        return _need(
            Kind.MISSED,
            visit,
            title=f"Move or cancel the visit to {whom(visit)}: it did not take place",
            why=" ".join(part for part in (facts(visit), excerpt(visit.report)) if part),
            since=visit.reported_at,
        )
    return _need(
        Kind.REPORT,
        visit,
        title=f"Ask {trainer.name if trainer else 'the trainer'} how {whom(visit)} went",
        why=f"{facts(visit)} No report has come.",
        trainer=trainer,
    )


def unread(visit: Visit, around: Around) -> Need:
    """A confirmed visit that its trainer has not read."""
    assert visit.trainer, "a confirmed visit has one"
    return _need(
        Kind.UNREAD,
        visit,
        title=f"Ring {visit.trainer.name}: no “Got it” for {whom(visit)}",
        why=f"{facts(visit)} The email went out more than 48 hours ago.",
        trainer=visit.trainer,
        since=visit.confirmed_at,
        before=visit.first_day,
    )


def whom(visit: Visit) -> str:
    """ "Acme Joinery, Exeter"."""
    return ", ".join(name for name in (visit.firm and visit.firm.name, visit.site and visit.site.town) if name)


def facts(visit: Visit, *, with_whom: bool = False) -> str:
    """ "TSW-7F3K-Q2MX, Wednesday 17 March, all day." """
    parts = [visit.reference, near_day(visit.first_day), part_words(visit.first_half, visit.half_days)]
    return f"{', '.join([*parts, whom(visit)] if with_whom else parts)}."


def _unplaced(visit: Visit, around: Around) -> Need:
    match = around.next_ones.get(visit.id)
    said = [facts(visit), _refusal(visit, around)]
    if match:
        drive = f": {drive_words(match.minutes)} away" if match.minutes is not None else ""
        said.append(f"{match.name} is free{drive}.")
    elif visit.proposed_day:
        said.append(
            f"It stays on {near_day(visit.first_day)} until somebody says yes to {near_day(visit.proposed_day)}."
        )
    else:
        said.append("Nobody else with that day free can go without breaking a rule.")
    return _need(
        Kind.UNPLACED,
        visit,
        title=f"Find a trainer for {whom(visit)}",
        why=" ".join(part for part in said if part),
        due_at=visit.promised_at,
        trainer_id=match.trainer_id if match else 0,
        who=match.name if match else "",
    )


def _to_confirm(visit: Visit, trainer: Trainer, around: Around) -> Need:
    yes = f"{trainer.name} said yes"
    at = f" at {moment(visit.answered_at, now=around.now)}" if visit.answered_at else ""
    return _need(
        Kind.CONFIRM,
        visit,
        title=f"Confirm the visit for {whom(visit)}",
        why=f"{facts(visit)} {yes}{at}.",
        due_at=visit.promised_at,
        trainer=trainer,
    )


def _awaited(visit: Visit, trainer: Trainer, around: Around) -> Need | None:
    refusal = _refusal(visit, around) if visit.passed_over else ""
    until = f" and has until {moment(visit.answer_due_at, now=around.now)}" if visit.answer_due_at else ""
    is_due = visit.promised_at is not None and _is_near(visit.promised_at, around.now)
    if not refusal and not is_due:
        return None
    title = f"{trainer.name} is asked now for {whom(visit)}" if refusal else f"Ring {trainer.name} about {whom(visit)}"
    return _need(
        Kind.TURNED_DOWN if refusal else Kind.WAITING,
        visit,
        title=title,
        why=" ".join(part for part in (facts(visit), refusal, f"{trainer.name} is asked{until}.") if part),
        due_at=visit.promised_at,
        trainer=trainer,
    )


def _is_near(at: datetime, now: datetime) -> bool:
    """Whether a promise is late, or due before midnight."""
    need = Need(Kind.WAITING, "", "", due_at=at)
    return need.is_late(now) or need.is_due_today(now)


def _refusal(visit: Visit, around: Around) -> str:
    """Who said no or nothing last, when, and what they wrote."""
    entry = around.refusals.get(visit.id)
    if entry is None:
        return ""
    said = f"{entry.words} ({moment(entry.at, now=around.now)})"
    return f"{said}: {excerpt(entry.reason)}" if entry.reason else f"{said}."


def _need(
    kind: Kind,
    visit: Visit,
    *,
    title: str,
    why: str,
    due_at: datetime | None = None,
    since: datetime | None = None,
    before: date | None = None,
    trainer: Trainer | None = None,
    trainer_id: int = 0,
    who: str = "",
) -> Need:
    return Need(
        kind,
        title,
        why,
        due_at=due_at,
        since=since,
        before=before,
        visit_id=visit.id,
        reference=visit.reference,
        enquiry_id=visit.enquiry_id or 0,
        trainer_id=trainer.id if trainer else trainer_id,
        who=trainer.name if trainer else who,
        version=visit.version,
    )

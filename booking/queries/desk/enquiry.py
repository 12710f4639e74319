"""One enquiry as its page shows it: what was told, the answers, visits, mails, what happened, what was before."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import joinedload, selectinload

from booking.db import db
from booking.domain.desk.needs import Need
from booking.domain.diagnostic.context import Trigger
from booking.domain.diagnostic.instrument import INSTRUMENTS, Instrument, Scale
from booking.domain.diagnostic.story import Story
from booking.domain.errors import NotFound
from booking.domain.lifecycle import OPEN_ENQUIRIES, EnquiryState, VisitState
from booking.models import Enquiry, Firm, HistoryEntry, Note, Response, Result, Visit
from booking.queries.desk import enquiry_needs, visit_needs
from booking.queries.desk.placing import next_ones
from booking.queries.desk.today import in_words, refusals
from booking.queries.desk.visit_needs import Around

LONGEST_STORY = 200  # lines of history on one page
EARLIER = 10
NOTED = "noted"  # told by the note itself


@dataclass(frozen=True, slots=True)
class Given:
    """One answer, in a table's short words; `code` is None for "not sure"."""

    short: str
    code: int | None
    words: str


@dataclass(frozen=True, slots=True)
class Told:
    """Stored answers and result, never scored again: each side hardest first; what made them look, what matters."""

    story: Story
    sides: Sequence[tuple[Scale, Sequence[Given]]]
    triggers: Sequence[str]
    picks: Sequence[str]
    minutes: int | None  # from the first question to the last
    scored_at: datetime
    scorer: str


@dataclass(frozen=True, slots=True)
class Moment:
    """One line of the timeline; `note` is what a colleague wrote."""

    at: datetime
    who: str
    words: str
    note: str = ""


@dataclass(frozen=True, slots=True)
class Twin:
    """A firm that is probably the same, with what it has had from us."""

    firm: Firm
    enquiries: int
    visits: int


def page(enquiry_id: int) -> Enquiry:
    """With all that the page tells of it. 5 statements, 3 more with answers. Raises NotFound."""
    answers = joinedload(Enquiry.result).joinedload(Result.response).selectinload(Response.answers)
    found = db.session.scalars(
        select(Enquiry)
        .filter_by(id=enquiry_id)
        .options(
            joinedload(Enquiry.firm),
            joinedload(Enquiry.contact),
            joinedload(Enquiry.course),
            joinedload(Enquiry.owner),
            selectinload(Enquiry.windows),
            selectinload(Enquiry.notes).joinedload(Note.staff),
            answers,
        )
        .execution_options(populate_existing=True)
    ).one_or_none()
    if found is None:
        raise NotFound("We cannot find that enquiry")
    return found


def told(enquiry: Enquiry) -> Told | None:
    """What the diagnostic has of it, from what was stored."""
    result = enquiry.result
    if result is None:
        return None
    response, instrument = result.response, INSTRUMENTS[result.instrument]
    finished = response.finished_at or response.updated_at
    return Told(
        Story.from_json(result.story),
        sides=[(scale, _side(response, instrument, scale)) for scale in Scale],
        triggers=[*(Trigger(each).label for each in response.triggers.split(",") if each), *_other(response)],
        picks=[instrument.question(each).short for each in response.picks.split(",") if each],
        minutes=round((finished - response.started_at).total_seconds() / 60) or None,
        scored_at=result.created_at,
        scorer=result.scorer,
    )


def visits(enquiry: Enquiry, *, now: datetime) -> Sequence[tuple[Visit, Need | None]]:
    """Its visits, the newest first, each with what it needs from a person. At most 11 statements."""
    rows = db.session.scalars(in_words(select(Visit).filter_by(enquiry_id=enquiry.id).order_by(Visit.id.desc()))).all()
    lost = [row for row in rows if row.state is VisitState.REQUESTED and row.trainer_id is None]
    around = Around(now, refusals(rows) if rows else {}, next_ones(lost, now=now))
    return [(row, _need(row, around)) for row in rows]


def need(enquiry: Enquiry, found: Sequence[tuple[Visit, Need | None]]) -> Need | None:
    """What the enquiry itself needs; None while a visit stands for it."""
    if enquiry.suspicion and enquiry.state is EnquiryState.NEW:
        return enquiry_needs.held_back(enquiry)
    underway = any(visit.state in (VisitState.REQUESTED, VisitState.CONFIRMED) for visit, _ in found)
    if enquiry.state is EnquiryState.NEW and not underway and not any(need for _, need in found):
        return enquiry_needs.to_answer(enquiry)
    return None


def timeline(enquiry: Enquiry) -> Sequence[Moment]:
    """What happened, the newest first, notes among it. 1 statement."""
    entries = select(HistoryEntry).where(HistoryEntry.enquiry_id == enquiry.id, HistoryEntry.act != NOTED)
    rows = db.session.scalars(entries.order_by(HistoryEntry.id.desc()).limit(LONGEST_STORY))
    happened = [Moment(row.at, row.actor_name, row.words, row.reason) for row in rows]
    notes = [Moment(note.created_at, note.staff.name, "Note", note.text) for note in enquiry.notes]
    return sorted([*happened, *notes], key=lambda each: each.at, reverse=True)


def earlier(firm_ids: Sequence[int], *, but: int) -> Sequence[Enquiry]:
    """Other enquiries of these firms, the newest first. 1 statement."""
    rows = select(Enquiry).where(Enquiry.firm_id.in_(firm_ids), Enquiry.id != but)
    rows = rows.options(joinedload(Enquiry.firm), joinedload(Enquiry.contact), joinedload(Enquiry.course))
    return db.session.scalars(rows.order_by(Enquiry.created_at.desc(), Enquiry.id.desc()).limit(EARLIER)).all()


def twins(firms: Sequence[Firm]) -> Sequence[Twin]:
    """These firms with what each has had. 1 statement, none for none."""
    if not firms:
        return ()
    rows = db.session.execute(
        select(
            Firm.id,
            select(func.count(Enquiry.id)).where(Enquiry.firm_id == Firm.id).correlate(Firm).scalar_subquery(),
            select(func.count(Visit.id)).where(Visit.firm_id == Firm.id).correlate(Firm).scalar_subquery(),
        ).where(Firm.id.in_([firm.id for firm in firms]))
    )
    counted = {firm_id: (enquiries, held) for firm_id, enquiries, held in rows}
    return [Twin(firm, *counted[firm.id]) for firm in firms]


def _need(visit: Visit, around: Around) -> Need | None:
    if visit.state in (VisitState.REQUESTED, VisitState.CONFIRMED) and visit.address_confirmed_at:
        return visit_needs.settling(visit, around)
    is_open = visit.enquiry is not None and visit.enquiry.state in OPEN_ENQUIRIES
    if visit.state is VisitState.EXPIRED and is_open and not visit.address_confirmed_at:
        return visit_needs.to_ring(visit, around)
    return None


def _side(response: Response, instrument: Instrument, scale: Scale) -> Sequence[Given]:
    codes = {answer.item: answer.code for answer in response.answers}
    questions = [each for each in instrument.questions if each.scale is scale and each.id in codes]
    hardest = sorted(questions, key=lambda each: -1 if (code := codes[each.id]) is None else code, reverse=True)
    return [Given(each.short, codes[each.id], _words(instrument, codes[each.id])) for each in hardest]


def _words(instrument: Instrument, code: int | None) -> str:
    return "Not sure" if code is None else instrument.options[code].label


def _other(response: Response) -> Sequence[str]:
    return [response.trigger_other] if response.trigger_other else []

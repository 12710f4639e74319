"""The list of visits, with its filters in the address; the same list as a file."""

from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from typing import Any

from flask import Response, render_template, request

from booking import clock
from booking.domain.desk.finding import sought
from booking.domain.desk.paging import turned
from booking.domain.errors import Refused
from booking.domain.lifecycle import TrainerAnswer, VisitState
from booking.domain.places import County
from booking.domain.words import parse_day
from booking.queries.desk import agenda
from booking.queries.desk.agenda import NOBODY, Wanted
from booking.web.filters import phone_words
from booking.web.staff import lists, pages
from booking.web.staff.lists import member, number

KEPT = ("state", "answer", "trainer", "county", "week", "report", "q")
ANSWERS = {
    TrainerAnswer.UNASKED: "Not asked yet",
    TrainerAnswer.ASKED: "Asked",
    TrainerAnswer.ACCEPTED: "Said yes",
    TrainerAnswer.DECLINED: "Said no",
    TrainerAnswer.SILENT: "Did not answer",
}
STATES = [each for each in VisitState if each not in (VisitState.HELD, VisitState.OFFERED)]
COLUMNS = (
    *("Reference", "State", "Day", "Half-days", "Course", "Firm", "Town", "Postcode", "County", "Contact", "Email"),
    *("Phone", "People", "Trainer", "Answer", "Net pounds", "VAT percent", "Fee pounds"),
)


@pages.get("/visits")
def visits() -> str:
    now, wanted = clock.now(), read(request.args)
    counts = agenda.counts()
    height = agenda.height(wanted, counts, now=now)
    page, last = turned(number("page"), height=height, size=agenda.PAGE)
    return render_template(
        "staff/visits.html",
        rows=agenda.listed(wanted, now=now, page=page),
        wanted=wanted,
        counts=counts,
        height=height,
        page=page,
        last=last,
        states=STATES,
        answers=ANSWERS,
        week=request.args.get("week", ""),
        trainers=agenda.trainers(),
        counties=County,
        is_filtered=wanted != Wanted(state=wanted.state),
        here=here,
    )


@pages.get("/visits.csv")
def visits_csv() -> Response:
    """Every row of the list on screen, in its order."""
    rows = agenda.everything(read(request.args), now=clock.now())
    return lists.as_file("visits", COLUMNS, map(cells, rows))


def cells(row: Any) -> Iterator[str]:
    """One visit in the order of COLUMNS."""
    yield from (row.reference, row.state, str(row.first_day), str(row.half_days), row.course.title, row.firm.name)
    yield from (row.site.town, row.site.postcode, row.county.label, row.contact.name, row.contact.email)
    yield from (phone_words(row.contact.phone), str(row.people or ""), row.trainer.name if row.trainer else "")
    yield from (row.trainer_answer, f"{row.price_pence / 100:.2f}", str(row.vat_percent), f"{row.fee_pence / 100:.2f}")


def read(args: Mapping[str, str]) -> Wanted:
    """The filters in an address; what is none of ours is left out."""
    trainer = args.get("trainer", "")
    return Wanted(
        state=member(VisitState, args.get("state")),
        answer=member(TrainerAnswer, args.get("answer")),
        trainer=NOBODY if trainer == "none" else number("trainer"),
        county=member(County, args.get("county")),
        monday=monday(args.get("week", "")),
        no_report=args.get("report") == "missing",
        text=sought(args.get("q", "")).text,
    )


def monday(typed: str) -> date | None:
    """The Monday of a week named by any of its days, typed as a person types a day; None for anything else."""
    try:
        day = parse_day(typed, today=clock.today())
        sunday = day + timedelta(days=6 - day.weekday())  # the last week of the calendar has none
        return sunday - timedelta(days=6)
    except (Refused, OverflowError):
        return None


def here(endpoint: str = "staff.visits", /, **changes: str | int | None) -> str:
    """This list's address with some of it changed; another filter starts at its first page."""
    return lists.address(endpoint, KEPT, **changes)

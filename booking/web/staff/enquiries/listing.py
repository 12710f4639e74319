"""The pipeline: a list with its filters in the address, and the same list as a file."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from flask import Response, render_template, request

from booking import clock
from booking.domain.days import london_time
from booking.domain.desk.finding import sought
from booking.domain.desk.paging import turned
from booking.domain.lifecycle import EnquiryReason, EnquiryState
from booking.domain.places import County
from booking.queries import staff as colleagues
from booking.queries.desk import pipeline
from booking.queries.desk.pipeline import NOBODY, Due, Sort, Wanted
from booking.web.filters import phone_words
from booking.web.staff import lists, pages
from booking.web.staff.enquiries import words
from booking.web.staff.lists import member, number

KEPT = ("state", "owner", "county", "reason", "due", "held", "q", "sort")
ALL = "all"


@dataclass(frozen=True, slots=True)
class Chosen:
    """One filter that is set, in words, and the list without it."""

    words: str
    without: str


@pages.get("/enquiries")
def enquiries() -> str:
    now, wanted = clock.now(), read(request.args)
    counts = pipeline.counts(wanted, now=now)
    height = pipeline.height(wanted, counts)
    page, last = turned(number("page"), height=height, size=pipeline.PAGE)
    owners = colleagues.everyone()
    return render_template(
        "staff/enquiries.html",
        rows=pipeline.listed(wanted, page=page, now=now),
        wanted=wanted,
        counts=counts,
        height=height,
        page=page,
        last=last,
        first_row=(page - 1) * pipeline.PAGE + 1,
        owners=owners,
        chosen=chosen(wanted, {row.id: row.name for row in owners}),
        words=words,
        counties=County,
        now=now,
        here=here,
    )


@pages.get("/enquiries.csv")
def enquiries_csv() -> Response:
    """Every row of the list on screen, page by page or not, in its order."""
    rows = pipeline.everything(read(request.args), now=clock.now())
    return lists.as_file("enquiries", COLUMNS, map(cells, rows))


COLUMNS = (
    *("Reference", "State", "Lost because", "About", "Firm", "Contact", "Email", "Phone", "County", "Place"),
    *("People", "Course", "Owner", "Received", "Answer due", "Answered", "Next step", "Next step on", "Message"),
)


def cells(row: Any) -> Iterator[str]:
    """One enquiry with its firm, contact, course and owner, in the order of COLUMNS; instants as London shows them."""
    yield from (row.reference, words.STATES[row.state], words.LOST[row.lost_reason] if row.lost_reason else "")
    yield from (words.REASONS[row.reason], row.firm.name, row.contact.name, row.contact.email)
    yield from (phone_words(row.contact.phone), row.county.label if row.county else "", row.place)
    yield from (str(row.people or ""), row.course.title if row.course else "", row.owner.name if row.owner else "")
    for at in (row.created_at, row.due_at, row.answered_at):
        yield f"{london_time(at):%Y-%m-%d %H:%M}" if at else ""
    yield from (row.next_step, str(row.next_on or ""), row.message)


def read(args: Mapping[str, str]) -> Wanted:
    """The filters in an address; what is none of ours is left out."""
    owner = args.get("owner", "")
    return Wanted(
        state=member(EnquiryState, args.get("state")),
        is_all=args.get("state") == ALL,
        owner=NOBODY if owner == "nobody" else number("owner"),
        county=member(County, args.get("county")),
        reason=member(EnquiryReason, args.get("reason")),
        due=member(Due, args.get("due")),
        is_held=args.get("held") == "yes",
        text=sought(args.get("q", "")).text,
        sort=member(Sort, args.get("sort")) or Sort.DUE,
    )


def chosen(wanted: Wanted, names: Mapping[int, str]) -> Sequence[Chosen]:
    """The filters that are set, each with the way to take it off."""
    found = {
        "q": f"“{wanted.text}”" if wanted.text else "",
        "owner": "" if wanted.owner is None else names.get(wanted.owner, "No owner"),
        "county": wanted.county.label if wanted.county else "",
        "reason": words.REASONS[wanted.reason] if wanted.reason else "",
        "due": words.DUE[wanted.due] if wanted.due else "",
        "held": "Held back" if wanted.is_held else "",
    }
    return [Chosen(said, here(**{name: None})) for name, said in found.items() if said]


def here(endpoint: str = "staff.enquiries", /, **changes: str | int | None) -> str:
    """This list's address with some of it changed."""
    return lists.address(endpoint, KEPT, **changes)

"""What an enquiry needs from a person, in words; its firm, contact and owner must be loaded."""

from datetime import datetime

from booking.domain.days import DAY_ENDS, london, london_time
from booking.domain.desk.needs import COMPLAINT_DAYS, Kind, Need, excerpt
from booking.domain.lifecycle import EnquiryReason
from booking.domain.words import near_day
from booking.models import Enquiry


def held_back(enquiry: Enquiry) -> Need:
    """One that looks like a machine's."""
    title = f"Look at what was held back: {enquiry.firm.name}"
    return _need(Kind.SUSPECT, enquiry, title, f"{enquiry.suspicion}. {excerpt(enquiry.message)}")


def to_answer(enquiry: Enquiry) -> Need:
    """A new one that nobody has answered."""
    who = f"{enquiry.contact.name} of {enquiry.firm.name}"
    if enquiry.reason is EnquiryReason.COMPLAINT:
        last = near_day(london_time(enquiry.created_at + COMPLAINT_DAYS).date())
        why = f"{_owner(enquiry)} In writing by {last} at the latest, says the law. {excerpt(enquiry.message)}"
        return _need(Kind.COMPLAINT, enquiry, f"Tell {who} who looks into the complaint", why)
    is_call = enquiry.reason is EnquiryReason.CALL and enquiry.call_band
    title = f"Ring {who}, {enquiry.call_band}" if is_call else f"Answer {who}"
    return _need(Kind.ENQUIRY, enquiry, title, f"{_owner(enquiry)} {excerpt(enquiry.message)}")


def planned(enquiry: Enquiry) -> Need:
    """A next step whose day has come."""
    assert enquiry.next_on, "it has a day"
    due_at = london(enquiry.next_on, DAY_ENDS)
    return _need(Kind.STEP, enquiry, f"{enquiry.firm.name}: {enquiry.next_step}", _owner(enquiry), due_at=due_at)


def _owner(enquiry: Enquiry) -> str:
    return f"Owner: {enquiry.owner.name}." if enquiry.owner else "Nobody has taken it yet."


def _need(kind: Kind, enquiry: Enquiry, title: str, why: str, *, due_at: datetime | None = None) -> Need:
    return Need(
        kind,
        title,
        f"{enquiry.reference}. {why}".strip(),
        due_at=due_at or enquiry.due_at,
        enquiry_id=enquiry.id,
        reference=enquiry.reference,
        owner_id=enquiry.owner_id,
        version=enquiry.version,
    )

"""What needs a person now, as Today, the morning mail and an enquiry's page say it; and how near moments read."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum

from booking.domain.days import DAY_ENDS, Half, london, london_time
from booking.domain.words import clock_words, near_day, wait_words

WORKER_SILENT = timedelta(minutes=5)  # it gives a sign of life each minute
EVE = timedelta(days=1)  # a visit that near, with nobody sure to go, comes before every promise
COMPLAINT_DAYS = timedelta(days=30)  # to acknowledge one: Data (Use and Access) Act 2025


class Kind(StrEnum):
    """Why something is on the list; those without a promise stand in this order, after what is due today."""

    WORKER = "worker"
    CONFIRM = "confirm"
    UNPLACED = "unplaced"
    TURNED_DOWN = "turned_down"
    WAITING = "waiting"
    ADDRESS = "address"
    SUSPECT = "suspect"
    COMPLAINT = "complaint"
    ENQUIRY = "enquiry"
    STEP = "step"
    MAIL = "mail"
    ABSENCE = "absence"
    MISSED = "missed"
    UNREAD = "unread"
    UNREAD_WEEK = "unread_week"
    REPORT = "report"

    @property
    def label(self) -> str:
        """The tag where nothing was promised."""
        return _LABELS.get(self, "To do")


_LABELS = {
    Kind.WORKER: "Mail stands still",
    Kind.MAIL: "Mail failed",
    Kind.ABSENCE: "Clash",
    Kind.MISSED: "Did not happen",
    Kind.UNREAD: "Not read",
    Kind.UNREAD_WEEK: "Week not read",
    Kind.REPORT: "Report due",
    Kind.SUSPECT: "Held back",
    Kind.COMPLAINT: "Complaint",
}
_ORDER = {kind: place for place, kind in enumerate(Kind)}


@dataclass(frozen=True, slots=True)
class Need:
    """One thing for a person to do. `due_at` is the promise; `since` is when it came up, where there is none.

    `before` is the day of a visit to which nobody may come unless it is done. `who` is the trainer the button names;
    `trainer_id` whom it asks or answers for; `version` what the page has seen.
    """

    kind: Kind
    title: str
    why: str
    due_at: datetime | None = None
    since: datetime | None = None
    before: date | None = None
    visit_id: int = 0
    reference: str = ""
    enquiry_id: int = 0
    mail_id: int = 0
    trainer_id: int = 0
    who: str = ""
    owner_id: int | None = None
    version: int = 0

    @property
    def sentence(self) -> str:
        """All of it in one line: for the morning mail."""
        return f"{self.title}. {self.why}".strip()

    def is_late(self, now: datetime) -> bool:
        return self.due_at is not None and self.due_at < now

    def is_due_today(self, now: datetime) -> bool:
        return self.due_at is not None and london_time(self.due_at).date() == london_time(now).date()

    def tag(self, now: datetime) -> str:
        """ "Late", "By 5pm today", or what it is."""
        if self.due_at is None:
            return self.kind.label
        return "Late" if self.is_late(now) else f"By {moment(self.due_at, now=now)}"

    def when(self, now: datetime) -> str:
        """What stands beside the tag: "promised by 5pm Monday", "in 7 hours", "since 9:31am today"."""
        if self.due_at is None:
            return f"since {moment(self.since, now=now)}" if self.since else ""
        if self.is_late(now):
            return f"{'planned for' if self.kind is Kind.STEP else 'promised by'} {moment(self.due_at, now=now)}"
        return f"in {wait_words(int((self.due_at - now).total_seconds()))}" if self.is_due_today(now) else ""

    def is_pressing(self, now: datetime) -> bool:
        """No mail goes out, or nobody is sure to be at a visit of today or tomorrow."""
        return self.kind is Kind.WORKER or (self.before is not None and self.before - london_time(now).date() <= EVE)

    def rank(self, now: datetime) -> tuple[bool, datetime, int, datetime]:
        """What presses first, then the oldest promise, then what nobody promised, by kind and age."""
        tonight = london(london_time(now).date(), DAY_ENDS)
        due = self.due_at or max(tonight, now)
        return not self.is_pressing(now), due, _ORDER[self.kind], self.since or now


def moment(at: datetime, *, now: datetime) -> str:
    """ "9:02am today", "5pm tomorrow", "5pm Monday" in the week around now, else "5pm, Monday 1 March"."""
    local = london_time(at)
    days = (local.date() - london_time(now).date()).days
    near = {-1: "yesterday", 0: "today", 1: "tomorrow"}.get(days)
    clock = clock_words(local.time())
    if near:
        return f"{clock} {near}"
    return f"{clock} {local:%A}" if abs(days) < 6 else f"{clock}, {near_day(local.date())}"


def is_worker_silent(beat_at: datetime | None, *, waiting_since: datetime | None, now: datetime) -> bool:
    """Whether nobody sends the mail: no sign of life for a while, or never one though mail has been due for a while."""
    last = beat_at or waiting_since
    return last is not None and last < now - WORKER_SILENT


def part_words(half: Half, half_days: int) -> str:
    """How much of the day a visit takes: "all day", "morning", "afternoon", "2 days"."""
    if half_days == 1:
        return "morning" if half is Half.AM else "afternoon"
    return "all day" if half_days == 2 else f"{(half_days + 1) // 2} days"


def excerpt(text: str, *, most: int = 140) -> str:
    """The beginning of what somebody wrote, on one line and in quotes; "" for nothing."""
    line = " ".join(text.split())
    if len(line) > most:
        line = f"{line[:most].rsplit(' ', 1)[0]} …"
    return f"“{line}”" if line else ""

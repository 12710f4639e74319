"""Who may open what: staff roles, and the secret links with what each opens and for how long."""

import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum


class Role(StrEnum):
    """Staff may do the work; an admin may also invite colleagues, edit courses, close a trainer's pages or open them
    again, and hand out or erase a person's data."""

    ADMIN = "admin"
    STAFF = "staff"


class Purpose(StrEnum):
    """What a link opens; a link of one purpose never opens another's page."""

    RESULT = "result"  # a stored result, for good
    RESUME = "resume"  # unfinished answers
    CONFIRM = "confirm"  # the button that proves an address
    MANAGE = "manage"  # one visit, by the firm
    TRAINER = "trainer"  # a trainer's pages, after the button behind it
    ENQUIRY = "enquiry"  # what a firm told us on the enquiry form, and what happens next
    FEED = "feed"  # a trainer's private calendar
    INVITE = "invite"  # a colleague's first sign-in
    RESET = "reset"  # a colleague's new password
    DEMO = "demo"  # a button that signs in, only for the person at this machine


RESET_MINUTES = 10
LIFETIMES: dict[Purpose, timedelta | None] = {
    Purpose.RESULT: None,
    Purpose.RESUME: timedelta(days=30),
    Purpose.CONFIRM: timedelta(days=60),
    Purpose.MANAGE: None,
    Purpose.TRAINER: timedelta(days=60),
    Purpose.ENQUIRY: timedelta(days=90),
    Purpose.FEED: None,
    Purpose.INVITE: timedelta(days=3),
    Purpose.RESET: timedelta(minutes=RESET_MINUTES),
    Purpose.DEMO: timedelta(days=1),
}

# How long a sign-in lives: unused, and at the very most.
STAFF_IDLE = timedelta(hours=2)
STAFF_LONGEST = timedelta(hours=12)
TRAINER_LONGEST = timedelta(days=90)
SEEN_EVERY = timedelta(minutes=5)


# Stands for a token in a stored mail: the link's id, and a proof that we wrote it and nobody typed it into a form.
LINK_MARKER = re.compile(r"\[link-(\d{1,9})-[0-9a-f]{16}\]")


class ActorKind(StrEnum):
    """Who can make something happen."""

    BUSINESS = "business"
    STAFF = "staff"
    TRAINER = "trainer"
    WORKER = "worker"


@dataclass(frozen=True, slots=True)
class Actor:
    """Who did it, as the history keeps it. `id` is the staff's or trainer's, 0 for a business and the worker."""

    kind: ActorKind
    id: int
    name: str

    def __str__(self) -> str:
        return f"{self.kind}:{self.id}" if self.id else self.kind.value


@dataclass(frozen=True, slots=True)
class Member:
    """Who is signed in: a colleague with a role, or a trainer, who has none. `sign_in` is the row that lets them in."""

    id: int
    name: str
    email: str
    role: Role | None
    sign_in: int
    seen_at: datetime
    has_codes: bool = False  # signs in with one-time codes

    @property
    def is_admin(self) -> bool:
        return self.role is Role.ADMIN

    @property
    def actor(self) -> Actor:
        """The same person, as the history keeps them."""
        return Actor(ActorKind.STAFF if self.role else ActorKind.TRAINER, self.id, self.name)


WORKER = Actor(ActorKind.WORKER, 0, "The system")

"""Floor 2: the tables. Slim and typed; no rules, no queries, no Flask."""

from booking.models.base import Base, table
from booking.models.courses import Course
from booking.models.diagnostic import Answer, Response, Result
from booking.models.enquiries import Enquiry, Note, Window
from booking.models.firms import Contact, Firm, FirmWord, Site
from booking.models.history import Act, FormKey, HistoryEntry
from booking.models.links import Link
from booking.models.outbox import Heartbeat, Mail
from booking.models.staff import SignIn, Staff
from booking.models.trainers import (
    Absence,
    CalendarDay,
    OutcodePair,
    Schedule,
    Trainer,
    TrainerBar,
    TrainerCounty,
    TrainerCourse,
    TrainerHours,
)
from booking.models.visits import Draft, Visit, VisitSlot

__all__ = [
    "Absence",
    "Act",
    "Answer",
    "Base",
    "CalendarDay",
    "Contact",
    "Course",
    "Draft",
    "Enquiry",
    "Firm",
    "FirmWord",
    "FormKey",
    "Heartbeat",
    "HistoryEntry",
    "Link",
    "Mail",
    "Note",
    "OutcodePair",
    "Response",
    "Result",
    "Schedule",
    "SignIn",
    "Site",
    "Staff",
    "Trainer",
    "TrainerBar",
    "TrainerCounty",
    "TrainerCourse",
    "TrainerHours",
    "Visit",
    "VisitSlot",
    "Window",
    "table",
]

"""What tells about a person, and what stands there afterwards: the one list that erasing, exporting, purging, the map
in docs/data-protection.md and their tests go by."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import String, case, cast, func, literal, or_

from booking.models.base import Base
from booking.models.diagnostic import Response
from booking.models.enquiries import Enquiry, Note
from booking.models.firms import Contact, Firm, Site
from booking.models.history import Act, HistoryEntry
from booking.models.links import Link
from booking.models.outbox import Mail
from booking.models.staff import SignIn
from booking.models.trainers import Absence, Schedule, Trainer
from booking.models.visits import Draft, Visit

ERASED = "Erased"  # where a page needs a word

# By table, what each column becomes: a value, or an expression over the same row. What is not here stays.
PERSONAL: Mapping[type[Base], Mapping[str, Any]] = {
    Firm: {"name": ERASED, "email_domain": None},
    Site: {"address": ERASED, "town": ERASED, "postcode": ""},
    Contact: {"name": ERASED, "email": "", "phone": "", "wants_marketing": False, "marketing_chosen_at": None},
    Enquiry: {"message": "", "place": "", "next_step": "", "result_id": None},
    Visit: dict.fromkeys(
        (
            *("visitor", "network", "answer_note", "room", "parking", "access_needs", "notes"),
            *("fee_waived", "cancel_reason", "report", "firm_comment"),
        ),
        "",
    ),
    Response: {"visitor": "", "trigger_other": "", "resume_email": ""},
    Mail: {
        "to_name": ERASED,
        "to_address": "",
        "subject": func.replace(Mail.kind, "_", " "),
        "text": "",
        "html": "",
        "calendar": None,
        "error": "",
    },
    HistoryEntry: {
        "actor_name": case(
            (or_(HistoryEntry.actor == "business", HistoryEntry.actor.startswith("trainer:")), ERASED),
            else_=HistoryEntry.actor_name,
        ),
        "words": HistoryEntry.act,
        "reason": "",
        "before": "{}",
        "after": "{}",
    },
    Act: {"words": ERASED, "snapshot": "{}", "until_at": Act.created_at},
    Schedule: {"visits": "[]"},
    Trainer: {
        "name": ERASED,
        "email": literal("erased-") + cast(Trainer.id, String),  # it is unique
        "phone": "",
        "home_town": ERASED,
    },
}
# Rows that go as a whole.
GONE: tuple[type[Base], ...] = (Note, Draft, Link, SignIn, Absence)
# Never handed out, not even to the person they are about.
SECRET = frozenset({"token_hash", "nonce"})

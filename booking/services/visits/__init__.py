"""Everything that can happen to a visit: `from booking.services import visits`, then `visits.confirm(…)`."""

from booking.services.firms import Place
from booking.services.visits.acting import asked_start, asked_trainer
from booking.services.visits.answers import accept, actor_of, decline, got_it
from booking.services.visits.asking import ask, ask_next, confirm_address, passed_over
from booking.services.visits.by_firm import rate, send_link
from booking.services.visits.by_staff import book
from booking.services.visits.confirming import confirm
from booking.services.visits.ending import cancel_by_firm, cancel_by_staff, deliver
from booking.services.visits.holds import hold, let_go, renew
from booking.services.visits.moving import keep_date, move_by_firm, move_by_staff
from booking.services.visits.requests import OnTheDay, change_email, release, request
from booking.services.visits.sweeps import expire_due, pass_over_silent, promise_again

__all__ = [
    "OnTheDay",
    "Place",
    "accept",
    "actor_of",
    "ask",
    "ask_next",
    "asked_start",
    "asked_trainer",
    "book",
    "cancel_by_firm",
    "cancel_by_staff",
    "change_email",
    "confirm",
    "confirm_address",
    "decline",
    "deliver",
    "expire_due",
    "got_it",
    "hold",
    "keep_date",
    "let_go",
    "move_by_firm",
    "move_by_staff",
    "pass_over_silent",
    "passed_over",
    "promise_again",
    "rate",
    "release",
    "renew",
    "request",
    "send_link",
]

"""What stands around every staff page: the ways through it with their counts, and the undo bar."""

from collections.abc import Mapping

from flask import g

from booking import clock
from booking.domain.desk.needs import moment
from booking.queries import outbox
from booking.queries.desk import piles
from booking.queries.desk.piles import Desk, Pile
from booking.services import undo
from booking.web.staff import pages
from booking.web.staff.access import current_staff, member_here

WAYS = (
    ("today", "Today"),
    ("enquiries", "Enquiries"),
    ("visits", "Visits"),
    ("planner", "Planner"),
    ("trainers", "Trainers"),
    ("courses_list", "Courses"),
    ("outbox", "Outbox"),
)
COUNTED: Mapping[str, tuple[Pile, ...]] = {
    "enquiries": (Pile.ENQUIRIES, Pile.SUSPECTS, Pile.STEPS),
    "visits": (Pile.UNSETTLED, Pile.ADDRESSES, Pile.OVER),
    "planner": (Pile.ABSENCES,),
    "trainers": (Pile.UNREAD, Pile.WEEKS),
    "outbox": (Pile.MAILS,),
}


def desk() -> Desk:
    """How much needs somebody, counted once a request."""
    if "desk" not in g:
        g.desk = piles.desk(clock.now())
    found: Desk = g.desk
    return found


def rail_counts() -> dict[str, int]:
    """How many things need somebody, by section; what is not named has no number."""
    sections = {name: sum(desk().piles[pile] for pile in of) for name, of in COUNTED.items()}
    return {"today": desk().total, **sections}


def undo_bar() -> tuple[int, str] | None:
    """The id and words of this colleague's latest act that can still be undone, and until when."""
    now = clock.now()
    act = undo.latest(current_staff().id, now=now)
    if act is None:
        return None
    goes_at = outbox.goes_at(act.id)
    until = (
        f"The email goes at {moment(goes_at, now=now)}"
        if goes_at
        else f"You can undo it until {moment(act.until_at, now=now)}"
    )
    return act.id, f"{act.words}. {until}."


@pages.context_processor
def frame() -> dict[str, object]:
    return {
        "me": member_here(),
        "ways": WAYS,
        "rail_counts": rail_counts,
        "undo_bar": undo_bar,
        "moment": lambda at: moment(at, now=clock.now()),
    }

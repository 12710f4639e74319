"""What stands around every staff page: the ways through it with their counts, and the undo bar."""

from flask import current_app

from booking.web.staff import pages
from booking.web.staff.access import member_here

WAYS = (
    ("today", "Today"),
    ("enquiries", "Enquiries"),
    ("visits", "Visits"),
    ("planner", "Planner"),
    ("trainers", "Trainers"),
    ("courses", "Courses"),
    ("outbox", "Outbox"),
)


def rail_counts() -> dict[str, int]:
    """How many things need somebody, by section; what is not named has no number."""
    return {}


def undo_bar() -> tuple[int, str] | None:
    """The id and words of this colleague's latest act that can still be undone."""
    return None


@pages.context_processor
def frame() -> dict[str, object]:
    known = current_app.view_functions
    ways = [(name, words) for name, words in WAYS if f"staff.{name}" in known]
    return {"me": member_here(), "ways": ways, "rail_counts": rail_counts, "undo_bar": undo_bar}

"""Pages for staff: every one behind sign-in."""

from importlib import import_module

from flask import Blueprint, Flask

pages = Blueprint("staff", __name__, url_prefix="/staff")

PARTS = (
    *("access", "account", "colleagues", "finding", "frame", "mailed", "mails", "people", "presses"),
    *("sign_in", "today", "undoing"),
    *("enquiries.listing", "enquiries.page", "enquiries.phoned"),
    *("visits.adding", "visits.bars", "visits.changes", "visits.listing", "visits.page"),
    *("diary.board", "records.courses", "records.trainers"),
)


def register(app: Flask) -> None:
    """Adds these pages to the application, behind Flask-Security."""
    for part in PARTS:
        import_module(f"{__name__}.{part}")
    import_module(f"{__name__}.security").register(app)
    app.register_blueprint(pages)

"""Pages for businesses: open, or opened by a secret link. No account, no script."""

from importlib import import_module

from flask import Blueprint, Flask

pages = Blueprint("business", __name__)

PARTS = (
    *("about", "counties", "courses", "enquire", "find", "result", "start"),
    *("place", "dates", "details", "check"),
    *("visits.sent", "visits.confirm", "visits.manage", "visits.changes", "visits.feedback"),
)


def register(app: Flask) -> None:
    """Adds these pages to the application."""
    for part in PARTS:
        import_module(f"{__name__}.{part}")
    app.register_blueprint(pages)

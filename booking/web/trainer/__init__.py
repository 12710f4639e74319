"""Pages for trainers: opened by a mailed link, then by the cookie behind its button."""

from importlib import import_module

from flask import Blueprint, Flask

pages = Blueprint("trainer", __name__, url_prefix="/t")

PARTS = ("access", "calendars", "days", "visits")


def register(app: Flask) -> None:
    """Adds these pages to the application."""
    for part in PARTS:
        import_module(f"{__name__}.{part}")
    app.register_blueprint(pages)

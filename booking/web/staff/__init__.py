"""Pages for staff: every one behind sign-in."""

from importlib import import_module

from flask import Blueprint, Flask

pages = Blueprint("staff", __name__, url_prefix="/staff")

PARTS: tuple[str, ...] = ()


def register(app: Flask) -> None:
    """Adds these pages to the application."""
    for part in PARTS:
        import_module(f"{__name__}.{part}")
    app.register_blueprint(pages)

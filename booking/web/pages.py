"""What no audience owns: static files with a year to live, the words of the frame, and signs of life."""

from functools import cache
from hashlib import sha256
from pathlib import Path

from flask import Flask, request, url_for
from flask.sessions import SecureCookieSessionInterface, SessionMixin
from sqlalchemy import text

from booking import clock
from booking.db import db
from config import settings

RENEWED = "renewed_on"  # the session's key: the day on which its month began again


class Sessions(SecureCookieSessionInterface):
    """Flask's cookie, for a visitor we remember renewed once a day, and read with one signer for all requests.

    Only with pages: a static file may lie in any cache on the way, for everybody.
    """

    def __init__(self) -> None:
        self.get_signing_serializer = cache(super().get_signing_serializer)  # type: ignore[method-assign]  # same shape

    def should_set_cookie(self, app: Flask, session: SessionMixin) -> bool:
        if request.endpoint == "static":
            return False
        today = clock.today().isoformat()
        if session.permanent and session.get(RENEWED) != today:
            session[RENEWED] = today
        return session.modified


def register(app: Flask) -> None:
    """Adds /healthz, what every template may use, and the session's cookie."""
    app.session_interface = Sessions()
    app.add_url_rule("/healthz", "healthz", healthz)
    app.context_processor(
        lambda: {"company": settings().company, "asset": asset, "path_of": path_of, "settings": settings()}
    )


def healthz() -> tuple[str, int, dict[str, str]]:
    """Alive, and the database answers. Tells nothing else."""
    db.session.execute(text("SELECT 1"))
    return "ok\n", 200, {"Content-Type": "text/plain; charset=utf-8"}


@cache
def asset(name: str) -> str:
    """The address of a static file, with its hash, so that browsers may keep it for a year."""
    content = Path(__file__).parent.parent.joinpath("static", name).read_bytes()
    return url_for("static", filename=name, v=sha256(content).hexdigest()[:12])


@cache
def path_of(endpoint: str) -> str:
    """The address of a page that needs nothing else: for the ways that stand on every page."""
    return url_for(endpoint)

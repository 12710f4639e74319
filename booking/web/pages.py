"""What no audience owns: static files with a year to live, the words of the frame, and signs of life."""

from functools import cache
from hashlib import sha256
from pathlib import Path

from flask import Flask, request, url_for
from flask.sessions import SecureCookieSessionInterface, SessionMixin
from sqlalchemy import text

from booking.db import db
from config import settings


class Sessions(SecureCookieSessionInterface):
    """Flask's cookie, renewed with pages alone: a static file may lie in any cache on the way, for everybody."""

    def should_set_cookie(self, app: Flask, session: SessionMixin) -> bool:
        return request.endpoint != "static" and super().should_set_cookie(app, session)


def register(app: Flask) -> None:
    """Adds /healthz, what every template may use, and the session's cookie."""
    app.session_interface = Sessions()
    app.add_url_rule("/healthz", "healthz", healthz)
    app.context_processor(lambda: {"company": settings().company, "asset": asset, "settings": settings()})


def healthz() -> tuple[str, int, dict[str, str]]:
    """Alive, and the database answers. Tells nothing else."""
    db.session.execute(text("SELECT 1"))
    return "ok\n", 200, {"Content-Type": "text/plain; charset=utf-8"}


def asset(name: str) -> str:
    """The address of a static file, with its hash, so that browsers may keep it for a year."""
    return url_for("static", filename=name, v=fingerprint(name))


@cache
def fingerprint(name: str) -> str:
    return sha256(Path(__file__).parent.parent.joinpath("static", name).read_bytes()).hexdigest()[:12]

"""Whether the database has the tables that this code was written for."""

import sys

from flask import Flask
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from booking.db import db
from config import ROOT

UPGRADE = (sys.executable, "-m", "flask", "--app", "wsgi", "db", "upgrade")


def newest() -> str:
    """The number of the newest migration."""
    return max(file.name.partition("_")[0] for file in (ROOT / "migrations" / "versions").glob("[0-9]*.py"))


def current(app: Flask) -> str:
    """The number of the last migration that ran on the application's database; "" when none has."""
    with app.app_context():
        try:
            return str(db.session.scalar(text("SELECT max(version_num) FROM alembic_version")) or "")
        except DBAPIError:  # no such table
            return ""
        finally:
            db.session.remove()
            db.engine.dispose()  # a server may fork after this


def is_behind(app: Flask) -> bool:
    """A newer database than this code will do: so it is while an upgrade goes round the servers."""
    return current(app) < newest()


def require(app: Flask) -> None:
    """Ends the program, naming what helps, when migrations are missing."""
    if is_behind(app):
        sys.exit(f"The database is behind: migration {newest()} has not run. Run: {' '.join(UPGRADE)}")

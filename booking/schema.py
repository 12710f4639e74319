"""Whether the database has the tables that this code was written for."""

import os
import subprocess
import sys

from flask import Flask
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from booking.db import db
from config import ROOT, settings

UPGRADE = (sys.executable, "-m", "flask", "--app", "wsgi", "db", "upgrade")
QUIETLY = {"PYTHONWARNINGS": "ignore"}  # for a process of ours that somebody at a terminal waits for


def upgrade(url: str) -> None:
    """Runs the migrations that are missing on the database at this address."""
    env = {
        **os.environ,
        "DATABASE_URL": url,
        "INSTANCE_DIR": str(settings().instance),
        "SECRET_KEY": settings().secret_key,
        **QUIETLY,
    }
    done = subprocess.run(UPGRADE, cwd=ROOT, env=env, capture_output=True, text=True, check=False)
    if done.returncode:
        raise RuntimeError(f"the migrations failed: {done.stderr[-2000:]}")


def newest() -> str:
    """The number of the newest migration."""
    return max(file.name.partition("_")[0] for file in (ROOT / "migrations" / "versions").glob("[0-9]*.py"))


def ran() -> str:
    """The number of the last migration that ran on the application's database; "" when none has."""
    try:
        return str(db.session.scalar(text("SELECT max(version_num) FROM alembic_version")) or "")
    except DBAPIError:  # no such table
        db.session.rollback()
        return ""


def current(app: Flask) -> str:
    """The same before anything is served."""
    with app.app_context():
        try:
            return ran()
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

"""Training South West: enquiries and visits. `create_app` is the only place where the parts meet."""

import os

from flask import Flask
from werkzeug.middleware.proxy_fix import ProxyFix

from booking import logs, post_office, redis, worker
from booking.db import csrf, db
from booking.web import business, filters, guards, limits, pages, readiness, staff, trainer
from config import ROOT, Settings


def create_app(settings: Settings) -> Flask:
    """The application on the given settings. Opens no database and starts nothing."""
    app = Flask("booking", root_path=str(ROOT / "booking"), template_folder=str(ROOT / "templates"))
    app.extensions["settings"] = settings
    app.config.update(flask_config(settings))
    if settings.proxy_hops:
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=settings.proxy_hops, x_proto=settings.proxy_hops)  # type: ignore[method-assign]  # as Flask's docs do
    logs.register(app)
    db.init_app(app)
    csrf.init_app(app)
    filters.register(app)
    guards.register(app)
    redis.register(app, settings)
    limits.register(app)
    pages.register(app)
    readiness.register(app)
    business.register(app)
    staff.register(app)
    trainer.register(app)
    post_office.register(app)
    worker.register(app)
    if os.environ.get("FLASK_RUN_FROM_CLI") == "true":  # what only `flask` needs costs a site a second to load
        from flask_migrate import Migrate

        from booking import cli

        cli.register(app)
        Migrate(app, db, directory=str(ROOT / "migrations"))
    return app


def flask_config(settings: Settings) -> dict[str, object]:
    """Flask's and its extensions' own settings."""
    return {
        "SECRET_KEY": settings.secret_key,
        "SQLALCHEMY_DATABASE_URI": settings.database_url,
        "MAX_CONTENT_LENGTH": 256 * 1024,
        "MAX_FORM_PARTS": 500,
        "SESSION_COOKIE_NAME": "session" if settings.is_loopback else "__Host-session",
        "SESSION_COOKIE_SECURE": not settings.is_loopback,
        "SESSION_COOKIE_HTTPONLY": True,
        "SESSION_COOKIE_SAMESITE": "Lax",
        "SEND_FILE_MAX_AGE_DEFAULT": 31_536_000,  # the address carries the file's hash
        "WTF_CSRF_TIME_LIMIT": None,  # a page left open for a day still works
        "WTF_CSRF_SSL_STRICT": False,  # the token is enough; browsers that keep the Referer to themselves may book too
        "WTF_CSRF_CHECK_DEFAULT": False,  # guards.py checks, so that a lapsed form can be shown again, filled in
        "RATELIMIT_ENABLED": settings.rate_limits,
        "TESTING": settings.testing,
    }

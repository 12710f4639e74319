"""The post office: takes due mail to the mail server, or into a folder when there is none (edge)."""

from flask import Flask
from flask_mail import Mail

from config import settings


def register(app: Flask) -> None:
    """Hands our mail settings to Flask-Mail."""
    with app.app_context():
        server = settings().mail
    app.config.update(MAIL_SERVER=server.host, MAIL_PORT=server.port, MAIL_SUPPRESS_SEND=False)
    Mail(app)

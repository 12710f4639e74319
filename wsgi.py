"""The application, as a WSGI server or `flask` finds it. A server does not start on a database that is behind."""

import os

from booking import create_app, logs, schema
from config import from_env

settings = from_env(os.environ)
app = create_app(settings)
if os.environ.get("FLASK_RUN_FROM_CLI") != "true":  # the command that mends it must run
    logs.configure(settings)
    schema.require(app)

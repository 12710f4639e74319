"""The application, as a WSGI server or `flask` finds it. A server does not start on a database that is behind."""

import os

from booking import create_app, schema
from config import from_env

app = create_app(from_env(os.environ))
if os.environ.get("FLASK_RUN_FROM_CLI") != "true":  # the command that mends it must run
    schema.require(app)

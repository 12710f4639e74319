"""The application, as a WSGI server or `flask` finds it."""

import os

from booking import create_app
from config import from_env

app = create_app(from_env(os.environ))

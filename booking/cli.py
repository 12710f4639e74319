"""flask commands (edge)."""

from flask import Flask


def register(app: Flask) -> None:
    """Adds our commands to `flask`."""

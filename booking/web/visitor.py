"""Which browser this is: a random key in the signed session cookie; only its hash reaches the database."""

import secrets
from hashlib import sha256

from flask import request, session


def visitor() -> str:
    """The hash of this browser's key, made on first use."""
    key = session.get("visitor")
    if key is None:
        key = session["visitor"] = secrets.token_urlsafe(16)
    return sha256(str(key).encode()).hexdigest()


def remember() -> None:
    """Keeps this browser's key for a month, so that answers wait for another day."""
    session.permanent = True


def network() -> str:
    """The hash of the address this request comes from: to limit, not to know."""
    return sha256(f"network:{request.remote_addr}".encode()).hexdigest()

"""Which browser this is: a random key in the signed session cookie; only its hash reaches the database."""

import secrets
from hashlib import sha256
from ipaddress import IPv4Address, ip_address, ip_network

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
    """The hash of the network this request comes from: to limit, not to know."""
    return sha256(f"network:{subscriber(request.remote_addr or '')}".encode()).hexdigest()


def subscriber(address: str) -> str:
    """What one subscriber has: an IPv4 address, or the /64 of an IPv6 one, in which any machine may pick another."""
    try:
        found = ip_address(address)
    except ValueError:
        return address
    if isinstance(found, IPv4Address):
        return str(found)
    return str(found.ipv4_mapped or ip_network((int(found), 64), strict=False))

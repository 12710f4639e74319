"""Secret links: made, written into mails as markers, opened, revoked. Only hashes are stored."""

import hmac
import secrets
from base64 import urlsafe_b64encode
from datetime import datetime
from functools import cache
from hashlib import sha256

from sqlalchemy import Select, bindparam, select, update

from booking.db import db
from booking.domain.access import LIFETIMES, LINK_MARKER, Purpose
from booking.domain.errors import NotFound, Refused
from booking.models import Link
from config import settings

_BEHIND = select(Link).where(Link.token_hash == bindparam("token_hash"), Link.purpose == bindparam("purpose"))


@cache
def _living(*target: str) -> Select[Link]:
    """Built once for each kind of target: every mail with an address in it asks."""
    theirs = [getattr(Link, name) == bindparam(name) for name in ("purpose", *target)]
    lasts = Link.expires_at.is_(None) | (Link.expires_at > bindparam("now"))
    return select(Link).where(*theirs, Link.revoked_at.is_(None), lasts).order_by(Link.id.desc()).limit(1)


class Expired(Refused):
    """The link was good once; a newer one, or a new request, is needed. `link` opens nothing any more."""

    def __init__(self, message: str, *, link: Link | None = None) -> None:
        super().__init__(message)
        self.link = link


def make(purpose: Purpose, *, now: datetime, **target: int) -> Link:
    """A new link to the rows named in `target` (visit_id=…, trainer_id=…), good for its purpose's lifetime."""
    nonce = secrets.token_hex(16)
    lifetime = LIFETIMES[purpose]
    link = Link(
        purpose=purpose,
        nonce=nonce,
        token_hash=hashed(token_of(nonce)),
        created_at=now,
        expires_at=now + lifetime if lifetime else None,
        **target,
    )
    db.session.add(link)
    db.session.flush()
    return link


def keep(purpose: Purpose, *, now: datetime, **target: int) -> Link:
    """The living link of this purpose to this target, or a new one: later mails repeat the address of the first."""
    return living(purpose, now=now, **target) or make(purpose, now=now, **target)


def living(purpose: Purpose, *, now: datetime, **target: int) -> Link | None:
    """The newest link of this purpose to this target that still opens it. Writes nothing."""
    return db.session.scalars(_living(*target), {"purpose": purpose, "now": now, **target}).first()


def open_link(token: str, purpose: Purpose, *, now: datetime) -> Link:
    """The link behind a token of this purpose. Raises NotFound, or Expired for one that was good once."""
    link = db.session.scalars(_BEHIND, {"token_hash": hashed(token), "purpose": purpose}).first()
    if link is None:
        raise NotFound("We cannot find that link")
    if link.revoked_at or (link.expires_at and link.expires_at <= now):
        raise Expired("This link no longer works", link=link)
    return link


def revoke(purpose: Purpose, *, now: datetime, **target: int) -> None:
    """Ends every living link of this purpose to this target."""
    db.session.execute(update(Link).filter_by(purpose=purpose, revoked_at=None, **target).values(revoked_at=now))


def token(link: Link) -> str:
    """The secret part of a link's address. Never stored, never logged."""
    return token_of(link.nonce)


def marker(link: Link) -> str:
    """What stands for the token in a stored mail, until it is sent. Nobody can guess one and type it."""
    return f"[link-{link.id}-{derived('marker', link.nonce)[:8].hex()}]"


def filled(*texts: str) -> list[str]:
    """Mail texts with every marker of ours replaced by its token: only in the moment of sending."""
    ids = {int(found) for text in texts for found in LINK_MARKER.findall(text)}
    found = db.session.scalars(select(Link).where(Link.id.in_(ids))).all() if ids else ()
    tokens = {marker(link): token(link) for link in found}
    return [LINK_MARKER.sub(lambda mark: tokens.get(mark[0], mark[0]), text) for text in texts]


def token_of(nonce: str) -> str:
    """128 bits from the row's nonce and the server's key: a copy of the database alone opens nothing."""
    return urlsafe_b64encode(derived("link", nonce)[:16]).decode().rstrip("=")


def derived(use: str, nonce: str) -> bytes:
    return hmac.digest(settings().secret_key.encode(), f"{use}:{nonce}".encode(), sha256)


def hashed(secret: str) -> str:
    """How a random secret is stored. Plain SHA-256 will do: it has 128 bits, so it cannot be guessed."""
    return sha256(secret.encode()).hexdigest()

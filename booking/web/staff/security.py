"""Flask-Security behind pages of our own: password hashes, one-time codes, and who the session says is here."""

import hmac
import re
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

from flask import Flask, current_app, session
from flask_login.utils import _user_context_processor
from flask_security import RoleMixin, Security, UserDatastore, UserMixin
from flask_security.totp import Totp
from flask_security.utils import hash_password, verify_password

from booking import clock
from booking.domain.access import Member
from booking.domain.places import County
from booking.queries import sign_ins as queries
from booking.services import links
from config import Settings, settings

SHORTEST = 12
SECRET = "sign_in"  # the session's key for the secret of a row in sign_ins
DUMMY = "$argon2id$v=19$m=19456,t=2,p=1$Hxf7aUj9dtMdqjPCXn9f1Q$pmKj01XR1qWp5AQPGaN/U6GskfD3FrL+T06i6NR86II"


class Account(UserMixin):
    """A colleague as Flask-Security wants to see one. It reads; what changes a colleague is in services.staff."""

    fs_uniquifier = ""  # Flask-Security looks for it on the class

    def __init__(self, fs_uniquifier: str, email: str, *, member: Member | None = None, counter: int | None = None):
        self.fs_uniquifier, self.email, self.active = fs_uniquifier, email, True
        self.member, self.counter = member, counter


class Codes(Totp):
    """One-time codes, none of which works twice."""

    def get_last_counter(self, user: UserMixin) -> int | None:
        return user.counter if isinstance(user, Account) else None

    def set_last_counter(self, user: UserMixin, tmatch: Any) -> None:
        if isinstance(user, Account):
            user.counter = tmatch.counter


def register(app: Flask) -> None:
    """Sets Flask-Security up without its pages, and keeps it to ours."""
    found: Settings = app.extensions["settings"]
    app.config.update(
        SECURITY_PASSWORD_HASH="argon2",
        SECURITY_PASSWORD_SCHEMES=["argon2"],
        SECURITY_DEPRECATED_PASSWORD_SCHEMES=[],
        SECURITY_PASSWORD_SINGLE_HASH=["argon2"],  # argon2 needs no pepper in front
        SECURITY_PASSWORD_HASH_PASSLIB_OPTIONS={  # OWASP, password storage: 19 MiB, two rounds, one lane
            "argon2__type": "ID",
            "argon2__memory_cost": 19_456,
            "argon2__rounds": 2,
            "argon2__parallelism": 1,
        },
        SECURITY_TWO_FACTOR=True,
        SECURITY_TWO_FACTOR_ENABLED_METHODS=["authenticator"],
        SECURITY_TOTP_ISSUER=found.company.name,
        SECURITY_TOTP_SECRETS={1: hmac.digest(found.secret_key.encode(), b"one-time codes", sha256).hex()},
        SECURITY_CLI_USERS_NAME=None,
        SECURITY_CLI_ROLES_NAME=None,
        SESSION_PROTECTION=None,  # a phone changes networks; the row behind the cookie is the protection
    )
    security = Security(app, UserDatastore(Account, RoleMixin), register_blueprint=False, totp_cls=Codes)
    security.login_manager.user_loader(account_here)
    security.login_manager.request_loader(lambda _request: None)  # no token in a header opens anything
    # Flask-Login and Flask-Principal would look at the session of every request; only staff pages need that.
    app.before_request_funcs[None].remove(security.principal._on_before_request)
    app.after_request_funcs[None].remove(security.login_manager._update_remember_cookie)
    app.template_context_processors[None].remove(_user_context_processor)


def account_here(fs_uniquifier: str) -> Account | None:
    """Whom the cookie lets in: its row is alive and its colleague active. Flask-Login asks once a request."""
    member = queries.staff_member(links.hashed(session.get(SECRET, "")), now=clock.now())
    return Account(fs_uniquifier, member.email, member=member) if member else None


def hashed(password: str) -> str:
    """The password as it is stored."""
    return str(hash_password(normal(password)))


def is_right(password: str, password_hash: str | None) -> bool:
    """Whether this is the password; takes as long where there is none, so that nobody learns who has an account."""
    return bool(verify_password(normal(password), password_hash or DUMMY)) and password_hash is not None


def normal(password: str) -> str:
    """The same password from every keyboard."""
    return str(extension()._password_util.normalize(password))


def too_weak(password: str, *about: str) -> str:
    """Why nobody should use this password, or "". `about`: what a guesser would try first, such as name and address."""
    password = normal(password)
    if len(password) < SHORTEST:
        return f"Password must be {SHORTEST} characters or more"
    from zxcvbn import zxcvbn  # a twentieth of a second, and only for who chooses a password

    words = [settings().company.name, *County, *about]
    known = [part for word in words for part in [word, *re.split(r"\W+", word)] if len(part) > 2]
    if zxcvbn(password[:72], user_inputs=known)["score"] < 4:
        return "Password must be harder to guess: three or four words that do not belong together are good"
    return ""


@dataclass(frozen=True, slots=True)
class Setup:
    """What an authenticator app needs to know: to scan, or to type."""

    key: str
    squares: str  # an SVG path of one square a module
    size: int


def new_secret() -> str:
    """The secret of a new authenticator, sealed with the server's key."""
    return str(extension()._totp_factory.generate_totp_secret())


def setup(secret: str, *, email: str) -> Setup:
    """The secret as a key to type and a code to scan."""
    from qrcode import QRCode

    codes = extension()._totp_factory
    drawing = QRCode(border=4)
    drawing.add_data(codes.get_totp_uri(email, secret))
    matrix = drawing.get_matrix()
    squares = "".join(f"M{x} {y}h1v1h-1z" for y, row in enumerate(matrix) for x, dark in enumerate(row) if dark)
    return Setup(key=codes.get_totp_pretty_key(secret), squares=squares, size=len(matrix))


def counter_of(code: str, secret: str, last: int | None = None) -> int | None:
    """Which 30 seconds this code stands for, a neighbour of now at most; None: wrong, or not after `last`."""
    account = Account("", "", counter=last)
    typed = "".join(code.split())
    right = re.fullmatch("[0-9]{6}", typed) and extension()._totp_factory.verify_totp(typed, secret, account, window=30)
    return account.counter if right else None


def recovery_codes() -> list[str]:
    """Eight codes for the day the phone is lost."""
    return list(extension()._totp_factory.generate_recovery_codes(8))


def extension() -> Any:
    """The Security of the running application."""
    return current_app.extensions["security"]

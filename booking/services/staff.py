"""Colleagues: asked to join, let in by a mailed link, given a new password, one-time codes, another role, shown out."""

import hmac
import json
import secrets
from collections.abc import Callable, Iterable
from datetime import datetime
from hashlib import sha256

from sqlalchemy import update

from booking.db import db
from booking.domain.access import RESET_MINUTES, Actor, ActorKind, Purpose, Role
from booking.domain.days import LONDON
from booking.domain.errors import Refused
from booking.emails import staff as emails
from booking.models import Link, Staff
from booking.queries import staff as queries
from booking.services import history, links, outbox, sign_ins
from config import settings

CounterOf = Callable[[str, str, int | None], int | None]  # code, secret, last counter used -> its counter, if right

KNOWN = "A colleague with this email address is already here"
WRONG_CODE = "Code must be the newest one in your app, or a recovery code you have not used"
LAST_ADMIN = "This is the only admin. Make somebody else an admin first"


def add(email: str, name: str, role: Role, *, now: datetime, actor: Actor) -> tuple[Staff, Link]:
    """A colleague who cannot sign in yet, and the link behind which they choose a password. Refused beside email."""
    if queries.by_email(email):
        raise Refused(KNOWN, field="email")
    staff = Staff(
        email=email.strip().lower(),
        name=name,
        role=role,
        active=True,
        fs_uniquifier=secrets.token_hex(16),
        created_at=now,
    )
    db.session.add(staff)
    db.session.flush()
    history.add("invited", actor=actor, now=now, words=f"Asked {name} to join as {role}")
    return staff, links.make(Purpose.INVITE, now=now, staff_id=staff.id)


def invite(email: str, name: str, role: Role, *, now: datetime, actor: Actor) -> Staff:
    """`add`, with the link mailed."""
    staff, link = add(email, name, role, now=now, actor=actor)
    _mail_invitation(staff, link, now=now, inviter=actor.name)
    return staff


def invite_again(staff: Staff, *, now: datetime, actor: Actor) -> None:
    """A new link for a colleague who has not used theirs; the old one dies. Nothing for anybody else."""
    if staff.password is None and staff.active:
        links.revoke(Purpose.INVITE, now=now, staff_id=staff.id)
        link = links.make(Purpose.INVITE, now=now, staff_id=staff.id)
        _mail_invitation(staff, link, now=now, inviter=actor.name)


def behind(token: str, purpose: Purpose, *, now: datetime) -> Staff:
    """The colleague a mailed link is for. Raises NotFound, or links.Expired: too old, used, or shown out."""
    staff = db.session.get_one(Staff, links.open_link(token, purpose, now=now).staff_id)
    if not staff.active:
        raise links.Expired("This link no longer works")
    return staff


def use(token: str, purpose: Purpose, *, now: datetime) -> Staff:
    """`behind`, and the link is used up: of two presses at once, one gets Expired."""
    staff = behind(token, purpose, now=now)
    unused = update(Link).filter_by(token_hash=links.hashed(token), revoked_at=None)
    if not db.session.execute(unused.values(used_at=now, revoked_at=now).returning(Link.id)).first():
        raise links.Expired("This link no longer works")
    return staff


def welcome(token: str, *, name: str, password_hash: str, now: datetime) -> Staff:
    """The invited colleague, with the name and password they chose."""
    staff = use(token, Purpose.INVITE, now=now)
    staff.name = name
    _set_password(staff, password_hash, now=now)
    history.add("joined", actor=actor_of(staff), now=now, words=f"{name} joined")
    return staff


def one_time_link(staff: Staff, *, now: datetime) -> Link:
    """A link behind which one button signs in as `staff`, once. The page refuses it unless we are on loopback."""
    return links.make(Purpose.DEMO, now=now, staff_id=staff.id)


def forgot(email: str, *, now: datetime) -> None:
    """Mails a link for a new password to the colleague with this address, if there is one: the only one that works.

    The caller never learns.
    """
    staff = queries.by_email(email)
    if staff is None or not staff.active:
        return
    if staff.password is None:
        invite_again(staff, now=now, actor=actor_of(staff))
        return
    db.session.refresh(staff, with_for_update=True)  # of two requests at once the later ends the earlier's link
    links.revoke(Purpose.RESET, now=now, staff_id=staff.id)
    link = links.make(Purpose.RESET, now=now, staff_id=staff.id)
    url = f"{settings().base_url}/staff/reset/{links.marker(link)}"
    message = emails.reset(staff, reset_url=url, good_for=f"{RESET_MINUTES} minutes")
    outbox.put(message, key=f"staff:{staff.id}:reset:staff", version=link.id, until=link.expires_at, now=now)


def reset(token: str, *, password_hash: str, now: datetime) -> Staff:
    """The colleague with a new password, signed out everywhere."""
    staff = use(token, Purpose.RESET, now=now)
    change_password(staff, password_hash=password_hash, now=now)
    return staff


def change_password(staff: Staff, *, password_hash: str, now: datetime) -> None:
    """A new password. Every sign-in dies, and every mailed link that lets in; the owner is told."""
    _set_password(staff, password_hash, now=now)
    message = emails.password_changed(staff, reset_url=f"{settings().base_url}/staff/forgot")
    outbox.put(message, key=f"staff:{staff.id}:password_changed:staff", version=int(now.timestamp()), now=now)
    history.add("changed", actor=actor_of(staff), now=now, words=f"{staff.name} changed their password")


def set_codes(staff: Staff, *, secret: str | None, recovery: Iterable[str] = (), now: datetime, actor: Actor) -> None:
    """Asks for a one-time code at sign-in from now on; with no `secret` (as Flask-Security makes it), no longer."""
    staff.tf_primary_method = "authenticator" if secret else None
    staff.tf_totp_secret, staff.tf_last_counter = secret, None
    staff.mf_recovery_codes = json.dumps([_digest(code) for code in recovery]) if secret else None
    words = f"Turned one-time codes {'on' if secret else 'off'} for {staff.name}"
    history.add("changed", actor=actor, now=now, words=words)


def prove(staff: Staff, code: str, *, counter_of: CounterOf) -> None:
    """Uses up a one-time code, or a recovery code. Raises Refused beside code."""
    db.session.refresh(staff, with_for_update=True)  # of two at once with the same code, one finds it used
    counter = counter_of(code, staff.tf_totp_secret or "", staff.tf_last_counter)
    if counter is not None:
        staff.tf_last_counter = counter
        return
    left: list[str] = json.loads(staff.mf_recovery_codes or "[]")
    if (digest := _digest(code.strip().lower())) not in left:
        raise Refused(WRONG_CODE, field="code")
    staff.mf_recovery_codes = json.dumps([each for each in left if each != digest])


def set_role(staff: Staff, *, role: Role, actor: Actor, now: datetime) -> None:
    """Refused for the last admin."""
    if role is staff.role:
        return
    _keep_an_admin(staff)
    before, staff.role = staff.role, role
    history.add(
        "changed",
        actor=actor,
        now=now,
        words=f"Made {staff.name} {role}",
        before={"role": before},
        after={"role": role},
    )


def disable(staff: Staff, *, actor: Actor, now: datetime) -> None:
    """Shows a colleague out, at once and everywhere. Refused for the last admin."""
    _keep_an_admin(staff)
    staff.active = False
    _shut_out(staff, now=now)
    history.add("disabled", actor=actor, now=now, words=f"Closed {staff.name}'s account")


def enable(staff: Staff, *, actor: Actor, now: datetime) -> None:
    """Lets a colleague in again, with the password they had."""
    staff.active = True
    history.add("enabled", actor=actor, now=now, words=f"Opened {staff.name}'s account again")


def sign_out(staff: Staff, *, actor: Actor, now: datetime) -> None:
    """Signs a colleague out wherever they are signed in."""
    sign_ins.end_all(now=now, staff_id=staff.id)
    history.add("signed_out", actor=actor, now=now, words=f"Signed {staff.name} out everywhere")


def actor_of(staff: Staff) -> Actor:
    return Actor(ActorKind.STAFF, staff.id, staff.name)


def _mail_invitation(staff: Staff, link: Link, *, now: datetime, inviter: str) -> None:
    good_until = (link.expires_at or now).astimezone(LONDON).date()
    url = f"{settings().base_url}/staff/welcome/{links.marker(link)}"
    message = emails.invitation(staff, inviter_name=inviter, invite_url=url, good_until=good_until)
    outbox.put(message, key=f"staff:{staff.id}:invitation:staff", version=link.id, until=link.expires_at, now=now)


def _set_password(staff: Staff, password_hash: str, *, now: datetime) -> None:
    staff.password = password_hash
    staff.fs_uniquifier = secrets.token_hex(16)  # half-finished sign-ins die with the old one
    _shut_out(staff, now=now)


def _shut_out(staff: Staff, *, now: datetime) -> None:
    sign_ins.end_all(now=now, staff_id=staff.id)
    for purpose in (Purpose.INVITE, Purpose.RESET, Purpose.DEMO):
        links.revoke(purpose, now=now, staff_id=staff.id)


def _keep_an_admin(staff: Staff) -> None:
    if staff.role is Role.ADMIN and staff.active and not queries.other_admins(staff.id):
        raise Refused(LAST_ADMIN)


def _digest(code: str) -> str:
    """A recovery code as it is stored: short codes need the server's key, or a copy of the database would give them."""
    return hmac.digest(settings().secret_key.encode(), f"recovery:{code}".encode(), sha256).hex()

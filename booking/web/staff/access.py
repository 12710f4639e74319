"""Who may open staff pages: the guard in front of all of them, and who is signed in."""

from collections.abc import Callable
from http import HTTPStatus
from typing import TypeVar

from flask import abort, flash, g, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user
from flask_security.utils import login_user

from booking import clock, logs
from booking.db import touch
from booking.domain.access import Actor, Member
from booking.queries.staff import one
from booking.services import sign_ins
from booking.web.guards import came_from
from booking.web.staff import pages
from booking.web.staff.security import SECRET, Account
from booking.web.ways import has_page, inside, typed
from config import settings

OPEN = {f"staff.{name}" for name in ("sign_in", "code", "forgot", "reset", "welcome", "demo")}
BEFORE_CODES = {"staff.codes", "staff.sign_out"}  # where somebody without one-time codes gets who must have them
ADMIN_ONLY: set[str] = set()

View = TypeVar("View", bound=Callable[..., ResponseReturnValue])


def admin_only(view: View) -> View:
    """Marks a page of ours (below its route) that only an admin may open."""
    ADMIN_ONLY.add(f"staff.{view.__name__}")
    return view


def member_here() -> Member | None:
    """The colleague whose cookie has a living sign-in behind it, if any."""
    return current_user.member if current_user.is_authenticated else None


def current_staff() -> Member:
    """The colleague who is signed in; only for pages behind the guard."""
    member = member_here()
    assert member is not None, "this page is open"
    return member


def actor() -> Actor:
    """The same, as the history keeps them."""
    return current_staff().actor


@pages.before_request
def guard() -> ResponseReturnValue | None:
    """Nobody passes without a cookie, a living row and an active colleague; some pages want an admin."""
    if request.endpoint in OPEN:
        return None
    member = member_here()
    if member is None:
        return ask_to_sign_in()
    g.actor = member.actor
    if request.endpoint in ADMIN_ONLY and not member.is_admin:
        abort(HTTPStatus.FORBIDDEN)
    if settings().require_totp and not member.has_codes and request.endpoint not in BEFORE_CODES:
        flash("Everybody here signs in with a code too. Set yours up first", "wait")
        return redirect(url_for("staff.codes"), HTTPStatus.SEE_OTHER)
    if (statement := sign_ins.seen(member, now=clock.now())) is not None:
        touch(statement)
    return None


def ask_to_sign_in() -> ResponseReturnValue:
    """The sign-in page; what was typed into a form meanwhile is kept in a page that can send it once more."""
    if request.method != "POST":
        here = request.full_path.rstrip("?")
        return redirect(url_for("staff.sign_in", next=here), HTTPStatus.SEE_OTHER if request.method != "GET" else 302)
    if not has_page():
        flash("You were signed out. Sign in, then press the button again", "wait")
        return redirect(url_for("staff.sign_in", next=inside("/staff", came_from())), HTTPStatus.SEE_OTHER)
    return render_template("staff/again.html", typed=typed(), action=request.full_path), HTTPStatus.FORBIDDEN


def let_in(staff_id: int, secret: str) -> None:
    """Signs this browser in with the secret of a stored sign-in. Nothing from before stays in the cookie."""
    staff = one(staff_id)
    session.clear()
    g.pop("csrf_token", None)
    login_user(Account(staff.fs_uniquifier, staff.email), remember=False)
    session[SECRET] = secret
    g.actor = f"staff:{staff_id}"
    logs.event("signed in", actor=g.actor)

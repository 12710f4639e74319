"""Signing in and out: password, then a one-time code for who wants one."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from http import HTTPStatus

from flask import flash, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue
from flask_security.utils import logout_user

from booking import clock, logs
from booking.db import transaction
from booking.domain.errors import Refused
from booking.queries import staff as queries
from booking.services import sign_ins
from booking.services import staff as services
from booking.web import limits
from booking.web.fields import Form, Line
from booking.web.staff import pages, security
from booking.web.staff.access import current_staff, let_in, member_here
from booking.web.staff.fields import Password
from booking.web.visitor import network
from booking.web.ways import inside

WRONG = "Email address or password is not right. Check both and try again"
HALFWAY = "halfway"  # the session's key: the password was right, the code is still to come
CODE_WITHIN = timedelta(minutes=10)
ONE_ACCOUNT, ONE_NETWORK = "6 per 10 minutes", "30 per 10 minutes"


class SignInForm(Form):
    email = Line("Email address", limit=254, missing="Enter your email address")
    password = Password()


class CodeForm(Form):
    code = Line("Code", limit=20, missing="Enter the code from your app")


@pages.route("/sign-in", methods=["GET", "POST"])
def sign_in() -> ResponseReturnValue:
    form = SignInForm()
    if request.method == "GET" and member_here():
        return redirect(onward())
    if form.sent():
        try:
            staff = queries.by_email(form.email.data)
            with guessing("sign-in", form.email.data, staff_id=staff.id if staff else 0):
                known = staff.password if staff and staff.active else None
                if not security.is_right(form.password.data, known) or staff is None:
                    raise Refused(WRONG)  # the same words after the same time, whatever is wrong
        except Refused as refusal:
            form.refuse(refusal)
        else:
            return ask_for_code(staff.fs_uniquifier) if staff.tf_totp_secret else enter(staff.id)
    return render_template("staff/sign_in.html", form=form, heading="Sign in"), form.status


@pages.route("/sign-in/code", methods=["GET", "POST"])
def code() -> ResponseReturnValue:
    form = CodeForm()
    waiting = session.get(HALFWAY) or {}
    staff = queries.by_session(waiting.get("who", ""))
    if staff is None or clock.now() > datetime.fromisoformat(waiting["until"]):
        return redirect(url_for("staff.sign_in"), HTTPStatus.SEE_OTHER)
    if form.sent():
        try:
            with guessing("code", staff.fs_uniquifier, staff_id=staff.id), transaction():
                services.prove(staff, form.code.data, counter_of=security.counter_of)
                secret = sign_ins.start(staff_id=staff.id, now=clock.now())
        except Refused as refusal:
            form.refuse(refusal)
        else:
            return entered(staff.id, secret)
    return render_template("staff/code.html", form=form, heading="Enter your code"), form.status


@pages.post("/sign-out")
def sign_out() -> ResponseReturnValue:
    with transaction():
        sign_ins.end(current_staff().sign_in, now=clock.now())
    logout_user()
    session.clear()
    flash("You are signed out")
    return redirect(url_for("staff.sign_in"), HTTPStatus.SEE_OTHER)


@contextmanager
def guessing(act: str, account: str, *, staff_id: int) -> Iterator[None]:
    """Slows guessing: what is refused inside counts against this account from this network, and the network.

    From anywhere else the right password is let in all the while. Raises limits.TooMany.
    """
    counters = ((ONE_ACCOUNT, f"{account.lower()} {network()}"), (ONE_NETWORK, network()))
    for limit, of in counters:
        limits.check(act, limit=limit, of=of)
    try:
        yield
    except Refused:
        logs.event("refused", act=act, actor=f"staff:{staff_id}" if staff_id else "")
        for limit, of in counters:
            limits.spend(act, limit=limit, of=of)
        raise


def ask_for_code(who: str) -> ResponseReturnValue:
    """On to the second step; `who` dies with the password."""
    session[HALFWAY] = {"who": who, "until": (clock.now() + CODE_WITHIN).isoformat()}
    return redirect(url_for("staff.code", next=request.args.get("next")), HTTPStatus.SEE_OTHER)


def enter(staff_id: int) -> ResponseReturnValue:
    """In: a stored sign-in, a fresh cookie, and on to where the person was going."""
    with transaction():
        secret = sign_ins.start(staff_id=staff_id, now=clock.now())
    return entered(staff_id, secret)


def entered(staff_id: int, secret: str) -> ResponseReturnValue:
    """The same, once the sign-in is stored."""
    let_in(staff_id, secret)
    return redirect(onward(), HTTPStatus.SEE_OTHER)


def onward() -> str:
    """Where the person was going, if that is a staff page, else Today."""
    return inside("/staff", request.args.get("next")) or url_for("staff.today")

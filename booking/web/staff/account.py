"""A colleague's own account: where they are signed in, their password, one-time codes."""

from http import HTTPStatus

from flask import abort, flash, redirect, render_template, session, url_for
from flask.typing import ResponseReturnValue

from booking import clock
from booking.db import transaction
from booking.domain.errors import Refused
from booking.queries import sign_ins as living
from booking.queries import staff as queries
from booking.services import sign_ins
from booking.services import staff as services
from booking.web.fields import Form, Line
from booking.web.staff import pages, security
from booking.web.staff.access import actor, current_staff, let_in
from booking.web.staff.fields import NewPassword, Password
from booking.web.staff.sign_in import guessing
from config import settings

WRONG = "Password you have now is not right"
NEW_SECRET = "new_codes"  # the session's key: a sealed secret that no app has proved yet


class PasswordForm(Form):
    current = Password("Password you have now", missing="Enter the password you have now")
    password = NewPassword()


class CodesForm(Form):
    code = Line("Code from your app", limit=20, missing="Enter the code your app shows")
    current = Password("Password you have now", missing="Enter the password you have now")


class CodesOffForm(Form):
    current = Password("Password you have now", missing="Enter the password you have now")


@pages.get("/account")
def account() -> str:
    me = queries.one(current_staff().id)
    return render_template("staff/account.html", staff=me, browsers=living.of_staff(me.id, now=clock.now()))


@pages.post("/account/elsewhere")
def sign_out_elsewhere() -> ResponseReturnValue:
    me = current_staff()
    with transaction():
        sign_ins.end_all(staff_id=me.id, but=me.sign_in, now=clock.now())
    flash("You are signed out everywhere else")
    return redirect(url_for("staff.account"), HTTPStatus.SEE_OTHER)


@pages.route("/account/password", methods=["GET", "POST"])
def password() -> ResponseReturnValue:
    form, me = PasswordForm(), current_staff()
    form.password.about = lambda: (me.name, me.email)
    if form.sent() and knows_password(form):
        password_hash = security.hashed(form.password.data)
        with transaction():
            services.change_password(queries.one(me.id), password_hash=password_hash, now=clock.now())
            secret = sign_ins.start(staff_id=me.id, now=clock.now())
        let_in(me.id, secret)
        flash("Your password is changed, and you are signed out everywhere else")
        return redirect(url_for("staff.account"), HTTPStatus.SEE_OTHER)
    return render_template("staff/password.html", form=form, heading="Change your password"), form.status


@pages.route("/account/codes", methods=["GET", "POST"])
def codes() -> ResponseReturnValue:
    form, me = CodesForm(), current_staff()
    if NEW_SECRET not in session:
        session[NEW_SECRET] = security.new_secret()
    secret = session[NEW_SECRET]
    if form.sent() and knows_password(form):
        if security.counter_of(form.code.data, secret) is not None:
            return turn_codes_on(session.pop(NEW_SECRET))
        form.refuse(Refused("Code must be the one your app shows now", field="code"))
    setup = security.setup(secret, email=me.email)
    return render_template("staff/codes.html", form=form, heading="Ask for a code at sign-in", setup=setup), form.status


@pages.route("/account/codes/off", methods=["GET", "POST"])
def codes_off() -> ResponseReturnValue:
    if settings().require_totp:
        abort(HTTPStatus.NOT_FOUND)
    form = CodesOffForm()
    if form.sent() and knows_password(form):
        with transaction():
            services.set_codes(queries.one(current_staff().id), secret=None, actor=actor(), now=clock.now())
        flash("You sign in with your password alone from now on")
        return redirect(url_for("staff.account"), HTTPStatus.SEE_OTHER)
    return render_template("staff/codes_off.html", form=form, heading="Stop asking for a code"), form.status


def turn_codes_on(secret: str) -> ResponseReturnValue:
    """Stores the secret; the recovery codes are in this answer and nowhere else."""
    recovery, me = security.recovery_codes(), current_staff()
    with transaction():
        services.set_codes(queries.one(me.id), secret=secret, recovery=recovery, actor=actor(), now=clock.now())
        sign_ins.end_all(staff_id=me.id, but=me.sign_in, now=clock.now())
    return render_template("staff/recovery_codes.html", codes=recovery)


def knows_password(form: Form) -> bool:
    """Whether the person at the keyboard is the account's owner; says so beside the field when not."""
    me = queries.one(current_staff().id)
    try:
        with guessing("password", me.email, staff_id=me.id):
            if not security.is_right(form.current.data, me.password):
                raise Refused(WRONG, field="current")
    except Refused as refusal:
        form.refuse(refusal)
        return False
    return True

"""Pages behind mailed links: a first password, a forgotten one, and the demonstration's button."""

from http import HTTPStatus

from flask import abort, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from booking import clock
from booking.db import transaction
from booking.domain.access import RESET_MINUTES, Purpose
from booking.services import links, sign_ins
from booking.services import staff as services
from booking.web import limits
from booking.web.fields import Form, Line
from booking.web.staff import pages, security
from booking.web.staff.fields import NewPassword
from booking.web.staff.sign_in import entered
from booking.web.visitor import network
from config import settings

ON_ITS_WAY = (
    "If a colleague has that address, an email is on its way to it."
    f" The link in it works for {RESET_MINUTES} minutes, and any before it no longer"
)


class ForgotForm(Form):
    email = Line("Email address", limit=254, missing="Enter your email address")


class ResetForm(Form):
    password = NewPassword()


class WelcomeForm(Form):
    name = Line("Your name", limit=80, missing="Enter your name")
    password = NewPassword("Password")


@pages.errorhandler(links.Expired)
def expired(_error: links.Expired) -> ResponseReturnValue:
    return render_template("staff/expired.html"), HTTPStatus.GONE


@pages.route("/forgot", methods=["GET", "POST"])
def forgot() -> ResponseReturnValue:
    form = ForgotForm()
    if form.sent():
        try:
            limits.spend("forgot", limit="10 per hour", of=network())
            limits.spend("forgot", limit="5 per hour", of=form.email.data.lower())
            with transaction():
                services.forgot(form.email.data, now=clock.now())
            flash(ON_ITS_WAY)
            return redirect(url_for("staff.sign_in"), HTTPStatus.SEE_OTHER)
        except limits.TooMany as refusal:
            form.refuse(refusal)
    return render_template("staff/forgot.html", form=form, heading="Choose a new password"), form.status


@pages.route("/reset/<token>", methods=["GET", "POST"])
def reset(token: str) -> ResponseReturnValue:
    staff = services.behind(token, Purpose.RESET, now=clock.now())
    form = ResetForm()
    form.password.about = lambda: (staff.name, staff.email)
    if form.sent():
        with transaction():
            services.reset(token, password_hash=security.hashed(form.password.data), now=clock.now())
        flash("Your password is changed. Sign in with it")
        return redirect(url_for("staff.sign_in"), HTTPStatus.SEE_OTHER)
    return render_template("staff/reset.html", form=form, heading="Choose a new password", staff=staff), form.status


@pages.route("/welcome/<token>", methods=["GET", "POST"])
def welcome(token: str) -> ResponseReturnValue:
    staff = services.behind(token, Purpose.INVITE, now=clock.now())
    form = WelcomeForm(obj=staff)
    form.password.about = lambda: (staff.name, staff.email, form.name.data)
    if form.sent():
        password_hash = security.hashed(form.password.data)
        with transaction():
            services.welcome(token, name=form.name.data, password_hash=password_hash, now=clock.now())
            secret = sign_ins.start(staff_id=staff.id, now=clock.now())
        return entered(staff.id, secret)
    heading = f"Welcome to {settings().company.name}"
    return render_template("staff/welcome.html", form=form, heading=heading, staff=staff), form.status


@pages.route("/demo/<token>", methods=["GET", "POST"])
def demo(token: str) -> ResponseReturnValue:
    if not settings().is_loopback:
        abort(HTTPStatus.NOT_FOUND)
    staff = services.behind(token, Purpose.DEMO, now=clock.now())
    form = Form()
    if form.sent():
        with transaction():
            services.use(token, Purpose.DEMO, now=clock.now())
            secret = sign_ins.start(staff_id=staff.id, now=clock.now())
        return entered(staff.id, secret)
    return render_template("staff/demo.html", form=form, staff=staff), form.status

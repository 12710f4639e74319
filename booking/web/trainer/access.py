"""Who may open a trainer's pages: a mailed link, then the cookie of the device its button was pressed on."""

from http import HTTPStatus

from flask import flash, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.wrappers import Response

from booking import clock, logs
from booking.db import touch, transaction
from booking.domain.access import TRAINER_LONGEST, Actor, Member
from booking.queries.sign_ins import trainer_member
from booking.services import links, sign_ins, trainer_links
from booking.web import limits
from booking.web.contacts import Email
from booking.web.fields import Form
from booking.web.trainer import pages
from booking.web.visitor import network
from booking.web.ways import has_page, inside, typed
from config import settings

OPEN = {"trainer.arrive", "trainer.feed", "trainer.lost"}
ON_ITS_WAY = "If a trainer has that address, an email with a new link is on its way to it"


class LostForm(Form):
    email = Email("Email address", missing="Enter your email address")


def member_here() -> Member | None:
    """The trainer whose device has a living sign-in behind its cookie, if any. Looked up once a request."""
    if "trainer" not in g:
        secret = request.cookies.get(cookie_name(), "")
        g.trainer = trainer_member(links.hashed(secret), now=clock.now()) if secret else None
    member: Member | None = g.trainer
    return member


def current_trainer() -> Member:
    """The trainer who is here; only for pages behind the guard."""
    member = member_here()
    assert member is not None, "this page is open"
    return member


def actor() -> Actor:
    """The same, as the history keeps them."""
    return current_trainer().actor


@pages.before_request
def guard() -> ResponseReturnValue | None:
    """Nobody passes without a device cookie and a living row behind it; what was typed meanwhile waits in a page."""
    if request.endpoint in OPEN:
        return None
    member = member_here()
    if member is None and request.method == "POST" and has_page():
        return render_template("trainer/again.html", typed=typed(), action=request.full_path), HTTPStatus.FORBIDDEN
    if member is None:
        flash("Open the link in our latest email, or ask for a new one here", "wait")
        return redirect(url_for("trainer.lost"), HTTPStatus.SEE_OTHER)
    g.actor = member.actor
    if (statement := sign_ins.seen(member, now=clock.now())) is not None:
        touch(statement)
    return None


@pages.context_processor
def frame() -> dict[str, object]:
    return {"me": member_here()}


@pages.errorhandler(links.Expired)
def expired(_error: links.Expired) -> ResponseReturnValue:
    return render_template("trainer/expired.html"), HTTPStatus.GONE


@pages.route("/<token>", methods=["GET", "POST"])
def arrive(token: str) -> ResponseReturnValue:
    trainer = trainer_links.behind(token, now=clock.now())
    onward = inside("/t", request.args.get("next")) or url_for("trainer.visits")
    form, here = Form(), member_here()
    if request.method == "GET" and here and here.id == trainer.id:
        return redirect(onward)
    if form.sent():
        with transaction():
            secret = sign_ins.start(trainer_id=trainer.id, now=clock.now())
        g.actor = f"trainer:{trainer.id}"
        logs.event("signed in", actor=g.actor)
        return keep_secret(redirect(onward, HTTPStatus.SEE_OTHER), secret)
    first_name = trainer.name.partition(" ")[0]
    return render_template("trainer/arrive.html", form=form, heading=f"Your visits, {first_name}"), form.status


@pages.route("/lost", methods=["GET", "POST"])
def lost() -> ResponseReturnValue:
    form = LostForm()
    if form.sent():
        try:
            limits.spend("lost link", limit="10 per hour", of=network())
            limits.spend("lost link", limit="5 per hour", of=form.email.data.lower())
            with transaction():
                trainer_links.send_new(form.email.data, now=clock.now())
            flash(ON_ITS_WAY)
            return redirect(url_for("trainer.lost"), HTTPStatus.SEE_OTHER)
        except limits.TooMany as refusal:
            form.refuse(refusal)
    return render_template("trainer/lost.html", form=form, heading="Get a new link"), form.status


@pages.post("/sign-out")
def sign_out() -> ResponseReturnValue:
    with transaction():
        sign_ins.end(current_trainer().sign_in, now=clock.now())
    flash("This device is signed out")
    response = redirect(url_for("trainer.lost"), HTTPStatus.SEE_OTHER)
    response.delete_cookie(cookie_name(), secure=not settings().is_loopback, httponly=True, samesite="Lax")
    return response


def cookie_name() -> str:
    return "trainer" if settings().is_loopback else "__Host-trainer"


def keep_secret(response: Response, secret: str) -> Response:
    """Writes the device's cookie: 128 random bits, so a signature would add nothing; the row behind it decides."""
    response.set_cookie(
        cookie_name(),
        secret,
        max_age=TRAINER_LONGEST,
        httponly=True,
        secure=not settings().is_loopback,
        samesite="Lax",
    )
    return response

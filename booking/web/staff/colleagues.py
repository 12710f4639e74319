"""Colleagues: who is here, asked to join, in what role, shown out. For admins."""

from collections.abc import Callable
from functools import partial
from http import HTTPStatus

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from wtforms.fields.choices import SelectChoice

from booking import clock
from booking.db import transaction
from booking.domain.access import Role
from booking.domain.errors import Refused
from booking.queries import sign_ins as living
from booking.queries import staff as queries
from booking.services import forms
from booking.services import staff as services
from booking.web import limits
from booking.web.contacts import Email
from booking.web.fields import Choice, KeyedForm, Line
from booking.web.staff import pages
from booking.web.staff.access import actor, admin_only, current_staff

CHANGES: dict[str, tuple[Callable[..., None], str]] = {  # what an admin can press, and what has happened then
    "invite": (services.invite_again, "{} has a new invitation on its way"),
    "end": (services.sign_out, "{} is signed out everywhere"),
    "codes": (
        partial(services.set_codes, secret=None),
        "{} signs in with a password alone, until they set codes up again",
    ),
    "staff": (partial(services.set_role, role=Role.STAFF), "{} is staff now"),
    "admin": (partial(services.set_role, role=Role.ADMIN), "{} is an admin now"),
    "disable": (services.disable, "{} is signed out and cannot sign in any more"),
    "enable": (services.enable, "{} can sign in again"),
}


class InviteForm(KeyedForm):
    email = Email(missing="Enter their work email")
    name = Line("Name", limit=80, missing="Enter their name")
    role = Choice(
        "What will they do",
        choices=[SelectChoice(Role.STAFF.value, "Staff"), SelectChoice(Role.ADMIN.value, "Admin")],
        missing="Select what they will do",
    )


@pages.get("/colleagues")
@admin_only
def colleagues() -> str:
    return render_template("staff/colleagues.html", colleagues=queries.everyone())


@pages.get("/colleagues/<int:staff_id>")
@admin_only
def colleague(staff_id: int) -> str:
    browsers = living.of_staff(staff_id, now=clock.now())
    return render_template("staff/colleague.html", colleague=queries.one(staff_id), browsers=browsers)


@pages.route("/colleagues/invite", methods=["GET", "POST"])
@admin_only
def invite() -> ResponseReturnValue:
    form, back = InviteForm(), url_for("staff.colleagues")
    if form.sent():
        try:
            limits.spend("invite", limit="30 per hour", of=str(current_staff().id))
            with transaction():
                forms.first_time(form.key.data, form.fields(), now=clock.now()).answer = back
                role = Role(str(form.role.data))
                services.invite(form.email.data, form.name.data, role, actor=actor(), now=clock.now())
        except forms.Repeated as repeated:
            return redirect(repeated.answer, HTTPStatus.SEE_OTHER)
        except Refused as refusal:
            form.refuse(refusal)
        else:
            flash(f"{form.name.data} is invited. The link in the email works for 3 days")
            return redirect(back, HTTPStatus.SEE_OTHER)
    return render_template("staff/invite.html", form=form, heading="Invite a colleague", back=back), form.status


@pages.post(f"/colleagues/<int:staff_id>/<any({','.join(CHANGES)}):change>")
@admin_only
def change_colleague(staff_id: int, change: str) -> ResponseReturnValue:
    act, words = CHANGES[change]
    staff = queries.one(staff_id)
    name = staff.name
    try:
        with transaction():
            act(staff, actor=actor(), now=clock.now())
    except Refused as refusal:
        flash(str(refusal), "stop")
    else:
        flash(words.format(name))
    return redirect(url_for("staff.colleague", staff_id=staff_id), HTTPStatus.SEE_OTHER)

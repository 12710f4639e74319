"""One person's data: looked up, handed out, erased. For admins; an address is never part of a page's address."""

from collections.abc import Sequence
from http import HTTPStatus

from flask import Response, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from booking import clock, leftovers, logs
from booking.db import transaction
from booking.domain.errors import Refused
from booking.services import privacy
from booking.web.fields import Form, Line
from booking.web.staff import pages
from booking.web.staff.access import actor, admin_only

TYPES = {"json": "application/json", "html": "text/html"}


class PersonForm(Form):
    email = Line("Their email address", limit=254, missing="Enter their email address")


class EraseForm(PersonForm):
    again = Line("Their email address once more", limit=254, missing="Enter their email address once more")


@pages.route("/people", methods=["GET", "POST"])
@admin_only
def people() -> ResponseReturnValue:
    form = PersonForm()
    found = privacy.heights(form.email.data) if form.sent() else None
    status = HTTPStatus.OK if found is not None else form.status
    return render_template("staff/people.html", form=form, found=found), status


@pages.post(f"/people/copy.<any({','.join(TYPES)}):kind>")
@admin_only
def person_copy(kind: str) -> ResponseReturnValue:
    """Everything about one person as a file."""
    form = PersonForm()
    if form.sent():
        try:
            with transaction():
                export = privacy.export(form.email.data, actor=actor(), now=clock.now())
        except Refused as refusal:
            form.refuse(refusal)
        else:
            logs.event("exported", actor=str(actor()))
            text = export.json if kind == "json" else render_template("personal.html", export=export)
            headers = {"Content-Disposition": f'attachment; filename="personal-{clock.today()}.{kind}"'}
            return Response(text, content_type=f"{TYPES[kind]}; charset=utf-8", headers=headers)
    return render_template("staff/people.html", form=form, found=None), form.status


@pages.post("/people/erase")
@admin_only
def person_erase() -> ResponseReturnValue:
    """Asks for the address once more; then it is done."""
    form, status = EraseForm(), HTTPStatus.OK
    ahead: Sequence[str] = ()
    if "again" in request.form:
        try:
            if form.sent():
                erase(form)
                return redirect(url_for(".people"), HTTPStatus.SEE_OTHER)
        except privacy.StillNeeded as refusal:
            form.refuse(refusal)
            ahead = refusal.references
        except Refused as refusal:
            form.refuse(refusal)
        status = HTTPStatus.UNPROCESSABLE_ENTITY
    return render_template("staff/person_erase.html", form=form, ahead=ahead), status


def erase(form: EraseForm) -> None:
    if form.again.data.lower() != form.email.data.lower():
        raise Refused("The two addresses must be the same", field="again")
    with transaction():
        privacy.erase(form.email.data, actor=actor(), now=clock.now())
    logs.event("erased", actor=str(actor()))
    leftovers.sweep()
    flash("Erased. The history says that it was done, and not about whom")

"""Trainers: the list, one page each with all that is known, absences, the link and the devices."""

from collections.abc import Callable
from http import HTTPStatus

from flask import abort, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from booking import clock
from booking.db import transaction
from booking.domain.days import week_of
from booking.domain.errors import Refused
from booking.domain.places import County
from booking.domain.road.patterns import WEEKDAYS, Part
from booking.queries import rules
from booking.queries.desk import rosters as queries
from booking.services import forms, sign_ins
from booking.services.records import rosters
from booking.web.staff import pages
from booking.web.staff.access import actor, admin_only
from booking.web.staff.presses import found, seen
from booking.web.staff.records.told import KINDS, AbsenceForm, TrainerForm

PARTS = {Part.NO: "Does not work", Part.DAY: "All day", Part.AM: "Morning", Part.PM: "Afternoon"}
PRESSES: dict[str, tuple[Callable[..., None], str]] = {  # what can be pressed, and what has happened then
    "link": (rosters.send_link, "{} has a new link on its way"),
    "end": (sign_ins.end_devices, "The devices of {} are signed out, and links mailed until now open nothing"),
}
ADMIN_PRESSES: dict[str, tuple[Callable[..., None], str]] = {
    "close": (rosters.deactivate, "{} is offered nothing any more, and is signed out"),
    "open": (rosters.reactivate, "{} can be booked again"),
}


@pages.get("/trainers")
def trainers() -> str:
    rows, titles = queries.everyone(clock.now()), queries.courses()
    return render_template("staff/trainers.html", rows=rows, courses=len(titles))


@pages.route("/trainers/new", methods=["GET", "POST"])
def trainer_add() -> ResponseReturnValue:
    form = TrainerForm.opened(None, titles=queries.courses())
    if form.sent():
        try:
            with transaction():
                first = forms.first_time(form.key.data, form.fields(), now=clock.now())
                new = rosters.add(form.told(), times=rules.times(), actor=actor(), now=clock.now())
                first.answer = url_for(".trainer", trainer_id=new.id)
        except forms.Repeated as repeated:
            return redirect(repeated.answer, HTTPStatus.SEE_OTHER)
        except Refused as refusal:
            form.refuse(refusal)
        else:
            flash(f"{form.name.data} is welcomed by email, with the first link to their pages")
            return redirect(first.answer, HTTPStatus.SEE_OTHER)
    return render_template("staff/trainer_add.html", form=form, **around()), form.status


@pages.route("/trainers/<int:trainer_id>", methods=["GET", "POST"])
def trainer(trainer_id: int) -> ResponseReturnValue:
    row, titles, times = found(queries.one(trainer_id)), queries.courses(), rules.times()
    was = rosters.told(row, titles=titles, times=times)
    form = TrainerForm.opened(was, titles=titles)
    if form.sent():
        try:
            with transaction():
                rosters.change(
                    row, form.told(), was=was, times=times, seen=form.seen.number, actor=actor(), now=clock.now()
                )
            return redirect(url_for(".trainer", trainer_id=trainer_id), HTTPStatus.SEE_OTHER)
        except Refused as refusal:
            form.refuse(refusal)
            row = found(queries.one(trainer_id))  # as a colleague may have left it
    page = render_template(
        "staff/trainer.html",
        trainer=row,
        form=form,
        away=queries.absences(trainer_id, now=clock.now()),
        kinds=KINDS,
        devices=queries.devices(trainer_id, now=clock.now()),
        story=queries.story(trainer_id),
        **around(),
    )
    return page, form.status


@pages.route("/trainers/<int:trainer_id>/absence", methods=["GET", "POST"])
def absence_add(trainer_id: int) -> ResponseReturnValue:
    row, form = found(queries.one(trainer_id)), AbsenceForm()
    here = url_for(".trainer", trainer_id=trainer_id)
    if form.sent():
        try:
            first, last = form.span(today=clock.today())
            with transaction():
                forms.first_time(form.key.data, form.fields(), now=clock.now()).answer = here
                kind = form.kind.data if form.kind.data in KINDS else "other"
                rosters.add_absence(
                    row, first=first, last=last, kind=kind, note=form.note.data, actor=actor(), now=clock.now()
                )
            return redirect(here, HTTPStatus.SEE_OTHER)
        except forms.Repeated as repeated:
            return redirect(repeated.answer, HTTPStatus.SEE_OTHER)
        except Refused as refusal:
            form.refuse(refusal)
    return render_template("staff/absence_add.html", form=form, trainer=row), form.status


@pages.post("/trainers/<int:trainer_id>/absence/<int:absence_id>/remove")
def absence_remove(trainer_id: int, absence_id: int) -> ResponseReturnValue:
    row, absence = found(queries.one(trainer_id)), queries.absence(absence_id)
    if absence and absence.trainer_id != trainer_id:
        abort(HTTPStatus.NOT_FOUND)
    try:
        with transaction():
            rosters.remove_absence(row, absence, actor=actor(), now=clock.now())
    except Refused as refusal:
        flash(str(refusal), "stop")
    return redirect(url_for(".trainer", trainer_id=trainer_id), HTTPStatus.SEE_OTHER)


@pages.get("/trainers/<int:trainer_id>/end")
def trainer_end(trainer_id: int) -> str:
    """Are you sure? Devices that are signed out cannot be signed in again from here."""
    return sure(trainer_id, press="end")


@pages.get("/trainers/<int:trainer_id>/close")
@admin_only
def trainer_close(trainer_id: int) -> str:
    """Are you sure? They may train for us again, but their devices stay signed out."""
    return sure(trainer_id, press="close")


@pages.post(f"/trainers/<int:trainer_id>/<any({','.join(PRESSES)}):press>")
def trainer_press(trainer_id: int, press: str) -> ResponseReturnValue:
    return pressed(trainer_id, *PRESSES[press])


@pages.post(f"/trainers/<int:trainer_id>/<any({','.join(ADMIN_PRESSES)}):press>")
@admin_only
def trainer_access(trainer_id: int, press: str) -> ResponseReturnValue:
    """Whether they train for us."""
    return pressed(trainer_id, *ADMIN_PRESSES[press])


def sure(trainer_id: int, *, press: str) -> str:
    row = found(queries.one(trainer_id))
    devices = queries.devices(trainer_id, now=clock.now())
    return render_template("staff/trainer_sure.html", trainer=row, what=press, devices=devices)


def pressed(trainer_id: int, act: Callable[..., None], words: str) -> ResponseReturnValue:
    row = found(queries.one(trainer_id))
    name = row.name
    try:
        with transaction():
            rosters.same(row, seen())
            act(row, actor=actor(), now=clock.now())
    except Refused as refusal:
        flash(str(refusal), "stop")
    else:
        flash(words.format(name))
    return redirect(url_for(".trainer", trainer_id=trainer_id), HTTPStatus.SEE_OTHER)


def around() -> dict[str, object]:
    """What the form is drawn with."""
    return {"parts": PARTS, "weekdays": WEEKDAYS, "this_week": week_of(clock.today()), "counties": County}

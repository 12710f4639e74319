"""Undo: the bar's button."""

from http import HTTPStatus

from flask import flash, redirect, url_for
from flask.typing import ResponseReturnValue

from booking import clock
from booking.db import transaction
from booking.domain.errors import NotFound, Refused
from booking.services import undo as services
from booking.web.guards import came_from
from booking.web.staff import pages
from booking.web.staff.access import actor
from booking.web.ways import inside


@pages.post("/undo/<int:act>")
def undo(act: int) -> ResponseReturnValue:
    try:
        with transaction():
            words = services.undo(act, actor=actor(), now=clock.now()).words
    except NotFound:
        raise
    except Refused as refusal:
        flash(str(refusal), "stop")
    else:
        flash(f"Undone: {words[0].lower()}{words[1:]}. No email goes out about it")
    return redirect(back(), HTTPStatus.SEE_OTHER)


def back() -> str:
    """The staff page whose button was pressed."""
    return inside("/staff", came_from()) or url_for("staff.today")

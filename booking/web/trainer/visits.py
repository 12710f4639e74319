"""My visits."""

from flask import render_template

from booking.web.trainer import pages


@pages.get("/")
def visits() -> str:
    return render_template("trainer/visits.html")

"""Today: what needs a person now."""

from flask import render_template

from booking.web.staff import pages


@pages.get("")
def today() -> str:
    return render_template("staff/today.html")

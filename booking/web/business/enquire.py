"""The enquiry form: a front door of its own."""

from flask import render_template

from booking.web.business import pages


@pages.get("/enquire")
def enquire() -> str:
    return render_template("business/start.html")

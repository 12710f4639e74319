"""The start page and the courses."""

from flask import render_template

from booking.web.business import pages


@pages.get("/")
def start() -> str:
    return render_template("business/start.html")


@pages.get("/courses")
def courses() -> str:
    return render_template("business/start.html")

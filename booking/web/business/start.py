"""The start page: what we do, what it costs, where and when, and two doors."""

from flask import render_template

from booking import clock
from booking.queries.offer import soonest
from booking.web.business import pages


@pages.get("/")
def start() -> str:
    return render_template("business/start.html", front=soonest.front(now=clock.now()))

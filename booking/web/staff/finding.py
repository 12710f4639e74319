"""One search box for everything."""

from flask import render_template, request

from booking.domain.desk.finding import sought
from booking.queries.desk import finding
from booking.web.staff import pages
from booking.web.staff.enquiries import words


@pages.get("/search")
def search() -> str:
    what = sought(request.args.get("q", ""))
    found = finding.find(what)
    return render_template("staff/search.html", q=what.text, what=what, found=found, words=words, most=finding.MOST)

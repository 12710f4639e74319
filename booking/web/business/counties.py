"""A county: real dates, how many trainers come and how far; and what we can do for places outside the four."""

from flask import abort, render_template, request

from booking import clock
from booking.domain.errors import Refused
from booking.domain.places import County, Reach, Where, county_of, parse_outcode
from booking.queries import catalogue
from booking.queries.offer import coverage, soonest
from booking.web.business import pages


@pages.get("/counties/<slug>")
def county(slug: str) -> str:
    if slug not in set(County):
        abort(404)
    found = County(slug)
    courses = catalogue.active()
    typical = catalogue.typical(courses)
    return render_template(
        "business/county.html",
        county=found,
        courses=courses,
        typical=typical,
        days=soonest.in_county(typical, found, now=clock.now()) if typical else (),
        coverage=coverage.coverage(found),
    )


@pages.get("/outside")
def outside() -> str:
    """What we can do for a place that is not in the four counties; `outcode` says which."""
    try:
        outcode = parse_outcode(request.args.get("outcode", ""))
    except Refused:
        outcode = ""
    where = county_of(outcode) if outcode else Where(Reach.OUTSIDE)
    return render_template("business/outside.html", outcode=outcode, where=where, is_scilly=where.reach is Reach.SCILLY)

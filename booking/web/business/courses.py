"""The courses: all of them, and one with its facts, price and next dates."""

from flask import abort, render_template, request

from booking import clock
from booking.domain.courses import HALF_DAYS, CourseNeed
from booking.domain.money import Pence, Price
from booking.queries import catalogue
from booking.queries.offer import soonest
from booking.web.business import pages
from config import settings


@pages.app_template_filter("price")
def price(net_pence: int) -> Price:
    """A net sum with today's VAT: `.vat_pence`, `.total_pence`."""
    return Price(Pence(net_pence), settings().vat_percent)


@pages.app_template_filter("duration")
def duration(half_days: int) -> str:
    """half a day, one day, two days."""
    return HALF_DAYS[half_days]


@pages.get("/courses")
def courses() -> str:
    found = catalogue.active()
    groups = {need: [course for course in found if course.need == need] for need in CourseNeed}
    return render_template("business/courses.html", groups=groups, typical=catalogue.typical(found))


@pages.get("/courses/<slug>")
def course(slug: str) -> tuple[str, int]:
    found = catalogue.by_slug(slug)
    if found is None:
        abort(404)
    if not found.is_active:
        return render_template("business/retired.html", course=found), 410
    asked = request.args.get("county", "")
    days = soonest.by_county(found, now=clock.now())
    shown = {county: day for county, day in days.items() if county == asked} or days
    return render_template("business/course.html", course=found, days=shown), 200

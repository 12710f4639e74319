"""Who we are and on what terms: contact, terms, privacy, accessibility."""

from flask import Response, render_template

from booking.domain.places import ATTRIBUTION
from booking.queries import rules
from booking.web.business import pages


@pages.get("/contact")
def contact() -> str:
    return render_template("business/contact.html")


@pages.get("/terms")
def terms() -> str:
    return render_template("business/terms.html", terms=rules.terms())


@pages.get("/privacy")
def privacy() -> str:
    return render_template("business/privacy.html", attribution=ATTRIBUTION)


@pages.get("/accessibility")
def accessibility() -> str:
    return render_template("business/accessibility.html")


@pages.get("/robots.txt")
def robots() -> Response:
    """What a search engine may read: the pages for everybody, and none that belongs to somebody."""
    private = ("/staff", "/t/", "/b/", "/book/", "/find/", "/enquire/sent/")
    lines = ["User-agent: *", *(f"Disallow: {path}" for path in private)]
    return Response("\n".join([*lines, ""]), mimetype="text/plain")

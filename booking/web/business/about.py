"""Who we are and on what terms: contact, terms, privacy, accessibility."""

from flask import render_template

from booking.web.business import pages


@pages.get("/contact")
def contact() -> str:
    return render_template("business/contact.html")


@pages.get("/terms")
def terms() -> str:
    return render_template("business/terms.html")


@pages.get("/privacy")
def privacy() -> str:
    return render_template("business/privacy.html")


@pages.get("/accessibility")
def accessibility() -> str:
    return render_template("business/accessibility.html")

"""The last look before a booking request is sent; sending it twice sends it once."""

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from booking import clock
from booking.db import transaction
from booking.domain.access import Purpose
from booking.domain.days import london_time
from booking.domain.desk.spam import Sending, suspicion
from booking.domain.errors import Overtaken, Refused, Taken
from booking.domain.money import Pence, Price
from booking.queries import enquiries, rules
from booking.queries.journey.drafts import Begun
from booking.services import forms, links, visits
from booking.web import limits
from booking.web.business import pages
from booking.web.business.details import MISSING, is_still_free
from booking.web.business.journey import hours_of, mine, placed, sent_page
from booking.web.business.picking import run_days
from booking.web.screening import ScreenedForm
from booking.web.visitor import network
from config import settings

LIMITS = {"request from one network": "10 per hour", "request from one address": "5 per day"}


class CheckForm(ScreenedForm):
    pass


@pages.route("/book/check", methods=["GET", "POST"])
@placed
def check(begun: Begun) -> ResponseReturnValue:
    form = CheckForm()
    if form.sent():
        try:
            return redirect(sent_page(send(form, begun)), 303)
        except Taken:  # the dates page sees that it is gone, and shows the nearest
            return redirect(url_for(".dates"), 303)
        except Overtaken as overtaken:  # sent from another tab at this very moment
            flash(str(overtaken), "wait")
            return redirect(url_for(".check"), 303)
        except Refused as refusal:
            form.refuse(refusal)
        begun = mine() or begun
    return show(form, begun), form.status


def send(form: CheckForm, begun: Begun) -> int:
    """Sends the request, once; the visit's id. A repeat gives the first one's. Raises Taken, Refused, TooMany."""
    now, draft = clock.now(), begun.draft
    if lacking := missing(begun):
        raise Refused(next(iter(lacking.values())))
    limited = dict(zip(LIMITS.items(), (network(), draft.email.lower()), strict=True))
    try:
        with transaction():
            first = forms.first_time(form.key.data, form.fields(), now=now)
            for (act, limit), whose in limited.items():
                limits.check(act, limit=limit, of=whose)
            visit = visits.request(draft, network=network(), suspicion=suspect(form, begun), now=now)
            links.keep(Purpose.MANAGE, now=now, visit_id=visit.id)
            first.answer, visit_id = str(visit.id), visit.id
    except forms.Repeated as repeated:
        return int(repeated.answer)
    for (act, limit), whose in limited.items():
        limits.spend(act, limit=limit, of=whose)
    return visit_id


def suspect(form: CheckForm, begun: Begun) -> str:
    """Why this request looks like a machine's, "" when it does not. A person takes longer from date to sending."""
    draft = begun.draft
    return suspicion(
        Sending(
            seconds=(clock.now() - draft.visit.created_at).total_seconds() if draft.visit else form.seconds,
            trap=form.website.data or "",
            lines=(draft.firm_name, draft.contact_name, draft.town, draft.room, draft.parking),
            text=draft.notes,
            texts_of_others=enquiries.recent_texts(but_of=draft.email),
            is_flood=limits.is_flood("request by anybody"),
        )
    )


def missing(begun: Begun) -> dict[str, str]:
    """What has not been told yet, by field, and the words that ask for it; the date is `slot`."""
    lacking = {name: words for name, words in MISSING.items() if not getattr(begun.draft, name)}
    return lacking if begun.at else {"slot": "Select a date", **lacking}


def show(form: CheckForm, begun: Begun) -> str:
    now, at, course, hold = clock.now(), begun.at, begun.draft.course, begun.draft.visit
    assert course is not None, "the page needs it"
    today = london_time(now).date()
    return render_template(
        "business/check.html",
        form=form,
        begun=begun,
        missing=missing(begun),
        is_free=is_still_free(begun),
        days=run_days(at, course.half_days, today=today) if at else "",
        hours=hours_of(begun),
        price=Price(Pence(hold.price_pence), hold.vat_percent)
        if hold
        else Price(Pence(course.price_pence), settings().vat_percent),
        terms=rules.terms().sentence(at.day, is_confirmed=False, today=today) if at else "",
    )

"""A visitor's unfinished booking: kept from the first Continue, so that nothing is typed twice."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import joinedload

from booking.db import db
from booking.domain.days import Slot
from booking.domain.errors import Refused, Taken
from booking.domain.places import County, Postcode, Reach, county_of
from booking.models import Course, Draft
from booking.services import visits


@dataclass(frozen=True, slots=True)
class Details:
    """Who, where and for how many, cleaned; `phone` is E.164."""

    contact_name: str
    email: str
    phone: str
    firm_name: str
    address: str
    town: str
    postcode: Postcode
    people: int
    room: str
    parking: str
    access_needs: str
    notes: str
    wants_marketing: bool


def set_place(
    visitor: str, *, course: Course, county: County, postcode: Postcode, result_id: int | None = None, now: datetime
) -> None:
    """Which course and where. Another course or place lets go of the date; after a request it begins a new booking."""
    draft = _of(visitor, now=now)
    if draft.visit is not None and draft.visit.requested_at:
        _begin_again(draft)
    if (draft.course_id, draft.county, draft.outcode) != (course.id, county, postcode.outcode):
        visits.let_go(visitor, now=now)
        draft.day = draft.half = draft.visit = None
    draft.course, draft.county = course, county
    draft.postcode, draft.outcode = str(postcode), postcode.outcode
    draft.result_id, draft.updated_at = result_id, now
    db.session.flush()


def set_date(visitor: str, *, network: str, at: Slot, now: datetime) -> None:
    """The date is chosen, and held. Raises Taken beside `slot` when it is gone, Refused when it cannot be held."""
    draft = _of(visitor, now=now)
    draft.day, draft.half, draft.updated_at = at.day, at.half, now
    _hold(draft, network=network, now=now)


def set_details(visitor: str, details: Details, *, network: str, now: datetime) -> bool:
    """Stores the details, and holds the date for half an hour more; False: stored too, but the date is gone.

    Raises Refused beside `postcode` when it is not where the dates were looked for.
    """
    draft = _of(visitor, now=now)
    if draft.county is not None:
        check_place(details.postcode, draft.county)
    is_elsewhere = details.postcode.outcode != draft.outcode
    for name in Details.__dataclass_fields__:
        setattr(draft, name, getattr(details, name))
    draft.postcode, draft.outcode, draft.updated_at = str(details.postcode), details.postcode.outcode, now
    db.session.flush()
    if draft.day is None:
        return True
    try:
        if draft.visit is None or is_elsewhere:
            _hold(draft, network=network, now=now)
        else:
            visits.renew(draft.visit, now=now)
    except Taken:
        return False
    return True


def check_place(postcode: Postcode, county: County) -> None:
    """Raises Refused, beside `postcode`, when a postcode cannot be in the county that was chosen."""
    where = county_of(postcode.outcode)
    if county in where.choices:
        return
    name = {Reach.SCILLY: "on Scilly"}.get(where.reach, f"in {where.county_name}")
    raise Refused(
        f"{postcode} is {name}, and the dates are for {county.label}: change the place first", field="postcode"
    )


def _hold(draft: Draft, *, network: str, now: datetime) -> None:
    if draft.course is None or draft.county is None or draft.day is None or draft.half is None:
        raise Refused("Select a date", field="slot")
    draft.visit = visits.hold(
        visitor=draft.visitor,
        network=network,
        course=draft.course,
        county=draft.county,
        outcode=draft.outcode,
        at=Slot(draft.day, draft.half),
        now=now,
    )
    db.session.flush()


def _begin_again(draft: Draft) -> None:
    """What was said about the visit that is sent goes; who and where they are stays."""
    draft.day = draft.half = draft.visit = draft.people = None
    draft.room = draft.parking = draft.access_needs = draft.notes = ""


def _of(visitor: str, *, now: datetime) -> Draft:
    """The visitor's draft with course and visit, or a new one; two first Continues at once share it."""
    mine = select(Draft).filter_by(visitor=visitor).options(joinedload(Draft.course), joinedload(Draft.visit))
    draft = db.session.scalars(mine).one_or_none()
    if draft is None:
        draft = Draft(visitor=visitor, course=None, visit=None, updated_at=now)
        try:
            with db.session.begin_nested():
                db.session.add(draft)
        except IntegrityError:
            return db.session.scalars(mine).one()
    return draft

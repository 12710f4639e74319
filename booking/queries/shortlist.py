"""The staff's shortlist: who can be sent and why, and for everybody else why not."""

from dataclasses import replace
from datetime import datetime

from booking.db import db
from booking.domain.days import Slot
from booking.domain.matching.needs import Candidate, Need, fair_window
from booking.domain.matching.shortlist import ABOUT_THE_DATE, Shortlist, rank
from booking.models import Course, Firm, Visit
from booking.queries import diaries
from booking.queries.dates import wish_for


def for_visit(visit: Visit, *, at: Slot | None = None, is_settled: bool = False, now: datetime) -> Shortlist:
    """Everyone for a visit on its own date, or on another; what it holds itself counts as free.

    Of a date that is settled no rule about the date speaks against a trainer.
    """
    everyone, need = asked(visit, at=at or Slot(visit.first_day, visit.first_half), now=now)
    return rank(everyone, need, settled=ABOUT_THE_DATE if is_settled else ())


def asked(visit: Visit, *, at: Slot, now: datetime) -> tuple[list[Candidate], Need]:
    """What ranking needs for a visit on a date, with the twelve weeks around it in its window."""
    course = db.session.get_one(Course, visit.course_id)
    firm = db.session.get(Firm, visit.firm_id) if visit.firm_id else None
    wish = wish_for(course, county=visit.county, outcode=visit.outcode, now=now)
    need = replace(wish, window=fair_window(at.day), firm=firm.name if firm else wish.firm).at(at)
    return diaries.everyone(need, course_id=course.id, firm_id=visit.firm_id, but_visit=visit.id), need

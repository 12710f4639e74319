"""Ann and Ben, who train, and what Acme wishes for; a quiet March with Easter at its end."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, date, datetime, time

from booking.domain.availability import Hours
from booking.domain.days import Half, Slot
from booking.domain.matching.needs import Candidate, HeldVisit, Wish, fair_window
from booking.domain.places import County

NOW = datetime(2027, 3, 8, 9, tzinfo=UTC)  # a Monday
WEDNESDAY = date(2027, 3, 24)
EVERY_DAY = tuple(Hours(weekday, time(9), time(17)) for weekday in range(5))
WINDOW = fair_window(WEDNESDAY)
COURSE = "Leading a small team"

ANN = Candidate(1, "Ann Bell", "EX4", {County.DEVON: 0}, EVERY_DAY)
BEN = Candidate(2, "Ben Hart", "EX4", {County.DEVON: 0}, EVERY_DAY)
WHOLE_DAY = Wish(County.DEVON, "EX1", 2, course=COURSE, now=NOW, window=WINDOW, firm="Acme")
HALF_DAY = replace(WHOLE_DAY, length=1)


def morning(day: date = WEDNESDAY) -> Slot:
    return Slot(day, Half.AM)


def afternoon(day: date = WEDNESDAY) -> Slot:
    return Slot(day, Half.PM)


def booked(who: Candidate, *visits: HeldVisit) -> Candidate:
    """The trainer with these visits in the diary as well."""
    held = who.held | sum(visit.bits for visit in visits)
    return replace(who, held=held, visits=(*who.visits, *visits))


def visit(
    *slots: Slot, outcode: str = "EX1", place: str = "", reference: str = "", confirmed: bool = True
) -> HeldVisit:
    return HeldVisit(sum(WINDOW.bit(slot) for slot in slots), outcode, place, reference, confirmed)


def covering(who: Candidate, counties: Mapping[County, int]) -> Candidate:
    return replace(who, counties=counties)

"""Random trainers, diaries and wishes for properties."""

from dataclasses import replace
from datetime import date, time, timedelta

from hypothesis import strategies as st

from booking.domain.availability import Absence, Hours
from booking.domain.days import Half, Slot, Week
from booking.domain.matching.needs import Candidate, HeldVisit, Need, Wish
from booking.domain.places import County
from tests.domain.matching.cast import WHOLE_DAY, WINDOW

OUTCODES = ("EX1", "EX4", "EX14", "TA20", "DT7", "TR18", "TR21", "ZZ9", "BH24")
FIRST, LAST = date(2027, 3, 1), date(2027, 4, 30)
COUNTIES = st.dictionaries(st.sampled_from(County), st.sampled_from((-1, 0, 1)), min_size=2)
SELDOM_FALSE = (*(True,) * 9, False)


@st.composite
def trainers(draw: st.DrawFn) -> Candidate:
    """A trainer whose held slots are all explained by visits, as a query would read them."""
    hours = st.builds(
        Hours,
        st.integers(0, 5),
        st.sampled_from((time(9), time(9, 30), time(13))),
        st.sampled_from((time(12, 30), time(17))),
        st.sampled_from(Week),
    )
    days = draw(st.lists(st.dates(FIRST, LAST), unique=True, max_size=15))
    visits = tuple(
        HeldVisit(
            draw(st.integers(1, 3)) * WINDOW.bit(Slot(day, Half.AM)),
            draw(st.sampled_from(OUTCODES)),
            is_confirmed=draw(st.booleans()),
        )
        for day in days
    )
    away = draw(st.lists(st.integers(WINDOW.base, WINDOW.base + WINDOW.size), max_size=2))
    return Candidate(
        trainer_id=0,
        name="Ann Bell",
        home=draw(st.sampled_from(OUTCODES)),
        counties=draw(COUNTIES),
        hours=tuple(draw(st.lists(hours, min_size=2, max_size=8))),
        absences=tuple(Absence(first, first + 5, "leave") for first in away),
        held=sum(each.bits for each in visits),
        visits=visits,
        is_active=draw(st.sampled_from(SELDOM_FALSE)),
        teaches=draw(st.sampled_from(SELDOM_FALSE)),
        weekly_limit=draw(st.integers(2, 10)),
        drive_limit=draw(st.sampled_from((30, 150))),
        barred_on=draw(st.sampled_from((*(None,) * 9, date(2027, 1, 4)))),
        taught_on=draw(st.sampled_from((None, None, date(2026, 5, 12)))),
    )


def crowds() -> st.SearchStrategy[list[Candidate]]:
    """Up to six trainers with numbers from 1."""
    return st.lists(trainers(), max_size=6).map(
        lambda them: [replace(who, trainer_id=number) for number, who in enumerate(them, start=1)]
    )


@st.composite
def undated_wishes(draw: st.DrawFn) -> Wish:
    return replace(
        WHOLE_DAY,
        county=draw(st.sampled_from(County)),
        outcode=draw(st.sampled_from(OUTCODES)),
        length=draw(st.sampled_from((1, 2, 3, 4))),
        now=WHOLE_DAY.now + timedelta(hours=draw(st.integers(0, 200))),
    )


@st.composite
def wishes(draw: st.DrawFn) -> Need:
    """A wish on a date, suitable or not."""
    return draw(undated_wishes()).at(Slot(draw(st.dates(FIRST, LAST)), draw(st.sampled_from(Half))))

"""What mails and calendar entries say of a visit: its days and hours, where it is, what it costs, when to set out."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from itertools import groupby
from operator import attrgetter
from urllib.parse import quote_plus

from booking.domain.days import Half, HalfTimes, Slot, london, run_of, run_words
from booking.domain.lifecycle import VisitState
from booking.domain.money import Pence, Price
from booking.domain.terms import Terms
from booking.domain.words import clock_words, day_words, drive_words, near_day, span_words
from booking.models import Site, Visit
from config import settings

SETTING_UP = timedelta(minutes=20)  # how long before the start a trainer is there
_TITLES = {"Mr", "Mrs", "Ms", "Miss", "Mx", "Dr", "Prof", "Sir", "Dame", "Rev"}


@dataclass(frozen=True, slots=True)
class Session:
    """One day of a visit with its hours, as clocks in London show them."""

    day: date
    starts: time
    ends: time

    @property
    def starts_at(self) -> datetime:
        """The instant, aware UTC."""
        return london(self.day, self.starts)

    @property
    def ends_at(self) -> datetime:
        """The instant, aware UTC."""
        return london(self.day, self.ends)


@dataclass(frozen=True, slots=True)
class Drive:
    """How a trainer gets to a visit: minutes at that hour of that day, and the town it starts from."""

    minutes: int
    start: str
    is_night_away: bool = False  # better driven the evening before

    def sentence(self, session: Session) -> str:
        """ "Leave by 8:25am: 45 minutes from Crediton", which leaves 20 minutes to set up; without a full stop."""
        way = f"{drive_words(self.minutes)} from {self.start}"
        if self.is_night_away:
            return f"Best driven the evening before: {way}"
        leave = datetime.combine(session.day, session.starts) - timedelta(minutes=self.minutes) - SETTING_UP
        return f"Leave by {clock_words((leave - timedelta(minutes=leave.minute % 5)).time())}: {way}"


def first_name(name: str) -> str:
    """How we speak to a person: "Meg"; the whole name where it starts with a title."""
    first = name.partition(" ")[0]
    return name if first.rstrip(".") in _TITLES else first


def half_times() -> HalfTimes:
    """When the halves of a day start and end here."""
    s = settings()
    return HalfTimes(s.am_opens, s.am_closes, s.pm_opens, s.pm_closes)


def slots(visit: Visit, *, was: tuple[date, Half] | None = None) -> tuple[Slot, ...]:
    """The half-days of a visit, or those it had when it started on another day and half."""
    return run_of(*(was or (visit.first_day, visit.first_half)), visit.half_days)


def sessions(visit: Visit) -> tuple[Session, ...]:
    """The days of a visit, each from its first half's start to its last half's end."""
    times = half_times()
    days = ((day, list(halves)) for day, halves in groupby(slots(visit), key=attrgetter("day")))
    return tuple(Session(day, times.starts(halves[0].half), times.ends(halves[-1].half)) for day, halves in days)


def hours(visit: Visit, *, was: tuple[date, Half] | None = None) -> str:
    """ "9:30am to 4:30pm", or "2 days, 9:30am to 4:30pm each"."""
    return run_words(slots(visit, was=was), half_times())


def when(visit: Visit, *, was: tuple[date, Half] | None = None) -> str:
    """ "Wednesday 24 March 2027", or "Wednesday 24 March to Thursday 25 March 2027"."""
    first, last = slots(visit, was=was)[0].day, slots(visit, was=was)[-1].day
    return day_words(first) if first == last else f"{near_day(first)} to {day_words(last)}"


def on(visit: Visit) -> str:
    """ "on Wednesday 24 March 2027", or "from Wednesday 24 March to Thursday 25 March 2027"."""
    return f"{'on' if len(sessions(visit)) == 1 else 'from'} {when(visit)}"


def span(session: Session) -> str:
    """ "9:30am to 4:30pm"."""
    return span_words(session.starts, session.ends)


def price(visit: Visit) -> Price:
    """What was agreed."""
    return Price(Pence(visit.price_pence), visit.vat_percent)


def fee(visit: Visit) -> Price:
    """What a late move or cancellation costs."""
    return Price(Pence(visit.fee_pence), visit.vat_percent)


def terms(visit: Visit, *, today: date) -> str:
    """The terms for this visit, as a sentence without a full stop."""
    s = settings()
    version = Terms(
        visit.terms_version,
        free_days=s.free_until_days,
        part_days=s.half_until_days,
        online_working_days=s.online_until_working_days,
    )
    return version.sentence(visit.first_day, is_confirmed=visit.state is VisitState.CONFIRMED, today=today)


def address(site: Site) -> str:
    """The whole address on one line."""
    return ", ".join([*(line.strip(" ,") for line in site.address.splitlines()), site.town, site.postcode])


def map_url(site: Site) -> str:
    """OpenStreetMap's search for the postcode: nothing that names the firm is told to anybody."""
    return f"https://www.openstreetmap.org/search?query={quote_plus(site.postcode)}"

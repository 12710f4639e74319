"""When a visit is and who goes, as staff say it: a free day from a list or one they type, a trainer or the best."""

from datetime import date

from wtforms import RadioField, SelectField
from wtforms.fields.choices import SelectChoice

from booking import clock
from booking.domain.days import Half, Slot
from booking.domain.errors import Refused
from booking.domain.matching.dates import Openings
from booking.domain.words import day_words, parse_span
from booking.queries.desk import agenda
from booking.web.fields import Line

TYPED = "typed"  # instead of a free day: the one that is typed
OFFERED = 6  # free days to select from
HALVES = {Half.AM.value: "Morning, from 9:30am", Half.PM.value: "Afternoon, from 1:30pm"}


class Dated:
    """The fields that a booking and a move share."""

    slot = RadioField("Free days", validate_choice=False, choices=())
    day = Line("Another day", limit=30)
    half = SelectField("Starts in the", choices=HALVES, validate_choice=False)
    trainer = SelectField("Trainer", validate_choice=False)
    reason = Line("Why, where a rule speaks against it (optional)", limit=200)

    @property
    def at(self) -> Slot:
        """The free day that was selected, or else the day that was typed. Raises Refused beside its field."""
        day, _, half = (self.slot.data or TYPED).rpartition("-")
        if not day:
            return Slot(typed_day(self.day.data), half_of(self.half.data))
        if self.day.data:
            raise Refused("Select “Another day” for the day you typed, or leave that empty", field="slot")
        return Slot(typed_day(day), half_of(half))

    @property
    def trainer_id(self) -> int | None:
        """Whom staff picked; None: whoever is best. Raises Refused beside `trainer`."""
        if not self.trainer.data:
            return None
        picked = next((each for each, _ in agenda.trainers() if str(each) == self.trainer.data), None)
        if picked is None:
            raise Refused("Select a trainer, or whoever is best", field="trainer")
        return picked

    def offer(self, openings: Openings | None, *, half_days: int, near: Slot | None = None) -> None:
        """What there is to select from: the trainers, and free days, the soonest or those `near` to one that is gone.

        With no free day the field is not shown, and what was said of it stands beside the typed day.
        """
        found = [] if openings is None else openings.nearest(near, OFFERED) if near else openings.soonest(OFFERED)
        days = [SelectChoice(f"{at.day}-{at.half}", slot_words(at, half_days=half_days)) for at in found]
        self.slot.choices = [*days, SelectChoice(TYPED, "Another day, which I type below")] if days else []
        if not days:
            self.day.errors, self.slot.errors = [*self.day.errors, *self.slot.errors], []
        self.trainer.choices = [
            SelectChoice("", "Whoever is best"),
            *(SelectChoice(str(each), name) for each, name in agenda.trainers()),
        ]


def typed_day(typed: str) -> date:
    """A day as staff type it, or a page writes it, from today to 18 months ahead. Raises Refused beside `day`."""
    span = parse_span(typed, "", today=clock.today(), fields=("day", "day"))
    if span is None:
        raise Refused("Enter a day, like 12 January", field="day")
    return span.first_on


def half_of(typed: str | None) -> Half:
    return Half(typed) if typed in set(Half) else Half.AM


def slot_words(at: Slot, *, half_days: int) -> str:
    return f"{day_words(at.day)}{f', {HALVES[at.half].lower()}' if half_days == 1 else ''}"

"""What it costs a firm to move or cancel a visit: the terms as data, counted in London calendar days.

A fee is a share of the net price stored with the visit, with VAT at the rate stored there: a charge for cancelling
is taxed like the visit it replaces.
"""

from dataclasses import dataclass, replace
from datetime import date, timedelta

from booking.domain.days import WorkingDays
from booking.domain.errors import Refused
from booking.domain.money import Pence, Price, percent_of
from booking.domain.words import day_words, near_day


@dataclass(frozen=True, slots=True)
class Terms:
    """One version of the terms; the version is stored with each request, and that one counts for it.

    Days are counted back from the first day of the visit, and each limit day itself still belongs to the better side.
    """

    version: str = "2026-11"
    free_days: int = 14
    part_days: int = 7
    part_percent: int = 50
    free_late_moves: int = 1
    online_working_days: int = 2

    def __post_init__(self) -> None:
        if not (self.free_days >= self.part_days >= 0 and 0 <= self.part_percent <= 100):
            raise ValueError("free_days must not be fewer than part_days, and part_percent must be a percentage")

    def free_until(self, first_day: date) -> date:
        """The last day on which moving and cancelling are free."""
        return first_day - timedelta(days=self.free_days)

    def part_until(self, first_day: date) -> date:
        """The last day on which cancelling costs a part, and a late move may be free."""
        return first_day - timedelta(days=self.part_days)

    def online_until(self, first_day: date, *, working: WorkingDays) -> date:
        """The last day on which the firm can move or cancel on its page; after it, by telephone."""
        return working.before(first_day, self.online_working_days)

    def sentence(self, first_day: date, *, is_confirmed: bool, today: date) -> str:
        """The terms for one visit, without a full stop: "Free to move or cancel until Wednesday 10 March"."""
        if not is_confirmed:
            then = self.sentence(first_day, is_confirmed=True, today=today)
            return f"Nothing is due until we have confirmed the visit. Once we have: {then[0].lower()}{then[1:]}"
        free, part = self.free_until(first_day), self.part_until(first_day)
        if today <= free:
            return f"Free to move or cancel until {_day(free, today=today)}"
        if today <= part:
            cost = _share(self.part_percent)
            return f"Cancelling costs {cost} until {_day(part, today=today)}, and {_share(100)} after that"
        return f"Cancelling now costs {_share(100)}"


@dataclass(frozen=True, slots=True)
class Fee:
    """What moving or cancelling costs today, and why; `is_online` says whether the firm may do it on its page."""

    price: Price
    percent: int
    reason: str
    is_online: bool

    @property
    def is_free(self) -> bool:
        return self.price.net_pence == 0


@dataclass(frozen=True, slots=True)
class Standing:
    """What a fee depends on: the visit's stored price, its first day, and today in London."""

    price: Price
    first_day: date
    today: date
    is_confirmed: bool = True


def cancel_fee(terms: Terms, visit: Standing, *, working: WorkingDays) -> Fee:
    """The fee for cancelling today; nothing is due before a visit is confirmed."""
    if not visit.is_confirmed:
        return _fee(
            terms, visit, working=working, percent=0, reason="Nothing is due until we have confirmed the visit."
        )
    percent, reason = _due(terms, visit)
    return _fee(terms, visit, working=working, percent=percent, reason=reason)


def move_fee(terms: Terms, visit: Standing, *, late_moves: int, working: WorkingDays) -> Fee:
    """The fee for moving today; `late_moves` counts the visit's earlier moves after its free days were over."""
    free, part = terms.free_until(visit.first_day), terms.part_until(visit.first_day)
    is_late = visit.is_confirmed and free < visit.today <= part
    if is_late and late_moves < terms.free_late_moves:
        reason = f"A move is free once until {_day(part, today=visit.today)}."
        return _fee(terms, visit, working=working, percent=0, reason=reason)
    fee = cancel_fee(terms, visit, working=working)
    return replace(fee, reason=f"The free move has been used. {fee.reason}") if is_late else fee


def waive(fee: Fee, *, why: str) -> Fee:
    """The same act free of charge, as staff decided; raises Refused without a reason."""
    if not why.strip():
        raise Refused("Enter why the fee is waived", field="why")
    return replace(fee, price=replace(fee.price, net_pence=Pence(0)), percent=0, reason=why.strip())


def _day(day: date, *, today: date) -> str:
    return near_day(day) if day.year == today.year else day_words(day)


def _due(terms: Terms, visit: Standing) -> tuple[int, str]:
    free, part = terms.free_until(visit.first_day), terms.part_until(visit.first_day)
    if visit.today <= free:
        return 0, f"Free of charge until {_day(free, today=visit.today)}."
    if visit.today <= part:
        over, until = _day(free, today=visit.today), _day(part, today=visit.today)
        return terms.part_percent, f"It was free until {over}. Until {until} it costs {_share(terms.part_percent)}."
    return 100, f"After {_day(part, today=visit.today)} it costs {_share(100)}."


def _fee(terms: Terms, visit: Standing, *, working: WorkingDays, percent: int, reason: str) -> Fee:
    return Fee(
        price=Price(percent_of(visit.price.net_pence, percent), visit.price.vat_percent),
        percent=percent,
        reason=reason,
        is_online=visit.today <= terms.online_until(visit.first_day, working=working),
    )


def _share(percent: int) -> str:
    return {50: "half the price", 100: "the whole price"}.get(percent, f"{percent}% of the price")

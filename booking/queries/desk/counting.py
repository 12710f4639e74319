"""How many rows are in each state, without going through all there ever were."""

from collections.abc import Mapping
from functools import cache
from typing import Any, TypeVar

from sqlalchemy import Select, func, select

from booking.db import db
from booking.domain.lifecycle import EnquiryState
from booking.domain.post import MailState
from booking.models import Enquiry, Mail

State = TypeVar("State", EnquiryState, MailState)


def by_state(model: type[Enquiry] | type[Mail], commonest: State) -> Mapping[State, int]:
    """1 statement. In the commonest state are those that remain: all of a table are counted at once, a part is not."""
    others = [state for state in type(commonest) if state is not commonest]
    total, *counts = db.session.execute(_counts(model, *others)).one()
    found = dict(zip(others, counts, strict=True)) | {commonest: total - sum(counts)}
    return {state: found[state] for state in type(commonest)}


@cache
def _counts(model: type[Enquiry] | type[Mail], *states: EnquiryState | MailState) -> Select[*tuple[Any, ...]]:
    """Of all, and of each state by itself, which is half the work of grouping them."""
    total = select(func.count()).select_from(model)
    return select(
        *(each.scalar_subquery() for each in (total, *(total.where(model.state == state) for state in states)))
    )

"""Looking changes nothing: every page of a booking leaves every row as it was."""

from typing import Any

import pytest
from sqlalchemy.orm import scoped_session

from booking.domain.access import Purpose
from booking.domain.lifecycle import VisitState
from booking.services import links
from tests import make
from tests.pages import PageClient
from tests.test_access import everything
from tests.web.business.booking import to_check

WAYS = ("", "/move", "/move/2027-03-25-am", "/cancel", "/feedback", "/visit.ics")


def test_looking_at_a_booking_that_is_begun_writes_nothing(client: PageClient, session: scoped_session[Any]) -> None:
    course = make.course()
    make.ann(course)
    to_check(client, course.slug)
    before = everything()
    for path in ("/book/place", "/book/date?day=2027-03-25", "/book/details", "/book/check"):
        assert client.get(path).status_code == 200
    assert everything() == before


@pytest.mark.parametrize("state", [state for state in VisitState if state is not VisitState.HELD])
def test_looking_at_a_visit_writes_nothing(client: PageClient, session: scoped_session[Any], state: VisitState) -> None:
    visit = make.visit(state)
    manage = links.token(make.link(Purpose.MANAGE, visit_id=visit.id))
    confirm = links.token(make.link(Purpose.CONFIRM, visit_id=visit.id))
    before = everything()
    paths = [f"/book/sent/{manage}", f"/book/sent/{manage}/email", f"/confirm/{confirm}"]
    for path in [*paths, *(f"/b/{manage}{way}" for way in WAYS)]:
        assert client.get(path).status_code in {200, 303, 404}
    assert everything() == before

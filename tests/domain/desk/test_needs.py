"""How needs are told, tagged and ranked; how near moments read."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from booking.domain.days import Half
from booking.domain.desk.needs import Kind, Need, excerpt, is_worker_silent, moment, part_words

NOW = datetime(2026, 11, 24, 10, tzinfo=UTC)  # a Tuesday
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


@pytest.mark.parametrize(
    ("at", "words"),
    [
        (NOW - HOUR, "9am today"),
        (NOW + DAY, "10am tomorrow"),
        (NOW - DAY, "10am yesterday"),
        (NOW + 2 * DAY, "10am Thursday"),
        (NOW - 5 * DAY, "10am Thursday"),
        (NOW + 6 * DAY, "10am, Monday 30 November"),
        (datetime(2027, 6, 1, 16, 30, tzinfo=UTC), "5:30pm, Tuesday 1 June"),
    ],
)
def test_a_moment_is_told_from_where_we_stand(at: datetime, words: str) -> None:
    assert moment(at, now=NOW) == words


def need(kind: Kind = Kind.CONFIRM, due_at: datetime | None = None, since: datetime | None = None) -> Need:
    return Need(kind, "Do it", "Because.", due_at=due_at, since=since)


@pytest.mark.parametrize(
    ("this", "tag", "when"),
    [
        (need(due_at=NOW - DAY), "Late", "promised by 10am yesterday"),
        (need(Kind.STEP, due_at=NOW - DAY), "Late", "planned for 10am yesterday"),
        (need(due_at=NOW + 7 * HOUR), "By 5pm today", "in 7 hours"),
        (need(due_at=NOW + DAY), "By 10am tomorrow", ""),
        (need(Kind.MAIL, since=NOW - HOUR), "Mail failed", "since 9am today"),
        (need(Kind.REPORT), "Report due", ""),
        (need(), "To do", ""),
    ],
)
def test_a_tag_says_late_or_by_when_or_what(this: Need, tag: str, when: str) -> None:
    assert (this.tag(NOW), this.when(NOW)) == (tag, when)


def test_the_order_is_worker_then_oldest_promise_then_what_nobody_promised_by_kind() -> None:
    worker, late, today = need(Kind.WORKER), need(due_at=NOW - DAY), need(due_at=NOW + HOUR)
    mail, report, tomorrow = need(Kind.MAIL), need(Kind.REPORT), need(due_at=NOW + DAY)
    ranked = sorted([tomorrow, report, mail, today, late, worker], key=lambda each: each.rank(NOW))
    assert ranked == [worker, late, today, mail, report, tomorrow]


def test_a_visit_of_tomorrow_to_which_nobody_may_come_goes_before_every_promise() -> None:
    nearest = Need(Kind.ABSENCE, "Find another trainer", "", since=NOW, before=(NOW + DAY).date())
    later = replace(nearest, before=(NOW + 2 * DAY).date())
    worker, late, mail = need(Kind.WORKER), need(due_at=NOW - DAY), need(Kind.MAIL)
    ranked = sorted([later, mail, late, nearest, worker], key=lambda each: each.rank(NOW))
    assert ranked == [worker, nearest, late, mail, later]


@pytest.mark.parametrize(
    ("beat", "waiting", "silent"),
    [
        (NOW, None, False),
        (NOW - timedelta(minutes=5), None, False),
        (NOW - timedelta(minutes=6), None, True),
        (None, None, False),
        (None, NOW - timedelta(minutes=6), True),
        (NOW, NOW - DAY, False),
    ],
)
def test_a_worker_is_silent_after_five_minutes(beat: datetime | None, waiting: datetime | None, silent: bool) -> None:
    assert is_worker_silent(beat, waiting_since=waiting, now=NOW) is silent


@pytest.mark.parametrize(
    ("half", "half_days", "words"),
    [(Half.AM, 1, "morning"), (Half.PM, 1, "afternoon"), (Half.AM, 2, "all day"), (Half.AM, 4, "2 days")],
)
def test_a_part_of_a_day_in_words(half: Half, half_days: int, words: str) -> None:
    assert part_words(half, half_days) == words


def test_an_excerpt_is_one_line_that_ends_at_a_word() -> None:
    assert excerpt("One\n\ntwo three", most=8) == "“One two …”"
    assert (excerpt("One\ntwo"), excerpt(" \n")) == ("“One two”", "")

"""Made-up firms, trainers and visits, to try the product out: weeks of real services, played back in time order."""

import heapq
import tomllib
from collections.abc import Iterator
from datetime import datetime, timedelta
from itertools import count
from pathlib import Path
from typing import Any

from booking.domain.days import london_time
from booking.queries import calendar
from booking.services import staff, visits
from booking.services.demo import fates, people
from booking.services.demo.scenes import Scene, Stage
from booking.services.timetable import reminders, schedules, sending

FOLDER = Path(__file__).parent
NO_SUCH_DOMAIN = ".exmaple"  # the slip in one firm's address


def load(*, now: datetime) -> None:
    """Fills an empty database with believable data around `now`; the same for the same moment."""
    who, firms = read("people.toml"), read("firms.toml")
    courses = people.add_courses((FOLDER / "catalogue.toml").read_text())
    began = now - timedelta(days=90)
    colleagues = [people.add_colleague(each, now=began) for each in who["staff"]]
    trainers = [people.add_trainer(each, courses, now=began) for each in who["trainer"]]
    people.add_absences(trainers, now=now)
    stage = Stage(
        now=now,
        working=calendar.working_days(),
        courses={course.slug: course for course in courses},
        colleagues=[staff.actor_of(each) for each in colleagues],
    )
    stories = [fates.VISITS[each["fate"]](Scene(stage, each, n)) for n, each in enumerate(firms["visit"])]
    stories += [
        fates.ENQUIRIES[each["fate"]](Scene(stage, each, n)) for n, each in enumerate(firms["enquiry"], len(stories))
    ]
    play([*stories, mornings(stage)], until=now)
    people.read_weeks(but=trainers[-1])


def read(name: str) -> dict[str, list[dict[str, Any]]]:
    return tomllib.loads((FOLDER / name).read_text())


def play(stories: list[Iterator[datetime]], *, until: datetime) -> None:
    """Each story yields the instant of its next act; all of them are acted out in the order of time."""
    order = count()
    waiting = [(next(story), next(order), story) for story in stories]
    heapq.heapify(waiting)
    while waiting and waiting[0][0] <= until:
        instant, _, story = heapq.heappop(waiting)
        carry(instant)
        following = next(story, None)
        if following is not None:
            heapq.heappush(waiting, (following, next(order), story))
    carry(until)


def carry(instant: datetime) -> None:
    """What was due by then has been sent, but for mail to a domain that does not exist."""
    while (letter := sending.claim(instant)) is not None:
        if letter.to_address.endswith(NO_SUCH_DOMAIN):
            reason = f"550 no such domain: {letter.to_address.partition('@')[2]}"
            sending.record_failed(letter, reason, permanent=True, now=instant)
        else:
            sending.record_sent(letter, instant)


def mornings(stage: Stage) -> Iterator[datetime]:
    """What the worker would have done each day, up to the last moment."""
    sweeps = (visits.expire_due, visits.promise_again, reminders.remind_firms, reminders.ask_how_it_was)
    for back in range(fates.LONGEST_DAYS, -1, -1):
        for hour, tasks in ((10, sweeps), (15, (schedules.queue_due,)), (17, (reminders.tell_trainers,))):
            instant = stage.clock(london_time(stage.now).date() - timedelta(days=back), hour)
            yield instant
            for task in tasks:
                task(instant)

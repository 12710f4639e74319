"""What a calendar entry holds, and the rules (RFC 5545, 5546) by which an inbox adds, moves and removes it."""

from datetime import UTC, date, datetime
from typing import Any

import icalendar

from booking.domain.days import Half
from booking.domain.lifecycle import VisitState
from booking.emails import business, calendar, trainer
from booking.emails.message import Message
from booking.models import Visit
from tests.emails.rows import MANAGE, NOW, SETTINGS, VISIT, VISITS, a_course, a_trainer, a_visit

LATER = datetime(2027, 3, 8, 9, 0, tzinfo=UTC)
OFF = "The firm has cancelled it."


def read(text: str | None) -> icalendar.Calendar:
    assert text is not None
    found = icalendar.Calendar.from_ical(text)
    assert isinstance(found, icalendar.Calendar)
    return found


def event(message: Message) -> Any:
    """The only event of a mail."""
    (found,) = read(message.calendar).walk("VEVENT")
    return found


def feed(*visits: Visit) -> str:
    return calendar.feed(a_trainer(), visits, url_of=lambda visit: f"{VISIT}")


def test_a_confirmation_invites_the_firm_to_one_event_with_all_it_needs() -> None:
    message = business.confirmed(a_visit(), manage_url=MANAGE, now=NOW)
    found = event(message)
    assert (message.method, str(read(message.calendar)["METHOD"])) == ("REQUEST", "REQUEST")
    assert {
        name: found[name].to_ical().decode() for name in ("UID", "SEQUENCE", "STATUS", "ORGANIZER", "ATTENDEE")
    } == {
        "UID": "visit-12-day-1@bookings.trainingsouthwest.example",
        "SEQUENCE": "0",
        "STATUS": "CONFIRMED",
        "ORGANIZER": f"mailto:{SETTINGS.mail.sender}",
        "ATTENDEE": "mailto:meg@vivary.example",
    }
    assert found["ORGANIZER"].params == {}
    assert found["ATTENDEE"].params["RSVP"] == "FALSE"
    assert found["DTSTAMP"].dt == NOW
    assert str(found["SUMMARY"]) == "Training: New manager essentials"
    assert str(found["LOCATION"]) == "12 Upper Vivary Lane, Taunton, TA1 9ZZ"
    assert str(found["DESCRIPTION"]) == (
        "With Asha Pollard, Training South West, for 10 people\n"
        f"Reference: TSW-7F3K-Q2MX\nSee your booking: {MANAGE}\nQuestions: 0330 027 0207"
    )


def test_a_trainers_entry_says_where_who_and_what_to_know() -> None:
    found = event(trainer.new_visit(a_visit(), visit_url=VISIT, drive=None, now=NOW))
    assert str(found["SUMMARY"]) == "Taunton: New manager essentials, Vivary Nurseries"
    assert str(found["ATTENDEE"]) == "mailto:asha@pollard.example"
    assert str(found["DESCRIPTION"]) == (
        "Ask for Meg Oakes, 01632 960021\n10 people\nParking: Park by the glasshouse.\n"
        "Access needs: One person uses a wheelchair; there is a lift.\n"
        f"Reference: TSW-7F3K-Q2MX\nSee the visit: {VISIT}\nQuestions: 0330 027 0207"
    )


def test_a_move_is_the_same_event_with_a_higher_sequence() -> None:
    before = event(business.confirmed(a_visit(), manage_url=MANAGE, now=NOW))
    moved = a_visit(first_day=date(2027, 3, 31), sequence=1)
    message = business.moved(moved, was_day=date(2027, 3, 24), was_half=Half.AM, manage_url=MANAGE, now=LATER)
    after = event(message)
    assert message.method == "REQUEST"
    assert after["UID"] == before["UID"]
    assert (before["SEQUENCE"], after["SEQUENCE"]) == (0, 1)
    assert after["DTSTART"].dt.date() == date(2027, 3, 31)


def test_a_cancellation_takes_the_event_out_for_firm_and_trainer() -> None:
    visit = a_visit(VisitState.CANCELLED, sequence=1)
    for message in (
        business.cancelled(visit, manage_url=MANAGE, now=LATER),
        trainer.cancelled_visit(visit, to=a_trainer(), why=OFF, visits_url=VISITS, now=LATER),
    ):
        found = event(message)
        assert (message.method, str(read(message.calendar)["METHOD"])) == ("CANCEL", "CANCEL")
        assert (str(found["STATUS"]), found["SEQUENCE"]) == ("CANCELLED", 1)
        assert str(found["UID"]) == "visit-12-day-1@bookings.trainingsouthwest.example"


def test_what_was_never_confirmed_was_in_no_calendar_and_leaves_none() -> None:
    asked = a_visit(VisitState.CANCELLED, confirmed_at=None, sequence=1)
    wish = a_visit(VisitState.REQUESTED)
    was: dict[str, Any] = {"was_day": date(2027, 3, 17), "was_half": Half.AM}
    assert business.cancelled(asked, manage_url=MANAGE, now=NOW).calendar is None
    assert business.moved(wish, **was, manage_url=MANAGE, now=NOW).calendar is None


def test_a_visit_whose_trainer_dropped_out_before_it_was_cancelled_leaves_every_calendar() -> None:
    dropped = a_visit(VisitState.REQUESTED, sequence=2)
    assert trainer.cancelled_visit(dropped, to=a_trainer(), why=OFF, visits_url=VISITS, now=NOW).method == "CANCEL"
    assert trainer.invitation(dropped, to=a_trainer(), day=1, visit_url=VISITS, now=NOW).method == "CANCEL"
    cancelled = a_visit(VisitState.CANCELLED, confirmed_at=None, sequence=3)
    assert business.cancelled(cancelled, manage_url=MANAGE, now=LATER).method == "CANCEL"


def test_a_trainer_who_reads_the_feed_gets_no_invitation() -> None:
    reader = a_trainer(wants_feed=True)
    visit = a_visit(trainer=reader)
    assert trainer.new_visit(visit, visit_url=VISIT, drive=None, now=NOW).calendar is None
    assert trainer.cancelled_visit(visit, to=reader, why=OFF, visits_url=VISITS, now=NOW).calendar is None


def test_a_trainer_who_no_longer_goes_loses_every_day_while_the_visit_goes_on() -> None:
    visit = a_visit(half_days=4, sequence=2)
    before = a_trainer(id=9, name="Ben Carey", email="ben@carey.example")
    message = trainer.invitation(visit, to=before, day=2, visit_url=VISITS, now=LATER)
    assert (message.method, event(message)["ATTENDEE"]) == ("CANCEL", "mailto:ben@carey.example")


def test_each_day_of_a_long_visit_is_an_event_of_its_own() -> None:
    visit = a_visit(half_days=4, course=a_course(half_days=4))
    days = [
        business.confirmed(visit, manage_url=MANAGE, now=NOW),
        business.invitation(visit, day=2, manage_url=MANAGE, now=NOW),
    ]
    assert [(str(event(day)["UID"]), event(day)["DTSTART"].dt.isoformat()) for day in days] == [
        ("visit-12-day-1@bookings.trainingsouthwest.example", "2027-03-24T09:30:00+00:00"),
        ("visit-12-day-2@bookings.trainingsouthwest.example", "2027-03-25T09:30:00+00:00"),
    ]


def test_a_stored_entry_is_not_folded_so_that_no_link_in_it_is_cut_in_two() -> None:
    marked = "https://bookings.trainingsouthwest.example/a/rather/long/way/to/the/booking/[link-1234]"
    message = business.confirmed(a_visit(), manage_url=marked, now=NOW)
    assert message.calendar is not None
    assert marked in message.calendar
    assert marked not in calendar.folded(message.calendar)


def test_folded_lines_have_at_most_75_octets_and_read_back_the_same() -> None:
    visit = a_visit(notes="", parking="Hinter dem Gewächshaus, à gauche, 停车场 " * 5)
    text = trainer.new_visit(visit, visit_url=VISIT, drive=None, now=NOW).calendar
    assert text is not None
    folded = calendar.folded(text)
    assert folded.endswith("END:VCALENDAR\r\n")
    assert "\n" not in folded.replace("\r\n", "")
    assert max(len(line.encode()) for line in folded.split("\r\n")) == 75
    assert folded.replace("\r\n ", "") == text + ("" if text.endswith("\r\n") else "\r\n")
    assert calendar.folded(calendar.folded(text).replace("\r\n ", "")) == folded


def test_a_feed_has_no_method_and_says_its_name_and_how_often_to_look() -> None:
    found = read(feed(a_visit()))
    assert "METHOD" not in found
    assert str(found["NAME"]) == "Training South West: Asha Pollard"
    assert found["REFRESH-INTERVAL"].to_ical() == b"PT2H"
    assert found["X-PUBLISHED-TTL"] == "PT2H"
    assert [str(each["STATUS"]) for each in found.walk("VEVENT")] == ["CONFIRMED"]


def test_a_feed_is_the_same_text_until_a_visit_changes() -> None:
    first = feed(a_visit(), a_visit(id=13, first_day=date(2027, 3, 25)))
    assert [each.DTSTAMP for each in read(first).walk("VEVENT")] == [NOW, NOW]
    assert feed(a_visit(), a_visit(id=13, first_day=date(2027, 3, 25))) == first
    assert feed(a_visit(), a_visit(id=13, first_day=date(2027, 3, 26), sequence=1)) != first


def test_an_empty_feed_is_a_calendar_all_the_same() -> None:
    assert read(feed()).walk("VEVENT") == []


def test_a_download_is_tentative_until_the_visit_is_confirmed_and_then_the_same_event() -> None:
    found = [read(calendar.download(visit, url=MANAGE)) for visit in (a_visit(VisitState.REQUESTED), a_visit())]
    assert [str(each["METHOD"]) for each in found] == ["PUBLISH", "PUBLISH"]
    events = [each.walk("VEVENT")[0] for each in found]
    assert [str(each["STATUS"]) for each in events] == ["TENTATIVE", "CONFIRMED"]
    assert (
        events[0]["UID"] == events[1]["UID"] == event(business.confirmed(a_visit(), manage_url=MANAGE, now=NOW))["UID"]
    )
    assert ["Asha" in str(each["DESCRIPTION"]) for each in events] == [False, True]
    assert "ATTENDEE" not in events[0]

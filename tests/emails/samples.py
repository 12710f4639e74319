"""One sample of every mail: what the snapshots hold.

`python -m tests.emails.samples` writes the snapshots anew; `… samples DIR` writes .eml files to look at.
"""

import sys
from collections.abc import Iterator
from datetime import UTC, date, datetime
from email.message import EmailMessage
from pathlib import Path
from typing import Any

from booking import create_app
from booking.domain.access import Role
from booking.domain.days import Half
from booking.domain.diagnostic import lm1
from booking.domain.diagnostic.wording import tell
from booking.domain.lifecycle import VisitState
from booking.domain.money import Pence, Price
from booking.domain.post import Audience, MailState
from booking.emails import business, calendar, staff, trainer
from booking.emails.message import Message
from booking.emails.visits import Drive
from booking.models import Mail, Staff
from tests.domain.diagnostic.answering import answers
from tests.emails.rows import (
    BASE,
    CONFIRM,
    MANAGE,
    NOW,
    SAID,
    SETTINGS,
    VISIT,
    VISITS,
    WEDNESDAY,
    a_course,
    a_trainer,
    a_visit,
    an_enquiry,
)

SNAPSHOTS = Path(__file__).parent / "snapshots"


def a_week() -> Message:
    """Three visits in four days of a week with a morning that became a day, a visit that went, and leave."""
    drive = Drive(45, "Crediton")
    changed = a_visit(id=14, reference="TSW-7E90-11AB", first_day=date(2027, 3, 25), people=9, parking="", notes="")
    morning = a_visit(id=13, reference="TSW-7E02-22CD", first_day=date(2027, 3, 23), half_days=1, access_needs="")
    stops = [
        trainer.Stop(
            changed, f"{BASE}/t/visits/TSW-7E90-11AB", date(2027, 3, 25), drive, "was the morning, now all day"
        ),
        trainer.Stop(morning, f"{BASE}/t/visits/TSW-7E02-22CD", date(2027, 3, 23), drive),
        trainer.Stop(a_visit(), VISIT, WEDNESDAY, Drive(130, "Crediton", is_night_away=True)),
    ]
    return trainer.week(
        a_trainer(),
        monday=date(2027, 3, 22),
        stops=stops,
        gone=["Friday 26, Exeter, has been cancelled."],
        free=["Monday", "Tuesday from 1:30pm"],
        leave=["Friday"],
        week_url=f"{BASE}/t/week/2027-03-22",
        cannot_url=f"{BASE}/t/cannot",
        calendar_url=f"{BASE}/t/calendar",
    )


def to_business() -> Iterator[tuple[str, Message]]:
    given = answers("313342", "112111")
    story = tell(lm1.score(given), given)
    too_few = answers("3-----", "1-----")
    advised = business.Advised("New manager essentials", 2, 12, Price(Pence(115_000), 20), ("It is made for 2 to 12.",))
    result: dict[str, Any] = {"to_address": "meg@vivary.example", "result_url": f"{BASE}/result/UmVzdWx0cyBzdGF5IGdv"}
    yield "result", business.result(story, course=advised, dates_url=f"{BASE}/book/place", **result)
    talk = tell(lm1.score(too_few), too_few)
    yield "result-talk", business.result(talk, course=None, dates_url=f"{BASE}/enquire", **result)
    yield (
        "saved_for_later",
        business.saved_for_later(
            to_address="meg@vivary.example",
            resume_url=f"{BASE}/find/go-on/R28gb24gd2hlcmUgeW91",
            answered=7,
            total=12,
            good_until=date(2027, 3, 31),
        ),
    )
    yield "enquiry_received", business.enquiry_received(an_enquiry())
    asked = a_visit(VisitState.REQUESTED)
    by = datetime(2027, 3, 2, 17, 0, tzinfo=UTC)
    links = {"confirm_url": CONFIRM, "manage_url": MANAGE}
    yield "request_received", business.request_received(asked, **links, confirm_by=by, now=NOW)
    yield "confirm_address", business.confirm_address(asked, **links, confirm_by=by, now=NOW)
    yield "confirmed", business.confirmed(a_visit(), manage_url=MANAGE, now=NOW)
    two_days = a_visit(half_days=4, course=a_course(title="Managing and leading, two days", half_days=4))
    yield "confirmed-two-days", business.confirmed(two_days, manage_url=MANAGE, now=NOW)
    yield "invitation", business.invitation(two_days, day=2, manage_url=MANAGE, now=NOW)
    late = a_visit(sequence=1, first_day=date(2027, 3, 31), fee_pence=57_500)
    was: dict[str, Any] = {"was_day": WEDNESDAY, "was_half": Half.AM}
    yield "moved", business.moved(late, **was, manage_url=MANAGE, now=NOW)
    wish = a_visit(VisitState.REQUESTED, first_day=date(2027, 3, 31))
    yield "moved-not-confirmed", business.moved(wish, **was, manage_url=MANAGE, now=NOW)
    off = a_visit(VisitState.CANCELLED, sequence=1, cancel_reason="The shop is being rebuilt.", fee_pence=57_500)
    yield "cancelled", business.cancelled(off, manage_url=MANAGE, now=NOW)
    week_before = datetime(2027, 3, 17, 8, 0, tzinfo=UTC)
    yield "reminder", business.reminder(a_visit(room="", parking=""), manage_url=MANAGE, now=week_before)
    yield "still_looking", business.still_looking(a_visit(VisitState.REQUESTED), is_held=True, manage_url=MANAGE)
    nobody = a_visit(VisitState.REQUESTED, trainer=None, trainer_id=None)
    yield "still_looking-nobody", business.still_looking(nobody, is_held=False, manage_url=MANAGE)
    yield "after_visit", business.after_visit(a_visit(VisitState.DELIVERED), feedback_url=f"{MANAGE}/feedback")
    yield "new_link", business.new_link(a_visit(), manage_url=MANAGE)


def to_trainer() -> Iterator[tuple[str, Message]]:
    asha, drive = a_trainer(), Drive(45, "Crediton")
    days, feed = f"{BASE}/t/days", f"{BASE}/t/calendar"
    yield "welcome", trainer.welcome(asha, visits_url=VISITS, days_url=days, calendar_url=feed)
    asked = a_visit(VisitState.REQUESTED)
    yield "offer", trainer.offer(asked, answer_url=f"{VISITS}/offers/12", drive=drive, answers=SAID)
    standing: dict[str, Any] = {"answer_url": f"{VISITS}/offers/12", "drive": drive}
    yield "offer-takeover", trainer.offer(a_visit(), stands=(WEDNESDAY, Half.AM), **standing)
    yield "offer-move", trainer.offer(a_visit(), stands=(date(2027, 3, 17), Half.AM), **standing)
    why = "It has been moved to another day."
    yield "offer_withdrawn", trainer.offer_withdrawn(asked, to=asha, why=why, visits_url=VISITS)
    told: dict[str, Any] = {"visit_url": VISIT, "drive": drive, "answers": SAID, "now": NOW}
    yield "new_visit", trainer.new_visit(a_visit(), **told)
    moved = a_visit(sequence=1)
    yield "changed_visit", trainer.changed_visit(moved, was_day=date(2027, 3, 17), was_half=Half.AM, **told)
    feed_reader = a_visit(trainer=a_trainer(wants_feed=True), notes="We start at 10.")
    yield "changed_visit-feed", trainer.changed_visit(feed_reader, was_day=WEDNESDAY, was_half=Half.AM, **told)
    off = a_visit(VisitState.CANCELLED, sequence=1)
    why = "The firm has cancelled it: the shop is being rebuilt."
    yield "cancelled_visit", trainer.cancelled_visit(off, to=asha, why=why, visits_url=VISITS, now=NOW)
    yield "invitation", trainer.invitation(a_visit(half_days=4), to=asha, day=2, visit_url=VISIT, now=NOW)
    yield "week", a_week()
    yield (
        "week-empty",
        trainer.week(
            a_trainer(wants_feed=True),
            monday=date(2027, 3, 29),
            stops=[],
            gone=["Tuesday 30, Truro, has been cancelled."],
            free=["Monday", "Tuesday", "Wednesday", "Thursday"],
            is_again=True,
            week_url=f"{BASE}/t/week/2027-03-29",
            cannot_url=f"{BASE}/t/cannot",
            calendar_url=feed,
        ),
    )
    yield "tomorrow", trainer.tomorrow(asha, stops=[trainer.Stop(a_visit(), VISIT, WEDNESDAY, drive, answers=SAID)])
    morning = a_visit(id=13, half_days=1, people=None)
    afternoon = a_visit(half_days=1, first_half=Half.PM)
    stops = [trainer.Stop(morning, VISIT, WEDNESDAY), trainer.Stop(afternoon, VISIT, WEDNESDAY)]
    yield "tomorrow-today", trainer.tomorrow(asha, stops=stops, is_today=True)
    yield "new_link", trainer.new_link(asha, visits_url=VISITS)


def to_staff() -> Iterator[tuple[str, Message]]:
    cora = Staff(name="Cora Bishop", email="cora@trainingsouthwest.example", role=Role.STAFF)
    visit = a_visit(VisitState.REQUESTED)
    page = f"{BASE}/staff/visits/TSW-7F3K-Q2MX"
    yield "new_enquiry", staff.new_enquiry(an_enquiry(), to=cora, enquiry_url=f"{BASE}/staff/enquiries/7")
    yield (
        "new_enquiry-request",
        staff.new_enquiry(
            an_enquiry(firm=visit.firm, contact=visit.contact, suspicion="5 requests from one network in an hour"),
            to=cora,
            enquiry_url=f"{BASE}/staff/enquiries/8",
            visit=visit,
        ),
    )
    no = {"note": "I am in Truro until noon that day.", "other_date": "Thursday 25 March"}
    ben = {"trainer_name": "Ben Carey", "next_name": "Asha Pollard", "visit_url": page}
    yield "declined", staff.declined(visit, to=cora, **ben, **no)
    yield "no_answer", staff.no_answer(visit, to=cora, trainer_name="Ben Carey", next_name="", visit_url=page)
    failed = Mail(
        audience=Audience.BUSINESS,
        state=MailState.FAILED,
        to_name="Meg Oakes",
        to_address="meg@vivray.example",
        subject="Confirmed: training at Taunton, Wed 24 March",
        error="550 5.1.1 There is no such person at this address",
        attempts=1,
    )
    yield "mail_failed", staff.mail_failed(failed, to=cora, outbox_url=f"{BASE}/staff/outbox/31")
    until = date(2027, 3, 4)
    invite = f"{BASE}/staff/join/V2VsY29tZSB0byB1cyBh"
    yield "invitation", staff.invitation(cora, inviter_name="Dev Rowe", invite_url=invite, good_until=until)
    items = ["Late by 1 day: TSW-7E11-02AA, Acme in Truro, to confirm", "No trainer: TSW-7F3K-Q2MX, Vivary Nurseries"]
    yield "digest", staff.digest(cora, items=items, today_url=f"{BASE}/staff")
    reset = f"{BASE}/staff/reset/UGFzc3dvcmRzIGFyZSBy"
    yield "reset", staff.reset(cora, reset_url=reset)
    yield "password_changed", staff.password_changed(cora, reset_url=f"{BASE}/staff/reset")


def everything() -> dict[str, Message]:
    """Every mail there is by "audience/name", where the name is its function's, perhaps with a variant."""
    by_audience = {"business": to_business(), "staff": to_staff(), "trainer": to_trainer()}
    return {f"{audience}/{name}": message for audience, found in by_audience.items() for name, message in found}


def parts(message: Message) -> dict[str, str]:
    """What a snapshot holds, by the ending of its file."""
    heads = f"To: {message.to_name} <{message.to_address}>\nSubject: {message.subject}\n\n"
    found = {"txt": heads + message.text, "html": message.html}
    return found if message.calendar is None else {**found, "ics": calendar.folded(message.calendar)}


def write_snapshots() -> None:
    for old in SNAPSHOTS.rglob("*.*"):
        old.unlink()
    for name, message in everything().items():
        for ending, content in parts(message).items():
            file = SNAPSHOTS / f"{name}.{ending}"
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(content, encoding="utf-8", newline="")


def write_mails(folder: Path) -> None:
    for name, message in everything().items():
        mail = EmailMessage()
        mail["From"] = f"{SETTINGS.company.name} <{SETTINGS.mail.sender}>"
        mail["Reply-To"] = f"{SETTINGS.mail.reply_to_name} <{SETTINGS.mail.reply_to}>"
        mail["To"] = f"{message.to_name} <{message.to_address}>"
        mail["Subject"] = message.subject
        mail["Date"] = NOW
        mail["Message-ID"] = f"<{name.replace('/', '.')}@trainingsouthwest.example>"
        mail["Auto-Submitted"] = "auto-generated"
        mail.set_content(message.text)
        mail.add_alternative(message.html, subtype="html")
        if message.calendar is not None and message.method is not None:
            entry = calendar.folded(message.calendar).encode()
            method = {"method": message.method, "charset": "utf-8"}
            mail.add_alternative(entry, maintype="text", subtype="calendar", params=method)
        (folder / f"{name.replace('/', '-')}.eml").write_bytes(mail.as_bytes())


if __name__ == "__main__":
    with create_app(SETTINGS).app_context():
        if len(sys.argv) > 1:
            write_mails(Path(sys.argv[1]))
        else:
            write_snapshots()

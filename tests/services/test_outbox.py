"""The outbox: written once, replaced, withdrawn, claimed in order, tried again, given up."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import scoped_session

from booking.db import db
from booking.domain.access import Actor, ActorKind, Purpose
from booking.domain.errors import Overtaken
from booking.domain.lifecycle import VisitState
from booking.domain.post import LEASE, Audience, MailState
from booking.emails.message import Message
from booking.models import Act, HistoryEntry, Mail
from booking.services import links, outbox
from booking.services.timetable import sending
from tests import make
from tests.conftest import NOW

Session = scoped_session[Any]
MINUTE = timedelta(minutes=1)
CORA = Actor(ActorKind.STAFF, 1, "Cora Dunn")
TOLD = Message("confirmed", Audience.BUSINESS, "Maya Reed", "maya@acme.example", "Confirmed", "Text.\n", "<p>Text.</p>")


def put(key: str = "visit:1:confirmed:business", *, message: Message = TOLD, now: datetime = NOW, **more: Any) -> Mail:
    return db.session.get_one(Mail, outbox.put(message, key=key, now=now, **more))


def claimed(now: datetime = NOW) -> sending.Letter:
    letter = sending.claim(now)
    assert letter is not None
    return letter


def fail(letter: sending.Letter, *, permanent: bool = False, now: datetime = NOW) -> None:
    sending.record_failed(letter, "450 Greylisted", permanent=permanent, now=now)


def state(session: Session, mail: Mail) -> MailState:
    session.refresh(mail)
    return mail.state


def act(session: Session) -> Act:
    cora = make.cora()
    row = Act(staff_id=cora.id, words="Confirmed", snapshot="{}", created_at=NOW, until_at=NOW + MINUTE)
    session.add(row)
    session.flush()
    return row


class TestWriting:
    def test_the_version_stands_before_the_last_part_of_the_key(self, session: Session) -> None:
        mail = put("visit:12:confirmed:business", version=3)
        assert (mail.key, mail.series) == ("visit:12:confirmed:v3:business", "visit:12:confirmed:business")

    def test_the_same_key_again_is_the_mail_that_is_there(self, session: Session) -> None:
        assert put().id == put(message=replace(TOLD, subject="Other words")).id
        assert session.scalars(select(Mail.subject)).all() == ["Confirmed"]

    def test_a_newer_version_withdraws_an_older_one_that_has_not_left(self, session: Session) -> None:
        older, other, newer = put(version=1), put("visit:2:confirmed:business"), put(version=2)
        assert [state(session, mail) for mail in (older, other, newer)] == ["withdrawn", "waiting", "waiting"]

    def test_what_was_sent_stays_sent_when_a_newer_version_comes(self, session: Session) -> None:
        older = put(version=1)
        sending.record_sent(claimed(), NOW)
        put(version=2)
        assert state(session, older) is MailState.SENT

    def test_only_what_staff_cause_waits(self, session: Session) -> None:
        at_once, later = put(), put("visit:1:moved:business", delay=True)
        assert (at_once.due_at, later.due_at) == (NOW, NOW + 2 * MINUTE)

    def test_unwritten_tells_what_is_not_done_yet(self, session: Session) -> None:
        put("visit:1:reminder:business")
        keys = ["visit:1:reminder:business", "visit:2:reminder:business"]
        assert outbox.unwritten(keys) == ["visit:2:reminder:business"]

    def test_what_was_stopped_is_not_due_again(self, session: Session) -> None:
        outbox.stop(put("visit:1:reminder:business"), actor=CORA, now=NOW)
        assert outbox.unwritten(["visit:1:reminder:business"]) == []

    def test_a_mail_about_a_visit_stands_with_its_enquiry_too(self, session: Session) -> None:
        visit = make.visit()
        assert put(visit=visit).enquiry_id == visit.enquiry_id

    def test_the_message_id_is_on_our_domain(self, session: Session) -> None:
        assert put().message_id.endswith("@trainingsouthwest.example>")


class TestClaiming:
    def test_a_claimed_mail_is_nobody_elses_until_its_lease_ends(self, session: Session) -> None:
        put()
        first = claimed()
        assert sending.claim(NOW + LEASE) is None
        again = claimed(NOW + LEASE + MINUTE)
        assert (again.id, again.message_id, again.attempt) == (first.id, first.message_id, 2)

    def test_nothing_is_claimed_before_it_is_due(self, session: Session) -> None:
        put(delay=True)
        assert sending.claim(NOW + MINUTE) is None
        assert claimed(NOW + 2 * MINUTE).subject == "Confirmed"

    def test_a_mail_whose_visit_has_changed_meanwhile_is_withdrawn(self, session: Session) -> None:
        visit = make.visit(VisitState.CONFIRMED)
        mail = put(visit=visit, true_while=(VisitState.CONFIRMED, VisitState.DELIVERED))
        visit.state = VisitState.CANCELLED
        session.flush()
        assert sending.claim(NOW) is None
        assert (state(session, mail), mail.error) == ("withdrawn", "No longer true when its turn came")

    def test_a_mail_whose_visit_is_as_it_was_goes(self, session: Session) -> None:
        put(visit=make.visit(VisitState.DELIVERED), true_while=(VisitState.CONFIRMED, VisitState.DELIVERED))
        assert claimed().subject == "Confirmed"

    def test_a_mail_past_its_use_is_withdrawn(self, session: Session) -> None:
        mail = put(until=NOW + MINUTE)
        assert sending.claim(NOW + MINUTE) is None
        assert state(session, mail) is MailState.WITHDRAWN

    def test_a_lapsed_lease_is_not_taken_over_when_a_newer_version_exists(self, session: Session) -> None:
        old = put(version=1)
        claimed()
        new = put(version=2)
        assert claimed(NOW + LEASE + MINUTE).id == new.id
        assert state(session, old) is MailState.WITHDRAWN

    def test_it_is_taken_over_when_the_newer_version_was_withdrawn(self, session: Session) -> None:
        old = put(version=1)
        claimed()
        outbox.stop(put(version=2), actor=CORA, now=NOW)
        assert claimed(NOW + LEASE + MINUTE).id == old.id

    def test_secret_links_are_filled_in_only_then(self, session: Session) -> None:
        link = make.link(Purpose.MANAGE, visit_id=make.visit().id)
        mail = put(message=replace(TOLD, text=f"https://x.example/b/{links.marker(link)}\n"))
        assert links.token(link) not in mail.text
        assert claimed().text == f"https://x.example/b/{links.token(link)}\n"

    def test_a_mark_that_somebody_typed_is_left_as_it_is(self, session: Session) -> None:
        link = make.link(Purpose.MANAGE, visit_id=make.visit().id)
        typed = f"[link-{link.id}] [link-{link.id}-{'0' * 16}] [link-999999999-{'0' * 16}] [link-{'9' * 40}-{'0' * 16}]"
        put(message=replace(TOLD, text=typed))
        assert claimed().text == typed

    def test_a_calendar_with_a_link_keeps_to_75_octets(self, session: Session) -> None:
        link = make.link(Purpose.MANAGE, visit_id=make.visit().id)
        entry = (
            f"BEGIN:VCALENDAR\r\nDESCRIPTION:{'é' * 30} https://x.example/b/{links.marker(link)}\r\nEND:VCALENDAR\r\n"
        )
        put(message=replace(TOLD, calendar=entry, method="REQUEST"))
        filled = claimed().calendar or ""
        assert links.token(link) in filled.replace("\r\n ", "")
        assert max(len(line.encode()) for line in filled.split("\r\n")) <= 75


class TestOrder:
    def test_mails_about_one_visit_go_in_order_and_others_pass_by(self, session: Session) -> None:
        visit, other = make.visit(), make.visit()
        first = put("visit:1:a:business", visit=visit, delay=True)
        second = put("visit:1:b:business", visit=visit)
        third = put("visit:2:a:business", visit=other)
        assert claimed().id == third.id
        assert sending.claim(NOW) is None
        late = NOW + 2 * MINUTE
        letter = claimed(late)
        assert letter.id == first.id
        assert sending.claim(late) is None
        sending.record_sent(letter, late)
        assert claimed(late).id == second.id

    def test_a_mail_that_failed_for_good_holds_nothing_back(self, session: Session) -> None:
        visit = make.visit()
        put("visit:1:a:business", visit=visit)
        second = put("visit:1:b:business", visit=visit)
        fail(claimed(), permanent=True)
        assert claimed().id == second.id

    def test_a_mail_that_is_tried_again_holds_back_its_own_readers_alone(self, session: Session) -> None:
        visit = make.visit()
        put("visit:1:a:business", visit=visit)
        put("visit:1:b:business", visit=visit)
        trainers = put("visit:1:c:trainer", message=replace(TOLD, audience=Audience.TRAINER), visit=visit)
        fail(claimed())
        assert claimed().id == trainers.id
        assert sending.claim(NOW) is None


class TestRecording:
    def test_it_is_tried_after_1_5_15_60_and_240_minutes_and_then_given_up(self, session: Session) -> None:
        mail = put("staff:1:digest:staff", message=replace(TOLD, audience=Audience.STAFF))
        at, waits = NOW, []
        while state(session, mail) is not MailState.FAILED:
            fail(claimed(at), now=at)
            session.refresh(mail)
            waits.append((mail.due_at - at) // MINUTE)
            at = mail.due_at
        assert waits == [1, 5, 15, 60, 240, 0]
        assert (mail.attempts, mail.error) == (6, "450 Greylisted")

    def test_the_wait_counts_from_the_try_and_not_from_when_it_was_due(self, session: Session) -> None:
        mail, late = put(), NOW + timedelta(hours=3)
        fail(claimed(late), now=late)
        session.refresh(mail)
        assert mail.due_at == late + MINUTE

    def test_a_refusal_for_good_is_not_tried_again_and_the_office_is_told(self, session: Session) -> None:
        mail = put()
        fail(claimed(), permanent=True)
        assert state(session, mail) is MailState.FAILED
        told = claimed()
        assert (told.kind, told.to_address) == ("mail_failed", "office@trainingsouthwest.example")

    def test_a_mail_to_staff_that_failed_tells_nobody_by_mail(self, session: Session) -> None:
        put("staff:1:digest:staff", message=replace(TOLD, audience=Audience.STAFF))
        fail(claimed(), permanent=True)
        assert sending.claim(NOW + MINUTE) is None

    def test_a_worker_that_dies_each_time_ends_in_a_failure_that_people_see(self, session: Session) -> None:
        mail, at = put("staff:1:digest:staff", message=replace(TOLD, audience=Audience.STAFF)), NOW
        for _ in range(6):
            claimed(at)
            at += LEASE + MINUTE
        assert sending.claim(at) is None
        assert state(session, mail) is MailState.FAILED

    def test_a_late_word_of_failure_does_not_touch_a_newer_lease(self, session: Session) -> None:
        mail = put()
        slow = claimed()
        claimed(NOW + LEASE + MINUTE)
        fail(slow, now=NOW + LEASE + MINUTE)
        assert (state(session, mail), mail.attempts) == ("sending", 2)

    @pytest.mark.parametrize("kind", ["request_received", "confirm_address"])
    def test_the_first_mail_of_a_request_starts_the_clock_when_it_has_left(self, session: Session, kind: str) -> None:
        visit = make.visit(VisitState.REQUESTED, address_confirmed_at=None, confirm_by_at=None)
        version = visit.version
        put(message=replace(TOLD, kind=kind), visit=visit)
        friday_evening = datetime.fromisoformat("2026-12-04T20:00Z")
        sending.record_sent(claimed(friday_evening), friday_evening)
        session.refresh(visit)
        assert visit.confirm_by_at == datetime.fromisoformat("2026-12-07T17:00Z")
        assert visit.version == version

    def test_a_confirmed_address_has_no_clock_to_start(self, session: Session) -> None:
        visit = make.visit(VisitState.REQUESTED, address_confirmed_at=NOW, confirm_by_at=None)
        put(message=replace(TOLD, kind="request_received"), visit=visit)
        sending.record_sent(claimed(), NOW)
        session.refresh(visit)
        assert visit.confirm_by_at is None


class TestActsOfStaff:
    def test_undo_withdraws_the_mails_of_the_act_and_no_other(self, session: Session) -> None:
        done = act(session)
        mine, others = put(act=done, delay=True), put("visit:2:moved:business")
        assert outbox.withdraw(act=done) == 1
        assert (state(session, mine), state(session, others)) == ("withdrawn", "waiting")

    def test_an_act_whose_mail_has_left_cannot_be_undone(self, session: Session) -> None:
        done = act(session)
        put(act=done)
        claimed()
        with pytest.raises(Overtaken, match="cannot be undone"):
            outbox.withdraw(act=done)

    def test_a_failed_mail_is_sent_again_to_a_corrected_address_under_its_old_id(self, session: Session) -> None:
        mail = put()
        first = claimed()
        fail(first, permanent=True)
        session.refresh(mail)
        outbox.resend(mail, actor=CORA, address="maya@acme-joinery.example", now=NOW)
        letter = claimed()
        assert (letter.to_address, letter.message_id, letter.attempt) == (
            "maya@acme-joinery.example",
            first.message_id,
            1,
        )

    def test_a_corrected_address_is_corrected_inside_the_mail_and_its_invitation_too(self, session: Session) -> None:
        old, new = "maya@acme.exmaple", "maya@acme.example"
        told = {"text": f"Email: {old}", "html": f"<p>{old}</p>", "calendar": f"ATTENDEE:mailto:{old}"}
        mail = make.mail(MailState.FAILED, to_address=old, **told)
        outbox.resend(mail, actor=CORA, address=new, now=NOW)
        assert (mail.text, mail.html, mail.calendar) == tuple(part.replace(old, new) for part in told.values())

    def test_a_copy_of_a_sent_mail_has_an_id_of_its_own(self, session: Session) -> None:
        mail = put()
        first = claimed()
        sending.record_sent(first, NOW)
        session.refresh(mail)
        outbox.resend(mail, actor=CORA, now=NOW)
        assert claimed().message_id != first.message_id

    def test_a_stopped_mail_does_not_go(self, session: Session) -> None:
        mail = put()
        outbox.stop(mail, actor=CORA, now=NOW)
        assert sending.claim(NOW) is None
        assert (mail.state, mail.error) == ("withdrawn", "Stopped by Cora Dunn")

    def test_what_is_sent_again_goes_at_once_and_wakes_the_worker(self, session: Session) -> None:
        mail = put()
        for _ in range(2):
            fail(claimed(mail.due_at), now=mail.due_at)
            session.refresh(mail)
        session.info.pop(outbox.WRITTEN)
        outbox.resend(mail, actor=CORA, now=NOW)
        assert session.info.pop(outbox.WRITTEN) is True
        assert claimed(NOW).attempt == 1

    def test_a_failed_mail_can_be_stopped_and_is_off_the_list_of_failed_ones(self, session: Session) -> None:
        mail = put()
        fail(claimed(), permanent=True)
        outbox.stop(mail, actor=CORA, now=NOW)
        assert state(session, mail) is MailState.WITHDRAWN

    def test_a_failed_mail_that_a_newer_one_replaces_needs_nobody_any_more(self, session: Session) -> None:
        older = put(version=1)
        fail(claimed(), permanent=True)
        put(version=2)
        assert state(session, older) is MailState.WITHDRAWN

    @pytest.mark.parametrize(
        ("act", "known"), [(outbox.stop, MailState.SENT), (outbox.resend, MailState.WITHDRAWN)], ids=["stop", "resend"]
    )
    def test_what_has_left_is_not_stopped_and_what_was_withdrawn_not_sent_again(
        self, session: Session, act: Any, known: MailState
    ) -> None:
        mail = put()
        mail.state = known
        session.flush()
        with pytest.raises(Overtaken):
            act(mail, actor=CORA, now=NOW)
        assert state(session, mail) is known

    def test_send_now_ends_the_wait(self, session: Session) -> None:
        mail = put(delay=True)
        outbox.send_now(mail, actor=CORA, now=NOW)
        assert claimed().id == mail.id

    def test_acts_that_come_too_late_say_how_the_mail_stands(self, session: Session) -> None:
        mail = put()
        claimed()
        for late in (outbox.stop, outbox.send_now, outbox.resend):
            with pytest.raises(Overtaken, match="This email is being sent this minute"):
                late(mail, actor=CORA, now=NOW)

    def test_each_act_stands_in_the_history(self, session: Session) -> None:
        visit = make.visit()
        outbox.stop(put(visit=visit), actor=CORA, now=NOW)
        line = session.scalars(select(HistoryEntry)).one()
        assert (line.act, line.visit_id, line.actor_name) == ("stopped", visit.id, "Cora Dunn")

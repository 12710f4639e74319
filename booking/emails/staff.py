"""Mails to our own people."""

from collections.abc import Sequence
from datetime import date

from booking.domain.post import Audience
from booking.domain.words import short_day
from booking.emails import enquiries
from booking.emails.message import Addressee, Message, compose, headline
from booking.models import Enquiry, Mail, Visit
from config import settings


def new_enquiry(enquiry: Enquiry, *, to: Addressee, enquiry_url: str, visit: Visit | None = None) -> Message:
    """Everything a firm has told us, by whichever door; with `visit` it is a booking request."""
    place = enquiries.place(enquiry)
    return compose(
        "new_enquiry",
        Audience.STAFF,
        to=to,
        subject=headline(
            "New booking request: " if visit else "New enquiry: ",
            enquiry.firm.name,
            f", {short_day(visit.first_day)}" if visit else "",
        ),
        enquiry=enquiry,
        visit=visit,
        about=enquiries.ABOUT[enquiry.reason],
        place=place,
        dates="" if visit else enquiries.dates(enquiry),
        reference=enquiry.reference,
        enquiry_url=enquiry_url,
    )


def declined(
    visit: Visit, *, to: Addressee, trainer_name: str, note: str, other_date: str, next_name: str, visit_url: str
) -> Message:
    """A trainer's no, with the note, and who has been asked instead ("": nobody is left)."""
    return _answered(
        "declined",
        visit,
        to=to,
        subject=headline("", trainer_name, f" cannot do {visit.reference}"),
        trainer_name=trainer_name,
        note=note,
        other_date=other_date,
        next_name=next_name,
        visit_url=visit_url,
    )


def no_answer(visit: Visit, *, to: Addressee, trainer_name: str, next_name: str, visit_url: str) -> Message:
    """A trainer's silence, and who has been asked instead ("": nobody is left)."""
    return _answered(
        "no_answer",
        visit,
        to=to,
        subject=headline("", trainer_name, f" has not answered for {visit.reference}"),
        trainer_name=trainer_name,
        next_name=next_name,
        visit_url=visit_url,
    )


def mail_failed(mail: Mail, *, to: Addressee, outbox_url: str) -> Message:
    """A mail we could not deliver: to whom, what, and why (`mail.error`)."""
    subject = headline("Email not delivered: ", mail.to_address)
    return compose("mail_failed", Audience.STAFF, to=to, subject=subject, mail=mail, outbox_url=outbox_url)


def invitation(to: Addressee, *, inviter_name: str, invite_url: str, good_until: date) -> Message:
    """A colleague's first sign-in."""
    return compose(
        "invitation",
        Audience.STAFF,
        to=to,
        subject=headline("Join ", settings().company.name),
        inviter_name=inviter_name,
        invite_url=invite_url,
        good_until=good_until,
    )


def digest(to: Addressee, *, items: Sequence[str], today_url: str) -> Message:
    """What needs a person this morning, most pressing first; never sent when there is nothing."""
    title = "1 thing needs you today" if len(items) == 1 else f"{len(items)} things need you today"
    return compose("digest", Audience.STAFF, to=to, subject=title, title=title, items=items, today_url=today_url)


def reset(to: Addressee, *, reset_url: str, good_for: str = "2 hours") -> Message:
    """A new password was asked for."""
    subject = "Choose a new password"
    return compose("reset", Audience.STAFF, to=to, subject=subject, reset_url=reset_url, good_for=good_for)


def password_changed(to: Addressee, *, reset_url: str) -> Message:
    """A password was changed or reset, told to its owner."""
    return compose("password_changed", Audience.STAFF, to=to, subject="Your password has changed", reset_url=reset_url)


def _answered(
    kind: str,
    visit: Visit,
    *,
    to: Addressee,
    subject: str,
    trainer_name: str,
    next_name: str,
    visit_url: str,
    note: str = "",
    other_date: str = "",
) -> Message:
    """A mail about a trainer's answer, or the lack of one, and who comes next."""
    asked = f"{next_name} has been asked instead, and the date is held."
    nobody = "Nobody is left on the shortlist. The visit keeps its date as a wish, and holds nothing."
    return compose(
        kind,
        Audience.STAFF,
        to=to,
        subject=subject,
        visit=visit,
        reference=visit.reference,
        trainer_name=trainer_name,
        note=note,
        other_date=other_date,
        next_name=next_name,
        next_words=asked if next_name else nobody,
        visit_url=visit_url,
    )

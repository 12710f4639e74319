"""A stored mail as a message that mail programs understand (RFC 5322, 2045, 6047)."""

from datetime import datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime

from flask_mail import Message

from booking.services.timetable.sending import Letter
from config import settings

EVERYWHERE = "quoted-printable"  # passes through every server, and stays readable


class Envelope(Message):
    """Flask-Mail's message for one letter, put together anew: Flask-Mail gives a calendar part no method, wraps the
    alternatives once more, and ends the Message-ID in @localhost."""

    def __init__(self, letter: Letter, *, now: datetime) -> None:
        server = settings().mail
        super().__init__(
            subject=letter.subject,
            recipients=[(letter.to_name, ascii_address(letter.to_address))],
            body=letter.text,
            html=letter.html,
            sender=(settings().company.name, server.sender),
            reply_to=(server.reply_to_name, server.reply_to),
            date=now.timestamp(),
        )
        self.msgId = letter.message_id
        self.letter = letter
        self.written_at = now

    def as_bytes(self) -> bytes:
        """The message as it goes over the wire."""
        letter, server = self.letter, settings().mail
        message = EmailMessage(policy=SMTP)
        message["From"] = Address(settings().company.name, addr_spec=server.sender)
        message["To"] = Address(letter.to_name, addr_spec=ascii_address(letter.to_address))
        message["Reply-To"] = Address(server.reply_to_name, addr_spec=server.reply_to)
        message["Subject"] = letter.subject
        message["Date"] = format_datetime(self.written_at)
        message["Message-ID"] = letter.message_id
        message["Auto-Submitted"] = "auto-generated"
        message["X-Auto-Response-Suppress"] = "OOF, AutoReply"
        message.set_content(letter.text, cte=EVERYWHERE)
        message.add_alternative(letter.html, subtype="html", cte=EVERYWHERE)
        if letter.calendar:  # last, with its method, and no attachment: else no mail program offers to answer it
            message.add_alternative(
                letter.calendar, subtype="calendar", params={"method": letter.method}, cte=EVERYWHERE
            )
        return message.as_bytes()


def ascii_address(address: str) -> str:
    """The address with its domain as the mail servers know it. Raises ValueError for one that is none."""
    local, _, domain = address.rpartition("@")
    return f"{local}@{domain.encode('idna').decode('ascii')}"

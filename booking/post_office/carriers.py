"""How a letter travels: by SMTP, or as a file. Each raises NotCarried with what is known of the fault."""

import os
import smtplib
import ssl
from contextlib import ExitStack, suppress
from datetime import datetime
from email.errors import MessageError
from types import TracebackType
from typing import Protocol

from flask import current_app
from flask_mail import Connection

from booking.post_office.envelopes import Envelope
from booking.services.timetable.sending import Letter
from config import MailServer, settings


class NotCarried(Exception):
    """The letter was not taken. `is_permanent`: it never will be; `ends_round`: nor will any other just now."""

    def __init__(self, why: str, *, is_permanent: bool = False, ends_round: bool = False) -> None:
        super().__init__(why)
        self.is_permanent = is_permanent
        self.ends_round = ends_round


class Carrier(Protocol):
    """Takes letters, one after another, until it is closed."""

    def carry(self, letter: Letter, *, now: datetime) -> None:
        """Returns once the letter has been taken over; raises NotCarried."""

    def close(self) -> None: ...


def carrier() -> Carrier:
    """What the settings ask for."""
    server = settings().mail
    return Server(server) if server.host else Folder(server)


class Folder:
    """Mails as .eml files, for trying the product out: the same mail is always the same file."""

    def __init__(self, server: MailServer) -> None:
        self.folder = server.folder

    def carry(self, letter: Letter, *, now: datetime) -> None:
        target = self.folder / f"{letter.id:05}-{letter.kind}.eml"
        draft = target.with_suffix(f".{os.getpid()}.tmp")
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            draft.write_bytes(written(letter, now=now).as_bytes())
            draft.replace(target)  # whole, or not at all
        except OSError as error:
            raise NotCarried(f"{self.folder}: {error.strerror}", ends_round=True) from error

    def close(self) -> None: ...


class Line(Connection):
    """Flask-Mail's connection, with a time-out, and with the server's certificate checked: it does neither itself."""

    def configure_host(self) -> smtplib.SMTP:
        server = settings().mail
        known_as = server.sender.rpartition("@")[2]  # the default asks the name service, which may take minutes
        if server.security == "tls":
            host: smtplib.SMTP = smtplib.SMTP_SSL(
                server.host, server.port, known_as, timeout=server.timeout_seconds, context=ssl.create_default_context()
            )
        else:
            host = smtplib.SMTP(server.host, server.port, known_as, timeout=server.timeout_seconds)
        try:
            if server.security == "starttls":
                host.starttls(context=ssl.create_default_context())
            if server.username:
                host.login(server.username, server.password)
        except BaseException:
            host.close()
            raise
        return host

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        assert self.host is not None
        with suppress(smtplib.SMTPException, OSError):  # a farewell that fails changes nothing
            self.host.quit()
        self.host.close()


class Server:
    """The mail server, connected with the first letter. Each letter has one recipient, so smtplib reports a refusal."""

    def __init__(self, server: MailServer) -> None:
        self.server = server
        self.line: Line | None = None
        self.exits = ExitStack()

    def carry(self, letter: Letter, *, now: datetime) -> None:
        envelope = written(letter, now=now)
        try:
            if self.line is None:
                self.line = self.exits.enter_context(Line(current_app.extensions["mail"]))
            self.line.send(envelope, envelope_from=self.server.sender)
        except smtplib.SMTPRecipientsRefused as refused:
            code, reply = next(iter(refused.recipients.values()))
            raise answered(code, reply) from refused
        except smtplib.SMTPDataError as refused:
            raise answered(refused.smtp_code, refused.smtp_error) from refused
        except (
            smtplib.SMTPResponseException
        ) as fault:  # of the greeting, the sign-in, the sender: about us, not the letter
            raise NotCarried(said(fault.smtp_code, fault.smtp_error), ends_round=True) from fault
        except (smtplib.SMTPException, OSError) as fault:
            raise NotCarried(f"{self.server.host}: {fault}", ends_round=True) from fault

    def close(self) -> None:
        self.exits.close()


def written(letter: Letter, *, now: datetime) -> Envelope:
    """The letter in its envelope. What cannot be written will not become writable by waiting."""
    try:
        envelope = Envelope(letter, now=now)
        envelope.as_bytes()
    except (ValueError, IndexError, MessageError) as error:  # what email's parsers raise on an address or a line break
        raise NotCarried(f"This email cannot be written: {error}", is_permanent=True) from error
    return envelope


def answered(code: int, reply: bytes | str) -> NotCarried:
    """The server's word on one letter: 5xx is its last, 4xx may change, 421 hangs up."""
    return NotCarried(said(code, reply), is_permanent=code >= 500, ends_round=code == 421)


def said(code: int, reply: bytes | str) -> str:
    words = reply.decode("utf-8", "replace") if isinstance(reply, bytes) else reply
    return f"{code} {' '.join(words.split())}"

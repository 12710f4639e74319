"""A real mail server on loopback that can be told to misbehave."""

import asyncio
import socket
import ssl
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any, cast

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

from config import MailServer


def free_port() -> int:
    with closing(socket.socket()) as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@dataclass
class MailDrop:
    """What has arrived, in order, and how the server behaves: `answers` are given to the next letters, then 250."""

    port: int = 0
    received: list[EmailMessage] = field(default_factory=list)
    connections: int = 0
    cuts: int = 0  # letters that were taken, and of which the sender was not told so
    refuses: dict[str, str] = field(default_factory=dict)  # recipient -> answer to RCPT
    answers: list[str] = field(default_factory=list)  # to DATA; "cut" hangs up after taking the letter
    stalls_seconds: float = 0  # before each answer to DATA
    password: str = ""  # what a caller has to sign in with, if anything
    callers: list[tuple[str | None, str | None]] = field(default_factory=list)  # of each letter: their host, its sender

    @property
    def subjects(self) -> list[str]:
        return [str(message["Subject"]) for message in self.received]

    async def handle_RCPT(  # noqa: N802  # aiosmtpd finds it by this name
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if address in self.refuses:
            return self.refuses[address]
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802  # as above
        if self.stalls_seconds:
            await asyncio.sleep(self.stalls_seconds)
        self.callers.append((session.host_name, envelope.mail_from))
        answer = self.answers.pop(0) if self.answers else "250 OK"
        if answer.startswith(("4", "5")):
            return answer
        raw = cast(bytes, envelope.content)
        self.received.append(message_from_bytes(raw, policy=policy.default))
        if answer == "cut":
            self.cuts += 1
            cast(asyncio.Transport, server.transport).abort()
        return "250 OK"

    def admit(self, server: SMTP, session: Session, envelope: Envelope, mechanism: str, told: object) -> AuthResult:
        """Whether this name and password are let in."""
        good = isinstance(told, LoginPassword) and told.password.decode() == self.password
        return AuthResult(success=good, handled=False)  # the server answers

    def settings(self, **changes: Any) -> MailServer:
        """Our side of it."""
        return MailServer(host="127.0.0.1", port=self.port, timeout_seconds=2, **{"security": "none", **changes})


class Counted(SMTP):
    """Counts who calls."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.event_handler.connections += 1
        super().connection_made(transport)


class Door(Controller):
    """aiosmtpd in a thread, on our class and with the certificate it is given: from the start, or for STARTTLS."""

    def __init__(
        self, drop: MailDrop, *, port: int, certificate: ssl.SSLContext | None = None, from_the_start: bool = False
    ) -> None:
        self.certificate = None if from_the_start else certificate
        super().__init__(drop, hostname="127.0.0.1", port=port, ssl_context=certificate if from_the_start else None)

    def factory(self) -> SMTP:
        sign_in = {"auth_required": True, "authenticator": self.handler.admit} if self.handler.password else {}
        return Counted(self.handler, tls_context=self.certificate, hostname="localhost", **sign_in)


@contextmanager
def running(
    certificate: ssl.SSLContext | None = None, *, security: str = "starttls", password: str = ""
) -> Iterator[MailDrop]:
    """The server, started, and stopped at the end."""
    drop = MailDrop(port=free_port(), password=password)
    door = Door(drop, port=drop.port, certificate=certificate, from_the_start=security == "tls")
    door.start()
    drop.connections = 0  # the controller tries its own door
    try:
        yield drop
    finally:
        door.stop()


@pytest.fixture
def smtp() -> Iterator[MailDrop]:
    with running() as drop:
        yield drop

"""Hostile connections at the shipped server: slow, huge, ambiguous. Limits answer, and everybody else is served."""

import os
import shutil
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from statistics import quantiles

import pytest

from booking import create_app
from booking.db import db, transaction
from tests import make
from tests.conftest import Database, settings_for
from tests.test_serve import Running
from tests.web.business.crowd import Visitor

IS_LONG = os.environ.get("FAULTS") == "long"
SLOW, ORDINARY = 60, 1_000 if IS_LONG else 30
PATIENCE_SECONDS = 20.0  # of one request; nothing that works needs a tenth of it on a busy machine
PAGES = ("/", "/courses", "/enquire", "/find", "/staff/sign-in", "/static/booking.css")
HEAD = b"Host: 127.0.0.1\r\nConnection: close\r\n"
POST = b"POST /enquire HTTP/1.1\r\n" + HEAD + b"Content-Type: application/x-www-form-urlencoded\r\n"
CHUNK = b"10000\r\n" + b"a" * 0x10000 + b"\r\n"
FIELDS = "&".join(f"f{number}=1" for number in range(100_000)).encode()
PART = b'--x\r\nContent-Disposition: form-data; name="f"\r\n\r\n1\r\n'
SECOND = b"GET /terms HTTP/1.1\r\n" + HEAD + b"\r\n"  # that somebody would smuggle in behind the first
# What happens before a request is one is the same on either database.
pytestmark = pytest.mark.parametrize("database", ["sqlite"], indirect=True, scope="session")


@pytest.fixture(scope="module")
def running(database: Database, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """The product with one course, or it would fill the database with its demonstration."""
    folder = tmp_path_factory.mktemp("connections")
    file = shutil.copy(database.template.removeprefix("sqlite:///"), folder / "booking.db")
    app = create_app(settings_for(f"sqlite:///{file}", folder))
    with app.app_context():
        with transaction():
            make.course()
        db.engine.dispose()
    running = Running(folder)
    yield running
    running.kill()


@pytest.fixture
def port(running: Running) -> Iterator[int]:
    """Where it listens; afterwards it lives, and has had no fault."""
    yield running.port
    assert status(ask(running.port, b"GET /healthz HTTP/1.1\r\n" + HEAD + b"\r\n")) == 200
    assert [line for line in running.log.read_text().splitlines() if " ERROR " in line] == []


def ask(port: int, sent: bytes) -> bytes:
    """Everything that is answered until the server ends the connection, however much of `sent` it has taken."""
    with socket.create_connection(("127.0.0.1", port), timeout=PATIENCE_SECONDS) as connection:
        with suppress(ConnectionError):  # it need not hear the rest of what it refuses
            connection.sendall(sent)
        found = bytearray()
        with suppress(ConnectionError):
            while part := connection.recv(65_536):
                found += part
    return bytes(found)


def status(answer: bytes) -> int:
    return int(answer.split(b" ", 2)[1])


@contextmanager
def trickling(port: int) -> Iterator[list[socket.socket]]:
    """Connections that send a byte now and then and never come to an end: half of a head, half of a body."""
    slow = [socket.create_connection(("127.0.0.1", port)) for _ in range(SLOW)]
    for number, each in enumerate(slow):
        each.sendall(POST + (b"Content-Length: 90000\r\n\r\na=" if number % 2 else b"X-Slow: "))
        each.setblocking(False)
    is_over = threading.Event()

    def trickle() -> None:
        while not is_over.wait(0.1):
            for each in slow:
                with suppress(OSError):
                    each.send(b"a")

    thread = threading.Thread(target=trickle)
    thread.start()
    try:
        yield slow
    finally:
        is_over.set()
        thread.join()
        for each in slow:
            each.close()


def hangs(connection: socket.socket) -> bool:
    """Neither answered nor ended."""
    try:
        connection.recv(1)
    except BlockingIOError:
        return True
    return False


def test_sixty_connections_that_trickle_keep_nobody_waiting(port: int) -> None:
    seconds = []
    with trickling(port) as slow:
        for number in range(ORDINARY):
            began = time.monotonic()
            page = PAGES[number % len(PAGES)].encode()
            assert status(ask(port, b"GET " + page + b" HTTP/1.1\r\n" + HEAD + b"\r\n")) == 200
            seconds.append(time.monotonic() - began)
        assert sum(map(hangs, slow)) == SLOW
    if IS_LONG:
        p95 = quantiles(seconds, n=20)[-1] * 1_000
        print(f"\n{ORDINARY} requests beside {SLOW} slow connections: p95 {p95:.0f} ms of 500")


def chunked(count: int) -> bytes:
    return POST + b"Transfer-Encoding: chunked\r\n\r\n" + CHUNK * count + b"0\r\n\r\n"


def told(length: int, body: bytes, *, kind: bytes = b"application/x-www-form-urlencoded") -> bytes:
    head = b"POST /enquire HTTP/1.1\r\n" + HEAD + b"Content-Type: " + kind + b"\r\n"
    return head + b"Content-Length: %d\r\n\r\n" % length + body


@pytest.mark.parametrize(
    "sent",
    [
        told(20 << 20, b"a" * (20 << 20)),
        told(20 << 20, b"a" * 1_000),  # it is refused for what it says, before it is all there
        chunked(320),
        told(len(FIELDS), FIELDS),
        told(len(PART) * 1_000 + 7, PART * 1_000 + b"--x--\r\n", kind=b"multipart/form-data; boundary=x"),
    ],
    ids=["20 MB", "20 MB, announced", "20 MB in chunks", "100,000 fields", "1,000 parts"],
)
def test_what_is_too_much_is_refused_as_too_large(port: int, sent: bytes) -> None:
    assert status(ask(port, sent)) == 413


@pytest.mark.parametrize(
    "lengths",
    [
        b"Content-Length: 4\r\nContent-Length: 5\r\n",
        b"Content-Length: 4\r\nContent-Length: 4\r\n",
        b"Content-Length: 4, 4\r\n",
        b"Content-Length: -1\r\n",
        b"Content-Length: +4\r\n",
        b"Transfer-Encoding: chunked\r\nContent-Length: %d\r\n" % (len(SECOND) + 5),
        b"Content-Length: 5\r\nTransfer-Encoding: chunked\r\n",
    ],
)
def test_a_request_whose_end_can_be_read_in_two_ways_is_refused_and_what_follows_it_is_not_heard(
    port: int, lengths: bytes
) -> None:
    answer = ask(port, b"POST /enquire HTTP/1.1\r\nHost: 127.0.0.1\r\n" + lengths + b"\r\n0\r\n\r\n" + SECOND)
    assert (status(answer), answer.count(b"HTTP/1.")) == (400, 1)


def test_an_old_request_in_chunks_with_a_length_is_refused_too(port: int) -> None:
    lengths = b"Connection: keep-alive\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n"
    answer = ask(port, b"POST /enquire HTTP/1.0\r\n" + lengths + b"\r\n0\r\n\r\n" + SECOND)
    assert (status(answer), answer.count(b"HTTP/1.")) == (400, 1)


@pytest.mark.parametrize(
    "host", [b"evil.example", b"evil.example:0", b"[evil.example", b"../evil.example", b"evil.example\r\nHost: two"]
)
def test_whatever_host_somebody_names_no_page_repeats_it(port: int, host: bytes) -> None:
    for path in (b"/", b"/staff", b"/t/", b"/find/3", b"/nowhere"):
        answer = ask(port, b"GET " + path + b" HTTP/1.1\r\nHost: " + host + b"\r\nConnection: close\r\n\r\n")
        assert (status(answer) < 500, answer.count(b"evil")) == (True, 0)


def test_a_host_that_cannot_be_one_is_a_bad_request(port: int) -> None:
    assert status(ask(port, b"GET / HTTP/1.1\r\nHost: " + b"a" * 64 + b"\r\nConnection: close\r\n\r\n")) == 400


@pytest.mark.parametrize("path", [b"/", b"/healthz", b"/enquire", b"/staff", b"/t/", b"/static/booking.css"])
def test_trace_is_not_answered_with_what_was_sent(port: int, path: bytes) -> None:
    answer = ask(port, b"TRACE " + path + b" HTTP/1.1\r\n" + HEAD + b"X-Canary: canary\r\n\r\n")
    assert (status(answer), answer.count(b"anary")) == (405, 0)


@pytest.mark.parametrize(
    "sent", [b"\x16\x03\x01\x02\x00\x01\r\n\r\n", b"get / HTTP/1.1\r\n\r\n", b"GET / HTTP/1.1\r\nHost : x\r\n\r\n"]
)
def test_what_is_no_request_is_a_bad_one(port: int, sent: bytes) -> None:
    assert status(ask(port, sent)) == 400


def test_a_head_without_end_is_cut_off(port: int) -> None:
    assert status(ask(port, b"GET / HTTP/1.1\r\n" + HEAD + b"X-Long: " + b"a" * 300_000)) == 431


def test_who_asks_too_often_is_told_to_wait(port: int) -> None:
    visitor = Visitor(f"http://127.0.0.1:{port}")
    found = [visitor.send("/t/lost", email=f"nobody{number}@example.com")[0] for number in range(11)]
    assert found == [303] * 10 + [429]

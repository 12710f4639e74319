"""`python -m booking.serve`: web and worker, started and stopped together (edge)."""

import errno
import gc
import logging
import os
import signal
import socket
import subprocess
import sys
import threading
import time

import waitress
from flask import Flask
from sqlalchemy.orm import configure_mappers
from waitress.channel import HTTPChannel
from waitress.parser import HTTPRequestParser, ParsingError

from booking import clock, create_app, demonstration, logs, schema, worker
from booking.db import db
from booking.domain.days import bank_holidays
from config import ROOT, Settings, SettingsError, from_env

THREADS = 8
CONNECTIONS = 800  # slow ones cost a little memory, and no thread: a hundred of them must not fill the house
LARGEST = 1024 * 1024  # of a body, which is kept on disk while it comes; up to it, the site's own limit has a page
PATIENCE_SECONDS = 15  # for the worker's last mail


def main() -> None:
    """Serves until it is told to stop; ends with status 1 when it cannot start, or loses its worker."""
    try:
        settings = from_env(os.environ)
    except SettingsError as error:
        sys.exit(str(error))
    logs.configure(settings)
    listener = bind(settings)
    app = create_app(settings)
    prepare(app, settings)
    serve(app, listener, proxied=settings.proxy_hops > 0)


def bind(settings: Settings) -> socket.socket:
    """The listening socket, before anything slow is done."""
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    try:
        return socket.create_server((settings.host, settings.port), family=family, backlog=1024)
    except OSError as error:
        if error.errno != errno.EADDRINUSE:
            raise
        sys.exit(f"Port {settings.port} is taken. Try: PORT={settings.port + 1} make run")


def prepare(app: Flask, settings: Settings) -> None:
    """A database that is ready, and, for somebody trying us out, one with something in it."""
    if settings.is_loopback and schema.is_behind(app):
        with app.app_context():
            schema.upgrade(settings.database_url)
    schema.require(app)
    if settings.is_loopback:
        with app.app_context():
            if demonstration.is_wanted():
                print("Making up firms, trainers and visits to look at. This takes a few seconds, once.", flush=True)
                db.session.remove()  # it holds the lock that the other process needs
                subprocess.run(demonstration.LOAD, cwd=ROOT, env={**os.environ, **schema.QUIETLY}, check=True)
            print(f"\n{demonstration.welcome()}\n", flush=True)


def serve(app: Flask, listener: socket.socket, *, proxied: bool) -> None:
    """Forks the worker, then serves. Neither outlives the other: the worker holds the end of a pipe of ours."""
    jobs = worker.jobs(app)
    with app.app_context():
        db.engine.dispose()  # no connection to a database crosses a fork
    jobs.queue.storage.close()
    configure_mappers()  # both need this and the calendar: made before the fork, they lie in memory once
    bank_holidays(clock.today().year)
    gc.collect()
    gc.freeze()
    leash, end = os.pipe()
    child = os.fork()
    if child == 0:
        listener.close()
        os.close(end)
        work(jobs, leash)
    os.close(leash)
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, lambda *_: sys.exit())
    signal.signal(signal.SIGCHLD, lambda *_: leave_if_alone(child))
    if "MAKELEVEL" in os.environ:  # `make run`: nothing is left when make is killed
        threading.Thread(target=follow_parent, args=(os.getppid(),), daemon=True).start()
    HTTPChannel.parser_class = Unambiguous  # there is no setting for it
    try:
        waitress.serve(
            app,
            sockets=[listener],
            threads=THREADS,
            connection_limit=CONNECTIONS,
            max_request_body_size=LARGEST,
            asyncore_use_poll=True,
            clear_untrusted_proxy_headers=not proxied,
        )
    finally:
        stop(child)


class Unambiguous(HTTPRequestParser):  # type: ignore[misc]  # waitress has no types
    """Refuses a request with both a length and chunks, of which a proxy may believe the other."""

    def parse_header(self, header_plus: bytes) -> None:
        super().parse_header(header_plus)
        if "CONTENT_LENGTH" in self.headers and (self.chunked or "TRANSFER_ENCODING" in self.headers):
            raise ParsingError("Content-Length beside Transfer-Encoding")


def leave_if_alone(child: int) -> None:
    """A site whose mail does not move must not look well."""
    if os.waitpid(child, os.WNOHANG)[0] == child:
        logging.getLogger(__name__).error("the worker has ended, and so do we")
        os._exit(1)


def stop(child: int) -> None:
    """Asks the worker to end, and makes it after a while."""
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    signal.signal(signal.SIGALRM, lambda *_: os.kill(child, signal.SIGKILL))
    signal.alarm(PATIENCE_SECONDS)
    os.kill(child, signal.SIGTERM)
    os.waitpid(child, 0)


def work(jobs: worker.Jobs, leash: int) -> None:
    """The worker's whole life; never returns."""
    os.setsid()  # Ctrl-C is for the parent, which then tells us
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=follow, args=(leash,), daemon=True).start()
    try:
        jobs.run()  # what fell due while nobody worked does not wait for the next minute
        jobs.queue.create_consumer(workers=1, max_delay=1.0, graceful_signal="TERM", shutdown_timeout=10).run()
    finally:
        os._exit(0)


def follow_parent(parent: int) -> None:
    """Ends the web server when the process that started it is gone."""
    while os.getppid() == parent:
        time.sleep(1)
    os.kill(os.getpid(), signal.SIGTERM)


def follow(leash: int) -> None:
    """Ends the worker when the parent is gone, however it went: then the pipe has no writer any more."""
    os.read(leash, 1)
    os.kill(os.getpid(), signal.SIGTERM)


if __name__ == "__main__":
    main()

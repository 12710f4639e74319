"""What holds for every request: CSRF without losing what was typed, one commit, headers, kind error pages."""

from http import HTTPStatus
from urllib.parse import urlsplit

from flask import Flask, Response, flash, g, redirect, render_template, request
from flask_wtf.csrf import CSRFError
from sqlalchemy import event
from sqlalchemy.orm import ORMExecuteState, Session, UOWTransaction
from werkzeug.exceptions import BadHost, HTTPException, NotFound
from werkzeug.routing import IntegerConverter, Map
from werkzeug.wrappers import Response as BaseResponse

from booking import logs
from booking.db import READING, csrf, db
from booking.domain import errors
from booking.web.ways import has_page

LAPSED = "This page was open for a long time. Check your answers and continue"
CSP = (
    "default-src 'none'; style-src 'self'; img-src 'self'; connect-src 'self'; "  # to connect: browsers' own checks
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
}


PRIVATE = {"staff", "trainer"}  # with every secret address, what no search engine may keep, whatever it is


class RowId(IntegerConverter):
    """A number in a path: one that no row can have is not found, and never asked of the database."""

    def __init__(self, url_map: Map) -> None:
        super().__init__(url_map, max=2**31 - 1)


def register(app: Flask) -> None:
    """Hooks the guards into every request of the application; before any route is added."""
    app.url_map.converters["int"] = RowId
    app.before_request(refuse_nul)
    app.before_request(check_csrf)
    app.after_request(refuse_forgotten_commit)
    app.after_request(add_headers)
    app.register_error_handler(errors.NotFound, lambda _: show_error(NotFound()))
    app.register_error_handler(HTTPException, show_error)
    app.register_error_handler(Exception, show_fault)


def refuse_nul() -> None:
    """No address of ours has a NUL in it, and PostgreSQL does not even look for one."""
    if "\0" in request.path:
        raise NotFound


def check_csrf() -> BaseResponse | None:
    """A missing or stale token never throws a form away: its page is shown again, filled in, and nothing is stored.

    Forms see `g.lapsed`; `db.transaction` refuses while it is set. A lone button sends back to its page.
    """
    if request.method in READING or request.url_rule is None:
        return None
    try:
        csrf.protect()
    except CSRFError:
        g.lapsed = True
        if not has_page():
            flash("This page was open for a long time. Press the button again", "wait")
            return redirect(came_from(), HTTPStatus.SEE_OTHER)
    return None


def came_from() -> str:
    """The page of ours that this request came from, or the start page."""
    try:
        source = urlsplit(request.referrer or "")
    except ValueError:  # a browser sends no such thing
        return "/"
    if source.netloc != request.host or source.path.startswith("//"):  # two slashes would lead to another host
        return "/"
    return f"{source.path}?{source.query}" if source.query else source.path or "/"


@event.listens_for(Session, "after_flush")
def note_flush(session: Session, _context: UOWTransaction) -> None:
    session.info["flushed"] = True


@event.listens_for(Session, "do_orm_execute")
def note_statement(state: ORMExecuteState) -> None:
    """The same for what is written without a flush."""
    if state.is_insert or state.is_update or state.is_delete:
        state.session.info["flushed"] = True


@event.listens_for(Session, "after_commit")
@event.listens_for(Session, "after_rollback")
def note_end(session: Session) -> None:
    if not session.in_nested_transaction():
        session.info.pop("flushed", None)


def refuse_forgotten_commit(response: Response) -> Response:
    """Changes that were flushed and never committed would vanish in silence: that is a fault, not an answer."""
    if db.session.registry.has() and db.session().info.pop("flushed", False):
        db.session.rollback()
        raise RuntimeError(f"{request.endpoint} changed something and did not commit")
    return response


def add_headers(response: Response) -> Response:
    for name, value in HEADERS.items():
        response.headers.setdefault(name, value)
    response.headers.setdefault("Content-Security-Policy", CSP)
    is_private = request.blueprint in PRIVATE or "token" in (request.view_args or {})
    if request.endpoint != "static":
        is_typed = request.method == "POST" and not is_private  # who goes Back to a refused form finds it again
        response.headers.setdefault("Cache-Control", "private, no-cache" if is_typed else "no-store")
    if is_private:
        response.headers.setdefault("X-Robots-Tag", "noindex")
    return response


def show_error(error: HTTPException) -> tuple[str, int] | HTTPException | BaseResponse:
    """The page for a refused request: what happened, what to do, whom to ring."""
    code = error.code or 500
    if code < 400 or error.response is not None or isinstance(error, BadHost):  # no page can be drawn for no host
        return error
    known = code if code in {403, 404, 410, 413, 503} else 400 if code < 500 else 500
    return render_template(f"errors/{known}.html"), code


def show_fault(_error: Exception) -> tuple[str, int]:
    """A bug: logged with the number of the request, which the page shows too."""
    logs.fault("fault")
    if db.session.registry.has():
        db.session.rollback()
    return render_template("errors/500.html", reference=logs.request_id()), 500

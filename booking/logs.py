"""What the log says (edge): a line for each request and event, with ids, and never a name, an address or a token."""

import json
import logging
import secrets
import textwrap
import time
import traceback
from collections.abc import Iterator
from datetime import UTC, datetime

from flask import Flask, Response, g, has_request_context, request

from config import Settings

METHODS = {"GET", "HEAD", "POST", "OPTIONS"}
GUARDED = {"staff", "trainer"}
DENIED = {403, 404}
CONTROLS = {code: f"\\x{code:02x}" for code in (*range(32), *range(127, 160), 0x2028, 0x2029)}

log = logging.getLogger("booking")


def configure(settings: Settings) -> None:
    """Sends everything that is logged in this process, and in those it forks, to standard error."""
    handler = logging.StreamHandler()
    handler.setFormatter(Lines() if settings.log_format == "lines" else Json())
    logging.basicConfig(level=logging.INFO, handlers=[handler], force=True)
    logging.getLogger("huey").setLevel(logging.WARNING)
    logging.getLogger("waitress.queue").setLevel(logging.ERROR)  # requests that wait a moment are no news


def register(app: Flask) -> None:
    """Numbers each request and logs its answer; before anything else hooks in, so that ours is the last look."""
    app.before_request(begin)
    app.after_request(finish)
    app.log_exception = lambda exc_info: fault("fault")  # type: ignore[method-assign]  # Flask's own tells the path


def event(name: str, **ids: int | str | float) -> None:
    """Logs what happened: a word, ids and words of ours. What somebody typed has no place here."""
    log.info(name, extra={"ids": ids})


def fault(name: str, **ids: int | str) -> None:
    """Logs the exception that is being handled; in JSON its kind and place, as its words may be anybody's."""
    log.error(name, exc_info=True, extra={"ids": ids})


def request_id() -> str:
    """The number of this request, which its answer and every line about it carry."""
    if "request_id" not in g:
        g.request_id = secrets.token_hex(6)
    return str(g.request_id)


def begin() -> None:
    g.began = time.perf_counter()


def finish(response: Response) -> Response:
    """Logs the answer: by the rule of its route, as a secret may stand in the path itself."""
    response.headers["X-Request-Id"] = request_id()
    if log.isEnabledFor(logging.INFO):
        area, status = request.blueprint or "", response.status_code
        event(
            "denied" if area in GUARDED and status in DENIED else "request",
            method=request.method if request.method in METHODS else "other",
            route=request.url_rule.rule if request.url_rule else "",
            status=status,
            ms=round((time.perf_counter() - g.get("began", time.perf_counter())) * 1000, 1),
            audience=area,
            actor=str(g.get("actor", "")),
        )
    return response


class Json(logging.Formatter):
    """One JSON object a line. Of lines that are not ours only the pattern is kept: its arguments may be anything."""

    def format(self, record: logging.LogRecord) -> str:
        line: dict[str, object] = {"at": at(record).isoformat(timespec="milliseconds"), "level": record.levelname}
        line |= {"logger": record.name, "event": words(record)}
        if has_request_context():
            line["request"] = request_id()
        line |= getattr(record, "ids", {})
        if record.exc_info and record.exc_info[1]:
            line["faults"] = list(faults(record.exc_info[1]))
        return json.dumps(line)


class Lines(logging.Formatter):
    """The same for a person at this machine, who may read all of a fault."""

    def format(self, record: logging.LogRecord) -> str:
        ids = " ".join(f"{name}={value}" for name, value in getattr(record, "ids", {}).items() if value != "")
        line = f"{at(record):%H:%M:%S} {record.levelname} {record.getMessage()} {ids}".translate(CONTROLS)
        if not record.exc_info:
            return line
        told = self.formatException(record.exc_info).translate({**CONTROLS, 10: "\n"})
        return f"{line}\n{textwrap.indent(told, '  ')}"


def at(record: logging.LogRecord) -> datetime:
    return datetime.fromtimestamp(record.created, UTC)


def words(record: logging.LogRecord) -> str:
    """The event; of others, their pattern, and for those that put everything into it, where it came from."""
    is_ours = hasattr(record, "ids") or record.args or record.name.startswith(("booking.", "__main__"))
    return str(record.msg) if is_ours else f"{record.module}.{record.funcName}:{record.lineno}"


def faults(error: BaseException | None) -> Iterator[str]:
    """The exception and what caused it: kinds, a database's code, and places."""
    while error:
        code = getattr(error, "sqlstate", None) or getattr(error, "sqlite_errorname", None) or ""
        places = [f"{f.filename}:{f.lineno} {f.name}" for f in traceback.extract_tb(error.__traceback__)]
        yield f"{type(error).__qualname__} {code}".strip() + "".join(f" < {place}" for place in reversed(places))
        error = error.__cause__ or error.__context__

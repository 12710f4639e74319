"""A test client that checks every page it opens, as a browser and a reader would."""

import re
from typing import Any

import html5lib
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from booking.db import db

FETCHED = ("src", "srcset", "data", "poster", "action", "formaction")  # what a browser asks for, or sends a form to


class PageClient(FlaskClient):
    """Every HTML answer must be valid: one h1 that its title starts with, unique ids, no code, nothing of others."""

    def open(self, *args: Any, **kwargs: Any) -> TestResponse:
        db.session.flush()
        with self.application.app_context():  # else the requests of a test would share `g` and one session
            response = super().open(*args, **kwargs)
        db.session.expire_all()  # the test sees what the request stored
        sandboxed = response.headers.get("Content-Security-Policy", "").startswith("sandbox")  # a mail, no page of ours
        if (
            response.mimetype == "text/html"
            and not sandboxed
            and response.data
            and not 300 <= response.status_code < 400
        ):
            check(response.text, failed=response.status_code == 422)
        return response

    def token(self, path: str) -> str:
        """The CSRF token of a page."""
        found = re.search(r'name="csrf_token" value="([^"]+)"', self.get(path).text)
        assert found is not None, f"no form on {path}"
        return found[1]

    def send(self, path: str, fields: dict[str, Any] | None = None, *, page: str = "") -> TestResponse:
        """Posts a form as the page it stands on would (`page`, where that is another path than `path`)."""
        return self.post(path, data={"csrf_token": self.token(page or path), **(fields or {})})


def check(html: str, *, failed: bool = False) -> None:
    """Raises AssertionError for what no page may have."""
    parser = html5lib.HTMLParser(strict=True, tree=html5lib.getTreeBuilder("etree"))
    tree = parser.parse(html)
    space = "{http://www.w3.org/1999/xhtml}"
    headings = ["".join(found.itertext()) for found in tree.iter(f"{space}h1")]
    assert len(headings) == 1, f"{len(headings)} h1"
    title = words("".join(next(tree.iter(f"{space}title")).itertext()))
    if failed:
        assert title.startswith("Error: "), title
        assert "data-error-summary" in html
    assert title.removeprefix("Error: ").startswith(words(headings[0])), (
        f"{title!r} does not start with {headings[0]!r}"
    )
    ids = [element.get("id") for element in tree.iter() if element.get("id")]
    assert len(ids) == len(set(ids)), f"ids twice: {sorted({i for i in ids if ids.count(i) > 1})}"
    for element in tree.iter():
        kind = str(element.tag).rpartition("}")[2]
        assert kind not in ("script", "style"), f"inline {kind}"
        assert not element.get("style"), "inline style"
        for address in [element.get(name) or "" for name in FETCHED] + [element.get("href") or ""] * (kind == "link"):
            assert not re.match(r"//|\w+:", address), f"{address} is somebody else's"
        assert not any(name.startswith("on") for name in element.keys()), "inline script"  # noqa: SIM118  # etree has no iterator
        for attribute in ("for", "aria-describedby", "aria-labelledby"):
            for target in (element.get(attribute) or "").split():
                assert target in ids, f"{attribute} points to {target}, which is not there"


def words(text: str) -> str:
    return " ".join(text.split())

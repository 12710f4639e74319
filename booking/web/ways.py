"""Where to go on to after signing in: to pages of ours and nowhere else; and what waits until then."""

import re

from flask import request


def inside(area: str, target: str | None) -> str:
    """The target if it is a path in this area ("/staff", "/t"), else ""."""
    return target if target and re.fullmatch(rf"{area}(?:[/?][\w\-./~%=&+,:@?]*)?", target, re.ASCII) else ""


def has_page() -> bool:
    """Whether what was sent comes from a form that has a page of its own, and not from a lone button."""
    return request.url_rule is not None and "GET" in (request.url_rule.methods or ())


def typed() -> list[tuple[str, str]]:
    """What was typed into a form, to be sent once more with a fresh token."""
    return [(name, words) for name, words in request.form.items(multi=True) if name != "csrf_token"]

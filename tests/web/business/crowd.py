"""A browser without a window, for crowds: real HTTP, cookies, and nothing else."""

import re
from functools import partial
from http.client import HTTPConnection, HTTPResponse
from http.cookiejar import CookieJar
from typing import Any
from urllib.error import HTTPError
from urllib.parse import urlencode
from urllib.request import HTTPCookieProcessor, HTTPHandler, HTTPRedirectHandler, Request, build_opener


class Stay(HTTPRedirectHandler):
    """Redirects are answers here, not ways to go."""

    def redirect_request(self, *_rest: Any) -> None:
        return None


class From(HTTPHandler):
    """Comes from an address of its own, so that a crowd is not one network."""

    def __init__(self, address: str) -> None:
        super().__init__()
        self.connection = partial(HTTPConnection, source_address=(address, 0))

    def http_open(self, request: Request) -> HTTPResponse:
        return self.do_open(self.connection, request)


class Visitor:
    """One browser at a served application."""

    def __init__(self, url: str, *, address: str = "127.0.0.1") -> None:
        self.url = url
        self.opener = build_opener(HTTPCookieProcessor(CookieJar()), Stay(), From(address))

    def get(self, path: str) -> str:
        return self._open(Request(self.url + path))[1]

    def post(self, path: str, **fields: str) -> tuple[int, str]:
        """Status, and the page or where it leads."""
        return self._open(Request(self.url + path, data=urlencode(fields).encode()))

    def token(self, path: str) -> str:
        found = re.search(r'name="csrf_token" value="([^"]+)"', self.get(path))
        assert found is not None, f"no form on {path}"
        return found[1]

    def send(self, path: str, **fields: str) -> tuple[int, str]:
        return self.post(path, csrf_token=self.token(path), **fields)

    def _open(self, request: Request) -> tuple[int, str]:
        try:
            with self.opener.open(request, timeout=60) as answer:
                return answer.status, answer.read().decode()
        except HTTPError as answer:
            with answer:
                return answer.code, answer.read().decode()

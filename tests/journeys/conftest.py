"""A real browser, a served site with a mail server, and the three kinds of people: by mouse, by keyboard, no script."""

from collections.abc import Callable, Iterator

import pytest
import time_machine
from flask import Flask
from playwright.sync_api import Browser, ViewportSize, sync_playwright

from tests import browser as installed
from tests.conftest import NOW, served
from tests.journeys.people import Keyboard, Mouse, Person
from tests.journeys.site import Site
from tests.smtp import free_port, running

ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
DESK, PHONE = ViewportSize(width=1280, height=900), ViewportSize(width=390, height=844)


@pytest.fixture(scope="session")
def hands(request: pytest.FixtureRequest) -> str:
    """How the person of this journey uses a page."""
    return str(request.param)


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """One browser for all journeys of a worker."""
    with sync_playwright() as playwright:
        found = playwright.chromium.launch(executable_path=installed.find(), args=ARGUMENTS)
        yield found
        found.close()


@pytest.fixture
def person(hands: str, chromium: Browser) -> Iterator[Person]:
    """Somebody who walks through the pages: the mouse at a desk, the others on a screen as narrow as a phone's."""
    size = DESK if hands == "mouse" else PHONE
    with chromium.new_context(viewport=size, java_script_enabled=hands != "no script") as context:
        page = context.new_page()
        someone = Keyboard(page) if hands == "keyboard" else Mouse(page)
        yield someone
        assert someone.faults == []


@pytest.fixture
def site(fresh_app: Callable[..., Flask]) -> Iterator[Site]:
    """The product as it is served, on a Tuesday morning, with a mail server. Time passes only when it is told to."""
    port = free_port()
    url = f"http://127.0.0.1:{port}"
    with time_machine.travel(NOW) as clock, running() as smtp:
        app = fresh_app(mail=smtp.settings(), base_url=url)
        with served(app, port=port):
            yield Site(app, url, smtp, clock)

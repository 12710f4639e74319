"""A real browser for the journeys, and the three kinds of people who use one: by mouse, by keyboard, without script."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Error, Page, Response, sync_playwright

from tests import browser as installed
from tests.journeys.people import Keyboard, Mouse, Person

ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """One browser for all journeys of a worker."""
    with sync_playwright() as playwright:
        found = playwright.chromium.launch(executable_path=installed.find(), args=ARGUMENTS)
        yield found
        found.close()


@pytest.fixture(params=["mouse", "keyboard", "no script"])
def person(request: pytest.FixtureRequest, chromium: Browser) -> Iterator[Person]:
    """Somebody who walks through the pages."""
    has_script = request.param != "no script"
    with chromium.new_context(viewport={"width": 1280, "height": 900}, java_script_enabled=has_script) as context:
        page = watched(context.new_page())
        yield Keyboard(page) if request.param == "keyboard" else Mouse(page)


def watched(page: Page) -> Page:
    """The page, which fails the test where a server or a script of it does."""
    page.on("pageerror", fail)
    page.on("response", check)
    page.set_default_timeout(10_000)
    return page


def fail(error: Error) -> None:
    raise AssertionError(error.message)


def check(answer: Response) -> None:
    assert answer.status < 500, f"{answer.status} at {answer.url}"

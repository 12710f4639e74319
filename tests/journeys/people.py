"""How people use a page: what is pressed, chosen and typed, whichever way their hands work, and what they must see."""

import re
from abc import ABC, abstractmethod
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Locator, Page, Request, Response

# Every journey by all three, and on both databases; not by all three on both, which takes twice as long.
WALKS = [("postgresql", "mouse"), ("sqlite", "keyboard"), ("sqlite", "no script")]
by_everybody = pytest.mark.parametrize(("database", "hands"), WALKS, indirect=True, scope="session")
MOST_TABS = 250
FIRM = "jo@hallett.example"
DETAILS = {  # as a firm fills in the page of details
    "Your name": "Jo Hallett",
    "Work email": FIRM,
    "Phone": "01632 960 002",
    "Organisation": "Hallett Joinery",
    "Address": "Lowman Mill Yard",
    "Town or village": "Tiverton",
    "People taking part": "7",
}
SEEN = """() => {
    const words = text => text.split(/\\s+/).filter(Boolean).join(" ");
    const page = document.documentElement;
    const sticksOut = each => each.getBoundingClientRect().right > page.clientWidth;
    const isTooWide = page.scrollWidth > page.clientWidth;
    return {
        title: words(document.title),
        headings: [...document.querySelectorAll("h1")].map(each => words(each.textContent)),
        wide: isTooWide ? [...document.querySelectorAll("body *")].filter(sticksOut).map(each => each.outerHTML) : [],
    };
}"""


class Person(ABC):
    """Acts on what a page shows, named as a person names it; looks at every page that comes of it."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.faults: list[str] = []
        page.set_default_timeout(30_000)
        page.on("pageerror", lambda error: self.faults.append(error.message))
        page.on("console", lambda said: self.faults.append(said.text) if said.type == "error" else None)
        page.on("request", self._is_ours)
        page.on("response", self._is_well)

    @abstractmethod
    def press(self, button: str) -> None: ...
    @abstractmethod
    def choose(self, box: str) -> None:
        """A radio or a checkbox, by its id."""

    @abstractmethod
    def write(self, field: str, text: str) -> None: ...
    @abstractmethod
    def pick(self, field: str, option: str) -> None: ...
    @abstractmethod
    def unfold(self, summary: str) -> None: ...
    @abstractmethod
    def _go(self, link: Locator) -> None: ...

    def open(self, address: str) -> None:
        """Types an address, or presses a link in a mail."""
        self.page.goto(address)
        self.look()

    def follow(self, link: str) -> None:
        with self.page.expect_navigation():
            self._go(self.page.get_by_role("link", name=link).first)
        self.look()

    def reads(self, words: str) -> None:
        """The words stand somewhere on the page."""
        self.page.get_by_text(words).first.wait_for()

    @property
    def heading(self) -> str:
        return " ".join(self.page.locator("h1").inner_text().split())

    def look(self) -> None:
        """What holds on every page: nothing fails, nothing comes from elsewhere, one heading, no sideways scroll."""
        seen, where = self.page.evaluate(SEEN), self.page.url
        assert len(seen["headings"]) == 1, f"{len(seen['headings'])} h1 at {where}"
        assert seen["title"].removeprefix("Error: ").startswith(seen["headings"][0]), f"{seen} at {where}"
        assert seen["wide"] == [], f"wider than the screen at {where}"
        assert self.faults == [], where

    def _button(self, words: str) -> Locator:
        """Its words, and what is heard after them: "Confirm visit: TSW-7F3K"."""
        return self.page.get_by_role("button", name=re.compile(rf"^{re.escape(words)}( ?: .*)?$"))

    def _is_ours(self, request: Request) -> None:
        if urlsplit(request.url).hostname not in ("127.0.0.1", None):
            self.faults.append(f"asks elsewhere: {request.url}")

    def _is_well(self, answer: Response) -> None:
        if answer.status >= 500:
            self.faults.append(f"{answer.status} at {answer.url}")


class Mouse(Person):
    """Points and clicks."""

    def press(self, button: str) -> None:
        with self.page.expect_navigation():
            self._button(button).click()
        self.look()

    def choose(self, box: str) -> None:
        """The label is what is clicked, since all of the row is the label's."""
        self.page.locator(f'label[for="{box}"]').click()

    def write(self, field: str, text: str) -> None:
        self.page.get_by_label(field, exact=True).fill(text)

    def pick(self, field: str, option: str) -> None:
        self.page.get_by_label(field, exact=True).select_option(label=option)

    def unfold(self, summary: str) -> None:
        self.page.locator("summary", has_text=summary).click()

    def _go(self, link: Locator) -> None:
        link.click()


class Keyboard(Person):
    """Never touches a mouse: Tab, arrows, Space, Enter and letters."""

    def press(self, button: str) -> None:
        self._reach(self._button(button))
        with self.page.expect_navigation():
            self.page.keyboard.press("Enter")
        self.look()

    def choose(self, box: str) -> None:
        """Tab finds a checkbox, or the group of a radio; arrows go on inside it."""
        wanted = self.page.locator(f"#{box}")
        if wanted.get_attribute("type") == "checkbox":
            self._reach(wanted)
            self.page.keyboard.press("Space")
            return
        for _ in range(MOST_TABS):
            if self.page.evaluate("document.activeElement.name") == wanted.get_attribute("name"):
                break
            self.page.keyboard.press("Tab")
        self.page.keyboard.press("Space")
        while not _is_here(wanted):
            self.page.keyboard.press("ArrowDown")

    def write(self, field: str, text: str) -> None:
        self._reach(self.page.get_by_label(field, exact=True))
        self.page.keyboard.press("ControlOrMeta+A")
        self.page.keyboard.type(text)

    def pick(self, field: str, option: str) -> None:
        """A closed list jumps to the option whose words are typed."""
        select = self.page.get_by_label(field, exact=True)
        self._reach(select)
        self.page.keyboard.type(option)
        assert select.evaluate("list => list.selectedOptions[0].label") == option

    def unfold(self, summary: str) -> None:
        self._reach(self.page.locator("summary", has_text=summary))
        self.page.keyboard.press("Enter")

    def _go(self, link: Locator) -> None:
        self._reach(link)
        self.page.keyboard.press("Enter")

    def _reach(self, target: Locator) -> None:
        for _ in range(MOST_TABS):
            if _is_here(target):
                return
            self.page.keyboard.press("Tab")
        raise AssertionError(f"Tab never reaches {target}")


def _is_here(element: Locator) -> bool:
    return bool(element.evaluate("element => element === document.activeElement"))

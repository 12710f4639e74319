"""How people use a page: what is pressed, chosen and typed, whichever way their hands work."""

from typing import Protocol

from playwright.sync_api import Locator, Page

MOST_TABS = 250


class Person(Protocol):
    """Acts on what a page shows, named as a person names it."""

    page: Page

    def follow(self, link: str) -> None: ...
    def press(self, button: str) -> None: ...
    def choose(self, radio: str) -> None: ...
    def write(self, field: str, text: str) -> None: ...


class Mouse:
    """Points and clicks."""

    def __init__(self, page: Page) -> None:
        self.page = page

    def follow(self, link: str) -> None:
        self.page.get_by_role("link", name=link).first.click()

    def press(self, button: str) -> None:
        self.page.get_by_role("button", name=button, exact=True).click()

    def choose(self, radio: str) -> None:
        """By its id; the label is what is clicked, since all of the row is the label's."""
        self.page.locator(f'label[for="{radio}"]').click()

    def write(self, field: str, text: str) -> None:
        self.page.get_by_label(field, exact=True).fill(text)


class Keyboard:
    """Never touches a mouse: Tab, arrows, Space, Enter and letters."""

    def __init__(self, page: Page) -> None:
        self.page = page

    def follow(self, link: str) -> None:
        self._reach(self.page.get_by_role("link", name=link).first)
        self.page.keyboard.press("Enter")
        self.page.wait_for_load_state()

    def press(self, button: str) -> None:
        self._reach(self.page.get_by_role("button", name=button, exact=True))
        with self.page.expect_navigation():
            self.page.keyboard.press("Enter")

    def choose(self, radio: str) -> None:
        """Tab finds the group, arrows go on inside it."""
        wanted = self.page.locator(f"#{radio}")
        for _ in range(MOST_TABS):
            if self.page.evaluate("document.activeElement.name") == wanted.get_attribute("name"):
                break
            self.page.keyboard.press("Tab")
        self.page.keyboard.press("Space")
        while not wanted.evaluate("radio => radio === document.activeElement"):
            self.page.keyboard.press("ArrowDown")

    def write(self, field: str, text: str) -> None:
        self._reach(self.page.get_by_label(field, exact=True))
        self.page.keyboard.press("ControlOrMeta+A")
        self.page.keyboard.type(text)

    def _reach(self, target: Locator) -> None:
        for _ in range(MOST_TABS):
            if target.evaluate("element => element === document.activeElement"):
                return
            self.page.keyboard.press("Tab")
        raise AssertionError(f"Tab never reaches {target}")

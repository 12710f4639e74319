"""Mails as their readers see them: the words and the links of a part."""

import re
from html.parser import HTMLParser

URL = re.compile(r"https?://[^\s)>\"]+")


class Page(HTMLParser):
    """The words (without the preview that mail programs show beside the subject) and links of an HTML part."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.text, self.preview, self.links = "", "", list[str]()
        self.inside = list[str]()
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = dict(attrs)
        if tag == "a":
            self.links.append(found.get("href") or "")
        if tag in ("title", "style") or "display:none" in (found.get("style") or ""):
            self.inside.append(tag)
        elif tag not in ("b", "a"):
            self.text += " "

    def handle_endtag(self, tag: str) -> None:
        if self.inside and self.inside[-1] == tag:
            self.inside.pop()

    def handle_data(self, data: str) -> None:
        if self.inside[-1:] == ["div"]:
            self.preview += data
        elif not self.inside:
            self.text += data


def words(text: str) -> list[str]:
    """The words in small letters, without addresses and without the marks that only one kind of text has."""
    return re.findall(r"\w+", URL.sub("", text).lower())

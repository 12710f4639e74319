"""Forms as a browser finds them, and what a stranger may type into them."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from urllib.parse import urljoin, urlsplit

import html5lib
from hypothesis import strategies as st
from markupsafe import escape

TAG = "<b>typed"  # never to be seen in a page as it stands
SHOWN = {"text", "email", "tel", "search", "textarea"}  # fields that show again what was typed in them
TRAP = "website"  # of no use to a person

# The long ones are one letter again and again: what counts is how long they are.
NASTY = (
    "", " ", "\x00", "a\x00b", "\u202eabc", "\ud800", "a\r\nBcc: all@example.com", "=cmd|' /C calc'!A0",
    "%s%n{}{{7*7}}", "-1", "0", "99999999999999999999", "1e9", "٣", "½", "NaN", "2027-02-30", "31 February", "1/1/0001",
    "29/2/2027", "2027-03-24-am", "2027-03-24-xx", "٢٠٢٧-٠٣-٢٤-am", "am", "devon", "EX1 1AA", "maya@acme.example", "@",
    "a@b", "é@é.é", "01632 960 111", "+" * 30, "//evil.example", "javascript:alert(1)", "../../etc/passwd",
    "' OR 1=1 --", "\u0301" * 500, "x" * 5_000, "😀" * 900, "\n" * 300, "y", "yes", "no", "1", "on",
)  # fmt: skip
PLAIN = st.text(alphabet="abcdefgh ÄŁ'&", min_size=1, max_size=12).map(lambda text: f"a{text}{TAG}'\"z")
VALUES = st.one_of(st.sampled_from(NASTY), PLAIN, st.text(max_size=40).map(lambda text: text + TAG))


@dataclass(frozen=True)
class Found:
    """A form on a page: where it is sent and what it carries; `kinds` are its fields with their types, `choices` the
    last of what may be chosen in them."""

    page: str
    action: str
    method: str
    carried: Mapping[str, str] = field(hash=False)
    kinds: Mapping[str, str] = field(hash=False)
    choices: Mapping[str, str] = field(default_factory=dict, hash=False)

    @property
    def sort(self) -> tuple[str, frozenset[str]]:
        """Forms of one sort are fuzzed once: the same path but for its numbers and secrets, the same fields."""
        return re.sub(r"/[^/]*\d[^/]*", "/*", urlsplit(self.action).path), frozenset(self.kinds)

    def typed(self) -> st.SearchStrategy[dict[str, str]]:
        """Some of the fields with anything in them; what the page carries unseen stays, mostly."""
        names = [name for name in self.kinds if name != "csrf_token"]
        return st.dictionaries(st.sampled_from(names), VALUES, max_size=len(names)) if names else st.just({})


def forms(page: str, html: str) -> Iterator[Found]:
    """The forms of a page."""
    tree = html5lib.parse(html, namespaceHTMLElements=False)
    for form in tree.iter("form"):
        carried, kinds, choices = {}, {}, {}
        for each in form.iter():
            name = each.get("name")
            if not name or each.tag not in {"input", "select", "textarea", "button"}:
                continue
            is_seen = each.tag == "input" and each.get("hidden") is None
            kinds[name] = each.get("type", "text") if is_seen else each.tag
            if kinds[name] in {"radio", "button"}:
                choices[name] = each.get("value", "")
            if each.tag == "input" and (kinds[name] not in {"checkbox", "radio"} or each.get("checked") is not None):
                carried[name] = each.get("value", "")
            elif each.tag == "textarea":
                carried[name] = each.text or ""
            elif each.tag == "select":
                chosen = [option for option in each.iter("option") if option.get("selected") is not None]
                carried[name] = next((option.get("value", "") for option in chosen), "")
                choices[name] = [option.get("value", "") for option in each.iter("option")][-1]
        action, method = urljoin(page, form.get("action") or page), form.get("method", "get").lower()
        yield Found(page, action, method, carried, kinds, choices)


def lost(html: str, typed: Mapping[str, str], found: Found) -> list[str]:
    """The fields whose page does not show again what was typed in plain letters."""
    plain = {name: text.strip() for name, text in typed.items() if re.fullmatch(r"[ -~]+", text) and name != TRAP}
    return [name for name, text in plain.items() if found.kinds[name] in SHOWN and str(escape(text)) not in html]

"""A mail before it is stored: who gets it, what it says as text and as HTML, and maybe one calendar entry."""

import re
from dataclasses import dataclass
from functools import partial
from typing import Protocol

from flask import current_app, render_template
from jinja2.environment import TemplateModule

from booking.domain.post import Audience
from booking.emails import visits
from config import settings

LONGEST_SUBJECT = 60
KINDS_OF_TEXT = (("email/layout.txt", "email/parts.txt"), ("email/layout.html", "email/parts.html"))
_BLANK_LINES = re.compile(r"\n\s*\n\s*\n")


class Addressee(Protocol):
    """Anybody a mail can go to: a contact, a trainer, a colleague, or a Person."""

    @property
    def name(self) -> str: ...
    @property
    def email(self) -> str: ...


@dataclass(frozen=True, slots=True)
class Person:
    """An address without a row of its own; the name may be empty."""

    name: str
    email: str


@dataclass(frozen=True, slots=True)
class Entry:
    """An invitation (`method` REQUEST) or the end of one (CANCEL): the calendar part of a mail, unfolded."""

    text: str
    method: str


@dataclass(frozen=True, slots=True)
class Message:
    """One mail to one person. `kind` is its function's and its template's name; no header holds a line break.

    `calendar` is a whole iCalendar text whose lines are not folded yet (booking.emails.calendar.folded), `method` its
    METHOD; both are None in a mail without an invitation.
    """

    kind: str
    audience: Audience
    to_name: str
    to_address: str
    subject: str
    text: str
    html: str
    calendar: str | None = None
    method: str | None = None


@dataclass(frozen=True, slots=True)
class Parts:
    """The macros a template is written with. Each escapes what it is given for its kind of text, and only once.

    The templates themselves escape nothing, since they are for both kinds: a macro called by one would hand on plain
    text that the next macro escapes again. Called from here, it hands on Markup.
    """

    module: TemplateModule

    def __getattr__(self, name: str) -> object:
        found = getattr(self.module, name)
        return partial(found) if callable(found) else found


def compose(
    kind: str, audience: Audience, *, to: Addressee, subject: str, entry: Entry | None = None, **facts: object
) -> Message:
    """The message of a template, which is rendered twice: with the parts of a text and with those of an HTML page.

    Templates see `say` (booking.emails.visits), `company`, `to`, `subject` and the facts.
    """
    text, html = (
        render_template(
            f"email/{audience}/{kind}.jinja",
            layout=layout,
            m=Parts(current_app.jinja_env.get_template(parts).module),
            company=settings().company,
            say=visits,
            to=to,
            subject=subject,
            has_entry=entry is not None,
            **facts,
        )
        for layout, parts in KINDS_OF_TEXT
    )
    return Message(
        kind=kind,
        audience=audience,
        to_name=one_line(to.name),
        to_address=one_line(to.email),
        subject=subject,
        text=_BLANK_LINES.sub("\n\n", text).strip() + "\n",
        html=html,
        calendar=entry.text if entry else None,
        method=entry.method if entry else None,
    )


def headline(before: str, name: str = "", after: str = "") -> str:
    """A subject of at most 60 characters; `name`, which somebody typed, is cut at a word where it is too long."""
    room = LONGEST_SUBJECT - len(before) - len(after)
    return shortened(one_line(before + shortened(one_line(name), room) + after), LONGEST_SUBJECT)


def one_line(text: str) -> str:
    """The text on one line, with what cannot be printed left out: fit for a header."""
    return "".join(character for character in " ".join(text.split()) if character.isprintable())


def shortened(text: str, room: int) -> str:
    """The text in at most `room` characters: cut after a whole word if there is one, and ended by an ellipsis."""
    if len(text) <= room:
        return text
    cut = text[: max(room - 1, 0)]
    whole = cut if text[len(cut)].isspace() else cut.rpartition(" ")[0]
    return (whole or cut).rstrip(" ,;:-") + "…"

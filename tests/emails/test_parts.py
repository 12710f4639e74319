"""What holds for every mail: both parts say the same, briefly, and say who writes, why, and how to answer."""

import re
from datetime import date
from pathlib import Path

import html5lib

from booking.domain.days import Half
from booking.emails import trainer
from booking.emails.message import Message
from booking.emails.visits import Drive
from config import ROOT
from tests.emails.reading import URL, Page, words
from tests.emails.rows import SETTINGS, VISIT, VISITS, a_trainer, a_visit

TEMPLATES = ROOT / "templates" / "email"


def test_both_parts_say_the_same_in_the_same_order(mails: dict[str, Message]) -> None:
    name = SETTINGS.company.name.lower().split()  # the head of the page
    for kind, message in mails.items():
        assert words(Page(message.html).text) == name + words(message.text), kind


def test_both_parts_have_the_same_links_in_the_same_order(mails: dict[str, Message]) -> None:
    for kind, message in mails.items():
        links = [link for link in Page(message.html).links if not link.startswith("tel:")]
        assert links == URL.findall(message.text), kind


def test_every_mail_has_a_preview_that_its_text_does_not_repeat_first(mails: dict[str, Message]) -> None:
    for kind, message in mails.items():
        preview = Page(message.html).preview.strip()
        assert preview, kind
        assert not message.text.startswith(preview), kind


def test_html_is_under_20_kb_and_no_line_of_text_is_too_long_for_smtp(mails: dict[str, Message]) -> None:
    assert {
        kind: len(message.html.encode()) for kind, message in mails.items() if len(message.html.encode()) > 20_000
    } == {}
    assert max(len(line.encode()) for message in mails.values() for line in message.text.splitlines()) < 998


def test_the_fullest_week_is_under_20_kb_too() -> None:
    halves = [(date(2027, 3, 22 + day), half) for day in range(5) for half in Half]
    visits = [a_visit(id=n, half_days=1, first_day=day, first_half=half) for n, (day, half) in enumerate(halves)]
    stops = [trainer.Stop(each, VISIT, each.first_day, Drive(45, "Crediton"), "is new") for each in visits]
    message = trainer.week(
        a_trainer(),
        monday=date(2027, 3, 22),
        stops=stops,
        week_url=VISITS,
        cannot_url=VISITS,
        calendar_url=VISITS,
    )
    assert len(message.html.encode()) < 20_000


def test_a_subject_is_one_line_of_at_most_60_characters(mails: dict[str, Message]) -> None:
    assert {
        m.subject for m in mails.values() if len(m.subject) > 60 or m.subject != " ".join(m.subject.split())
    } == set()


def test_every_mail_says_who_we_are_why_it_comes_and_how_to_answer(mails: dict[str, Message]) -> None:
    company = SETTINGS.company
    for kind, message in mails.items():
        for part in (message.text, Page(message.html).text):
            for fact in (company.legal_name, company.number, company.office, company.vat_number, company.phone):
                assert fact in part, (kind, fact)
            assert "You get this" in part, kind
            assert "Questions: reply to this email, or call" in part, kind


def test_mails_about_a_visit_or_an_enquiry_give_its_reference(mails: dict[str, Message]) -> None:
    without = {kind for kind, message in mails.items() if "TSW-" not in message.text}
    assert {kind.partition("-")[0] for kind in without} == {
        "business/result",
        "business/saved_for_later",
        "staff/invitation",
        "staff/mail_failed",
        "staff/password_changed",
        "staff/reset",
        "trainer/new_link",
        "trainer/week",
        "trainer/welcome",
    }


def test_html_is_valid_with_one_heading_and_nothing_that_is_fetched(mails: dict[str, Message]) -> None:
    for kind, message in mails.items():
        parser = html5lib.HTMLParser(strict=True)
        parser.parse(message.html)
        assert message.html.count("<h1") == 1, kind
        assert re.findall(r"<(?:img|link|script|style|iframe)|url\(|@import", message.html) == [], kind
        assert set(re.findall(r"font-size:(\d+)px", message.html)) <= {"1", "16", "17", "19", "28"}, kind


def test_tables_are_for_layout_and_say_so(mails: dict[str, Message]) -> None:
    for kind, message in mails.items():
        assert len(re.findall("<table", message.html)) == len(re.findall('<table role="presentation"', message.html)), (
            kind
        )


def test_words_that_our_voice_never_uses_are_in_no_mail(mails: dict[str, Message]) -> None:
    forbidden = re.compile(r"\b(please|sorry|oops|invalid|submit|click here|none|undefined)\b|!", re.IGNORECASE)
    for kind, message in mails.items():
        found = forbidden.findall(URL.sub("", message.subject + message.text).replace("none of our", ""))
        assert found == [], kind


def test_a_template_prints_through_a_part_that_escapes_and_in_no_other_way() -> None:
    for file in sorted(TEMPLATES.rglob("*.jinja")):
        printed = re.findall(r"\{\{-?\s*(\w+)", file.read_text(encoding="utf-8"))
        assert set(printed) <= {"m", "visit_parts"}, file.name


def test_every_template_has_its_mail_and_every_part_is_used(mails: dict[str, Message]) -> None:
    bodies = {str(file.relative_to(TEMPLATES).with_suffix("")) for file in TEMPLATES.glob("*/*.jinja")}
    assert bodies == {kind.partition("-")[0] for kind in mails}
    for parts, used in (
        ("parts.txt", r"\bm\.{}\("),
        ("parts.html", r"\bm\.{}\("),
        ("visit.jinja", r"visit_parts\.{}\("),
    ):
        for macro in re.findall(r"\{% macro (\w+)", (TEMPLATES / parts).read_text(encoding="utf-8")):
            assert any(re.search(used.format(macro), text) for text in _sources(TEMPLATES)), (parts, macro)


def _sources(folder: Path) -> list[str]:
    return [file.read_text(encoding="utf-8") for file in folder.rglob("*.*")]

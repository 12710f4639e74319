"""Who we are and on what terms, with the settings filled in; and the pages for what went wrong."""

from collections.abc import Callable
from dataclasses import replace

import pytest
from flask import Flask

from config import Company
from tests.pages import PageClient


def test_the_terms_are_those_of_the_settings(fresh_app: Callable[..., Flask]) -> None:
    app = fresh_app(free_until_days=20, half_until_days=9, online_until_working_days=3, terms_version="2027-02")
    with app.app_context():
        page = PageClient(app).get("/terms").text
    for words in ("until 20 days before", "9 to 19 days before", "until 3 working days before", "Version 2027-02"):
        assert words in page


def test_privacy_names_its_version_and_where_the_places_come_from(client: PageClient) -> None:
    page = client.get("/privacy").text
    assert "Version 2026-11" in page
    assert "Contains OS data © Crown copyright and database right" in page
    assert "Information Commissioner" in page


def test_contact_says_how_to_complain_and_who_we_are(fresh_app: Callable[..., Flask]) -> None:
    company = replace(Company(), legal_name="Moor Training Ltd", number="01234567", vat_number="GB 123 4567 89")
    app = fresh_app(company=company)
    with app.app_context():
        page = PageClient(app).get("/contact").text
    for words in ("If something went wrong", "Moor Training Ltd", "01234567", "GB 123 4567 89"):
        assert words in page


def test_every_page_has_the_company_and_the_ways_on_in_its_footer(client: PageClient) -> None:
    for path in ("/", "/courses", "/enquire", "/contact", "/terms", "/privacy", "/accessibility", "/outside"):
        page = client.get(path).text
        assert "registered in England and Wales, number" in page
        for target in ("/enquire", "/courses", "/contact", "/terms", "/privacy", "/accessibility"):
            assert f'<a href="{target}">' in page


@pytest.mark.parametrize(
    "path", ["/", "/courses", "/enquire", "/contact", "/terms", "/privacy", "/accessibility", "/outside"]
)
def test_every_public_page_describes_itself_and_is_small(client: PageClient, path: str) -> None:
    response = client.get(path)
    assert response.status_code == 200
    assert '<meta name="description" content="' in response.text or path == "/outside"
    assert len(response.data) < 16_000  # with the style, the mark and the icon under 30 KB


def test_a_missing_page_says_where_a_booking_is_found(client: PageClient) -> None:
    response = client.get("/nowhere")
    assert response.status_code == 404
    assert "The newest email from us has the link that opens it." in response.text


def test_search_engines_are_kept_out_of_what_belongs_to_somebody(client: PageClient) -> None:
    text = client.get("/robots.txt").text
    assert text.startswith("User-agent: *\n")
    assert [path for path in ("/staff", "/t/", "/b/", "/book/", "/find/") if f"Disallow: {path}\n" not in text] == []

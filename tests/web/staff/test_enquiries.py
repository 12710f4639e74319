"""The pipeline: states with counts, filters and search in the address, the same list as a file."""

import csv
from datetime import date, timedelta
from io import StringIO
from typing import Any

import pytest

from booking.domain.lifecycle import EnquiryReason, EnquiryState, LostReason
from booking.domain.places import County
from booking.models import Enquiry, Staff
from tests import make
from tests.conftest import NOW
from tests.counting import counted
from tests.pages import PageClient
from tests.signing import signed_in
from tests.web.staff.desk import words_of

LIST = "/staff/enquiries"
DAY = timedelta(days=1)


@pytest.fixture
def here(client: PageClient, cora: Staff) -> PageClient:
    return signed_in(client, cora)


def sent(firm: str, state: EnquiryState = EnquiryState.NEW, **changes: Any) -> Enquiry:
    return make.enquiry(state, of=make.firm(firm), **changes)


def firms(client: PageClient, query: str = "") -> list[str]:
    """The firms of the list, in order; the file must hold the same."""
    page = client.get(f"{LIST}{query}").text
    body = page.partition("<tbody>")[2].partition("</tbody>")[0]
    shown = [words_of(row).partition("<")[0] for row in body.split('<th scope="row">')[1:]]
    names = [row.partition("</a>")[0].rpartition(">")[2] for row in body.split('<th scope="row">')[1:]]
    assert [row["Firm"] for row in download(client, query)] == names
    assert len(shown) == len(names)
    return names


def download(client: PageClient, query: str = "") -> list[dict[str, str]]:
    response = client.get(f"{LIST}.csv{query}")
    assert response.data.startswith(b"\xef\xbb\xbf")
    assert response.headers["Content-Disposition"] == 'attachment; filename="enquiries-2026-11-24.csv"'
    return list(csv.DictReader(StringIO(response.data.decode("utf-8-sig"))))


def test_the_list_begins_with_what_is_open(here: PageClient) -> None:
    for state in EnquiryState:
        sent(state.value, state)
    assert sorted(firms(here)) == ["new", "quoted", "talking"]
    assert sorted(firms(here, "?state=all")) == sorted(EnquiryState)


@pytest.mark.parametrize("state", EnquiryState)
def test_a_states_tab_counts_what_its_list_holds(here: PageClient, state: EnquiryState) -> None:
    sent("One", state)
    sent("Two", state)
    page = words_of(here.get(LIST).text)
    assert f"{state.value.capitalize()} 2" in page
    assert sorted(firms(here, f"?state={state}")) == ["One", "Two"]


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("?county=devon", ["Plain"]),
        ("?county=cornwall", ["Tamar"]),
        ("?reason=call", ["Tamar"]),
        ("?owner=nobody", ["Plain"]),
        ("?due=late", ["Tamar"]),
        ("?due=today", ["Tamar"]),
        ("?due=step", []),
        ("?held=yes", ["Plain"]),
        ("?q=tam", ["Tamar"]),
        ("?q=maya@acme", ["Tamar", "Plain"]),
        ("?q=01632+960+111", ["Tamar", "Plain"]),
        ("?q=pl15", ["Tamar"]),
        ("?q=TSW+g0000001", ["Plain"]),
        ("?q=%25", []),
        ("?q=_", []),
        ("?county=cornwall&reason=course", []),
        ("?reason=complaint", []),
    ],
)
def test_filters_and_search_find_what_they_say(here: PageClient, cora: Staff, query: str, found: list[str]) -> None:
    sent("Plain", suspicion="It was sent within 3 seconds", due_at=NOW + DAY)
    call = EnquiryReason.CALL
    sent("Tamar", county=County.CORNWALL, place="PL15 8AA", owner=cora, reason=call, due_at=NOW - DAY)
    make.findable()
    assert firms(here, query) == found


def test_a_colleagues_own_can_be_listed(here: PageClient, cora: Staff) -> None:
    sent("Hers", owner=cora)
    sent("His", owner=make.staff("Dan Field"))
    assert firms(here, f"?owner={cora.id}") == ["Hers"]


def test_what_is_due_comes_first_or_the_newest_or_firms_by_name(here: PageClient) -> None:
    sent("beta", due_at=NOW + DAY, created_at=NOW - DAY)
    sent("Alpha", EnquiryState.TALKING, answered_at=NOW, created_at=NOW)
    sent("Gamma", due_at=NOW, created_at=NOW - 2 * DAY)
    assert firms(here) == ["Gamma", "beta", "Alpha"]
    assert firms(here, "?sort=newest") == ["Alpha", "beta", "Gamma"]
    assert firms(here, "?sort=firm") == ["Alpha", "beta", "Gamma"]


def test_each_chosen_filter_is_shown_and_can_be_taken_off(here: PageClient) -> None:
    sent("Acme")
    page = here.get(f"{LIST}?state=new&q=acme&county=devon&sort=firm").text
    assert '<a href="/staff/enquiries?state=new&amp;county=devon&amp;sort=firm"><span class="vh">' in page
    assert '<a href="/staff/enquiries?state=new&amp;q=acme&amp;sort=firm"><span class="vh">' in page
    assert '<a href="/staff/enquiries?state=new">Clear all filters</a>' in page


def test_an_empty_list_says_why_and_a_filtered_one_something_else(here: PageClient) -> None:
    assert "None lost. A person closes an enquiry" in words_of(here.get(f"{LIST}?state=lost").text)
    filtered = words_of(here.get(f"{LIST}?state=lost&q=acme").text)
    assert "No matches. No lost enquiry fits all of these filters." in filtered
    assert "None lost" not in filtered


def test_a_long_list_has_pages_and_the_file_has_all(here: PageClient) -> None:
    for number in range(51):
        sent(f"Firm {number:02}", created_at=NOW + timedelta(minutes=number))
    first, second = (words_of(here.get(f"{LIST}?sort=newest&page={number}").text) for number in (1, 2))
    assert "1 to 50 of 51 enquiries" in first
    assert "51 to 51 of 51 enquiries" in second
    assert ("Firm 50" in first, "Firm 00" in first, "Firm 00" in second) == (True, False, True)
    assert "Page 2 of 2" in words_of(here.get(f"{LIST}?page=99").text)
    assert len(download(here)) == 51


def test_the_file_runs_no_formula_and_keeps_phones(here: PageClient) -> None:
    row = sent('=HYPERLINK("http://x")', message="@SUM(A1)\nsecond line", state=EnquiryState.LOST)
    row.lost_reason, row.contact.phone = LostReason.NO_REPLY, "+4915112345678"
    (cells,) = download(here, "?state=lost")
    assert cells["Firm"] == '\'=HYPERLINK("http://x")'
    assert cells["Message"] == "'@SUM(A1)\nsecond line"
    assert cells["Phone"] == "'+49 1511 2345678"
    assert (cells["Lost because"], cells["Received"]) == ("They do not reply", "2026-11-24 10:00")


@pytest.mark.parametrize(
    "query",
    [
        "?state=won'--&owner=99999999999999&page=-1",
        "?owner=2147483647&page=99999999",
        "?q=%00%00",
        "?q=" + "x" * 5000,
        "?q=%F0%9F%98%80%ED%A0%80",
        "?q=' OR 1=1 --",
        "?q=<script>alert(1)</script>",
        "?due=never&reason=&county=kent&sort=name&held=maybe",
        "?page=²&owner=1e5",
    ],
)
def test_odd_addresses_do_no_harm(here: PageClient, query: str) -> None:
    sent("Acme")
    response = here.get(f"{LIST}{query}")
    assert response.status_code == 200
    assert "<script>" not in response.text
    assert here.get(f"{LIST}.csv{query}").status_code == 200


@pytest.mark.parametrize("rows", [1, 3])
def test_the_list_takes_the_same_statements_at_any_length(here: PageClient, cora: Staff, rows: int) -> None:
    for _ in range(rows):
        sent("Acme", owner=cora, course=make.course(), next_on=date(2026, 12, 1), next_step="Ring")
    with counted() as page:
        here.get(LIST)
    with counted() as file:
        here.get(f"{LIST}.csv")
    assert (len(page), len(file)) == (6, 2)

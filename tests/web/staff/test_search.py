"""One box for everything: reference, name, firm, email, postcode, phone, however they are typed."""

import pytest

from booking.db import db
from booking.domain.lifecycle import VisitState
from booking.models import Staff, Visit
from tests import make
from tests.counting import counted
from tests.pages import PageClient
from tests.signing import signed_in
from tests.web.staff.desk import words_of


@pytest.fixture
def here(client: PageClient, cora: Staff) -> PageClient:
    return signed_in(client, cora)


@pytest.fixture
def visit(here: PageClient) -> Visit:
    """Acme's visit in Exeter by Ann, beside another firm's enquiry that no search here means."""
    make.enquiry(
        of=(other := make.firm("Zeta", email_domain=None)),
        contact=make.contact(other, name="Q", email="q@z.example", phone=""),
        place="TR1 1AA",
    )
    visit = make.visit(trainer=make.ann())
    make.findable()
    return visit


def found(client: PageClient, typed: str) -> list[str]:
    """The headings of the groups, with their counts."""
    page = client.get("/staff/search", query_string={"q": typed}).text
    return [words_of(part.partition("</h2>")[0].partition(">")[2]) for part in page.split("<h2 id=")[1:]]


BOTH = ["Visits (1)", "Enquiries (1)"]


@pytest.mark.parametrize(
    ("typed", "groups"),
    [
        ("TSW-0000-0001", ["Visits (1)"]),
        ("tsw 0000 0001", ["Visits (1)"]),
        ("00000001", ["Visits (1)"]),
        ("oooo-oool", ["Visits (1)"]),
        ("acme", BOTH),
        ("JOINERY", BOTH),
        ("maya reed", BOTH),
        ("maya@acme.example", BOTH),
        ("ex2 8aa", BOTH),
        ("EX28AA", BOTH),
        ("ex2", BOTH),
        ("exeter", BOTH),
        ("ex2 reed", BOTH),
        ("maya exe", BOTH),
        ("maya zeta", []),
        ("01632 960 111", BOTH),
        ("01632960111", BOTH),
        ("+44 1632 960111", BOTH),
        ("(01632) 960-111", BOTH),
        ("960 111", BOTH),
        ("8aa", BOTH),
        ("exeter ex2 8a", BOTH),
        ("ann bell", ["Trainers (1)"]),
        ("01632 960001", ["Trainers (1)"]),
        ("%", []),
        ("_", []),
        ("zzzz", []),
        ("", []),
        ("\0", []),
    ],
)
def test_what_is_typed_is_found(here: PageClient, visit: Visit, typed: str, groups: list[str]) -> None:
    assert found(here, typed) == groups


@pytest.mark.parametrize("place", ["EX2 8AA", "EX28AA", "near Exeter, ex2 8aa"])
@pytest.mark.parametrize("typed", ["EX2 8AA", "ex28aa", "ex2", "ex2 8"])
def test_a_postcode_is_found_however_either_was_typed(here: PageClient, place: str, typed: str) -> None:
    make.enquiry(place=place)
    make.findable()
    assert found(here, typed) == ["Enquiries (1)"]


def test_a_number_that_ends_in_a_nought_and_more_is_found_by_its_end(here: PageClient) -> None:
    firm = make.firm()
    make.enquiry(of=firm, contact=make.contact(firm, phone="+441632060111"))
    make.findable()
    assert [found(here, typed) for typed in ("060 111", "060111", "01632 060 111")] == [["Enquiries (1)"]] * 3


def test_a_date_that_is_held_and_not_sent_is_nobodys_visit(here: PageClient) -> None:
    held = make.visit(VisitState.HELD)
    assert found(here, held.reference) == []


def test_a_result_leads_to_its_page(here: PageClient, visit: Visit) -> None:
    page = here.get("/staff/search?q=acme").text
    assert f'<a href="/staff/enquiries/{visit.enquiry_id}">Acme Joinery</a>' in page
    assert 'value="acme"' in page


def test_nothing_found_suggests_what_to_try(here: PageClient) -> None:
    page = words_of(here.get("/staff/search?q=zzzz").text)
    assert "Nothing found for “zzzz”." in page
    assert "a postcode or its first half: EX2" in page


@pytest.mark.parametrize("typed", ["x" * 9000, "<b>x</b>", "'; DROP TABLE visits; --", "\ud83d", "\u202e", "%_\\"])
def test_odd_searches_do_no_harm(here: PageClient, typed: str) -> None:
    response = here.get("/staff/search", query_string={"q": typed.encode("utf-8", "surrogatepass")})
    assert response.status_code == 200
    assert "<b>x</b>" not in response.text


@pytest.mark.parametrize("rows", [1, 3])
def test_a_search_takes_the_same_statements_whatever_it_finds(here: PageClient, rows: int) -> None:
    for _ in range(rows):
        make.visit()
    make.findable()
    assert db.session.scalar(db.select(db.func.count(Visit.id))) == rows
    with counted() as statements:
        here.get("/staff/search?q=acme")
    assert len(statements) == 6

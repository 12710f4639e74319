"""Where one-time codes are required, a colleague without any gets nowhere before they are set up, whatever the role."""

from dataclasses import replace

import pytest
from flask import Flask

from booking.domain.access import Role
from booking.models import Staff
from booking.web.staff import security
from config import settings
from tests import make
from tests.pages import PageClient
from tests.signing import signed_in
from tests.test_access import ADMIN, everything, routes
from tests.web.staff.conftest import PASSWORD
from tests.web.staff.test_account import codes_on

BEFORE_CODES = {"staff.codes", "staff.sign_out"}


@pytest.fixture(autouse=True)
def required(app: Flask, clock: object, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(app.extensions, "settings", replace(settings(), require_totp=True))


@pytest.fixture(params=Role)
def colleague(request: pytest.FixtureRequest, required: None) -> Staff:
    return make.cora(role=request.param, password=security.hashed(PASSWORD))


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_without_codes_every_page_leads_to_setting_them_up(
    app: Flask, client: PageClient, colleague: Staff, method: str
) -> None:
    signed_in(client, colleague)
    before, fields = everything(), {"csrf_token": client.token("/staff/account/codes")}
    open_to = {name for name, _ in routes(app, method, guarded_by="staff.")} - BEFORE_CODES
    open_to -= set() if colleague.role is Role.ADMIN else ADMIN
    paths = [(name, path) for name, path in routes(app, method, guarded_by="staff.") if name in open_to]
    answers = {name: client.open(path, method=method, data=fields) for name, path in paths}
    led = {name: (answer.status_code, answer.location) for name, answer in answers.items()}
    assert led == dict.fromkeys(open_to, (303, "/staff/account/codes"))
    assert everything() == before


def test_with_codes_set_up_the_pages_open(client: PageClient, colleague: Staff) -> None:
    codes_on(client, colleague)
    assert client.get("/staff").status_code == 200


def test_they_are_not_turned_off_again(client: PageClient, colleague: Staff) -> None:
    codes_on(client, colleague)
    assert client.get("/staff/account/codes/off").status_code == 404
    assert "/staff/account/codes/off" not in client.get("/staff/account").text


def test_who_has_no_phone_at_hand_can_leave(client: PageClient, colleague: Staff) -> None:
    signed_in(client, colleague)
    assert client.send("/staff/sign-out", page="/staff/account/codes").location == "/staff/sign-in"

"""What every answer carries, and what the cookies are."""

from base64 import urlsafe_b64encode
from collections.abc import Callable
from datetime import timedelta
from hashlib import sha512

import pytest
from flask import Flask
from flask.sessions import SecureCookieSessionInterface, SessionMixin
from flask.testing import FlaskClient
from itsdangerous import URLSafeTimedSerializer
from sqlalchemy import select

from booking import clock
from booking.db import db
from booking.domain.access import Purpose
from booking.models import Mail
from booking.services import links
from tests import make
from tests.pages import PageClient
from tests.signing import signed_in, signed_in_trainer

PAGES = ["/", "/nowhere", "/staff", "/staff/sign-in", "/t/", "/t/lost", "/healthz"]
CSP = (
    "default-src 'none'; style-src 'self'; img-src 'self'; connect-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)


def forged(app: Flask, session: SessionMixin) -> dict[str, str]:
    """This session in cookies that are signed in other ways than ours; and in ours, the last."""
    ours = SecureCookieSessionInterface()
    signer = ours.get_signing_serializer(app)
    assert signer is not None
    sealed = str(signer.dumps(dict(session)))
    how = {"key_derivation": ours.key_derivation, "digest_method": ours.digest_method}
    other = URLSafeTimedSerializer("another", salt=ours.salt, serializer=ours.serializer, signer_kwargs=how)
    ours.digest_method = staticmethod(sha512)
    strong = ours.get_signing_serializer(app)
    assert strong is not None
    payload, *_ = sealed.split(".")
    named = urlsafe_b64encode(b'{"alg":"none","jku":"https://evil.example/key"}').decode().rstrip("=")
    return {
        "not signed": payload,
        "signed by nobody": f"{payload}..",
        "names its own algorithm and key": f"{named}.{sealed}",
        "another digest": str(strong.dumps(dict(session))),
        "another key": str(other.dumps(dict(session))),
        "ours": sealed,
    }


def test_a_cookie_is_read_with_our_key_and_our_way_of_signing_alone(app: Flask, client: PageClient) -> None:
    signed_in(client, make.cora())
    with client.session_transaction() as session:
        cookies = forged(app, session)
    answers = {}
    for way, cookie in cookies.items():
        client.set_cookie(app.config["SESSION_COOKIE_NAME"], cookie)
        answers[way] = client.get("/staff").status_code
    assert answers == dict.fromkeys(cookies, 302) | {"ours": 200}


@pytest.mark.parametrize("path", PAGES)
def test_every_answer_is_strict(client: PageClient, path: str) -> None:
    headers = client.get(path).headers
    assert {name: headers.get(name) for name in ("Content-Security-Policy", "X-Content-Type-Options")} == {
        "Content-Security-Policy": CSP,
        "X-Content-Type-Options": "nosniff",
    }
    assert headers["Referrer-Policy"] == "same-origin"
    assert headers["Cache-Control"] == "no-store"


def test_private_pages_are_not_kept(client: PageClient) -> None:
    signed_in(client, make.cora())
    signed_in_trainer(client, make.ann())
    answers = [client.get(path) for path in ("/staff", "/staff/account", "/staff/account/codes", "/t/")]
    assert [(each.status_code, each.headers["Cache-Control"]) for each in answers] == [(200, "no-store")] * 4


def test_a_refused_form_is_there_again_for_who_goes_back_to_it(client: PageClient) -> None:
    """A browser that may not keep the answer to a post says that it has lost it (ERR_CACHE_MISS in Chromium)."""
    kept = {path: client.post(path).headers["Cache-Control"] for path in ("/enquire", "/staff/sign-in")}
    assert kept == {"/enquire": "private, no-cache", "/staff/sign-in": "no-store"}


def test_files_do_not_depend_on_who_is_here(client: PageClient) -> None:
    signed_in(client, make.cora())
    with client.get("/static/booking.css") as response:
        assert (response.headers.get("Set-Cookie"), response.headers.get("Vary")) == (None, None)


def test_a_file_does_not_renew_the_cookie_of_somebody_we_remember(client: PageClient) -> None:
    with client.session_transaction() as session:
        session.permanent = True
    renewed = "Set-Cookie" in client.get("/find").headers
    with client.get("/static/booking.css") as response:
        assert (renewed, response.headers.get("Set-Cookie")) == (True, None)


def test_whoever_is_remembered_is_renewed_once_a_day(client: PageClient, monkeypatch: pytest.MonkeyPatch) -> None:
    with client.session_transaction() as session:
        session.permanent = True
    tomorrow, renewed = clock.today() + timedelta(days=1), []
    for day in (clock.today(), tomorrow, tomorrow):
        monkeypatch.setattr(clock, "today", lambda day=day: day)
        renewed.append("Set-Cookie" in client.get("/contact").headers)
    assert renewed == [False, True, False]


def test_no_request_is_looked_up_among_limits(app: Flask) -> None:
    hooks = (app.before_request_funcs, app.after_request_funcs, app.teardown_request_funcs)
    names = [str(hook) for found in hooks for each in found.values() for hook in each]
    assert [name for name in names if "imiter" in name] == []


def cookies(app: Flask, base_url: str) -> dict[str, str]:
    """The flags of the cookies that a staff sign-in and a trainer's device get, by the cookie's name."""
    with app.app_context():
        invite = links.make(Purpose.INVITE, now=clock.now(), staff_id=make.cora().id)
        device = links.make(Purpose.TRAINER, now=clock.now(), trainer_id=make.ann().id)
        db.session.commit()
        paths = [f"/staff/welcome/{links.token(invite)}", f"/t/{links.token(device)}"]
    client, lines = app.test_client(), []
    for path in paths:
        token = client.get(path, base_url=base_url).text.partition('name="csrf_token" value="')[2].partition('"')[0]
        sent = {"csrf_token": token, "name": "Cora Dunn", "password": "lantern oyster gravel piano"}
        answer = client.post(path, data=sent, base_url=base_url, headers={"Referer": base_url + path})
        assert answer.status_code == 303
        lines += answer.headers.getlist("Set-Cookie")
    return {line.partition("=")[0]: line.partition(";")[2] for line in lines}


def test_on_https_cookies_are_bound_to_the_host_and_secure(fresh_app: Callable[..., Flask]) -> None:
    found = cookies(fresh_app(base_url="https://book.example"), "https://book.example")
    assert set(found) == {"__Host-session", "__Host-trainer"}
    flags = ("Secure", "HttpOnly", "SameSite=Lax", "Path=/")
    assert [flag for rest in found.values() for flag in flags if flag not in rest] == []
    assert "Domain" not in "".join(found.values())
    assert "Max-Age=7776000" in found["__Host-trainer"]
    assert "Max-Age" not in found["__Host-session"]


FORGED = {
    **{"X-Forwarded-Host": "evil.example", "X-Forwarded-Server": "evil.example", "X-Forwarded-Prefix": "/evil.example"},
    **{"X-Forwarded-Proto": "http", "X-Forwarded-Port": "81", "Forwarded": "host=evil.example;proto=http"},
    **{"X-Original-URL": "/staff", "X-Rewrite-URL": "/staff", "X-HTTP-Method-Override": "DELETE"},
}


@pytest.mark.parametrize("hops", [0, 1])
def test_forged_headers_change_no_cookie_and_no_link(fresh_app: Callable[..., Flask], hops: int) -> None:
    app = fresh_app(base_url="https://book.example", proxy_hops=hops)
    with app.app_context():
        ann = make.ann()
        db.session.commit()
        client, base = app.test_client(), "https://book.example"
        page = client.get("/t/lost", base_url=base, headers=FORGED)
        token = page.text.partition('name="csrf_token" value="')[2].partition('"')[0]
        sent = {"csrf_token": token, "email": ann.email}
        answer = client.post("/t/lost", base_url=base, data=sent, headers=FORGED)
        guarded = client.get("/staff", base_url=base, headers=FORGED)
        mail = db.session.scalars(select(Mail)).one()
    cookie = page.headers["Set-Cookie"]
    assert (cookie.startswith("__Host-session="), "Secure" in cookie, "Path=/;" in cookie) == (True, True, True)
    assert (answer.location, guarded.location.partition("?")[0]) == ("/t/lost", "/staff/sign-in")
    assert "https://book.example/t/" in mail.text
    assert "evil" not in f"{page.text}{page.headers}{answer.headers}{guarded.headers}{mail.text}{mail.html}"


def test_on_https_a_form_needs_its_token_and_no_referer(fresh_app: Callable[..., Flask]) -> None:
    app = fresh_app(base_url="https://book.example")
    client, base = app.test_client(), "https://book.example"
    token = client.get("/t/lost", base_url=base).text.partition('name="csrf_token" value="')[2].partition('"')[0]
    sent = {"email": "ann@trainers.example"}
    answers = [client.post("/t/lost", base_url=base, data={**sent, "csrf_token": each}) for each in (token, "forged")]
    assert [answer.status_code for answer in answers] == [303, 422]


def test_on_loopback_cookies_work_without_https(fresh_app: Callable[..., Flask]) -> None:
    found = cookies(fresh_app(), "http://127.0.0.1:8000")
    assert set(found) == {"session", "trainer"}
    assert "Secure" not in "".join(found.values())


def test_the_demonstrations_button_is_for_loopback_only(fresh_app: Callable[..., Flask]) -> None:
    app = fresh_app(base_url="https://book.example")
    with app.app_context():
        link = links.make(Purpose.DEMO, now=clock.now(), staff_id=make.cora().id)
        db.session.commit()
        path = f"/staff/demo/{links.token(link)}"
    assert app.test_client().get(path, base_url="https://book.example").status_code == 404


@pytest.mark.parametrize("source", ["http://[bad", "http://localhost//evil.example/x", "http://evil.example/x"])
def test_a_lone_button_leads_back_to_pages_of_ours_only(client: PageClient, source: str) -> None:
    answer = client.post("/staff/sign-out", headers={"Referer": source})
    assert (answer.status_code, answer.location) == (303, "/")


def test_a_host_that_cannot_be_one_is_refused_without_a_fault(app: Flask) -> None:
    client = FlaskClient(app, app.response_class)  # it is no page of ours
    assert client.get("/", headers={"Host": "a" * 64}).status_code == 400


@pytest.mark.parametrize("path", ["/staff/sign-in", "/t/lost", "/t/nobody", "/b/nobody/visit.ics", "/confirm/nobody"])
def test_private_and_secret_addresses_are_for_no_search_engine(client: PageClient, path: str) -> None:
    assert client.get(path).headers["X-Robots-Tag"] == "noindex"
    assert "X-Robots-Tag" not in client.get("/").headers

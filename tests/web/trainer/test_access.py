"""A trainer's way in: the mailed link, the device behind its button, the lost link."""

from datetime import timedelta

import pytest
import time_machine
from flask import Flask
from sqlalchemy import select

from booking.db import db
from booking.domain.access import Actor, ActorKind, Purpose
from booking.models import Link, Mail, SignIn, Trainer
from booking.services import links, sign_ins
from tests import make
from tests.conftest import NOW
from tests.pages import PageClient
from tests.signing import browser, signed_in, signed_in_trainer

CORA = Actor(ActorKind.STAFF, 1, "Cora Dunn")


@pytest.fixture
def ann(app: Flask) -> Trainer:
    return make.ann()


def path_of(trainer: Trainer) -> str:
    return f"/t/{links.token(make.link(Purpose.TRAINER, trainer_id=trainer.id))}"


def test_the_link_shows_one_button_and_signs_nobody_in(client: PageClient, ann: Trainer) -> None:
    response = client.get(path_of(ann))
    assert "Open my visits" in response.text
    assert "Set-Cookie" not in response.headers or "trainer=" not in response.headers["Set-Cookie"]
    assert db.session.scalars(select(SignIn)).all() == []
    assert client.get("/t/").location == "/t/lost"


def test_the_button_keeps_this_device_signed_in_for_90_days(
    client: PageClient, ann: Trainer, clock: time_machine.Traveller
) -> None:
    path = path_of(ann)
    response = client.send(path)
    assert (response.status_code, response.location) == (303, "/t/")
    cookie = client.get_cookie("trainer")
    assert cookie is not None
    assert (cookie.http_only, cookie.same_site, cookie.path, cookie.max_age) == (True, "Lax", "/", 90 * 24 * 3600)
    assert db.session.scalars(select(SignIn.token_hash)).all() == [links.hashed(cookie.value)]
    clock.shift(timedelta(days=89))
    assert client.get("/t/").status_code == 200
    clock.shift(timedelta(days=1))
    client.set_cookie("trainer", cookie.value)
    assert client.get("/t/").location == "/t/lost"


def test_a_device_that_is_signed_in_goes_straight_on(client: PageClient, ann: Trainer) -> None:
    signed_in_trainer(client, ann)
    path = path_of(ann)
    assert client.get(f"{path}?next=/t/days").location == "/t/days"
    assert client.get(f"{path}?next=//evil.example").location == "/t/"
    assert client.get(f"{path}?next=/staff").location == "/t/"


def test_another_trainers_link_asks_before_it_takes_the_device_over(client: PageClient, ann: Trainer) -> None:
    signed_in_trainer(client, ann)
    assert "Open my visits" in client.get(path_of(make.ben())).text


def test_a_link_is_too_old_after_60_days_and_offers_a_new_one(
    client: PageClient, ann: Trainer, clock: time_machine.Traveller
) -> None:
    path = path_of(ann)
    clock.shift(timedelta(days=60))
    response = client.get(path)
    assert response.status_code == 410
    assert 'href="/t/lost"' in response.text


def test_later_mails_repeat_the_address_of_the_first_as_long_as_it_opens(ann: Trainer) -> None:
    first = links.keep(Purpose.TRAINER, now=NOW, trainer_id=ann.id)
    last_day, over = NOW + timedelta(days=60, seconds=-1), NOW + timedelta(days=60)
    assert links.keep(Purpose.TRAINER, now=last_day, trainer_id=ann.id) is first
    second = links.keep(Purpose.TRAINER, now=over, trainer_id=ann.id)
    links.revoke(Purpose.TRAINER, now=over, trainer_id=ann.id)
    third = links.keep(Purpose.TRAINER, now=over, trainer_id=ann.id)
    assert len({first.id, second.id, third.id}) == 3


def test_a_link_that_never_was_is_not_found(client: PageClient) -> None:
    response = client.get("/t/abcdefghijklmnopqrstuv")
    assert response.status_code == 404
    assert 'href="/t/lost"' in response.text


def test_staff_end_a_lost_device_and_the_links_mailed_until_then_and_nobody_elses(
    app: Flask, client: PageClient, ann: Trainer, clock: time_machine.Traveller
) -> None:
    ben, cora = make.ben(), signed_in(browser(app), make.cora())
    bens, path, bens_path = signed_in_trainer(browser(app), ben), path_of(ann), path_of(ben)
    signed_in_trainer(client, ann)
    sign_ins.end_devices(ann, actor=CORA, now=NOW)
    assert client.get("/t/").location == "/t/lost"
    assert client.get(path).status_code == 410
    assert [bens.get("/t/").status_code, client.get(bens_path).status_code, cora.get("/staff").status_code] == [200] * 3


def test_a_trainer_who_left_is_out(client: PageClient, ann: Trainer) -> None:
    path = path_of(ann)
    signed_in_trainer(client, ann)
    ann.is_active = False
    assert client.get("/t/").location == "/t/lost"
    assert client.get(path).status_code == 410


def test_a_trainer_signs_a_borrowed_device_out(app: Flask, client: PageClient, ann: Trainer) -> None:
    phone = signed_in_trainer(browser(app), ann)
    signed_in_trainer(client, ann)
    kept = client.get_cookie("trainer")
    assert kept is not None
    client.send("/t/sign-out", page="/t/")
    other = browser(app)
    other.set_cookie("trainer", kept.value)
    assert [each.get("/t/").location for each in (client, other)] == ["/t/lost"] * 2
    assert phone.get("/t/").status_code == 200


def test_what_was_typed_waits_until_the_trainer_is_back(client: PageClient, ann: Trainer) -> None:
    typed = {"first": "31 March", "note": "Half-term <b>"}
    waits = client.post("/t/days", data={**typed, "csrf_token": "old"})
    assert (waits.status_code, 'action="/t/days?"' in waits.text) == (403, True)
    for words in ('name="first" value="31 March"', 'name="note" value="Half-term &lt;b&gt;"'):
        assert words in waits.text


def test_a_made_up_cookie_opens_nothing(client: PageClient) -> None:
    client.set_cookie("trainer", "x" * 22)
    assert client.get("/t/").location == "/t/lost"


def test_a_staff_secret_is_no_trainers_and_the_other_way_round(app: Flask, client: PageClient, ann: Trainer) -> None:
    secret = sign_ins.start(staff_id=make.cora().id, now=NOW)
    client.set_cookie("trainer", secret)
    assert client.get("/t/").location == "/t/lost"


def test_a_lost_link_is_asked_for_with_one_answer_for_everybody(client: PageClient, ann: Trainer) -> None:
    make.trainer("Eve Gale", is_active=False)
    answers = []
    for email in (ann.email.upper(), "nobody@trainers.example", "eve.gale@trainers.example"):
        response = client.send("/t/lost", {"email": email})
        answers.append((response.status_code, response.location, client.get("/t/lost").text))
    assert "If a trainer has that address" in answers[0][2]
    assert answers == [answers[0]] * 3
    assert db.session.execute(select(Mail.kind, Mail.to_address)).all() == [("new_link", ann.email)]


def test_the_new_link_is_in_the_mail_alone_and_opens_the_visits(client: PageClient, ann: Trainer) -> None:
    old = path_of(ann)
    client.send("/t/lost", {"email": ann.email})
    link = db.session.scalars(select(Link).order_by(Link.id.desc())).first()
    mail = db.session.scalars(select(Mail)).one()
    assert link is not None
    assert links.token(link) not in mail.text + mail.html
    (text,) = links.filled(mail.text)
    assert f"http://127.0.0.1:8000/t/{links.token(link)}" in text
    assert client.get(f"/t/{links.token(link)}").status_code == 200
    assert client.get(old).status_code == 200, "a stranger who knows the address could take the old link away"


def test_an_address_is_asked_for_in_words(client: PageClient) -> None:
    assert "Enter your email address" in client.send("/t/lost", {"email": ""}).text


def test_when_a_device_was_last_seen_is_written_every_five_minutes(
    client: PageClient, ann: Trainer, clock: time_machine.Traveller
) -> None:
    signed_in_trainer(client, ann)
    seen = []
    for minutes in (4, 2):
        clock.shift(timedelta(minutes=minutes))
        client.get("/t/")
        seen.append(db.session.scalars(select(SignIn.last_seen_at)).one() - NOW)
    assert seen == [timedelta(0), timedelta(minutes=6)]

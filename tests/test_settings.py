"""Settings: what a public site must be told, what is refused by name, and what is made on this machine alone."""

from pathlib import Path

import pytest

from config import SettingsError, driver, from_env
from tests.test_logs import public

PUBLIC = {"BASE_URL": "https://book.example"}


def refused(env: dict[str, str]) -> str:
    with pytest.raises(SettingsError) as told:
        from_env(env)
    return str(told.value)


@pytest.mark.parametrize("name", ["SECRET_KEY", "COMPANY_LEGAL_NAME", "COMPANY_NUMBER", "COMPANY_OFFICE"])
def test_a_public_site_is_refused_without_its_secret_and_without_saying_who_it_is(tmp_path: Path, name: str) -> None:
    assert name in refused({**public(tmp_path), **PUBLIC, name: ""})
    assert not (tmp_path / "secret_key").exists()


def test_a_server_that_everybody_can_reach_is_public_though_it_has_no_name(tmp_path: Path) -> None:
    assert refused({"INSTANCE_DIR": str(tmp_path), "HOST": "0.0.0.0"}).startswith("SECRET_KEY is not set")


def test_on_this_machine_a_secret_is_made_once_for_its_owner_alone(tmp_path: Path) -> None:
    env = {"INSTANCE_DIR": str(tmp_path)}
    first, second = from_env(env).secret_key, from_env(env).secret_key
    assert (first == second, len(first)) == (True, 64)
    assert (tmp_path / "secret_key").stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize("name", ["PORT", "PROXY_HOPS", "MAIL_PORT", "VAT_PERCENT", "KEEP_MAIL_DAYS"])
def test_what_is_no_number_is_refused_by_name(tmp_path: Path, name: str) -> None:
    assert refused({"INSTANCE_DIR": str(tmp_path), name: "five"}) == f"{name} must be a whole number. Now: 'five'"


@pytest.mark.parametrize("months", ["0", "-1"])
def test_nothing_is_kept_for_no_time_at_all(tmp_path: Path, months: str) -> None:
    env = {"INSTANCE_DIR": str(tmp_path), "KEEP_ENQUIRY_MONTHS": months}
    assert refused(env) == "KEEP_ENQUIRY_MONTHS must be 1 or more"
    assert from_env(env | {"KEEP_ENQUIRY_MONTHS": "1"}).keep.enquiry_months == 1


def test_mail_and_its_password_leave_this_machine_encrypted_only(tmp_path: Path) -> None:
    env = {"INSTANCE_DIR": str(tmp_path), "MAIL_SERVER": "mail.example"}
    assert refused(env | {"MAIL_SECURITY": "none"}).startswith("MAIL_SECURITY=none is for a mail server on this")
    assert refused(env | {"MAIL_SECURITY": "ssl"}) == "MAIL_SECURITY must be starttls, tls or none"
    assert from_env(env).mail.security == "starttls"
    assert from_env(env | {"MAIL_SERVER": "127.0.0.1", "MAIL_SECURITY": "none"}).mail.security == "none"


@pytest.mark.parametrize(
    ("url", "found"),
    [
        ("postgres://a:b@host/booking", "postgresql+psycopg://a:b@host/booking"),
        ("postgresql://host/booking", "postgresql+psycopg://host/booking"),
        ("sqlite:////srv/booking.db", "sqlite:////srv/booking.db"),
    ],
)
def test_a_database_is_reached_by_the_driver_that_we_ship(url: str, found: str) -> None:
    assert driver(url) == found

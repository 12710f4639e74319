"""Settings: one frozen value, read from the environment once, and handed to `create_app`."""

import secrets
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import time
from pathlib import Path
from urllib.parse import urlsplit

from flask import current_app

ROOT = Path(__file__).parent
INSTANCE = ROOT / "instance"


class SettingsError(Exception):
    """A setting is missing or wrong; the message names it and says what helps."""


@dataclass(frozen=True, slots=True)
class Company:
    """Who we are, as a trading company must say on its pages and in its mails."""

    name: str = "Training South West"
    legal_name: str = "Training South West Ltd"
    number: str = "00000000"
    office: str = "1 Demonstration Street, Exeter EX1 1AA"
    vat_number: str = "GB 000 0000 00"
    phone: str = "0330 027 0207"
    email: str = "hello@trainingsouthwest.example"
    hours: str = "8:30am to 5:30pm, Monday to Friday"


@dataclass(frozen=True, slots=True)
class MailServer:
    """Where mail is handed over. No host: mails become files under `folder`."""

    host: str = ""
    port: int = 587
    username: str = ""
    password: str = field(default="", repr=False)
    security: str = "starttls"  # starttls, tls, or none (loopback only)
    timeout_seconds: int = 20
    sender: str = "bookings@trainingsouthwest.example"
    reply_to: str = "office@trainingsouthwest.example"
    reply_to_name: str = "Training South West office"
    folder: Path = INSTANCE / "mail"


@dataclass(frozen=True, slots=True)
class Keep:
    """How long personal data is kept (docs/data-protection.md); the privacy page says so too."""

    enquiry_months: int = 12  # after the last word, where no visit came of it
    visit_months: int = 72  # after the last visit
    notes_months: int = 24
    answers_months: int = 12  # then nothing leads from them to anybody
    draft_days: int = 30  # unfinished bookings, holds, keys of forms
    mail_days: int = 90
    sign_in_days: int = 90  # after their end; links too


@dataclass(frozen=True, slots=True)
class Settings:
    """Everything that may differ from one installation to the next. Times are London's, periods in the unit named."""

    secret_key: str = field(repr=False)
    database_url: str = field(default=f"sqlite:///{INSTANCE / 'booking.db'}", repr=False)  # may hold a password
    redis_url: str = field(default="", repr=False)  # none: each process counts for itself
    base_url: str = "http://127.0.0.1:8000"
    host: str = "127.0.0.1"
    port: int = 8000
    proxy_hops: int = 0
    instance: Path = INSTANCE
    backups: Path = INSTANCE / "backups"
    company: Company = Company()
    mail: MailServer = MailServer()
    keep: Keep = Keep()

    am_opens: time = time(9, 30)
    am_closes: time = time(12, 30)
    pm_opens: time = time(13, 30)
    pm_closes: time = time(16, 30)
    notice_days: int = 5  # working days between today and the first day the public may choose
    horizon_days: int = 180
    hold_minutes: int = 30
    holds_per_address: int = 5
    mail_delay_seconds: int = 120  # what staff cause waits so long, and can be undone meanwhile
    undo_minutes: int = 10  # where an act sends no mail
    auto_confirm: bool = False  # a trainer's yes is enough
    vat_percent: int = 20

    free_until_days: int = 14  # terms: free to move or cancel until so many days before
    half_until_days: int = 7
    online_until_working_days: int = 2

    terms_version: str = "2026-11"
    privacy_version: str = "2026-11"
    require_totp: bool = False  # staff without one-time codes set them up before anything else
    log_format: str = "json"  # or "lines", for a person at this machine
    rate_limits: bool = True
    testing: bool = False

    @property
    def is_loopback(self) -> bool:
        """Whether the product is only for the person at this machine."""
        return is_loopback(urlsplit(self.base_url).hostname or "")


def is_loopback(host: str) -> bool:
    return host in {"localhost", "::1"} or host.startswith("127.")


def settings() -> Settings:
    """The settings of the running application."""
    found: Settings = current_app.extensions["settings"]
    return found


def from_env(env: Mapping[str, str]) -> Settings:
    """Settings from environment variables; what is not set keeps its default. Raises SettingsError by name.

    Makes the instance folder, which nobody else on the machine can look into.
    """
    host, port = env.get("HOST", "127.0.0.1"), number(env, "PORT", default=8000)
    base_url = env.get("BASE_URL", f"http://{host}:{port}").rstrip("/")
    public = not is_loopback(urlsplit(base_url).hostname or "")
    instance = Path(env.get("INSTANCE_DIR", str(INSTANCE))).resolve()
    instance.mkdir(parents=True, exist_ok=True, mode=0o700)  # database, mails and key lie in it
    return Settings(
        secret_key=secret_key(env, instance=instance, public=public),
        database_url=driver(env.get("DATABASE_URL", f"sqlite:///{instance / 'booking.db'}")),
        redis_url=redis_url(env),
        base_url=base_url,
        host=host,
        port=port,
        proxy_hops=number(env, "PROXY_HOPS", default=0),
        instance=instance,
        backups=Path(env.get("BACKUP_DIR", str(instance / "backups"))).resolve(),
        company=company(env, public=public),
        mail=mail_server(env, folder=instance / "mail"),
        keep=keep(env),
        notice_days=number(env, "NOTICE_DAYS", default=5),
        horizon_days=number(env, "HORIZON_DAYS", default=180),
        hold_minutes=number(env, "HOLD_MINUTES", default=30),
        auto_confirm=switch(env, "AUTO_CONFIRM"),
        vat_percent=number(env, "VAT_PERCENT", default=20),
        require_totp=switch(env, "REQUIRE_TOTP"),
        log_format=log_format(env, public=public),
    )


def number(env: Mapping[str, str], name: str, *, default: int) -> int:
    try:
        return int(env.get(name, default))
    except ValueError:
        raise SettingsError(f"{name} must be a whole number. Now: {env[name]!r}") from None


def switch(env: Mapping[str, str], name: str) -> bool:
    return env.get(name, "").lower() in {"1", "true", "yes", "on"}


def keep(env: Mapping[str, str]) -> Keep:
    """KEEP_ENQUIRY_MONTHS and its like. A period of nothing would throw away what came in this minute."""
    standard = asdict(Keep())
    found = {name: number(env, f"KEEP_{name.upper()}", default=period) for name, period in standard.items()}
    if short := [name for name, period in found.items() if period < 1]:
        raise SettingsError(f"KEEP_{short[0].upper()} must be 1 or more")
    return Keep(**found)


def log_format(env: Mapping[str, str], *, public: bool) -> str:
    """JSON for the public, where a log must not tell who somebody is; else lines, unless JSON is asked for."""
    found = env.get("LOG_FORMAT", "json" if public else "lines")
    if found not in ({"json"} if public else {"json", "lines"}):
        raise SettingsError("LOG_FORMAT must be json, or lines on this machine alone")
    return found


def driver(url: str) -> str:
    """The same address with the driver we ship: hosts hand out `postgres://` and `postgresql://`."""
    scheme, _, rest = url.partition("://")
    return f"postgresql+psycopg://{rest}" if scheme in {"postgres", "postgresql"} else url


def redis_url(env: Mapping[str, str]) -> str:
    """The given address, whose words no error repeats: a password may stand in it."""
    found = env.get("REDIS_URL", "")
    try:
        parts = urlsplit(found)
        is_good = not found or parts.scheme == "unix" or (parts.scheme in {"redis", "rediss"} and parts.port != 0)
    except ValueError:  # a port that is none
        is_good = False
    if not is_good:
        raise SettingsError("REDIS_URL must be redis://:password@host:6379/0, or the same with rediss:// for TLS")
    return found


def secret_key(env: Mapping[str, str], *, instance: Path, public: bool) -> str:
    """The given key; on loopback one made once and kept beside the database, readable by its owner alone."""
    if given := env.get("SECRET_KEY"):
        return given
    if public:
        raise SettingsError(
            'SECRET_KEY is not set. Make one: python3 -c "import secrets; print(secrets.token_hex(32))"'
        )
    file = instance / "secret_key"
    if not file.exists():
        file.touch(mode=0o600)
        file.write_text(secrets.token_hex(32))
    return file.read_text()


def company(env: Mapping[str, str], *, public: bool) -> Company:
    required = ("COMPANY_LEGAL_NAME", "COMPANY_NUMBER", "COMPANY_OFFICE")
    if public and (missing := [name for name in required if not env.get(name)]):
        raise SettingsError(
            f"{', '.join(missing)} must be set: a trading company says who it is on its pages and mails"
        )
    default = Company()
    return Company(
        **{
            name: env.get(f"COMPANY_{name.upper()}", getattr(default, name))
            for name in ("name", "legal_name", "number", "office", "vat_number", "phone", "email", "hours")
        }
    )


def mail_server(env: Mapping[str, str], *, folder: Path) -> MailServer:
    default = MailServer()
    security = env.get("MAIL_SECURITY", default.security)
    if security not in {"starttls", "tls", "none"}:
        raise SettingsError("MAIL_SECURITY must be starttls, tls or none")
    host = env.get("MAIL_SERVER", "")
    if security == "none" and host and not is_loopback(host):
        raise SettingsError("MAIL_SECURITY=none is for a mail server on this machine only")
    return MailServer(
        host=host,
        port=number(env, "MAIL_PORT", default=default.port),
        username=env.get("MAIL_USERNAME", ""),
        password=env.get("MAIL_PASSWORD", ""),
        security=security,
        timeout_seconds=number(env, "MAIL_TIMEOUT", default=default.timeout_seconds),
        sender=env.get("MAIL_SENDER", default.sender),
        reply_to=env.get("MAIL_REPLY_TO", default.reply_to),
        reply_to_name=env.get("MAIL_REPLY_TO_NAME", default.reply_to_name),
        folder=folder,
    )

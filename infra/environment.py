"""Reads the settings of a process from its environment, once."""

import difflib
import os
import re
import ssl
from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

from infra.access.quotas import QuotaSettings
from infra.access.rates import RateSettings
from infra.log.proofs.note import NoteError
from infra.log.proofs.policy import WitnessAddress, organisation
from infra.mail.settings import (
    LOCAL_HOSTS,
    MailSettings,
    MailSettingsError,
    ReminderSettings,
    days_before,
    public_url,
)
from infra.settings import (
    DatabaseSettings,
    DocumentSettings,
    Profile,
    ProofSettings,
    SessionSettings,
    Settings,
    SettingsError,
    WebSettings,
    embedded_database,
)
from infra.variables import PREFIX, SETTINGS

_SECRET_BYTES_MIN = 32
_PORT_MAX = 65535
_RATE_MAX = 10**9
_ORIGIN = re.compile(r"[A-Za-z0-9\[\]:._~-]+(/[A-Za-z0-9._~-]+)*")


def load_settings(environ: Mapping[str, str]) -> Settings:
    """The settings in `environ`; an empty variable counts as absent.

    In embedded mode the instance directory and its secrets are made if they are not there yet.

    Raises:
        SettingsError: a variable is unknown, missing, given twice or not understood.
    """
    values = _values(environ)
    profile = _profile(values["ENTENTE_PROFILE"])
    url = values.get("ENTENTE_DATABASE_URL")
    if url and profile is Profile.DEMO:
        raise SettingsError(
            "ENTENTE_PROFILE=demo resets its data, so it runs on the embedded database only. "
            "Unset ENTENTE_DATABASE_URL, or set ENTENTE_PROFILE=production."
        )
    instance_dir = Path(values.get("ENTENTE_INSTANCE_DIR") or _default_instance_dir(environ)).absolute()
    secret_key = values.get("ENTENTE_SECRET_KEY", "").encode()
    if url:
        if not secret_key:
            raise SettingsError(
                "ENTENTE_SECRET_KEY is required with ENTENTE_DATABASE_URL. Make one with "
                "`openssl rand -hex 32` and keep it: losing it loses what is derived from it."
            )
        _check_secret_key(secret_key)
        database = DatabaseSettings(admin_dsn=_database_url(url), secret_key=secret_key)
    else:
        if secret_key:
            _check_secret_key(secret_key)
        database = embedded_database(instance_dir, secret_key=secret_key or None)
    web = _web(values, public=profile is Profile.PRODUCTION and not database.embedded)
    reminders, mail = _mail(values, instance_dir, web, demo=profile is Profile.DEMO)
    return Settings(
        profile=profile,
        instance_dir=instance_dir,
        secret_key=database.secret_key,
        database=database,
        documents=DocumentSettings(
            directory=Path(values.get("ENTENTE_DOCUMENTS_DIR") or instance_dir / "documents").absolute(),
            bytes_max=_number(values, "ENTENTE_DOCUMENT_MAX_BYTES", low=1024, high=2**30),
        ),
        web=web,
        proof=ProofSettings(
            origin=_origin(values.get("ENTENTE_LOG_ORIGIN") or f"{web.allowed_hosts[0]}/log"),
            checkpoint_dir=Path(values.get("ENTENTE_CHECKPOINT_DIR") or instance_dir / "checkpoints").absolute(),
            key_path=instance_dir / "signer-key",
            given_key=values.get("ENTENTE_SIGNER_KEY"),
            witnesses=(witnesses := _witnesses(values.get("ENTENTE_WITNESSES", ""))),
            verify_hour=_number(values, "ENTENTE_VERIFY_HOUR", low=0, high=23),
            final_at=_number(
                values, "ENTENTE_FINAL_AT", low=0, high=len({organisation(w.key.name) for w in witnesses})
            ),
        ),
        reminders=reminders,
        mail=mail,
        sessions=SessionSettings(
            idle=timedelta(minutes=_number(values, "ENTENTE_SESSION_IDLE_MINUTES", low=5, high=24 * 60)),
            longest=timedelta(hours=_number(values, "ENTENTE_SESSION_HOURS", low=1, high=7 * 24)),
            secure=profile is Profile.PRODUCTION,
            confirmed_for=timedelta(minutes=_number(values, "ENTENTE_CONFIRM_MINUTES", low=1, high=24 * 60)),
            proxies=_number(values, "ENTENTE_PROXIES", low=0, high=9),
            security_log_kept=timedelta(days=_number(values, "ENTENTE_SECURITY_LOG_DAYS", low=30, high=3650)),
            readings_kept=timedelta(days=_number(values, "ENTENTE_READINGS_DAYS", low=366, high=36500)),
            authorities=_certificates(values.get("ENTENTE_PROVIDERS_CA")),
        ),
        rates=_rates(values),
        quotas=QuotaSettings(
            stored_bytes=_number(values, "ENTENTE_QUOTA_STORED_BYTES", low=0, high=2**50),
            commands_per_day=_number(values, "ENTENTE_QUOTA_COMMANDS_PER_DAY", low=0, high=_RATE_MAX),
            open_exports=_number(values, "ENTENTE_QUOTA_OPEN_EXPORTS", low=0, high=1000),
        ),
        count_min=_number(values, "ENTENTE_COUNT_MIN", low=3, high=1000),
        dominance_percent=_number(values, "ENTENTE_DOMINANCE_PERCENT", low=51, high=100),
    )


def _rates(values: Mapping[str, str]) -> RateSettings:
    return RateSettings(
        per_address=_number(values, "ENTENTE_RATE_ADDRESS", low=0, high=_RATE_MAX),
        per_account=_number(values, "ENTENTE_RATE_ACCOUNT", low=0, high=_RATE_MAX),
        per_body=_number(values, "ENTENTE_RATE_BODY", low=0, high=_RATE_MAX),
        cost=_number(values, "ENTENTE_RATE_COST", low=0, high=_RATE_MAX),
    )


def _values(environ: Mapping[str, str]) -> dict[str, str]:
    given = {name: value for name, value in environ.items() if name.startswith(PREFIX)}
    known = {setting.name for setting in SETTINGS}
    files = {f"{setting.name}_FILE": setting.name for setting in SETTINGS if setting.secret}
    for name in given:
        if name not in known and name not in files:
            near = difflib.get_close_matches(name, [*known, *files], n=1)
            hint = f"Did you mean {near[0]}?" if near else "docs/settings.md lists the known ones."
            raise SettingsError(f"{name} is not a setting of Entente. {hint} Correct or unset it.")
    values = {setting.name: setting.default for setting in SETTINGS if setting.default is not None}
    values |= {name: value for name, value in given.items() if value and name in known}
    for name, target in files.items():
        if not given.get(name):
            continue
        if target in values:
            raise SettingsError(f"{target} and {name} are both set. Unset one of them.")
        values[target] = _file_content(name, Path(given[name]))
    return values


def _file_content(name: str, path: Path) -> str:
    try:
        content = path.read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise SettingsError(
            f"{name} points at {path}, which cannot be read: {error}. Correct the path."
        ) from error
    if not content:
        raise SettingsError(f"{name} points at {path}, which is empty. Write the secret into it.")
    return content


def _profile(value: str) -> Profile:
    try:
        return Profile(value)
    except ValueError as error:
        raise SettingsError(f"ENTENTE_PROFILE is {value!r}; expected demo or production.") from error


def _check_secret_key(secret_key: bytes) -> None:
    if len(secret_key) < _SECRET_BYTES_MIN:
        raise SettingsError(
            f"ENTENTE_SECRET_KEY has {len(secret_key)} bytes; expected at least {_SECRET_BYTES_MIN}. "
            "Make one with `openssl rand -hex 32`."
        )


def _database_url(url: str) -> str:
    # The value holds a password, so no message repeats it.
    try:
        parts = urlsplit(url)
    except ValueError as error:
        raise SettingsError("ENTENTE_DATABASE_URL is not a URL.") from error
    if parts.scheme not in ("postgresql", "postgres") or not parts.path.removeprefix("/"):
        raise SettingsError(
            "ENTENTE_DATABASE_URL is not understood; expected postgresql://user:password@host:port/database."
        )
    return urlunsplit(parts._replace(scheme="postgresql"))


def _web(values: Mapping[str, str], *, public: bool) -> WebSettings:
    hosts = tuple(host.strip() for host in values.get("ENTENTE_ALLOWED_HOSTS", "").split(",") if host.strip())
    if public and not hosts:
        raise SettingsError(
            "ENTENTE_ALLOWED_HOSTS is required in production with ENTENTE_DATABASE_URL. "
            "List the names that people type, such as entente.example.ca."
        )
    return WebSettings(
        host=values["ENTENTE_HOST"],
        port=_number(values, "ENTENTE_PORT", low=0, high=_PORT_MAX),
        allowed_hosts=hosts or LOCAL_HOSTS,
        body_max_bytes=_number(values, "ENTENTE_BODY_MAX_BYTES", low=1024, high=2**30),
        metrics_token=values.get("ENTENTE_METRICS_TOKEN"),
    )


def _witnesses(value: str) -> tuple[WitnessAddress, ...]:
    try:
        return tuple(WitnessAddress.parse(part) for part in value.split(",") if part.strip())
    except NoteError as error:
        raise SettingsError(
            f"ENTENTE_WITNESSES is not understood: {error}. Write `VKEY URL`, several separated by commas."
        ) from error


def _origin(value: str) -> str:
    if not _ORIGIN.fullmatch(value):
        raise SettingsError(
            f"ENTENTE_LOG_ORIGIN is {value!r}; expected a host and a path such as entente.example.ca/log."
        )
    return value


def _mail(
    values: Mapping[str, str], instance_dir: Path, web: WebSettings, *, demo: bool
) -> tuple[ReminderSettings, MailSettings | None]:
    hour = {"ENTENTE_REMIND_HOUR": "0" if demo else "7", **values}
    try:
        reminders = ReminderSettings(
            days_before=days_before(values["ENTENTE_REMIND_DAYS"]),
            hour=_number(hour, "ENTENTE_REMIND_HOUR", low=0, high=23),
            public_url=public_url(values.get("ENTENTE_PUBLIC_URL"), web.allowed_hosts, web.port),
        )
        mail = MailSettings.given(
            url=values.get("ENTENTE_SMTP_URL"),
            directory=values.get("ENTENTE_MAIL_DIR"),
            sender=values.get("ENTENTE_MAIL_FROM"),
            default=instance_dir / "mail" if demo else None,
        )
    except MailSettingsError as error:
        raise SettingsError(str(error)) from error
    return reminders, mail


def _certificates(value: str | None) -> Path | None:
    if value is None:
        return None
    path = Path(value).absolute()
    try:
        ssl.create_default_context().load_verify_locations(path)
    except (OSError, ssl.SSLError) as error:
        raise SettingsError(
            f"ENTENTE_PROVIDERS_CA points at {path}, which is no file of certificates: {error}. Correct the path."
        ) from error
    return path


def _number(values: Mapping[str, str], name: str, *, low: int, high: int) -> int:
    value = values[name]
    if not (value.isascii() and value.isdigit() and low <= int(value) <= high):
        raise SettingsError(f"{name} is {value!r}; expected a whole number from {low} to {high}.")
    return int(value)


def _default_instance_dir(environ: Mapping[str, str]) -> str:
    checkout = Path(__file__).resolve().parents[1]
    if (checkout / "pyproject.toml").exists():
        return str(checkout / "var")
    home = environ.get("XDG_DATA_HOME") or os.path.join(environ.get("HOME") or "~", ".local", "share")  # noqa: PTH118
    return str(Path(home).expanduser() / "entente")

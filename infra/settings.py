"""What a process of Entente is told from outside: read once, then frozen.

`SETTINGS` lists every variable; docs/settings.md repeats it for the people who run the service.
"""

import difflib
import hashlib
import hmac
import os
import re
import ssl
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import timedelta
from enum import StrEnum
from pathlib import Path
from urllib.parse import parse_qsl, quote, unquote, urlencode, urlsplit, urlunsplit

from domain.confidentiality import COUNT_MIN, DOMINANCE_PERCENT, Confidentiality
from infra.access.quotas import UNBOUNDED, QuotaSettings
from infra.access.rates import UNLIMITED, RateSettings
from infra.access.readings import KEPT as READINGS_KEPT
from infra.access.security_log import KEPT
from infra.embedded import EmbeddedServer
from infra.log.proofs.note import NoteError
from infra.log.proofs.policy import Policy, WitnessAddress, organisation
from infra.mail.settings import (
    LOCAL_HOSTS,
    MailSettings,
    MailSettingsError,
    ReminderSettings,
    days_before,
    public_url,
)
from infra.secret_files import read_or_create_secret

PREFIX = "ENTENTE_"
EMBEDDED_DATABASE = "entente"
_SECRET_BYTES_MIN = 32
_PORT_MAX = 65535
_RATE_MAX = 10**9


class SettingsError(Exception):
    """A variable is unknown, missing or makes no sense; the message names it and says what to do."""


class Profile(StrEnum):
    DEMO = "demo"
    PRODUCTION = "production"


class Role(StrEnum):
    """The database logins, each with the rights of one kind of process."""

    APP = "entente_app"
    PROJECTOR = "entente_projector"
    NATIONAL_READER = "entente_national_reader"
    SIGNER = "entente_signer"
    BACKUP = "entente_backup"


@dataclass(frozen=True, slots=True)
class Setting:
    name: str
    description: str
    default: str | None = None
    """None: nothing stands in; the description says when the variable is required."""
    secret: bool = False
    """May be given as a path in `<name>_FILE` instead."""


SETTINGS: tuple[Setting, ...] = (
    Setting(
        "ENTENTE_DATABASE_URL",
        "Administrator's URL of a PostgreSQL server (15 or newer); absent: the embedded server.",
        secret=True,
    ),
    Setting(
        "ENTENTE_SECRET_KEY",
        "At least 32 bytes; passwords and keys are derived from it. Required with ENTENTE_DATABASE_URL; "
        "otherwise made once in the instance directory.",
        secret=True,
    ),
    Setting("ENTENTE_HOST", "Address to listen on.", "127.0.0.1"),
    Setting("ENTENTE_PORT", "TCP port to listen on; 0 takes any free one.", "8000"),
    Setting(
        "ENTENTE_PROFILE",
        "demo or production; demo is refused with ENTENTE_DATABASE_URL.",
        Profile.PRODUCTION.value,
    ),
    Setting(
        "ENTENTE_INSTANCE_DIR",
        "Directory of the embedded server and generated secrets; absent: var/ of the checkout, "
        "or entente/ in the user's data directory.",
    ),
    Setting(
        "ENTENTE_METRICS_TOKEN",
        "Bearer token that /metrics asks for; absent: /metrics is closed.",
        secret=True,
    ),
    Setting(
        "ENTENTE_ALLOWED_HOSTS",
        "Host names that requests may carry, separated by commas. Required in production with "
        "ENTENTE_DATABASE_URL; otherwise the local names.",
    ),
    Setting("ENTENTE_BODY_MAX_BYTES", "Largest accepted request body, in bytes.", "1048576"),
    Setting(
        "ENTENTE_DOCUMENTS_DIR",
        "Directory of the contents of documents, shared by all processes; absent: documents/ of the instance "
        "directory.",
    ),
    Setting("ENTENTE_DOCUMENT_MAX_BYTES", "Largest accepted document, in bytes.", "20971520"),
    Setting(
        "ENTENTE_LOG_ORIGIN",
        "What the names of the logs begin with in signed checkpoints: host and path without a scheme. Never "
        "change it once something is signed. Absent: the first allowed host and /log.",
    ),
    Setting(
        "ENTENTE_SIGNER_KEY",
        "Seed of the Ed25519 key of the logs, 64 hexadecimal digits, for the signer process alone; absent: "
        "made once in the instance directory.",
        secret=True,
    ),
    Setting(
        "ENTENTE_CHECKPOINT_DIR",
        "Directory of the highest checkpoint of each log, written by the signer and read by every process that "
        "writes; on another disk than the database. Absent: checkpoints/ in the instance directory.",
    ),
    Setting(
        "ENTENTE_WITNESSES",
        "Witnesses that the signer asks to cosign: `VKEY URL`, as `entente witness` prints it, several separated "
        "by commas. Absent: none.",
    ),
    Setting(
        "ENTENTE_FINAL_AT",
        "Of how many organisations a witness must have cosigned a checkpoint for it to be final; 0: none is.",
        "0",
    ),
    Setting(
        "ENTENTE_VERIFY_HOUR",
        "Hour of the day, where each body is, from which the worker verifies its log once a day.",
        "3",
    ),
    Setting(
        "ENTENTE_SMTP_URL",
        "Server that takes mail: smtp://user:password@host:587 (STARTTLS), smtps://user:password@host:465, or "
        "smtp://host:1025?tls=none for a mail catcher. Absent: see ENTENTE_MAIL_DIR.",
        secret=True,
    ),
    Setting(
        "ENTENTE_MAIL_DIR",
        "Directory into which mail is written instead of being sent, a file each. Absent, without "
        "ENTENTE_SMTP_URL: mail/ of the instance directory in a demo; otherwise nobody is reminded.",
    ),
    Setting(
        "ENTENTE_MAIL_FROM",
        "Address that mail comes from. Required with ENTENTE_SMTP_URL; otherwise entente@example.org.",
    ),
    Setting(
        "ENTENTE_PUBLIC_URL",
        "Where people reach the service, such as https://entente.example.ca: links in mail begin with it. Absent: "
        "https:// and the first allowed host; http:// and the port on this machine.",
    ),
    Setting(
        "ENTENTE_REMIND_DAYS",
        "How many days ahead something due is announced by mail, several separated by commas; once more when it "
        "is overdue.",
        "14,3",
    ),
    Setting(
        "ENTENTE_REMIND_HOUR",
        "Hour of the day, where each body is, from which its reminders go out. Absent: 7; 0 in a demo.",
    ),
    Setting("ENTENTE_SESSION_IDLE_MINUTES", "After how many minutes without use a session ends.", "60"),
    Setting("ENTENTE_SESSION_HOURS", "After how many hours a session ends however much it is used.", "12"),
    Setting(
        "ENTENTE_CONFIRM_MINUTES",
        "For how many minutes after signing in a session may do what is grave; then it says who it is once more.",
        "15",
    ),
    Setting(
        "ENTENTE_PROXIES",
        "How many proxies of yours stand before the service, each adding to X-Forwarded-For: by that, attempts to "
        "sign in are counted per network address. 0: the header is not read.",
        "0",
    ),
    Setting(
        "ENTENTE_RATE_ADDRESS",
        "How many requests a network address may send in a minute; 0, as for the next three: as many as it likes.",
        "3000",
    ),
    Setting("ENTENTE_RATE_ACCOUNT", "How many requests a person or a token may send in a minute.", "1200"),
    Setting("ENTENTE_RATE_BODY", "How many requests all of a body may send in a minute.", "6000"),
    Setting(
        "ENTENTE_RATE_COST",
        "How many objects a reader's GraphQL operations may ask for in a minute, as extensions.cost counts them.",
        "1000000",
    ),
    Setting(
        "ENTENTE_QUOTA_STORED_BYTES",
        "How many bytes the documents of a body may take; 0, as for the next two: as many as it likes. "
        "`entente quota` says it for one body.",
        "10737418240",
    ),
    Setting(
        "ENTENTE_QUOTA_COMMANDS_PER_DAY", "How many orders of a body are accepted over HTTP in a day.", "20000"
    ),
    Setting("ENTENTE_QUOTA_OPEN_EXPORTS", "How many exports of a body may be made at once.", "3"),
    Setting(
        "ENTENTE_COUNT_MIN",
        "Counts of people from 1 to below this are sensitive, at least 3: the public sees no breakdown that has "
        "one.",
        str(COUNT_MIN),
    ),
    Setting(
        "ENTENTE_DOMINANCE_PERCENT",
        "A category with more than this share of the people counted, in percent, is sensitive too; 100: none is.",
        str(DOMINANCE_PERCENT),
    ),
    Setting("ENTENTE_SECURITY_LOG_DAYS", "How many days security events are kept, at least 30.", "365"),
    Setting(
        "ENTENTE_READINGS_DAYS",
        "How many days it is kept who read a body's records from outside, at least 366; of an audit, from its end "
        "on.",
        "1096",
    ),
    Setting(
        "ENTENTE_PROVIDERS_CA",
        "File of certificates (PEM) to trust beside those of the system, where sign-in services are asked "
        "(OpenID Connect). Absent: those of the system.",
    ),
)
_ORIGIN = re.compile(r"[A-Za-z0-9\[\]:._~-]+(/[A-Za-z0-9._~-]+)*")
_SEED = re.compile("[0-9a-fA-F]{64}")


@dataclass(frozen=True, slots=True)
class DatabaseSettings:
    """How to reach one database, as its administrator or as one of our roles."""

    admin_dsn: str = field(repr=False)
    secret_key: bytes = field(repr=False)
    embedded: bool = False

    @property
    def name(self) -> str:
        """The database's name."""
        return unquote(urlsplit(self.admin_dsn).path.removeprefix("/"))

    def role_password(self, role: Role) -> str:
        """Derived, so that no second secret has to be kept: whoever has the secret key can compute it."""
        return hmac.new(self.secret_key, f"postgres-role:{role}".encode(), hashlib.sha256).hexdigest()

    def dsn(self, role: Role) -> str:
        """A libpq URI for `role`, on the administrator's hosts, port, database and TLS options."""
        parts = urlsplit(self.admin_dsn)
        hosts = parts.netloc.rpartition("@")[2]
        options = [(name, value) for name, value in parse_qsl(parts.query) if name not in ("user", "password")]
        return urlunsplit(
            parts._replace(
                netloc=f"{role}:{self.role_password(role)}@{hosts}",
                query=urlencode(options, quote_via=quote, safe=""),
            )
        )

    def with_database(self, name: str) -> "DatabaseSettings":
        """The same server, another database."""
        path = "/" + quote(name, safe="")
        return replace(self, admin_dsn=urlunsplit(urlsplit(self.admin_dsn)._replace(path=path)))


@dataclass(frozen=True, slots=True)
class WebSettings:
    host: str
    port: int
    allowed_hosts: tuple[str, ...]
    body_max_bytes: int
    metrics_token: str | None = field(repr=False)


@dataclass(frozen=True, slots=True)
class DocumentSettings:
    directory: Path
    bytes_max: int


@dataclass(frozen=True, slots=True)
class SessionSettings:
    idle: timedelta = timedelta(minutes=60)
    longest: timedelta = timedelta(hours=12)
    secure: bool = True
    """Whether cookies travel over TLS alone, and providers are asked by nothing else."""
    proxies: int = 0
    security_log_kept: timedelta = KEPT
    readings_kept: timedelta = READINGS_KEPT
    confirmed_for: timedelta = timedelta(minutes=15)
    """How long after a sign-in a session may do what is grave."""
    authorities: Path | None = None
    """Certificates to trust beside those of the system, where providers are asked."""


@dataclass(frozen=True, slots=True)
class ProofSettings:
    """Under which name the logs are signed, where the signer's key and the held checkpoints are, who watches."""

    origin: str
    checkpoint_dir: Path
    key_path: Path
    given_key: str | None = field(repr=False)
    witnesses: tuple[WitnessAddress, ...] = ()
    final_at: int = 0
    verify_hour: int = 3

    @property
    def policy(self) -> Policy:
        return Policy(tuple(witness.key for witness in self.witnesses), self.final_at)

    def signer_seed(self) -> bytes:
        """The signer's seed; made where none is set. Only the signer's process asks for it.

        Raises:
            SettingsError: it is not 32 bytes in hexadecimal.
        """
        key = self.given_key or read_or_create_secret(self.key_path)
        if not _SEED.fullmatch(key):
            raise SettingsError(
                "ENTENTE_SIGNER_KEY is not understood; expected 64 hexadecimal digits, such as "
                "`openssl rand -hex 32` gives."
            )
        return bytes.fromhex(key)


@dataclass(frozen=True, slots=True)
class Settings:
    profile: Profile
    instance_dir: Path
    secret_key: bytes = field(repr=False)
    database: DatabaseSettings
    web: WebSettings
    documents: DocumentSettings
    proof: ProofSettings
    reminders: ReminderSettings
    mail: MailSettings | None = None
    """None: no mail leaves the house."""
    sessions: SessionSettings = SessionSettings()
    rates: RateSettings = UNLIMITED
    """As they are loaded, everybody is limited."""
    quotas: QuotaSettings = UNBOUNDED
    """As they are loaded, every body has its bounds."""
    count_min: int = COUNT_MIN
    dominance_percent: int = DOMINANCE_PERCENT

    @property
    def confidentiality(self) -> Confidentiality:
        """By what the public is shown counts of people; with another secret key, counts are rounded anew."""
        key = hmac.digest(self.secret_key, b"rounding of counts of people", hashlib.sha256)
        return Confidentiality(key=key, count_min=self.count_min, dominance_percent=self.dominance_percent)


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


def embedded_database(
    instance_dir: Path, *, name: str = EMBEDDED_DATABASE, secret_key: bytes | None = None
) -> DatabaseSettings:
    """How to reach a database of an instance's embedded server. The server need not run yet."""
    secret = secret_key or read_or_create_secret(instance_dir / "secret-key").encode()
    dsn = EmbeddedServer(instance_dir).admin_dsn(name)
    return DatabaseSettings(admin_dsn=dsn, secret_key=secret, embedded=True)


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

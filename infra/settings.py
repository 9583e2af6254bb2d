"""What a process of Entente is told from outside, frozen once it was read."""

import hashlib
import hmac
import re
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
from infra.log.proofs.policy import Policy, WitnessAddress
from infra.mail.settings import MailSettings, ReminderSettings
from infra.secret_files import read_or_create_secret

EMBEDDED_DATABASE = "entente"


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


def embedded_database(
    instance_dir: Path, *, name: str = EMBEDDED_DATABASE, secret_key: bytes | None = None
) -> DatabaseSettings:
    """How to reach a database of an instance's embedded server. The server need not run yet."""
    secret = secret_key or read_or_create_secret(instance_dir / "secret-key").encode()
    # Here, because it brings another driver, and a helper of a rebuild begins without.
    from infra.embedded import EmbeddedServer

    dsn = EmbeddedServer(instance_dir).admin_dsn(name)
    return DatabaseSettings(admin_dsn=dsn, secret_key=secret, embedded=True)

"""Every variable of the environment that Entente knows; docs/settings.md repeats it for the people who run it."""

from dataclasses import dataclass

from domain.confidentiality import COUNT_MIN, DOMINANCE_PERCENT
from infra.settings import Profile

PREFIX = "ENTENTE_"


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

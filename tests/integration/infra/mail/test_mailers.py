"""The contract of whatever carries mail: over a real SMTP server, as files, and in memory for other tests."""

import asyncio
import re
import socket
import ssl
import traceback
from collections.abc import AsyncIterator, Callable, Sequence
from datetime import UTC, datetime, timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage
from email.utils import parsedate_to_datetime
from ipaddress import IPv4Address
from pathlib import Path
from typing import Final

import msgspec
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from domain.mail import Mail, MailRefusedError, MailUnavailableError
from domain.ports import Mailer
from infra.mail.composing import composed
from infra.mail.files import FileMailer
from infra.mail.server import Security, SmtpServer
from infra.mail.smtp import SmtpMailer
from tests.integration.mail_server import PASSWORD, USER, Inbox, mail_server
from tests.integration.mailbox import Mailbox

SENDER: Final = "entente@example.ca"
NBSP: Final = "\N{NO-BREAK SPACE}"
MAIL: Final = Mail(
    to="secretariat@example.org",
    subject=f"Table de concertation de Québec–Lévis{NBSP}: 2{NBSP}échéances",
    text=f"Bonjour,\n\n- 1er{NBSP}juillet — {'mot ' * 60}\n.\nFin « {NBSP}ici{NBSP} »\n",
    language="fr",
    key="0d9f2a4e-1111-5000-8000-000000000001",
)
QUICK: Final = timedelta(seconds=2)


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Of 127.0.0.1, signed by itself."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "127.0.0.1")])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(hours=1))
        .not_valid_after(now + timedelta(hours=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(IPv4Address("127.0.0.1"))]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .sign(key, hashes.SHA256())
    )
    path = tmp_path_factory.mktemp("tls") / "server.pem"
    path.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
        + made.public_bytes(serialization.Encoding.PEM)
    )
    return path


@pytest.fixture
def trusting(certificate: Path) -> ssl.SSLContext:
    return ssl.create_default_context(cafile=str(certificate))


def at(port: int, security: Security, user: str | None = USER, password: str | None = PASSWORD) -> SmtpServer:
    if security is Security.NONE:
        user = password = None
    return SmtpServer("127.0.0.1", port, security, user, password)


# --- the contract ---------------------------------------------------------------------------------------------

Received = Callable[[], Sequence[EmailMessage]]


@pytest.fixture(params=["starttls", "tls", "none", "files", "memory"])
async def carrier(
    request: pytest.FixtureRequest, certificate: Path, trusting: ssl.SSLContext, tmp_path: Path
) -> AsyncIterator[tuple[Mailer, Received]]:
    """A mailer, and what has come of what it was given, in order."""
    if request.param == "memory":
        box = Mailbox()
        yield box, lambda: [composed(mail, SENDER) for mail in box.received]
    elif request.param == "files":
        yield FileMailer(tmp_path / "deep" / "mail", SENDER), lambda: _in_files(tmp_path / "deep" / "mail")
    else:
        security, inbox = Security(request.param), Inbox()
        with mail_server(inbox, security, certificate) as port:
            yield SmtpMailer(at(port, security), SENDER, trusting=trusting), lambda: inbox.taken


def _in_files(directory: Path) -> list[EmailMessage]:
    messages = []
    for path in sorted(directory.glob("*.eml"), key=lambda path: path.stat().st_mtime_ns):
        message = message_from_bytes(path.read_bytes(), policy=policy.default)
        assert isinstance(message, EmailMessage)
        messages.append(message)
    return messages


async def test_a_message_arrives_as_it_was_handed_over(carrier: tuple[Mailer, Received]) -> None:
    mailer, received = carrier

    await mailer.send(MAIL)

    (message,) = received()
    assert (message["From"], message["To"], message["Subject"]) == (SENDER, MAIL.to, MAIL.subject)
    assert message.get_content().replace("\r\n", "\n") == MAIL.text
    assert message["Message-ID"] == f"<{MAIL.key}@example.ca>"
    assert message["Content-Language"] == "fr-CA"
    assert message["Auto-Submitted"] == "auto-generated"
    assert abs(datetime.now(UTC) - parsedate_to_datetime(message["Date"])) < timedelta(minutes=1)


async def test_every_message_goes_to_its_own_address_alone(carrier: tuple[Mailer, Received]) -> None:
    mailer, received = carrier
    english = msgspec.structs.replace(MAIL, to="office@example.org", language="en", key="2")

    for mail in (MAIL, english):
        await mailer.send(mail)

    assert [message["To"] for message in received()] == [MAIL.to, english.to]
    assert all(message["Cc"] is message["Bcc"] is None for message in received())


async def test_the_same_message_twice_is_two_messages_of_one_id(carrier: tuple[Mailer, Received]) -> None:
    mailer, received = carrier

    for _ in range(2):
        await mailer.send(MAIL)

    assert len(received()) == 2
    assert len({message["Message-ID"] for message in received()}) == 1


# --- over SMTP, what can go wrong -----------------------------------------------------------------------------


async def told(mailer: SmtpMailer, error: type[Exception]) -> str:
    """What is raised, with its whole traceback as a failed job keeps it."""
    with pytest.raises(error) as raised:
        await mailer.send(MAIL)
    return "".join(traceback.format_exception(raised.value))


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        (f"550 5.1.1 <{MAIL.to}> is unknown", MailRefusedError),
        (f"451 4.7.1 <{MAIL.to}> come back later", MailUnavailableError),
    ],
)
async def test_a_refused_address_is_told_from_one_that_is_put_off_and_is_not_repeated(
    certificate: Path, answer: str, error: type[Exception]
) -> None:
    inbox = Inbox()
    inbox.answers = {MAIL.to: answer}
    with mail_server(inbox, Security.NONE, certificate) as port:
        said = await told(SmtpMailer(at(port, Security.NONE), SENDER), error)

    assert answer[:3] in said
    assert MAIL.to not in said
    assert inbox.taken == []


async def test_a_message_that_is_refused_at_its_end_was_not_taken(certificate: Path) -> None:
    inbox = Inbox()
    inbox.at_the_end = f"554 5.7.1 nothing for {MAIL.to}"
    with mail_server(inbox, Security.NONE, certificate) as port:
        said = await told(SmtpMailer(at(port, Security.NONE), SENDER), MailUnavailableError)

    assert "554" in said
    assert MAIL.to not in said


@pytest.mark.parametrize("security", [Security.STARTTLS, Security.TLS])
async def test_a_certificate_that_nobody_vouches_for_is_not_trusted(certificate: Path, security: Security) -> None:
    inbox = Inbox()
    with mail_server(inbox, security, certificate) as port:
        said = await told(SmtpMailer(at(port, security), SENDER), MailUnavailableError)

    assert "SSLCertVerificationError" in said
    assert inbox.taken == []


async def test_a_server_without_starttls_gets_neither_password_nor_message(
    certificate: Path, trusting: ssl.SSLContext
) -> None:
    inbox = Inbox()
    with mail_server(inbox, Security.NONE, certificate) as port:
        mailer = SmtpMailer(at(port, Security.STARTTLS), SENDER, trusting=trusting)
        said = await told(mailer, MailUnavailableError)

    assert "SMTPNotSupportedError" in said
    assert inbox.taken == []


async def test_a_wrong_password_sends_nothing_and_is_never_shown(
    certificate: Path, trusting: ssl.SSLContext
) -> None:
    inbox = Inbox()
    with mail_server(inbox, Security.STARTTLS, certificate) as port:
        wrong = at(port, Security.STARTTLS, password="wrong-secret")
        mailer = SmtpMailer(wrong, SENDER, trusting=trusting, timeout=QUICK)
        said = await told(mailer, MailUnavailableError)

    assert "wrong-secret" not in said
    assert inbox.taken == []


async def test_a_server_that_says_nothing_or_is_not_there_is_given_up() -> None:
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        silent.listen()
        mailer = SmtpMailer(at(silent.getsockname()[1], Security.NONE), SENDER, timeout=QUICK)
        said = await asyncio.wait_for(told(mailer, MailUnavailableError), 120)
    assert re.search("TimeoutError|SMTPServerDisconnected", said)
    with socket.socket() as deaf:
        deaf.bind(("127.0.0.1", 0))  # nobody else gets its port, and it does not listen
        gone = SmtpMailer(at(deaf.getsockname()[1], Security.NONE), SENDER)
        assert "ConnectionRefusedError" in await told(gone, MailUnavailableError)


async def test_a_directory_that_takes_no_file_is_told(tmp_path: Path) -> None:
    (tmp_path / "mail").write_text("in the way")

    with pytest.raises(MailUnavailableError, match="takes no mail"):
        await FileMailer(tmp_path / "mail", SENDER).send(MAIL)


async def test_only_its_owner_reads_mail_that_is_written_as_files(tmp_path: Path) -> None:
    await FileMailer(tmp_path / "mail", SENDER).send(MAIL)

    (path,) = (tmp_path / "mail").iterdir()
    assert ((tmp_path / "mail").stat().st_mode & 0o777, path.stat().st_mode & 0o777) == (0o700, 0o600)

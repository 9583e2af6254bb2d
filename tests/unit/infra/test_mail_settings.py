"""Who carries mail, and when people are reminded, as the settings say it."""

from pathlib import Path

import pytest

from infra.environment import load_settings
from infra.mail.server import Security, ServerUrlError, SmtpServer
from infra.mail.settings import MailSettings, ReminderSettings
from infra.settings import Settings, SettingsError

SMTP = "smtp://relay:p%40ss@mail.example.ca"
FROM = {"ENTENTE_MAIL_FROM": "entente@example.ca"}


def load(tmp_path: Path, **variables: str) -> Settings:
    return load_settings({"ENTENTE_INSTANCE_DIR": str(tmp_path), **variables})


@pytest.mark.parametrize(
    ("url", "server"),
    [
        (SMTP, SmtpServer("mail.example.ca", 587, Security.STARTTLS, "relay", "p@ss")),
        ("smtp://mail.example.ca", SmtpServer("mail.example.ca", 587, Security.STARTTLS)),
        ("smtps://relay:x@mail.example.ca", SmtpServer("mail.example.ca", 465, Security.TLS, "relay", "x")),
        ("smtps://[::1]:4650/", SmtpServer("::1", 4650, Security.TLS)),
        ("smtp://mail:1025?tls=none", SmtpServer("mail", 1025, Security.NONE)),
    ],
)
def test_a_server_is_one_url(url: str, server: SmtpServer) -> None:
    assert SmtpServer.parse(url) == server


@pytest.mark.parametrize(
    ("url", "why"),
    [
        ("mail.example.ca:587", "expected smtp:// or smtps://"),
        ("http://mail.example.ca", "expected smtp:// or smtps://"),
        ("smtp://", "and a host"),
        ("smtp://mail.example.ca/inbox", "and a host"),
        ("smtp://mail.example.ca:port", "not a URL"),
        ("smtp://mail.example.ca?tls=maybe", "the only option"),
        ("smtp://mail.example.ca?starttls", "not a URL"),
        ("smtps://mail.example.ca?tls=none", "the only option"),
        ("smtp://relay@mail.example.ca", "a user and a password"),
        ("smtp://relay:hidden@mail?tls=none", "not sent without TLS"),
        ("smtp://relay:hidd%C3%A9n@mail", "in ASCII"),
    ],
)
def test_a_url_that_names_no_safe_server_is_refused_and_not_repeated(url: str, why: str) -> None:
    with pytest.raises(ServerUrlError, match=why) as refusal:
        SmtpServer.parse(url)

    assert "hidd" not in str(refusal.value)


def test_a_demo_writes_its_mail_into_the_instance_and_another_instance_sends_none(tmp_path: Path) -> None:
    demo = load(tmp_path, ENTENTE_PROFILE="demo")

    assert demo.mail == MailSettings("entente@example.org", None, tmp_path / "mail")
    assert demo.reminders == ReminderSettings((14, 3), 0, "http://127.0.0.1:8000")
    assert load(tmp_path).mail is None
    assert load(tmp_path).reminders.hour == 7


def test_mail_goes_to_a_server_or_into_a_directory_and_never_to_both(tmp_path: Path) -> None:
    sent = load(tmp_path, ENTENTE_SMTP_URL=SMTP, **FROM).mail
    written = load(tmp_path, ENTENTE_MAIL_DIR="/mnt/mail").mail

    assert sent is not None
    assert written is not None
    assert (sent.sender, sent.server) == ("entente@example.ca", SmtpServer.parse(SMTP))
    assert (written.sender, written.server, written.directory) == ("entente@example.org", None, Path("/mnt/mail"))
    with pytest.raises(SettingsError, match="both set"):
        load(tmp_path, ENTENTE_SMTP_URL=SMTP, ENTENTE_MAIL_DIR="/mnt/mail", **FROM)


@pytest.mark.parametrize(
    ("variables", "why"),
    [
        ({"ENTENTE_SMTP_URL": SMTP}, "ENTENTE_MAIL_FROM is required"),
        ({"ENTENTE_SMTP_URL": "smtp://relay@mail", **FROM}, "ENTENTE_SMTP_URL is not understood: expected a user"),
        ({"ENTENTE_MAIL_FROM": "Entente <entente@example.ca>"}, "expected a mail address"),
        ({"ENTENTE_REMIND_DAYS": "14;3"}, "expected numbers of days up to 366"),
        ({"ENTENTE_REMIND_DAYS": "14,-3"}, "expected numbers of days"),
        ({"ENTENTE_REMIND_DAYS": "367"}, "expected numbers of days"),
        ({"ENTENTE_REMIND_HOUR": "24"}, "from 0 to 23"),
        ({"ENTENTE_PUBLIC_URL": "entente.example.ca"}, "ENTENTE_PUBLIC_URL is"),
        ({"ENTENTE_PUBLIC_URL": "https://entente.example.ca/?x=1"}, "ENTENTE_PUBLIC_URL is"),
    ],
)
def test_what_makes_no_sense_stops_the_start(tmp_path: Path, variables: dict[str, str], why: str) -> None:
    with pytest.raises(SettingsError, match=why):
        load(tmp_path, **variables)


@pytest.mark.parametrize(
    ("variables", "address"),
    [
        ({}, "http://127.0.0.1:8000"),
        ({"ENTENTE_PORT": "80"}, "http://127.0.0.1:80"),
        ({"ENTENTE_ALLOWED_HOSTS": "entente.example.ca, localhost"}, "https://entente.example.ca"),
        ({"ENTENTE_ALLOWED_HOSTS": "*", "ENTENTE_LOG_ORIGIN": "example.ca/log"}, "http://127.0.0.1:8000"),
        ({"ENTENTE_PUBLIC_URL": "https://example.ca/entente/"}, "https://example.ca/entente"),
    ],
)
def test_links_begin_where_people_reach_the_service(
    tmp_path: Path, variables: dict[str, str], address: str
) -> None:
    assert load(tmp_path, **variables).reminders.public_url == address


def test_days_ahead_are_each_counted_once_the_longest_first(tmp_path: Path) -> None:
    assert load(tmp_path, ENTENTE_REMIND_DAYS="3, 30,14,3").reminders.days_before == (30, 14, 3)
    assert load(tmp_path, ENTENTE_REMIND_DAYS="0").reminders.days_before == (0,)

"""A message in the form of RFC 5322."""

from datetime import UTC, datetime
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime

from domain.mail import Mail


def composed(mail: Mail, sender: str) -> EmailMessage:
    """The message as it is handed over, dated now."""
    message = EmailMessage(policy=SMTP)
    message["From"] = sender
    message["To"] = mail.to
    message["Subject"] = mail.subject
    message["Date"] = format_datetime(datetime.now(UTC))
    message["Message-ID"] = f"<{mail.key}@{sender.rpartition('@')[2]}>"
    message["Auto-Submitted"] = "auto-generated"  # RFC 3834: holiday replies stay away
    message.set_content(mail.text, charset="utf-8", cte="quoted-printable")
    message["Content-Language"] = f"{mail.language}-CA"  # here, because the content takes such headers away
    return message

"""Mail in memory, for tests of what is sent and to whom; it keeps the contract of those that send."""

from domain.mail import Mail, MailRefusedError, MailUnavailableError


class Mailbox:
    """Implements `domain.ports.Mailer`."""

    def __init__(self) -> None:
        self.received: list[Mail] = []
        self.refuses: set[str] = set()
        self.away: set[str] = set()

    async def send(self, mail: Mail) -> None:
        if mail.to in self.refuses:
            raise MailRefusedError("the mail server refuses an address: 550")
        if mail.to in self.away:
            raise MailUnavailableError("the mail server cannot be reached: TimeoutError")
        self.received.append(mail)

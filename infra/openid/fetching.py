"""Asking providers over HTTP: only hosts that an operator has named, briefly, and never for much."""

import asyncio
import ssl
from collections.abc import Collection, Mapping
from pathlib import Path
from typing import Final, NamedTuple
from urllib.parse import urlsplit

import httpx

from infra.mail.settings import LOCAL_HOSTS

SECONDS_MAX: Final = 8.0
"""For one question, from the look-up of the name to the last byte."""
BYTES_MAX: Final = 256 * 1024
_STEP_SECONDS: Final = 4.0
_LOCAL: Final = frozenset(host.strip("[]") for host in LOCAL_HOSTS)


class ProviderUnreachableError(Exception):
    """The provider does not answer, not in time, or says that it cannot."""


class ProviderAnswerError(Exception):
    """The provider answers what must not be believed; the message is one word for the journal."""


class Answer(NamedTuple):
    status: int
    content: bytes


class Fetcher:
    """Asks by HTTPS. `plain_local` lets this very machine be asked without TLS, for a demonstration."""

    def __init__(self, *, plain_local: bool = False, authorities: Path | None = None) -> None:
        self._plain_local = plain_local
        self._tls = ssl.create_default_context()
        if authorities is not None:
            self._tls.load_verify_locations(authorities)

    def check(self, url: str, hosts: Collection[str]) -> None:
        """Let an address pass that is at one of these hosts.

        Raises:
            ProviderAnswerError: it is elsewhere, or without TLS.
        """
        try:
            parts = urlsplit(url)
            local = self._plain_local and parts.hostname in _LOCAL
        except ValueError as error:
            raise ProviderAnswerError("address") from error
        if parts.scheme != "https" and not (parts.scheme == "http" and local):
            raise ProviderAnswerError("scheme")
        if parts.netloc.lower() not in hosts or parts.fragment or not url.isascii() or not url.isprintable():
            raise ProviderAnswerError("host")

    async def ask(
        self,
        method: str,
        url: str,
        hosts: Collection[str],
        *,
        headers: Mapping[str, str] | None = None,
        content: str | None = None,
    ) -> Answer:
        """What a provider answers, whatever its status below 500. Redirects are not followed.

        Raises:
            ProviderUnreachableError: no answer in time, or one of 500 and above.
            ProviderAnswerError: the address is not at one of the hosts, or the answer is too large.
        """
        self.check(url, hosts)
        sent = {"accept": "application/json", "accept-encoding": "identity", **(headers or {})}
        try:
            async with (
                asyncio.timeout(SECONDS_MAX),
                httpx.AsyncClient(verify=self._tls, timeout=_STEP_SECONDS, follow_redirects=False) as client,
                client.stream(method, url, headers=sent, content=content) as answer,
            ):
                status, received = answer.status_code, bytearray()
                async for part in answer.aiter_raw():  # as sent: nothing small unpacks into something large
                    received += part
                    if len(received) > BYTES_MAX:
                        raise ProviderAnswerError("size")
        except (httpx.HTTPError, OSError, TimeoutError) as error:
            raise ProviderUnreachableError(f"{type(error).__name__} at {urlsplit(url).netloc}") from error
        if status >= 500:  # noqa: PLR2004
            raise ProviderUnreachableError(f"{status} at {urlsplit(url).netloc}")
        return Answer(status, bytes(received))

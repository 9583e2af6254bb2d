"""The verb about sign-in services of bodies: set them up, look at them, remove them. For operators alone."""

import argparse
import asyncio
import os
import re
import sys
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

from infra.access.providers import SECRET_BYTES_MAX, ProviderFixedError, ProviderSecretError, ProviderTerms
from infra.environment import load_settings
from infra.openid.fetching import ProviderAnswerError, ProviderUnreachableError
from infra.settings import Settings
from services.bootstrap import WriteSide, open_write_side
from services.cli import REFUSED, USAGE, say, say_error
from services.cli.database import reachable
from services.web.providers import return_url
from services.web.signing_out import signed_out_url

_NAME: Final = re.compile(r"[a-z0-9]([a-z0-9-]{0,38}[a-z0-9])?")
_HOST: Final = re.compile(r"[a-z0-9.\[\]:-]{1,260}")
_DOMAIN: Final = re.compile(r"([a-z0-9]([a-z0-9-]*[a-z0-9])?\.)+[a-z]{2,}")


class _UsageError(ValueError):
    """Something on the command line makes no sense."""


def provider(given: argparse.Namespace) -> int:
    """Set up, list, check or remove."""
    settings = load_settings(os.environ)

    async def act() -> int:
        async with open_write_side(settings.database, sessions=settings.sessions) as write:
            return await _VERBS[given.what](settings, write, given)

    with reachable(settings):
        try:
            return asyncio.run(act())
        except _UsageError as error:
            say_error(str(error))
            return USAGE


async def _set(settings: Settings, write: WriteSide, given: argparse.Namespace) -> int:
    terms = _terms(given, plain_local=not settings.sessions.secure)
    tenant_id = await write.bodies.resolve(given.body)
    if tenant_id is None:
        say_error(f"there is no body {given.body!r}")
        return REFUSED
    secret = sys.stdin.read().strip() if given.secret_stdin else None
    if secret is not None and not 1 <= len(secret.encode()) <= SECRET_BYTES_MAX:
        raise _UsageError(f"the secret is read from the standard input: 1 to {SECRET_BYTES_MAX} bytes")
    try:
        await write.identity.providers.keep(
            tenant_id, terms, secret=secret, secret_file=_secret_file(given.secret_file)
        )
    except ProviderFixedError:
        say_error(f"{terms.name} has another body or issuer: choose another name, or remove it first")
        return REFUSED
    say(return_url(settings.reminders.public_url, terms.name))
    say(signed_out_url(settings.reminders.public_url, terms.name))
    return 0


def _secret_file(given: str | None) -> Path | None:
    if given is None:
        return None
    file = Path(given).absolute()
    if not file.is_file() or file.stat().st_mode & 0o077:
        raise _UsageError(f"{file} is no file that its owner alone may read; make it one with chmod 600")
    return file


def _terms(given: argparse.Namespace, *, plain_local: bool) -> ProviderTerms:
    if not _NAME.fullmatch(given.name):
        raise _UsageError(f"{given.name!r} is no name: letters a to z, digits and hyphens, at most 40")
    issuer = urlsplit(given.issuer)
    schemes = ("https", "http") if plain_local else ("https",)
    if (
        issuer.scheme not in schemes
        or not issuer.netloc
        or issuer.query
        or issuer.fragment
        or "@" in issuer.netloc
    ):
        raise _UsageError(f"{given.issuer!r} is no issuer: https://, a host and perhaps a path")
    hosts = tuple(dict.fromkeys([issuer.netloc.lower(), *(host.lower() for host in given.host)]))
    wrong = [host for host in hosts if not _HOST.fullmatch(host)]
    wrong += [domain for domain in given.domain if not _DOMAIN.fullmatch(domain.lower())]
    if wrong:
        raise _UsageError(f"{wrong[0]!r} is no host, or no domain, such as login.example.ca")
    return ProviderTerms(
        name=given.name,
        label_en=given.label_en,
        label_fr=given.label_fr,
        issuer=given.issuer,
        client_id=given.client_id,
        hosts=hosts,
        domains=tuple(domain.lower() for domain in given.domain),
        acr_required=tuple(given.require_acr),
        acr_second=tuple(given.second_acr),
        amr_second=tuple(given.second_amr),
    )


async def _list(settings: Settings, write: WriteSide, given: argparse.Namespace) -> int:
    tenant_id = await write.bodies.resolve(given.body)
    if tenant_id is None:
        say_error(f"there is no body {given.body!r}")
        return REFUSED
    for one in await write.identity.providers.of_body(tenant_id):
        kept = one.secret_file or ("sealed" if one.sealed else "none")
        domains = ",".join(one.domains) or "-"
        say(f"{one.name}  {one.issuer}  client {one.client_id}  secret {kept}  domains {domains}")
        say(f"  {return_url(settings.reminders.public_url, one.name)}")
        say(f"  {signed_out_url(settings.reminders.public_url, one.name)}")
    return 0


async def _check(_: Settings, write: WriteSide, given: argparse.Namespace) -> int:
    found = await write.identity.providers.find(given.name)
    if found is None:
        say_error(f"there is no provider {given.name!r}")
        return REFUSED
    try:
        write.identity.providers.secret_of(found)
        metadata = await write.identity.openid.metadata(found)
        keys = await write.identity.openid.keys(found)
    except (ProviderUnreachableError, ProviderAnswerError, ProviderSecretError) as error:
        say_error(f"{type(error).__name__}: {error}")
        return REFUSED
    say(f"{metadata.issuer}  {len(list(keys))} keys  {metadata.authorization_endpoint}")
    return 0


async def _remove(_: Settings, write: WriteSide, given: argparse.Namespace) -> int:
    found = await write.identity.providers.find(given.name)
    if found is None or not await write.identity.providers.remove(found.tenant_id, found.name):
        say_error(f"there is no provider {given.name!r}")
        return REFUSED
    say("Removed, with its logins and the sessions that it opened.")
    return 0


_VERBS: Final = {"set": _set, "list": _list, "check": _check, "remove": _remove}

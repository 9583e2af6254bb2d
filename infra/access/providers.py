"""Where the people of a body sign in instead (OpenID Connect), as operators set it up, and our secrets there."""

import os
from pathlib import Path
from typing import Any, Final
from uuid import UUID, uuid4

import asyncpg
import msgspec
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from domain.ids import TenantId
from domain.values.sealed import NONCE_BYTES
from infra.pii.wrapping import KEY_BYTES, derived

LISTED_MAX: Final = 100
"""As many the sign-in page shows."""
SECRET_BYTES_MAX: Final = 1000
_SEALS: Final = b"entente/access/provider/v1"
_NAMES: Final = b"entente/access/provider-id/v1"
_NAME_BYTES: Final = 8


class ProviderSecretError(Exception):
    """The client's secret cannot be had: its file is gone, or it was sealed under another instance secret."""


class ProviderFixedError(Exception):
    """A provider keeps its body and its issuer: whoever was who there would not be the same person any more."""


class ProviderTerms(msgspec.Struct, frozen=True, kw_only=True):
    """What an operator says of a provider."""

    name: str
    """In addresses: letters a to z, digits and hyphens."""
    label_en: str
    label_fr: str
    """What the sign-in page calls it."""
    issuer: str
    client_id: str
    hosts: tuple[str, ...]
    """Names, with their ports where these are not the usual ones, that may be asked: the issuer's, and others."""
    domains: tuple[str, ...]
    """Of the mail addresses that it may say are somebody's; in small letters."""
    acr_required: tuple[str, ...] = ()
    """One of these it has to say of each sign-in; none: it need not say any."""
    acr_second: tuple[str, ...] = ()
    """Those that stand for two factors."""
    amr_second: tuple[str, ...] = ()
    """Those of which each stands for two factors, such as mfa (RFC 8176)."""


class Provider(ProviderTerms, frozen=True, kw_only=True):
    """A provider of a body."""

    tenant_id: TenantId
    provider_id: UUID
    sealed: bytes | None = None
    sealed_by: str | None = None
    secret_file: str | None = None

    def __repr__(self) -> str:
        return f"Provider({self.name})"


class ListedProvider(msgspec.Struct, frozen=True, kw_only=True):
    """A provider as everybody sees it."""

    tenant_id: TenantId
    provider_id: UUID
    name: str
    label_en: str
    label_fr: str


class Providers:
    """Keeps, finds, lists and removes providers, and opens their clients' secrets."""

    def __init__(self, pool: "asyncpg.Pool[Any]", secret_key: bytes) -> None:
        self._pool = pool
        self._seal = AESGCM(derived(secret_key, _SEALS, KEY_BYTES))
        self._sealed_by = derived(secret_key, _NAMES, _NAME_BYTES).hex()

    async def keep(
        self,
        tenant_id: TenantId,
        terms: ProviderTerms,
        *,
        secret: str | None = None,
        secret_file: Path | None = None,
    ) -> None:
        """Set a provider up, or change one. Without a secret and a file the client has none (a public client).

        Raises:
            ProviderFixedError: there is one of this name, of another body or issuer. Nothing changed.
        """
        known = await self.find(terms.name)
        if known is not None and (known.tenant_id, known.issuer) != (tenant_id, terms.issuer):
            raise ProviderFixedError
        provider_id = uuid4() if known is None else known.provider_id
        values = msgspec.structs.asdict(terms) | {
            "provider_id": provider_id,
            "tenant_id": tenant_id,
            "sealed": None if secret is None else self._sealed(provider_id, secret),
            "sealed_by": None if secret is None else self._sealed_by,
            "secret_file": None if secret_file is None else str(secret_file),
        }
        fixed = ("tenant_id", "provider_id", "name", "issuer")
        changed = ", ".join(f"{name} = EXCLUDED.{name}" for name in values if name not in fixed)
        places = ", ".join(f"${n}" for n in range(1, len(values) + 1))
        async with self._pool.acquire() as connection, connection.transaction():
            await connection.execute("SELECT log.enter($1)", tenant_id)
            await connection.execute(
                f"INSERT INTO access.provider ({', '.join(values)}) VALUES ({places})"  # noqa: S608 - our names
                f" ON CONFLICT (tenant_id, provider_id) DO UPDATE SET {changed}",
                *values.values(),
            )

    async def find(self, name: str) -> Provider | None:
        """The provider of a name, or None."""
        row = await self._pool.fetchrow("SELECT * FROM access.find_provider($1)", name)
        return None if row is None else msgspec.convert(dict(row), Provider)

    async def listed(self) -> list[ListedProvider]:
        """What the sign-in page shows, by name; at most 100."""
        rows = await self._pool.fetch("SELECT * FROM access.list_providers($1)", LISTED_MAX)
        return [msgspec.convert(dict(row), ListedProvider) for row in rows]

    async def of_body(self, tenant_id: TenantId) -> list[Provider]:
        """Those of a body, by name."""
        async with self._pool.acquire() as connection, connection.transaction(readonly=True):
            await connection.execute("SELECT log.enter($1)", tenant_id)
            rows = await connection.fetch(
                "SELECT * FROM access.provider WHERE tenant_id = $1 ORDER BY name", tenant_id
            )
        return [msgspec.convert(dict(row), Provider) for row in rows]

    async def remove(self, tenant_id: TenantId, name: str) -> bool:
        """Remove a provider, its logins, and the sessions that it opened. False: there is none of this name."""
        async with self._pool.acquire() as connection, connection.transaction():
            await connection.execute("SELECT log.enter($1)", tenant_id)
            done = await connection.execute(
                "DELETE FROM access.provider WHERE tenant_id = $1 AND name = $2", *(tenant_id, name)
            )
        return bool(done == "DELETE 1")

    def secret_of(self, provider: Provider) -> str | None:
        """The client's secret; None: it has none. A file is read each time, so that it may be renewed there.

        Raises:
            ProviderSecretError: it cannot be read or opened.
        """
        if provider.secret_file is not None:
            try:
                secret = Path(provider.secret_file).read_text(encoding="utf-8").strip()
            except (OSError, UnicodeDecodeError) as error:
                raise ProviderSecretError(f"the secret of {provider.name} cannot be read: {error}") from error
            if not 1 <= len(secret.encode()) <= SECRET_BYTES_MAX:
                raise ProviderSecretError(f"the file with the secret of {provider.name} is empty or too long")
            return secret
        if provider.sealed is None:
            return None
        nonce, sealed = provider.sealed[:NONCE_BYTES], provider.sealed[NONCE_BYTES:]
        try:
            return self._seal.decrypt(nonce, sealed, provider.provider_id.bytes).decode()
        except InvalidTag as error:
            raise ProviderSecretError(
                f"the secret of {provider.name}, sealed under {provider.sealed_by}, does not open under "
                f"{self._sealed_by}: set the provider up again"
            ) from error

    def sealed_sign_in(self, account_id: UUID, id_token: str) -> bytes:
        """By what a provider knows a sign-in of an account, as a session keeps it."""
        nonce = os.urandom(NONCE_BYTES)
        return nonce + self._seal.encrypt(nonce, id_token.encode(), account_id.bytes)

    def sign_in_of(self, account_id: UUID, sealed: bytes) -> str | None:
        """The inverse; None where it does not open: it was sealed under another instance secret, or moved."""
        try:
            opened = self._seal.decrypt(sealed[:NONCE_BYTES], sealed[NONCE_BYTES:], account_id.bytes)
        except InvalidTag:
            return None
        return opened.decode()

    def _sealed(self, provider_id: UUID, secret: str) -> bytes:
        nonce = os.urandom(NONCE_BYTES)
        return nonce + self._seal.encrypt(nonce, secret.encode(), provider_id.bytes)

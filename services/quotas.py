"""How much one body may use: documents that are stored, orders in a day, exports at once."""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Final

from domain.document import Content
from domain.ids import TenantId
from domain.ports import ContentStore
from infra.access.quotas import Quotas, QuotaSettings
from infra.access.rates import Rates
from services.identity.noting import warn
from services.identity.parts import Identity
from services.refusals.bounds import QuotaReachedError, StorageFullError

_DAY: Final = timedelta(days=1)
_PARTS: Final = 1_000
_KNOWN_SECONDS: Final = 30.0
"""After so long an operator's word is read anew."""
_EXPORT_SECONDS: Final = 10
"""When to try again: exports are made in seconds."""
_STORED_AT_ONCE: Final = 2
"""Each holds a connection; the others wait outside."""


class Spent:
    """Orders that were counted beforehand."""

    def __init__(self) -> None:
        self.kept = False

    def keep(self) -> None:
        """They were recorded. Otherwise they are given back at the end."""
        self.kept = True


class Allowances:
    """What the settings and operators allow, held against what is used."""

    def __init__(self, kept: Quotas, rates: Rates, settings: QuotaSettings, identity: Identity) -> None:
        self.kept = kept
        self._rates = rates
        self._settings = settings
        self._identity = identity
        self._known: dict[TenantId, tuple[float, QuotaSettings]] = {}
        self._storing = asyncio.Semaphore(_STORED_AT_ONCE)

    async def of(self, tenant_id: TenantId) -> QuotaSettings:
        """What a body may use."""
        until, found = self._known.get(tenant_id, (0.0, self._settings))
        if until < time.monotonic():
            found = (await self.kept.override(tenant_id)).over(self._settings)
            self._known[tenant_id] = (time.monotonic() + _KNOWN_SECONDS, found)
        return found

    @asynccontextmanager
    async def orders(self, tenant_id: TenantId, count: int = 1) -> AsyncIterator[Spent]:
        """Count orders of a day; what is not kept, for it was refused or failed, is given back.

        Raises:
            QuotaReachedError: there were enough.
        """
        maximum = (await self.of(tenant_id)).commands_per_day
        name = ("orders", str(tenant_id))
        exceeded = await self._rates.take(*name, maximum, count, period=_DAY, parts=_PARTS)
        if exceeded is not None:
            if exceeded.first:
                await warn(self._identity, "quota_reached", tenant_id=tenant_id, what="commands_per_day")
            raise QuotaReachedError(what="commands_per_day", maximum=maximum, seconds=exceeded.seconds)
        spent = Spent()
        try:
            yield spent
        finally:
            if not spent.kept:
                self._rates.give_back(*name, count)

    @asynccontextmanager
    async def export(self, tenant_id: TenantId) -> AsyncIterator[None]:
        """Make an export while it counts as open.

        Raises:
            QuotaReachedError: others are being made, and there may be no more.
        """
        maximum = (await self.of(tenant_id)).open_exports
        if not maximum:
            yield
            return
        async with self.kept.export(tenant_id, maximum) as opened:
            if not opened:
                raise QuotaReachedError(what="open_exports", maximum=maximum, seconds=_EXPORT_SECONDS)
            yield

    async def store(self, contents: ContentStore, tenant_id: TenantId, content: Content, body: bytes) -> None:
        """Keep checked bytes, unless the body has no room for them. What is kept already takes none.

        Raises:
            StorageFullError: it has no room.
        """
        maximum = (await self.of(tenant_id)).stored_bytes
        if not maximum:
            await contents.put(tenant_id, content, body)
            return
        async with self._storing, self.kept.alone(tenant_id):
            if not await contents.holds(tenant_id, content):
                used = await contents.used(tenant_id)
                if used + content.size_bytes > maximum:
                    await warn(self._identity, "quota_reached", tenant_id=tenant_id, what="stored_bytes")
                    raise StorageFullError(bytes_used=used, bytes_max=maximum, bytes_given=content.size_bytes)
            await contents.put(tenant_id, content, body)

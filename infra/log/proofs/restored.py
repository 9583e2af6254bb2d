"""After a restore: every log is compared with the highest checkpoint that is held outside the database."""

from collections.abc import Mapping
from typing import Any

import asyncpg
import structlog

from domain.ids import TenantId
from domain.ports import LogStoppedError
from infra.log.proofs.held import Held, HeldBrokenError, HeldCheckpoints
from infra.log.proofs.tree import HashesMissingError, LogTree, StoredTiles

_HEAD = "SELECT position FROM log.head WHERE tenant_id = $1"
_logger = structlog.get_logger()


class RestoreGuard:
    """Knows which logs are shorter than, or differ from, what was published of them.

    To write on there would be a second history. It looks whenever the append opens a connection: a database may
    be restored below a process that lives on.
    """

    def __init__(self, held: HeldCheckpoints | None) -> None:
        self._held = held
        self._stopped: dict[TenantId, str] = {}

    @property
    def stopped(self) -> Mapping[TenantId, str]:
        """The logs that may not be written to, and why."""
        return self._stopped

    def refuses(self, tenant_id: TenantId) -> LogStoppedError | None:
        """What to answer to somebody who wants to write to a log; None if it may grow."""
        if not self._stopped:  # asked for every append; the hash of a UUID is Python code
            return None
        reason = self._stopped.get(tenant_id)
        return None if reason is None else LogStoppedError(reason)

    async def look(self, connection: "asyncpg.Connection[Any]") -> None:
        """Compare all logs on a connection of the application's role."""
        if self._held is None:
            return
        stopped: dict[TenantId, str] = {}
        for tenant_id in self._held.tenants():
            try:
                held = self._held.read(tenant_id)
                reason = None if held is None else await differs(connection, held)
            except HeldBrokenError as error:
                reason = str(error)
            if reason is not None:
                stopped[tenant_id] = reason
                if self._stopped.get(tenant_id) != reason:
                    _logger.error("log.stopped", tenant_id=str(tenant_id), reason=reason)
        self._stopped = stopped


async def differs(connection: "asyncpg.Connection[Any]", held: Held) -> str | None:
    """In what a log differs from its held checkpoint; None if it contains what was signed."""
    async with connection.transaction(readonly=True):
        await connection.execute("SELECT log.enter($1)", held.tenant_id)
        position: int = await connection.fetchval(_HEAD, held.tenant_id) or 0
        if position < held.size:
            return (
                f"the log has {position} events, a checkpoint over {held.size} was published: events are missing"
            )
        if not held.size:
            return None
        try:
            root = await LogTree(StoredTiles(connection, held.tenant_id)).root(held.size)
        except HashesMissingError as error:
            return f"the log lacks hashes of what was signed: {error}"
    if root != held.root:
        return f"the first {held.size} events are not those of the checkpoint that was published"
    return None

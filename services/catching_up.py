"""Waiting for read models to show what a log holds."""

from typing import Final

from domain.ids import TenantId
from infra.bulk.read_models import TenantCursors
from infra.log.feed import LogFeed
from projections.registry import BY_NAME
from projections.runner import StoppedError, wait_for
from services.bootstrap import WriteSide

CATCH_UP_SECONDS: Final = 5.0


async def caught_up(write: WriteSide, tenant_id: TenantId, seconds: float = CATCH_UP_SECONDS) -> bool:
    """Whether every read model shows all of a body's log; waits a little for it."""
    async with LogFeed(write.database) as feed:
        head = (await feed.heads()).get(tenant_id, 0)
    cursors = TenantCursors(write.database)
    try:
        return await wait_for(cursors, BY_NAME, tenant_id, head, seconds)
    except StoppedError:
        return False

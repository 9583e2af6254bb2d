"""Who read a body's records is forgotten after some years, which the instance says. Looked at once a night."""

from datetime import UTC, datetime, timedelta
from typing import Final

import structlog

from domain.ids import StreamId, TenantId
from services.bootstrap import WriteSide
from services.mandates import over_since

FORGET_READINGS: Final = "forget_readings"
_log = structlog.get_logger()


async def forget_readings(write: WriteSide, tenant_id: TenantId, kept: timedelta) -> int:
    """Remove the readings of a body that were kept for long enough; how many. May run any number of times.

    What was read by a mandate stays for as long after the mandate is over, when the body is told of it.
    """
    now = datetime.now(UTC)
    over = [
        mandate_id
        for authority, mandate_id in await write.readings.mandates(tenant_id)
        if await over_since(write, authority, StreamId(mandate_id), (now - kept).date())
    ]
    gone = await write.readings.forget(tenant_id, over, now - kept)
    if gone:
        _log.info("readings.forgotten", tenant_id=str(tenant_id), readings=gone)
    return gone

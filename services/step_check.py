"""A plan at one step, computed from its events and held against the read models: equal, or a defect.

The state is folded twice, by the library and by the store, and a third answer is asked of the read models as known
at that event. One check runs at a time in a process: it folds a stream from its beginning.
"""

import asyncio
from typing import Any, Final

import msgspec
from psycopg_pool import ConnectionPool

from domain.errors import StreamMissingError
from domain.ids import PlanId, StreamId, TenantId
from domain.plan.rules import PLAN
from infra.log.application import TenantApplication
from infra.log.recorder import TenantLog
from infra.log.scan import Defect, DefectError
from infra.settings import DatabaseSettings, Role
from services.bootstrap import WriteSide
from services.read_model_check import ReadModelCheck
from services.replay import state_at

VERSION_MAX: Final = 2_000
"""What a reader may ask to be folded while waiting for the answer; `entente verify` folds everything."""
_OPEN_WITHIN_SECONDS: Final = 10.0
_one_at_a_time: Final = asyncio.Semaphore(1)


class CheckedStep(msgspec.Struct, frozen=True, kw_only=True):
    """What came of a check."""

    plan_id: PlanId
    version: int
    equal: bool
    """Whether library, store and read models agree."""
    state: Any
    """The draft and the rest of what the rules know, folded from the events; null where the folds disagree."""
    defect: Defect | None


async def checked_step(
    write: WriteSide, database: DatabaseSettings, tenant_id: TenantId, plan_id: PlanId, version: int
) -> CheckedStep:
    """A plan at a step. The read models must have caught up with the log.

    Raises:
        StreamMissingError: there is no such plan in the log, or it has no such step.
    """
    stream_id = StreamId(plan_id)
    last = await write.store.load(tenant_id, PLAN, stream_id)
    if last.state == PLAN.initial or not 1 <= version <= last.version:
        raise StreamMissingError(stream=PLAN.name, stream_id=stream_id)
    dsn = database.dsn(Role.APP)
    pool: ConnectionPool[Any] = ConnectionPool(
        dsn, min_size=1, max_size=1, kwargs={"autocommit": True}, open=False
    )
    also = ReadModelCheck(write.database, tenant_id)
    state, defect = None, None
    async with _one_at_a_time:
        await asyncio.to_thread(pool.open, wait=True, timeout=_OPEN_WITHIN_SECONDS)
        try:
            with TenantApplication(TenantLog(dsn, pool, tenant_id)) as application:
                loaded = await state_at(application, write.store, PLAN, stream_id, version, also=also)
            state = msgspec.to_builtins(loaded.state, str_keys=True)
        except DefectError as found:
            defect = found.defect
        finally:
            await asyncio.to_thread(pool.close)
    return CheckedStep(plan_id=plan_id, version=version, equal=defect is None, state=state, defect=defect)

"""What `/health/ready` looks at: the schema, how far the read models are, whether a worker
lives, and whether the last night found a defect.
"""

from collections.abc import Mapping
from datetime import timedelta
from typing import Final

from sqlalchemy import text

from infra.database import Scope
from infra.jobs.heartbeat import INTERVAL
from infra.migrate import schema_is_current
from infra.settings import Role
from services.api.health import Check, Warned
from services.bootstrap import WriteSide

LAG_EVENTS_MAX: Final = 10_000
"""Two batches of the projector. Beyond it, reads are too old to be called answers."""
BEAT_WITHIN: Final = 3 * INTERVAL
_LAG: Final = text("""
SELECT (SELECT count(*) FROM rm.cursor WHERE build = ''), max(h.position - coalesce(c.position, 0))
FROM log.head h
CROSS JOIN (SELECT DISTINCT projection FROM rm.cursor WHERE build = '') p
LEFT JOIN rm.cursor c ON c.tenant_id = h.tenant_id AND c.projection = p.projection AND c.build = ''
WHERE c.stopped_type IS NULL
""")
_BEAT: Final = text("SELECT now() - max(beat_at) FROM jobs.heartbeat WHERE kind = :kind")
_DEFECTS: Final = text("SELECT jobs.logs_with_a_defect()")


def checks(write: WriteSide) -> Mapping[str, Check]:
    """The parts, by the name under which the answer lists them."""

    async def schema() -> str | None:
        return None if await schema_is_current(write.pool) else "not of this version: entente migrate"

    async def projections() -> str | None:
        """A stopped projection concerns one tenant and is shown elsewhere; it does not take the service away."""
        async with write.database.begin(Scope.instance(Role.PROJECTOR)) as connection:
            cursors, lag = (await connection.execute(_LAG)).one()
        if not cursors:
            return "the read models are not built yet"
        return None if (lag or 0) <= LAG_EVENTS_MAX else f"the read models are {lag} events behind"

    async def beat(kind: str) -> str | None:
        async with write.database.begin(Scope.instance()) as connection:
            age: timedelta | None = (await connection.execute(_BEAT, {"kind": kind})).scalar()
        if age is None:
            return f"no {kind} has been seen"
        return None if age <= BEAT_WITHIN else f"the last {kind} was seen {age.total_seconds():.0f} s ago"

    async def verification() -> str | None:
        """A defect concerns one log, which goes on being served: somebody must look, at once."""
        async with write.database.begin(Scope.instance()) as connection:
            defects = (await connection.execute(_DEFECTS)).scalar_one()
        return Warned(f"warning: defects in {defects} logs: entente verify --last") if defects else None

    return {
        "schema": schema,
        "projections": projections,
        "worker": lambda: beat("worker"),
        "signer": lambda: beat("signer"),
        "verification": verification,
    }

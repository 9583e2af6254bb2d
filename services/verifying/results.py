"""What came of verifying a log: kept, and read again."""

from datetime import date, datetime, timedelta
from typing import Any, Final

import msgspec

from domain.ids import TenantId
from infra.log.scan import Defect
from projections.inspection import Difference
from services.bootstrap import WriteSide

DEFECT_CHARACTERS_MAX: Final = 200
_ENTER: Final = "SELECT log.enter($1)"
_KEEP: Final = """
INSERT INTO jobs.verification AS v
    (tenant_id, day, checked_at, seconds, position, root, compared, defect, defect_position)
VALUES ($1, $2, clock_timestamp(), $3, $4, $5, $6, $7, $8)
ON CONFLICT (tenant_id) DO UPDATE SET
    checked_at = excluded.checked_at, seconds = excluded.seconds, position = excluded.position,
    root = excluded.root, compared = excluded.compared, defect = excluded.defect,
    defect_position = excluded.defect_position
"""
_READ: Final = (
    "SELECT checked_at, seconds, position, root, compared, defect, defect_position FROM jobs.verification"
    " WHERE tenant_id = $1 AND checked_at IS NOT NULL"
)


class Found(msgspec.Struct, frozen=True, kw_only=True):
    """What a verification found in one log and its read models: the place of a defect, not its content."""

    position: int
    """How far it went: the last event that was looked at."""
    root: str
    """Hexadecimal, of the tree over the events up to there."""
    compared: bool
    """Whether the read models were looked at; they are not while they are behind or stopped."""
    defect: str | None
    defect_position: int | None
    took: timedelta

    @property
    def sound(self) -> bool:
        return self.defect is None


class Last(msgspec.Struct, frozen=True, kw_only=True):
    """The last verification of a log, and when it ended."""

    checked_at: datetime
    found: Found


def worded(defect: Defect) -> str:
    """The kind and the place of a defect in a log."""
    of = "" if defect.stream_id is None else f" of stream {defect.stream_id}"
    at = "" if defect.version is None else f" at version {defect.version}"
    return f"{defect.check}{of}{at}"


def worded_difference(difference: Difference) -> str:
    """Which read model differs from the log, and by how much."""
    told = f"{difference.table}: {difference.missing} rows missing, {difference.surplus} too many"
    return told[:DEFECT_CHARACTERS_MAX]


async def keep(write: WriteSide, tenant_id: TenantId, day: date, found: Found) -> None:
    """Put what was found in the place of what was found before."""
    async with write.pool.acquire() as connection, connection.transaction():
        await connection.execute(_ENTER, tenant_id)
        await connection.execute(
            _KEEP,
            tenant_id,
            day,
            found.took.total_seconds(),
            found.position,
            bytes.fromhex(found.root),
            found.compared,
            found.defect,
            found.defect_position,
        )


async def last(write: WriteSide, tenant_id: TenantId) -> Last | None:
    """What the last verification of a log found; None before the first one."""
    async with write.pool.acquire() as connection, connection.transaction():
        await connection.execute(_ENTER, tenant_id)
        row: Any = await connection.fetchrow(_READ, tenant_id)
    if row is None:
        return None
    found = Found(
        position=row["position"],
        root=row["root"].hex(),
        compared=row["compared"],
        defect=row["defect"],
        defect_position=row["defect_position"],
        took=timedelta(seconds=row["seconds"]),
    )
    return Last(checked_at=row["checked_at"], found=found)
